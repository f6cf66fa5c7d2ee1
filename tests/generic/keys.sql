{#-
No two rows of a table share the columns of `unique`, and every key in it leads to a row: `references`
is a list of `column`, `to` (the table it leads to) and `field` (its column there, if it has another
name). One test for a table, since each costs a build time.

DuckDB enforces primary keys of its own accord, but not those of extracts; other engines enforce none.
-#}
{% test keys(model, unique, references=[]) %}

with

problems as (

    select 'more than one row with ' || {{ row_named(unique) }} as problem
    from {{ model }}
    group by {{ unique | join(', ') }}
    having count(*) > 1

    {% for key in references %}
        union all

        select distinct
            '{{ key.column }} ' || cast(referring.{{ key.column }} as {{ dbt.type_string() }})
            || ' is not in {{ tested_name(key.to) }}' as problem
        from {{ model }} as referring
        left join {{ key.to }} as referred
            on referring.{{ key.column }} = referred.{{ key.field | default(key.column) }}
        where
            referring.{{ key.column }} is not null
            and referred.{{ key.field | default(key.column) }} is null
    {% endfor %}

)

select '{{ tested_name(model) }}: ' || problem as message
from problems

{% endtest %}
