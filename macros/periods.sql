{#- A number that rises by 4 from year to year and by 1 from quarter to quarter. -#}
{% macro period_number(period_id) -%}
    (
        4 * cast(substr({{ period_id }}, 1, 4) as integer)
        + coalesce(try_cast(substr({{ period_id }}, 10, 1) as integer), 0)
    )
{%- endmacro %}

{#- How many periods lie from the first to the last, both counted: years or quarters. -#}
{% macro periods_between(first, last) -%}
    1 + {{ whole_quotient(
        period_number(last) ~ ' - ' ~ period_number(first),
        'case when length(' ~ last ~ ') = 7 then 4 else 1 end'
    ) }}
{%- endmacro %}

{#- Whether the second financial year follows the first. -#}
{% macro is_next_year(earlier, later) -%}
    {{ period_number(later) }} = {{ period_number(earlier) }} + 4
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
