with

source as (

    select * from {{ extract('series_breaks') }}

),

final as (

    select
        release_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        reason
    from source

)

select * from final
