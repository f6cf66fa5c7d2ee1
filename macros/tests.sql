{#- The names that a key may have, for a message: all, or how many if they are many. -#}
{% macro valid_names(reference, key) -%}
    (
        select
            case
                when count(*) > 100
                    then 'one of the ' || cast(count(*) as {{ dbt.type_string() }}) || ' in {{ reference }}'
                else 'one of ' || {{ joined(key, key) }}
            end
        from {{ ref(reference) }}
    )
{%- endmacro %}
