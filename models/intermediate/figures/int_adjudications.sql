with

adjudications as (

    select * from {{ ref('stg_adjudications') }}

),

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

final as (

    select
        adjudications.release_id,
        adjudications.local_authority_code,
        adjudications.measure_id,
        adjudications.category_id,
        adjudications.period_id,
        adjudications.unit,
        adjudications.source_line,
        {{ figure_key(
            'series.series_key', period_number('adjudications.period_id'), 'releases.release_order'
        ) }} as figure_key
    from adjudications
    left join series
        on {{ is_of_series('adjudications', 'series') }}
    left join releases
        on adjudications.release_id = releases.release_id

)

select * from final
