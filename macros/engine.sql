{#- Everything that one engine writes differently from another is here, dispatched. -#}

{% macro full_match(text, pattern) -%}
    {{ adapter.dispatch('full_match', 'safeguarding_warehouse')(text, pattern) }}
{%- endmacro %}

{% macro default__full_match(text, pattern) -%}
    {{ text }} rlike r'\A({{ pattern }})\z'
{%- endmacro %}

{% macro duckdb__full_match(text, pattern) -%}
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

{#-
An extract, read in place. DuckDB's location is in the source (_extracts.yml); others
read a folder of Parquet files, of which those of figures have columns in their folders' names.
-#}
{% macro read_extract(extract) -%}
    {{ adapter.dispatch('read_extract', 'safeguarding_warehouse')(extract) }}
{%- endmacro %}

{% macro default__read_extract(extract) -%}
    parquet.`{{ var('extracts_path') }}/{{ extract.identifier }}`
{%- endmacro %}

{% macro duckdb__read_extract(extract) -%}
    {{ extract }}
{%- endmacro %}

{#-
What is written before a large CTE that is read more than once: it is not held in memory whole, but
read each time, and of that only what is asked for. DuckDB would hold it; others do not.
-#}
{% macro read_each_time() -%}
    {{ adapter.dispatch('read_each_time', 'safeguarding_warehouse')() }}
{%- endmacro %}

{% macro default__read_each_time() %}{% endmacro %}

{% macro duckdb__read_each_time() -%}
    not materialized
{%- endmacro %}

{#- Texts of a group in one, in the order of `order_by`. -#}
{% macro ordered_string_agg(text, order_by, separator=', ') -%}
    {{ adapter.dispatch('ordered_string_agg', 'safeguarding_warehouse')(
        text, order_by, separator
    ) }}
{%- endmacro %}

{% macro default__ordered_string_agg(text, order_by, separator) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__ordered_string_agg(text, order_by, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{#- The whole quotient of two whole numbers; null if the divisor is zero. -#}
{% macro whole_quotient(number, divisor) -%}
    {{ adapter.dispatch('whole_quotient', 'safeguarding_warehouse')(number, divisor) }}
{%- endmacro %}

{% macro default__whole_quotient(number, divisor) -%}
    {#- `div` makes a bigint of what may be larger; a multiple of the divisor divides exactly. -#}
    cast(
        (({{ number }}) - ({{ number }}) % nullif({{ divisor }}, 0)) / nullif({{ divisor }}, 0)
        as decimal(38, 0)
    )
{%- endmacro %}

{% macro duckdb__whole_quotient(number, divisor) -%}
    cast({{ number }} as hugeint) // cast({{ divisor }} as hugeint)
{%- endmacro %}

{#-
Quotients. DuckDB divides as binary fractions, so that an exact half may come out a trace too small:
the trace added is larger than that and smaller than what any other quotient lacks of a half, of wholes
up to 5 million (to six decimals: 500,000). Spark rounds decimals on the way, so it divides whole
numbers, as far as half a unit of the last place; neither may have more than six decimals.
-#}
{% macro duckdb__quotient(part, whole, decimals) -%}
    round({{ part }} / nullif({{ whole }}, 0) + {{ '1e-9' if decimals <= 2 else '1e-12' }}, {{ decimals }})
{%- endmacro %}

{% macro duckdb__change_quotient(change, whole, decimals) -%}
    sign({{ change }} / nullif({{ whole }}, 0))
    * {{ duckdb__quotient('abs(' ~ change ~ ')', 'abs(' ~ whole ~ ')', decimals) }}
{%- endmacro %}

{% macro default__quotient(part, whole, decimals) -%}
    {%- set half_units = '2' ~ '0' * decimals -%}
    {%- set half = '0.' ~ '0' * decimals ~ '5' -%}
    round(
        {{ half }} * cast({{ whole_quotient(
            half_units ~ ' * ' ~ in_millionths(part), in_millionths(whole)
        ) }} as decimal(30, 0)),
        {{ decimals }}
    )
{%- endmacro %}

{% macro default__change_quotient(change, whole, decimals) -%}
    {{ default__quotient(change, whole, decimals) }}
{%- endmacro %}

{#- A number of at most six decimals as a whole number of millionths. -#}
{% macro in_millionths(number) -%}
    (1000000 * cast({{ number }} as decimal(32, 6)))
{%- endmacro %}

{#- The median of a window's rows: the middle value, or half way between the two in the middle. -#}
{% macro running_median(number, window) -%}
    {{ adapter.dispatch('running_median', 'safeguarding_warehouse')(number, window) }}
{%- endmacro %}

{% macro default__running_median(number, window) -%}
    percentile({{ number }}, 0.5) over {{ window }}
{%- endmacro %}

{% macro duckdb__running_median(number, window) -%}
    median({{ number }}) over {{ window }}
{%- endmacro %}

{#- A number of two decimals with commas between thousands and without trailing zeros. -#}
{% macro formatted(number) -%}
    {{ adapter.dispatch('formatted', 'safeguarding_warehouse')(number) }}
{%- endmacro %}

{% macro default__formatted(number) -%}
    format_number({{ number }}, '#,##0.##')
{%- endmacro %}

{% macro duckdb__formatted(number) -%}
    rtrim(rtrim(format('{:,.2f}', cast({{ number }} as double)), '0'), '.')
{%- endmacro %}
