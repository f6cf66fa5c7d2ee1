{#-
A series has a row for each year, or each quarter, between its first and its last: a gap would
look like a fall or a rise.
-#}
{% test no_missing_periods(model, series, period_column) %}

with

-- Each period once, before they are counted: a distinct count in each of very many groups may not go
-- to the disk when memory is short.
printed as (

    select distinct
        {{ series | join(',\n        ') }},
        length({{ period_column }}) as period_length,
        {{ period_column }} as period_id
    from {{ model }}

),

spans as (

    select
        {{ series | join(',\n        ') }},
        min(period_id) as first_period,
        max(period_id) as last_period,
        {{ periods_between('min(period_id)', 'max(period_id)') }} as periods_expected,
        count(period_id) as periods_found
    from printed
    group by {{ series | join(', ') }}, period_length

)

select
    *,
    '{{ tested_name(model) }}: between ' || first_period || ' and ' || last_period || ' there should be '
    || cast(periods_expected as {{ dbt.type_string() }}) || ' periods, found '
    || cast(periods_found as {{ dbt.type_string() }}) || ' ('
    || {{ "coalesce(" ~ series | join(", 'all') || ', ' || coalesce(") ~ ", 'all')" }}
    || ')' as message
from spans
where periods_found <> periods_expected

{% endtest %}
