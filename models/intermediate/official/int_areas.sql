{{ config(materialized='view') }}

with

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

official_areas as (

    select * from {{ ref('stg_official_areas') }}

),

replaced as (

    select * from {{ ref('stg_area_changes') }}
    where change_kind = 'replaced'

),

areas as (

    select
        local_authority_code as area_code,
        local_authority_name as area_name,
        'local_authority' as area_type,
        region_code,
        dfe_la_code
    from local_authorities

    union all

    select
        official_areas.area_code,
        official_areas.area_name,
        official_areas.area_type,
        official_areas.region_code,
        official_areas.dfe_la_code
    from official_areas
    left join local_authorities
        on official_areas.area_code = local_authorities.local_authority_code
    -- A council that is gone is listed as an authority once a report of its time is loaded.
    where local_authorities.local_authority_code is null

),

begun as (

    select
        new_area_code as area_code,
        min(first_financial_year) as exists_from
    from replaced
    group by new_area_code

),

gone as (

    select
        old_area_code as area_code,
        min(first_financial_year) as replaced_from
    from replaced
    group by old_area_code

),

final as (

    select
        areas.area_code,
        areas.area_name,
        areas.area_type,
        areas.region_code,
        regions.area_name as region_name,
        areas.dfe_la_code,
        begun.exists_from,
        gone.replaced_from
    from areas
    left join official_areas as regions
        on areas.region_code = regions.area_code
    left join begun
        on areas.area_code = begun.area_code
    left join gone
        on areas.area_code = gone.area_code

)

select * from final
