with

source as (

    select * from {{ ref('official_sums') }}

),

final as (

    select
        measure_id,
        category_id,
        part_measure_id,
        part_category_id
    from source

)

select * from final
