{{ config(materialized='view') }}

with

release_figures as (

    select * from {{ ref('int_release_figures') }}

),

final as (

    select
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        value,
        is_disputed,
        release_id,
        release_order,
        source_line
    from release_figures
    where is_latest_release

)

select * from final
