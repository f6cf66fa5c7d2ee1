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

{#- A share in per cent, rounded to two decimals; null where the base is zero or missing. -#}
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

{#-
Whether an entry of a register is about a finding: the same thing with the same figures or, where it
says how many findings it covers, the same as far as it is filled in. Changed figures are a new
finding. The unit may be left out.
-#}
{% macro covers(entry, finding) -%}
    {%- set same = [
        'coalesce(' ~ entry ~ ".unit, " ~ finding ~ ".unit, '') = coalesce(" ~ finding ~ ".unit, '')"
    ] -%}
    {%- set columns = [
        'measure_id', 'period_id', 'category_id', 'printed_value', 'expected_value'
    ] -%}
    {%- for column in columns -%}
        {%- do same.append(
            '(' ~ finding ~ '.' ~ column ~ ' is not distinct from ' ~ entry ~ '.' ~ column
            ~ ' or (' ~ entry ~ '.covers is not null and ' ~ entry ~ '.' ~ column ~ ' is null))'
        ) -%}
    {%- endfor -%}
    {{ same | join('\n            and ') }}
{%- endmacro %}

{#- The columns that name one printed figure. -#}
{% macro figure_grain(relation) -%}
    {{ relation }}.release_id,
        {{ relation }}.local_authority_code,
        {{ relation }}.source_line,
        {{ relation }}.period_id,
        {{ relation }}.measure_id,
        {{ relation }}.category_id,
        {{ relation }}.unit
{%- endmacro %}

{#- Whether rows of two relations are about one printed figure. -#}
{% macro same_figure(one, other) -%}
    {{ same_release_and_measure(one, other) }}
            and {{ one }}.category_id is not distinct from {{ other }}.category_id
            and {{ one }}.unit = {{ other }}.unit
            and {{ one }}.source_line = {{ other }}.source_line
{%- endmacro %}

{% macro same_release_and_measure(one, other) -%}
    {{ one }}.release_id = {{ other }}.release_id
            and {{ one }}.local_authority_code = {{ other }}.local_authority_code
            and {{ one }}.period_id = {{ other }}.period_id
            and {{ one }}.measure_id = {{ other }}.measure_id
{%- endmacro %}

{#- The order in which evidence counts: the first that there is gives a figure its standing. -#}
{% macro standing_rank(standing) -%}
    case {{ standing }}
            when 'missing' then 1
            when 'confirmed' then 2
            when 'contradicted' then 3
            when 'incomplete' then 4
            when 'disputed' then 5
            when 'unreconciled' then 6
            when 'provisional' then 7
            else 8
        end
{%- endmacro %}

{#- The order in which doubts count where figures are put together: the worst first. -#}
{% macro doubt_rank(standing) -%}
    case {{ standing }}
            when 'missing' then 1
            when 'contradicted' then 2
            when 'incomplete' then 3
            when 'disputed' then 4
            when 'unreconciled' then 5
            when 'provisional' then 6
            when 'consistent' then 7
            else 8
        end
{%- endmacro %}
