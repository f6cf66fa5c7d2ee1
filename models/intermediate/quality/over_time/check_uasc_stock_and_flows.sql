-- A child who stops being looked after as unaccompanied becomes a care leaver or goes elsewhere:
-- the care leavers cannot rise by more than the number of children who left.
with

stocks as (

    select
        *,
        lag(value) over series as value_before,
        lag(period_id) over series as period_before
    from {{ ref('int_counts') }}
    where measure_id = 'uasc_looked_after' and length(period_id) = 7
    window series as (
        partition by release_id, local_authority_code, definition_number
        order by period_id
    )

),

quarters as (

    select
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        value,
        substr(period_id, 1, 7) as financial_year
    from {{ ref('int_counts') }}
    where measure_id in ('uasc_arrivals', 'uasc_care_leavers') and length(period_id) > 7

),

years as (

    select
        release_id,
        local_authority_code,
        financial_year,
        cast(sum(value) filter (where measure_id = 'uasc_arrivals') as decimal(18, 2)) as arrivals,
        max_by(value, period_id) filter (where measure_id = 'uasc_care_leavers')
            as care_leavers
    from quarters
    group by release_id, local_authority_code, financial_year
    having
        count(*) filter (where measure_id = 'uasc_arrivals') = 4
        and count(*) filter (where measure_id = 'uasc_care_leavers') = 4

),

with_year_before as (

    select
        *,
        lag(care_leavers) over series as care_leavers_before,
        lag(financial_year) over series as year_before
    from years
    window series as (
        partition by release_id, local_authority_code
        order by financial_year
    )

),

compared as (

    select
        stocks.release_id,
        stocks.local_authority_code,
        stocks.period_id,
        stocks.source_line,
        stocks.value,
        stocks.value_before,
        with_year_before.arrivals,
        cast(
            stocks.value_before + with_year_before.arrivals - stocks.value as decimal(18, 2)
        ) as departures,
        cast(
            with_year_before.care_leavers - with_year_before.care_leavers_before
            as decimal(18, 2)
        ) as care_leavers_more
    from stocks
    inner join with_year_before
        on
            stocks.release_id = with_year_before.release_id
            and stocks.local_authority_code = with_year_before.local_authority_code
            and stocks.period_id = with_year_before.financial_year
    where
        {{ is_next_year('stocks.period_before', 'stocks.period_id') }}
        and {{ is_next_year('with_year_before.year_before', 'with_year_before.financial_year') }}

),

final as (

    select
        'uasc_stock_and_flows' as check_id,
        release_id,
        local_authority_code,
        period_id,
        'uasc_looked_after' as measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'count' as unit,
        source_line,
        departures as printed_value,
        care_leavers_more as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        {{ format_number('value_before') }}
        || ' at the start and ' || {{ format_number('arrivals') }}
        || ' arrivals, less ' || {{ format_number('value') }} || ' at the end, leave '
        || {{ format_number('departures') }} || ' who left, but care leavers rose by '
        || {{ format_number('care_leavers_more') }} as detail
    from compared
    where care_leavers_more > departures

)

select * from final
