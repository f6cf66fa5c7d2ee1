with

figures as (

    select * from {{ touched(ref('int_latest_figures')) }}
    where value is not null

),

quality_checks as (

    select
        check_id,
        cast(parameter as decimal(18, 4)) as factor
    from {{ ref('quality_checks') }}

),

changes as (

    select
        *,
        lag(value) over series as value_before,
        abs(value - lag(value) over series) as absolute_change
    from figures
    window series as (
        partition by
            local_authority_code,
            measure_id,
            category_id,
            unit,
            definition_number,
            length(period_id)
        order by period_id
    )

),

history as (

    select
        *,
        max(absolute_change) over earlier_changes as greatest_change_before,
        count(absolute_change) over earlier_changes as changes_before
    from changes
    window earlier_changes as (
        partition by
            local_authority_code,
            measure_id,
            category_id,
            unit,
            definition_number,
            length(period_id)
        order by period_id
        rows between unbounded preceding and 1 preceding
    )

),

final as (

    select
        quality_checks.check_id,
        history.release_id,
        history.local_authority_code,
        history.period_id,
        history.measure_id,
        history.category_id,
        history.unit,
        history.source_line,
        history.value as printed_value,
        history.value_before as expected_value,
        cast(quality_checks.factor * history.greatest_change_before as decimal(18, 4)) as tolerance,
        'moved from ' || {{ spoken('history.value_before') }}
        || ' to ' || {{ spoken('history.value') }}
        || case history.unit
            when 'percent' then ' per cent'
            when 'rate_per_10000' then ' per 10,000'
            else ''
        end
        || '; the largest change before was '
        || {{ spoken('history.greatest_change_before') }} as detail
    from history
    inner join quality_checks
        on quality_checks.check_id = 'jump'
    where
        history.changes_before >= {{ var('jump_least_history') }}
        and history.absolute_change > quality_checks.factor * history.greatest_change_before

)

select * from final
