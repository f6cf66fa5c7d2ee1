with

source as (

    select * from {{ ref('claim_formulas') }}

),

final as (

    select
        formula,
        computes,
        needs_measure_id = 'true' as needs_measure_id,
        needs_period_id = 'true' as needs_period_id,
        needs_base_measure_id = 'true' as needs_base_measure_id,
        needs_base_period_id = 'true' as needs_base_period_id,
        needs_stated_value = 'true' as needs_stated_value,
        runs_over,
        compares_periods = 'true' as compares_periods,
        reads_categories = 'true' as reads_categories,
        reads_region = 'true' as reads_region,
        result
    from source

)

select * from final
