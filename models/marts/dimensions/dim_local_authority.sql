with

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

final as (

    select
        local_authority_code,
        local_authority_name,
        region_code,
        region_name,
        dfe_la_code
    from local_authorities

)

select * from final
