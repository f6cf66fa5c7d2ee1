with

statistical_neighbours as (

    select * from {{ ref('stg_statistical_neighbours') }}

),

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

final as (

    select
        statistical_neighbours.local_authority_code,
        official_releases.reporting_year as model_year,
        statistical_neighbours.neighbour_rank,
        statistical_neighbours.neighbour_code,
        statistical_neighbours.closeness,
        statistical_neighbours.release_id,
        official_releases.reporting_year
        = max(official_releases.reporting_year) over () as is_latest_model
    from statistical_neighbours
    inner join official_releases
        on statistical_neighbours.release_id = official_releases.release_id

)

select * from final
