with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_labelled_figures') }}

),

printed_precision as (

    select * from {{ ref('stg_printed_precision') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}

),

-- Grouped and joined: a window would carry every column of every figure.
latest as (

    select
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        max(release_order) as release_order
    from figures
    group by local_authority_code, measure_id, category_id, period_id, unit

),

final as (

    select
        figures.*,
        coalesce(
            precision_of_measure.decimals,
            precision_of_unit.decimals,
            figures.decimals_printed
        ) as decimals,
        coalesce(definitions.definition_number, 1) as definition_number,
        figures.release_order = latest.release_order as is_latest_release
    from figures
    left join printed_precision as precision_of_measure
        on
            figures.local_authority_code = precision_of_measure.local_authority_code
            and figures.period_id = precision_of_measure.period_id
            and figures.unit = precision_of_measure.unit
            and figures.measure_id = precision_of_measure.measure_id
    left join printed_precision as precision_of_unit
        on
            figures.local_authority_code = precision_of_unit.local_authority_code
            and figures.period_id = precision_of_unit.period_id
            and figures.unit = precision_of_unit.unit
            and precision_of_unit.measure_id is null
    left join latest
        on
            figures.local_authority_code = latest.local_authority_code
            and figures.measure_id = latest.measure_id
            and coalesce(figures.category_id, '') = coalesce(latest.category_id, '')
            and figures.period_id = latest.period_id
            and figures.unit = latest.unit
    left join definitions
        on
            figures.release_id = definitions.release_id
            and figures.local_authority_code = definitions.local_authority_code
            and figures.measure_id = definitions.measure_id
            and figures.period_id = definitions.period_id
            and coalesce(figures.category_id, '') = coalesce(definitions.category_id, '')

)

select * from final
