{{ config(materialized='view') }}

with

figures as (

    select * from {{ ref('int_ranked_figures') }}
    -- Parts stand in their sum.
    where counted_line = source_line

),

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

periods as (

    select distinct
        period_number,
        period_id
    from {{ ref('int_period_labels') }}

),

final as (

    select
        releases.release_id,
        series.local_authority_code,
        series.measure_id,
        series.category_id,
        series.unit,
        series.measure_key,
        series.authority_measure_key,
        periods.period_id,
        figures.figure_key,
        figures.series_key,
        figures.period_number,
        figures.release_order,
        figures.source_line,
        figures.table_id,
        figures.value,
        figures.is_sum_of_parts,
        figures.is_missing,
        figures.marker,
        figures.is_qualified,
        figures.has_leading_zero,
        figures.decimals,
        figures.definition_number,
        figures.is_latest_release,
        figures.is_chosen,
        figures.is_counted_with,
        figures.is_disputed
    from figures
    left join series
        on figures.series_key = series.series_key
    left join releases
        on figures.release_order = releases.release_order
    left join periods
        on figures.period_number = periods.period_number

)

select * from final
