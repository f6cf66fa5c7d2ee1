{{ config(materialized='view') }}

with

figures as (

    select * from {{ ref('int_ranked_figures') }}

),

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

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
        {{ period_id_of_number('figures.period_number') }} as period_id,
        figures.*
    from figures
    left join series
        on figures.series_key = series.series_key
    left join releases
        on figures.release_order = releases.release_order

)

select * from final
