{#- What one engine writes differently from another stands here, dispatched, and nowhere else. -#}

{% macro is_like(text, pattern) -%}
    {{ adapter.dispatch('is_like', 'safeguarding_warehouse')(text, pattern) }}
{%- endmacro %}

{% macro default__is_like(text, pattern) -%}
    {{ text }} rlike r'^({{ pattern }})$'
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
