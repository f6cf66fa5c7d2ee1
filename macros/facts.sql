{#- One measure's figure as a column of a fact: at most one row for each grain holds it. -#}
{% macro figure(measure_id, unit) -%}
    max(value) filter (where measure_id = '{{ measure_id }}' and unit = '{{ unit }}')
{%- endmacro %}

{% macro count_of(measure_id) -%}
    cast({{ figure(measure_id, 'count') }} as bigint)
{%- endmacro %}

{% macro percent_of(measure_id) -%}
    cast({{ figure(measure_id, 'percent') }} as decimal(9, 2))
{%- endmacro %}

{#- A share in per cent, rounded to two decimals; null where the base is nought or missing. -#}
{% macro percentage(part, whole) -%}
    cast({{ quotient('100 * ' ~ part, whole, 2) }} as decimal(9, 2))
{%- endmacro %}

{#- Whether any figure of a fact's row is the first on another definition than those before. -#}
{% macro has_break_in_series() -%}
    bool_or(is_break_in_series) as has_break_in_series
{%- endmacro %}

{#- The release that a fact's row came from: the latest that prints any figure of it. -#}
{% macro latest_release() -%}
    max_by(release_id, release_order)
{%- endmacro %}
