with

source as (

    select * from {{ ref('percentage_bases') }}

),

final as (

    select
        measure_id,
        numerator_measure_id,
        base_measure_id,
        base_is_sum_of_categories = 'true' as base_is_sum_of_categories
    from source

)

select * from final
