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
        is_benchmarked = 'true' as is_benchmarked,
        is_share = 'true' as is_share,
        first_financial_year
    from source

)

select * from final
