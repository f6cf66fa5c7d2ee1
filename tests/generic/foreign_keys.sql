{#-
Every key of a table leads to a row: `keys` is a list of `column`, `to` (the table it leads to) and
`field` (its column there, if it has another name). One test for a table, since each costs a build time.
-#}
{% test foreign_keys(model, keys) %}

with

astray as (

    {% for key in keys %}
        select distinct
            '{{ key.column }}' as column_name,
            cast(referring.{{ key.column }} as {{ dbt.type_string() }}) as key_value,
            '{{ tested_name(key.to) }}' as expected_in
        from {{ model }} as referring
        left join {{ key.to }} as referred
            on referring.{{ key.column }} = referred.{{ key.field | default(key.column) }}
        where
            referring.{{ key.column }} is not null
            and referred.{{ key.field | default(key.column) }} is null
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select
    *,
    '{{ tested_name(model) }}: ' || column_name || ' ' || key_value || ' is not in ' || expected_in
        as message
from astray

{% endtest %}
