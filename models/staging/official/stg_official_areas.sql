with

source as (

    select * from {{ ref('official_areas') }}

),

final as (

    select
        area_code,
        area_name,
        area_type,
        region_code,
        dfe_la_code
    from source

)

select * from final
