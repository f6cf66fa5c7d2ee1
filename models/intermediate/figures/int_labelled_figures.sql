{{ config(materialized='view') }}

with

figures as {{ read_each_time() }} (

    select * from {{ ref('stg_figures') }}

),

row_labels as (

    select * from {{ ref('int_row_labels') }}

),

value_markers as (

    select * from {{ ref('stg_value_markers') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

period_labels as (

    select * from {{ ref('int_period_labels') }}

),

-- Each wording of a value is read once: of millions of figures they are some thousands.
value_wordings as (

    select distinct value_as_printed
    from figures

),

values_in_digits as (

    select
        value_as_printed,
        {{ number_text('value_as_printed') }} as number_text
    from value_wordings

),

values_read as (

    select
        value_as_printed,
        try_cast(number_text as decimal(18, 2)) as value,
        {{ decimals_of('number_text') }} as decimals_printed,
        {{ has_leading_zero('value_as_printed') }} as has_leading_zero,
        case
            when number_text is null
                then coalesce({{ label_key('value_as_printed') }}, '(blank)')
        end as marker_key
    from values_in_digits

),

final as (

    select
        {{ figure_key(
            'row_labels.series_key', 'period_labels.period_number', 'releases.release_order'
        ) }} as figure_key,
        row_labels.series_key,
        period_labels.period_number,
        releases.release_order,
        row_labels.part_number,
        figures.release_id,
        figures.local_authority_code,
        figures.table_id,
        row_labels.row_id,
        row_labels.measure_id,
        row_labels.category_id,
        period_labels.period_id,
        figures.unit,
        values_read.value,
        figures.value_as_printed,
        values_read.value is null as is_missing,
        values_read.marker_key,
        value_markers.marker,
        values_read.decimals_printed,
        values_read.has_leading_zero,
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
            and figures.unit = row_labels.unit
    left join values_read
        on figures.value_as_printed is not distinct from values_read.value_as_printed
    left join value_markers
        on values_read.marker_key = value_markers.marker_as_printed
    left join period_labels
        on figures.period_label = period_labels.period_label

)

select * from final
