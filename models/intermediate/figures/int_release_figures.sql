{{ config(materialized='view') }}

with

figures as (

    select * from {{ ref('int_figures') }}
    where is_chosen

),

final as (

    select
        figure_key,
        series_key,
        period_number,
        release_order,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        measure_key,
        authority_measure_key,
        definition_number,
        value,
        case when value is not null then decimals end as decimals,
        is_disputed,
        is_sum_of_parts,
        is_latest_release,
        release_id,
        source_line
    from figures

)

select * from final
