{#-
A series has a row for each year, or each quarter, between its first and its last: a gap would
look like a fall or a rise.
-#}
{% test no_missing_periods(model, series, period_column) %}

with

numbered as (

    select
        {{ series | join(',\n        ') }},
        length({{ period_column }}) as period_length,
        4 * cast(substr({{ period_column }}, 1, 4) as integer)
        + coalesce(try_cast(substr({{ period_column }}, 10, 1) as integer), 0) as period_number,
        {{ period_column }} as period_id
    from {{ model }}

),

spans as (

    select
        {{ series | join(',\n        ') }},
        min(period_id) as first_period,
        max(period_id) as last_period,
        (max(period_number) - min(period_number)) / case when period_length = 7 then 4 else 1 end
        + 1 as periods_expected,
        count(distinct period_id) as periods_found
    from numbered
    group by {{ series | join(', ') }}, period_length

)

select
    *,
    '{{ model.name }}: between ' || first_period || ' and ' || last_period || ' there should be '
    || cast(cast(periods_expected as integer) as {{ dbt.type_string() }}) || ' periods, found '
    || cast(periods_found as {{ dbt.type_string() }}) || ' ('
    || {{ series | map('string') | join(" || ', ' || ") | replace('category_id', "coalesce(category_id, 'all')") }}
    || ')' as message
from spans
where periods_found <> periods_expected

{% endtest %}
