with

counts as (

    select * from {{ ref('int_counts') }}

),

quality_checks as (

    select parameter as recorded_late
    from {{ ref('stg_quality_checks') }}
    where check_id = 'cla_stock_and_flows'

),

stocks as (

    select
        *,
        lag(value) over series as value_before,
        lag(period_id) over series as period_before
    from counts
    where measure_id = 'cla_at_year_end'
    window series as (
        partition by release_id, local_authority_code, definition_number
        order by period_id
    )

),

quarters as (

    select
        entered.release_id,
        entered.local_authority_code,
        substr(entered.period_id, 1, 7) as financial_year,
        entered.definition_number as entered_definition,
        departed.definition_number as departed_definition,
        entered.value - departed.value as net_change
    from counts as entered
    inner join counts as departed
        on
            entered.release_id = departed.release_id
            and entered.local_authority_code = departed.local_authority_code
            and entered.period_id = departed.period_id
    where entered.measure_id = 'care_entered' and departed.measure_id = 'care_left'

),

years as (

    select
        release_id,
        local_authority_code,
        financial_year,
        cast(sum(net_change) as decimal(18, 2)) as net_change
    from quarters
    group by release_id, local_authority_code, financial_year
    having
        count(*) = 4
        and min(entered_definition) = max(entered_definition)
        and min(departed_definition) = max(departed_definition)

),

final as (

    select
        'cla_stock_and_flows' as check_id,
        stocks.release_id,
        stocks.local_authority_code,
        stocks.period_id,
        stocks.measure_id,
        stocks.category_id,
        'count' as unit,
        stocks.source_line,
        cast(stocks.value - stocks.value_before as decimal(18, 2)) as printed_value,
        years.net_change as expected_value,
        cast(quality_checks.recorded_late * stocks.value_before as decimal(18, 4)) as tolerance,
        'the count changed from ' || {{ format_number('stocks.value_before') }}
        || ' to ' || {{ format_number('stocks.value') }}
        || ', a change of ' || {{ format_number('stocks.value - stocks.value_before') }}
        || ', but over the four quarters those entering less those leaving come to '
        || {{ format_number('years.net_change') }} as detail
    from stocks
    inner join years
        on
            stocks.release_id = years.release_id
            and stocks.local_authority_code = years.local_authority_code
            and stocks.period_id = years.financial_year
    cross join quality_checks
    where
        {{ is_next_year('stocks.period_before', 'stocks.period_id') }}
        and abs(stocks.value - stocks.value_before - years.net_change)
        > quality_checks.recorded_late * stocks.value_before

)

select * from final
