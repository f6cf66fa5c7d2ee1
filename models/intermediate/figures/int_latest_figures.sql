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
        measure_key,
        series_key,
        definition_number,
        coalesce(
            definition_number <> lag(definition_number) over (
                partition by series_key, length(period_id) order by period_id
            ), false
        ) as is_break_in_series,
        value,
        decimals,
        is_disputed,
        release_id,
        release_order,
        source_line,
        figure_key
    from release_figures
    where is_latest_release

)

select * from final
