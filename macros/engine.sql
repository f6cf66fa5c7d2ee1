{#- What one engine writes differently from another stands here, dispatched, and nowhere else. -#}

{% macro is_like(text, pattern) -%}
    {{ adapter.dispatch('is_like', 'safeguarding_warehouse')(text, pattern) }}
{%- endmacro %}

{% macro default__is_like(text, pattern) -%}
    {{ text }} rlike r'\A({{ pattern }})\z'
{%- endmacro %}

{% macro duckdb__is_like(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro replace_all(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_all', 'safeguarding_warehouse')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#- Texts of a group in one, in the order of `order_by`. -#}
{% macro joined(text, order_by) -%}
    {{ adapter.dispatch('joined', 'safeguarding_warehouse')(text, order_by) }}
{%- endmacro %}

{% macro default__joined(text, order_by) -%}
    listagg({{ text }}, ', ') within group (order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__joined(text, order_by) -%}
    string_agg({{ text }}, ', ' order by {{ order_by }})
{%- endmacro %}
