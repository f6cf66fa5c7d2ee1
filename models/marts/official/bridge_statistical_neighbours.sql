with

statistical_neighbours as (

    select * from {{ ref('statistical_neighbours') }}

),

official_releases as (

    select * from {{ ref('official_releases') }}

),

final as (

    select
        statistical_neighbours.local_authority_code,
        cast(official_releases.reporting_year as integer) as model_year,
        cast(statistical_neighbours.rank as integer) as neighbour_rank,
        statistical_neighbours.neighbour_code,
        statistical_neighbours.closeness,
        statistical_neighbours.release_id,
        cast(official_releases.reporting_year as integer) = max(
            cast(official_releases.reporting_year as integer)
        ) over () as is_latest_model
    from statistical_neighbours
    inner join official_releases
        on statistical_neighbours.release_id = official_releases.release_id

)

select * from final
