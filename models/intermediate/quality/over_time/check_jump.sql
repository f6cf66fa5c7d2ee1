with

latest_figures as (

    select * from {{ ref('int_latest_figures') }}

),

-- By keys alone: what is put in order is carried along.
figures as (

    select
        figure_key,
        series_key,
        definition_number,
        period_number,
        {{ is_year('period_number') }} as is_annual,
        value
    from latest_figures
    where value is not null

),

quality_checks as (

    select
        check_id,
        parameter as factor
    from {{ ref('stg_quality_checks') }}

),

changes as (

    select
        *,
        lag(value) over series as value_before,
        abs(value - lag(value) over series) as absolute_change
    from figures
    window series as (
        partition by series_key, definition_number, is_annual
        order by period_number
    )

),

-- A jump once known is no measure of the next: the usual changes alone are.
history as (

    select
        *,
        count(absolute_change) over earlier_changes as changes_before,
        absolute_change
        <= {{ var('jump_outlier_factor') }}
        * {{ running_median('absolute_change', 'earlier_changes') }} as is_usual
    from changes
    window earlier_changes as (
        partition by series_key, definition_number, is_annual
        order by period_number
        rows between unbounded preceding and 1 preceding
    )

),

compared as (

    select
        *,
        max(
            case
                when is_usual or changes_before < {{ var('jump_least_history') }}
                    then absolute_change
            end
        ) over earlier_changes as greatest_change_before
    from history
    window earlier_changes as (
        partition by series_key, definition_number, is_annual
        order by period_number
        rows between unbounded preceding and 1 preceding
    )

),

final as (

    select
        quality_checks.check_id,
        latest_figures.release_id,
        latest_figures.local_authority_code,
        latest_figures.period_id,
        latest_figures.measure_id,
        latest_figures.category_id,
        latest_figures.unit,
        latest_figures.source_line,
        compared.value as printed_value,
        compared.value_before as expected_value,
        cast(
            quality_checks.factor * compared.greatest_change_before as decimal(18, 4)
        ) as tolerance,
        'changed from ' || {{ format_number('compared.value_before') }}
        || ' to ' || {{ format_number('compared.value') }}
        || case latest_figures.unit
            when 'percent' then ' per cent'
            when 'rate_per_10000' then ' per 10,000'
            else ''
        end
        || '; the largest usual change before was '
        || {{ format_number('compared.greatest_change_before') }} as detail
    from compared
    inner join latest_figures
        on compared.figure_key = latest_figures.figure_key
    inner join quality_checks
        on quality_checks.check_id = 'jump'
    where
        compared.changes_before >= {{ var('jump_least_history') }}
        and compared.absolute_change > quality_checks.factor * compared.greatest_change_before

)

select * from final
