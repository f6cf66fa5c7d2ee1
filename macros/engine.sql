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

{#- How often a whole number holds another, the rest cut off; null if the other is nought. -#}
{% macro whole_quotient(number, divisor) -%}
    {{ adapter.dispatch('whole_quotient', 'safeguarding_warehouse')(number, divisor) }}
{%- endmacro %}

{% macro default__whole_quotient(number, divisor) -%}
    ({{ number }}) div nullif({{ divisor }}, 0)
{%- endmacro %}

{% macro duckdb__whole_quotient(number, divisor) -%}
    cast({{ number }} as hugeint) // cast({{ divisor }} as hugeint)
{%- endmacro %}

{#- A number of two decimals with commas between thousands and without noughts at its end. -#}
{% macro formatted(number) -%}
    {{ adapter.dispatch('formatted', 'safeguarding_warehouse')(number) }}
{%- endmacro %}

{% macro default__formatted(number) -%}
    format_number({{ number }}, '#,##0.##')
{%- endmacro %}

{% macro duckdb__formatted(number) -%}
    rtrim(rtrim(format('{:,.2f}', cast({{ number }} as double)), '0'), '.')
{%- endmacro %}
