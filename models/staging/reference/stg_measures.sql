with

source as (

    select * from {{ ref('measures') }}

),

final as (

    select
        measure_id,
        measure_name,
        measure_kind,
        may_be_negative = 'true' as may_be_negative,
        definition,
        definition_source
    from source

)

select * from final
