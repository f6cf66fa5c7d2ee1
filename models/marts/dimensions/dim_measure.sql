with

measures as (

    select * from {{ ref('stg_measures') }}

),

final as (

    select
        measure_id,
        measure_name,
        measure_kind,
        definition,
        definition_source
    from measures

)

select * from final
