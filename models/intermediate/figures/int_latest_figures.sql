{{ config(materialized='view') }}

with

release_figures as (

    select * from {{ ref('int_release_figures') }}
    where is_latest_release and not {{ is_calendar_year('period_number') }}

),

ranked_figures as {{ read_each_time() }} (

    select * from {{ ref('int_ranked_figures') }}

),

-- Few series have a break: the others need not be put in order.
redefined as (

    select distinct series_key
    from ranked_figures
    where definition_number <> 1

),

definitions as (

    select
        ranked_figures.figure_key,
        ranked_figures.definition_number <> lag(ranked_figures.definition_number) over (
            partition by
                ranked_figures.series_key, {{ is_year('ranked_figures.period_number') }}
            order by ranked_figures.period_number
        ) as is_break_in_series
    from ranked_figures
    inner join redefined
        on ranked_figures.series_key = redefined.series_key
    where
        ranked_figures.is_latest_release
        and ranked_figures.is_chosen
        and not {{ is_calendar_year('ranked_figures.period_number') }}
        and ranked_figures.counted_line = ranked_figures.source_line

),

final as (

    select
        release_figures.figure_key,
        release_figures.series_key,
        release_figures.period_number,
        release_figures.release_order,
        release_figures.local_authority_code,
        release_figures.period_id,
        release_figures.measure_id,
        release_figures.category_id,
        release_figures.unit,
        release_figures.measure_key,
        release_figures.definition_number,
        coalesce(definitions.is_break_in_series, false) as is_break_in_series,
        release_figures.value,
        release_figures.decimals,
        release_figures.is_disputed,
        release_figures.is_sum_of_parts,
        release_figures.release_id,
        release_figures.source_line
    from release_figures
    left join definitions
        on release_figures.figure_key = definitions.figure_key

)

select * from final
