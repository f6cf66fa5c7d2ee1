{#- The year that a period's financial year starts in, and its quarter; null of a year. -#}
{% macro start_year_of(period_id) -%}
    try_cast(substr({{ period_id }}, 1, 4) as integer)
{%- endmacro %}

{% macro quarter_of(period_id) -%}
    try_cast(substr({{ period_id }}, 10, 1) as integer)
{%- endmacro %}

{#-
A number that sorts years and their quarters: 20220 for 2022-23, 20224 for its last quarter; 20225 for
the calendar year 2022.
-#}
{% macro period_number(period_id) -%}
    (
        10 * {{ start_year_of(period_id) }}
        + coalesce(
            {{ quarter_of(period_id) }},
            case when length({{ period_id }}) = 4 then 5 else 0 end
        )
    )
{%- endmacro %}

{#- Whether a period is a year, financial or calendar, by its number. -#}
{% macro is_year(period_number) -%}
    {{ period_number }} % 5 = 0
{%- endmacro %}

{#- Whether it is a calendar year: never compared with financial years or added to them. -#}
{% macro is_calendar_year(period_number) -%}
    {{ period_number }} % 10 = 5
{%- endmacro %}

{#- How many periods lie from the first to the last, both counted: years or quarters. -#}
{% macro periods_between(first, last) -%}
    {%- set years = start_year_of(last) ~ ' - ' ~ start_year_of(first) -%}
    {%- set quarters = quarter_of(last) ~ ' - ' ~ quarter_of(first) -%}
    1 + case when length({{ last }}) = 7 then {{ years }} else 4 * ({{ years }}) + {{ quarters }} end
{%- endmacro %}

{#- Whether the second financial year follows the first. -#}
{% macro is_next_year(earlier, later) -%}
    {{ period_number(later) }} = {{ period_number(earlier) }} + 10
{%- endmacro %}

{#- Whole months from one day to another. -#}
{% macro whole_months(first_day, last_day) -%}
    12 * (extract(year from {{ last_day }}) - extract(year from {{ first_day }}))
    + extract(month from {{ last_day }}) - extract(month from {{ first_day }})
    - case
        when extract(day from {{ last_day }}) < extract(day from {{ first_day }}) then 1
        else 0
    end
{%- endmacro %}

{#- The financial year of a day, as "2022-23": it begins on 1 April. -#}
{% macro financial_year_on(day) -%}
    {{ financial_year_of(
        '(extract(year from ' ~ day ~ ') - case when extract(month from ' ~ day ~ ') < 4 then 1 else 0 end)'
    ) }}
{%- endmacro %}
