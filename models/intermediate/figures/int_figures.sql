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
        series_key,
        period_id,
        max(release_order) as release_order
    from figures
    group by series_key, period_id

),

final as (

    select
        figures.release_id,
        figures.release_order,
        figures.local_authority_code,
        figures.table_id,
        figures.row_id,
        figures.measure_id,
        figures.category_id,
        figures.period_id,
        figures.unit,
        figures.measure_key,
        figures.series_key,
        figures.figure_key,
        figures.value,
        figures.value_as_printed,
        figures.is_missing,
        figures.marker,
        figures.decimals_printed,
        figures.row_label,
        figures.period_as_printed,
        figures.period_label,
        figures.source_table,
        figures.source_line,
        figures.source_cell,
        figures.qualifier,
        figures.note,
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
            figures.series_key = latest.series_key
            and figures.period_id = latest.period_id
    left join definitions
        on
            figures.release_id = definitions.release_id
            and figures.series_key = definitions.series_key
            and figures.period_id = definitions.period_id

)

select * from final
