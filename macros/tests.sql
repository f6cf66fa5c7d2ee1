{#- The names that a key may have, for a message: all, or how many if they are many. -#}
{% macro valid_names(reference, key) -%}
    (
        select
            case
                when count(*) > 100
                    then 'one of the ' || cast(count(*) as {{ dbt.type_string() }}) || ' in {{ reference | replace('stg_', '') }}'
                when count({{ key }}) = 0 then 'a name listed in {{ reference | replace('stg_', '') }}, which has none'
                else 'one of ' || {{ ordered_string_agg(key, key) }}
            end
        from {{ ref(reference) }}
    )
{%- endmacro %}

{#-
The name of the relation of a generic test, for messages: a table, or where the test or the build asks
for some rows only, a query of them (`get_where_subquery`).
-#}
{% macro tested_name(model) -%}
    {%- set relation = model.split()[3] if model is string else model | string -%}
    {{ relation.split('.')[-1] | replace('"', '') | replace('`', '') }}
{%- endmacro %}

{#- A value as messages name it. A blank one would leave the whole message blank. -#}
{% macro named(value) -%}
    coalesce({{ value }}, '(blank)')
{%- endmacro %}
