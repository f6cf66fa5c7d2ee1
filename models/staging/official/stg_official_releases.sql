with

source as (

    select * from {{ ref('official_releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        try_cast(published_date as date) as published_date,
        {{ whole_number('reporting_year') }} as reporting_year,
        licence,
        geographic_coverage,
        population_release_id,
        attribution
    from source

)

select * from final
