with

source as (

    select * from {{ ref('local_authorities') }}

),

final as (

    select
        local_authority_code,
        local_authority_name,
        region_code,
        region_name,
        dfe_la_code
    from source

)

select * from final
