{#-
Every key of a table leads to a row: `keys` is a list of `column`, `to` (the table it leads to) and
`field` (its column there, if it has another name). One test for a table, since each costs a build time.
-#}
{% test foreign_keys(model, keys) %}

{% for key in keys -%}
    select
        '{{ key.column }}' as column_name,
        cast(referring.key_value as {{ dbt.type_string() }}) as key_value,
        '{{ tested_name(model) }}: {{ key.column }} ' || cast(referring.key_value as {{ dbt.type_string() }})
        || ' is not in {{ tested_name(key.to) }}' as message
    from (select distinct {{ key.column }} as key_value from {{ model }}) as referring
    left join {{ key.to }} as referred
        on referring.key_value = referred.{{ key.field | default(key.column) }}
    where
        referring.key_value is not null
        and referred.{{ key.field | default(key.column) }} is null
    {% if not loop.last %}
        union all
    {% endif %}
{%- endfor %}

{% endtest %}
