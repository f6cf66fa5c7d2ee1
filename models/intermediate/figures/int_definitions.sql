{{ config(materialized='view') }}

-- A break counts for what its own release and later ones print, of its period and later ones.
with

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

series_breaks as (

    select * from {{ ref('stg_series_breaks') }}

),

figures as (

    select * from {{ ref('int_keyed_figures') }}

),

breaks as (

    select
        series.series_key,
        {{ period_number('series_breaks.period_id') }} as period_number,
        min(releases.release_order) as release_order
    from series_breaks
    inner join releases
        on series_breaks.release_id = releases.release_id
    inner join series
        on
            series_breaks.local_authority_code = series.local_authority_code
            and series_breaks.measure_id = series.measure_id
            and (
                series_breaks.category_id is null
                or series_breaks.category_id = series.category_id
            )
    group by series.series_key, {{ period_number('series_breaks.period_id') }}

),

final as (

    select
        figures.figure_key,
        1 + count(distinct breaks.period_number) as definition_number
    from figures
    inner join breaks
        on
            figures.series_key = breaks.series_key
            and figures.period_number >= breaks.period_number
            and figures.release_order >= breaks.release_order
    group by figures.figure_key

)

select * from final
