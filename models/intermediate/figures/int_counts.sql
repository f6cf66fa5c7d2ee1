{{ config(materialized='view') }}

with

-- "Over 160" is no count to work with. A calendar year is none beside financial years.
figures as (

    select * from {{ ref('int_figures') }}
    where
        unit = 'count'
        and is_counted_with
        and not {{ is_calendar_year('period_number') }}

),

final as (

    select
        figure_key,
        series_key,
        authority_measure_key,
        period_number,
        release_order,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        definition_number,
        value,
        source_line
    from figures

)

select * from final
