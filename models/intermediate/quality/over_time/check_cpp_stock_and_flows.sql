with

counts as (

    select * from {{ ref('int_counts') }}

),

stocks as (

    select
        *,
        lag(value) over series as value_before,
        lag(period_id) over series as period_before
    from counts
    where measure_id = 'cpp_at_year_end'
    window series as (
        partition by release_id, local_authority_code, definition_number
        order by period_id
    )

),

series as (

    select distinct
        authority_measure_key,
        local_authority_code
    from {{ ref('int_series') }}
    where measure_id = 'cpp_started'

),

started as (

    select
        totals.release_order,
        totals.period_number,
        series.local_authority_code,
        totals.total as new_plans
    from {{ ref('int_count_totals') }} as totals
    inner join series
        on totals.authority_measure_key = series.authority_measure_key
    where totals.is_complete

),

ended_after_2_years as (

    select * from counts
    where measure_id = 'cpp_ended_after_2_years'

),

ended_after_2_years_pct as (

    select * from {{ ref('int_figures') }}
    where
        measure_id = 'cpp_ended_after_2_years'
        and unit = 'percent'
        and not is_missing

),

ends as (

    select
        stocks.release_id,
        stocks.local_authority_code,
        stocks.period_id,
        stocks.source_line,
        started.new_plans as plans_started,
        cast(started.new_plans - (stocks.value - stocks.value_before) as decimal(18, 2))
            as ends_from_stocks,
        cast({{ least_whole(
            'ended_after_2_years.value', 'pct.value', 'pct.decimals', 100
        ) }} as decimal(18, 2)) as least_ends,
        cast({{ greatest_whole(
            'ended_after_2_years.value', 'pct.value', 'pct.decimals', 100
        ) }} as decimal(18, 2)) as greatest_ends
    from stocks
    inner join started
        on
            stocks.release_order = started.release_order
            and stocks.local_authority_code = started.local_authority_code
            and stocks.period_number = started.period_number
    inner join ended_after_2_years
        on
            stocks.release_id = ended_after_2_years.release_id
            and stocks.local_authority_code = ended_after_2_years.local_authority_code
            and stocks.period_id = ended_after_2_years.period_id
    inner join ended_after_2_years_pct as pct
        on
            stocks.release_id = pct.release_id
            and stocks.local_authority_code = pct.local_authority_code
            and stocks.period_id = pct.period_id
    where {{ is_next_year('stocks.period_before', 'stocks.period_id') }}

),

final as (

    select
        'cpp_stock_and_flows' as check_id,
        release_id,
        local_authority_code,
        period_id,
        'cpp_started' as measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'count' as unit,
        source_line,
        ends_from_stocks as printed_value,
        cast(0.5 * (least_ends + greatest_ends) as decimal(18, 2)) as expected_value,
        cast(0.5 * (greatest_ends - least_ends) as decimal(18, 4)) as tolerance,
        {{ format_number('plans_started') }} || ' new plans and the change at 31 March leave '
        || {{ format_number('ends_from_stocks') }}
        || ' plans that ended, but the share ending after two years implies '
        || {{ format_number('ceil(least_ends)') }}
        || ' to ' || {{ format_number('floor(greatest_ends)') }}
            as detail
    from ends
    where ends_from_stocks < least_ends or ends_from_stocks > greatest_ends

)

select * from final
