with

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        published_date,
        reporting_year,
        licence,
        geographic_coverage,
        population_release_id,
        attribution
    from official_releases

)

select * from final
