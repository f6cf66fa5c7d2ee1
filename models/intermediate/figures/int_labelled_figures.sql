{{ config(materialized='view') }}

with

figures as (

    select * from {{ ref('stg_figures') }}

),

row_labels as (

    select * from {{ ref('int_row_labels') }}

),

published_rows as (

    select * from {{ ref('stg_published_rows') }}

),

value_markers as (

    select * from {{ ref('stg_value_markers') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

labelled as (

    select
        figures.release_id,
        releases.release_order,
        figures.local_authority_code,
        figures.table_id,
        row_labels.row_id,
        published_rows.measure_id,
        published_rows.category_id,
        figures.period_id,
        figures.unit,
        figures.value,
        figures.value_as_printed,
        figures.value is null as is_missing,
        value_markers.marker,
        figures.decimals_printed,
        figures.row_label,
        figures.period_as_printed,
        figures.period_label,
        figures.source_table,
        figures.source_line,
        figures.source_cell,
        figures.qualifier,
        figures.note
    from figures
    left join releases
        on figures.release_id = releases.release_id
    left join row_labels
        on
            figures.local_authority_code = row_labels.local_authority_code
            and figures.table_id = row_labels.table_id
            and figures.row_label = row_labels.row_label
    left join published_rows
        on
            row_labels.table_id = published_rows.table_id
            and row_labels.row_id = published_rows.row_id
            and figures.unit = published_rows.unit
    left join value_markers
        on figures.marker_key = value_markers.marker_as_printed

),

final as (

    select
        *,
        {{ measure_key() }} as measure_key,
        {{ series_key() }} as series_key,
        {{ figure_key() }} as figure_key
    from labelled

)

select * from final
