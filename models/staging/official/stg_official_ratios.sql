with

source as (

    select * from {{ ref('official_ratios') }}

),

final as (

    select
        measure_id,
        unit,
        part_measure_id,
        base_measure_id,
        is_by_category = 'true' as is_by_category,
        is_benchmarked = 'true' as is_benchmarked
    from source

)

select * from final
