with

areas as (

    select * from {{ ref('int_areas') }}

),

final as (

    select
        area_code,
        area_name,
        area_type,
        region_code,
        region_name,
        dfe_la_code,
        exists_from,
        replaced_from
    from areas

)

select * from final
