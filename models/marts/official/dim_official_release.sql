with

official_releases as (

    select * from {{ ref('official_releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        cast(published_date as date) as published_date,
        cast(reporting_year as integer) as reporting_year,
        licence,
        geographic_coverage,
        population_release_id,
        attribution
    from official_releases

)

select * from final
