{{ config(materialized='view') }}

with

figures as (

    select * from {{ ref('int_labelled_figures') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

series_breaks as (

    select
        series_breaks.local_authority_code,
        series_breaks.measure_id,
        series_breaks.category_id,
        series_breaks.period_id,
        releases.release_order
    from {{ ref('stg_series_breaks') }} as series_breaks
    inner join releases
        on series_breaks.release_id = releases.release_id

),

final as (

    select
        figures.release_id,
        figures.series_key,
        figures.period_id,
        1 + count(distinct series_breaks.period_id) as definition_number
    from figures
    inner join series_breaks
        on
            figures.local_authority_code = series_breaks.local_authority_code
            and figures.measure_id = series_breaks.measure_id
            and (
                series_breaks.category_id is null
                or figures.category_id = series_breaks.category_id
            )
            and figures.release_order >= series_breaks.release_order
            and {{ period_number('figures.period_id') }}
            >= {{ period_number('series_breaks.period_id') }}
    group by figures.release_id, figures.series_key, figures.period_id

)

select * from final
