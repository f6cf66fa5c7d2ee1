with

staged as {{ read_each_time() }} (

    select * from {{ ref('stg_figures') }}

),

row_label_variants as (

    select * from {{ ref('stg_row_label_variants') }}

),

-- Labels are few and figures many: each wording is looked up once.
printed_labels as (

    select distinct
        local_authority_code,
        table_id,
        row_label
    from staged

),

row_labels as (

    select
        printed_labels.local_authority_code,
        printed_labels.table_id,
        printed_labels.row_label,
        row_label_variants.row_id
    from printed_labels
    inner join row_label_variants
        on
            printed_labels.table_id = row_label_variants.table_id
            and {{ row_label_key('printed_labels.row_label') }} = row_label_variants.row_label_key
            and printed_labels.local_authority_code
            = coalesce(
                row_label_variants.local_authority_code, printed_labels.local_authority_code
            )
    qualify
        row_number() over (
            partition by
                printed_labels.local_authority_code,
                printed_labels.table_id,
                printed_labels.row_label
            -- A council's own wording before everyone's.
            order by row_label_variants.local_authority_code asc nulls last
        ) = 1

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

series_breaks as (

    select
        series_breaks.local_authority_code,
        series_breaks.measure_id,
        series_breaks.category_id,
        series_breaks.period_id,
        releases.release_order
    from {{ ref('stg_series_breaks') }} as series_breaks
    inner join releases
        on series_breaks.release_id = releases.release_id

),

printed_precision as (

    select * from {{ ref('stg_printed_precision') }}

),

labelled as {{ read_each_time() }} (

    select
        staged.release_id,
        releases.release_order,
        staged.local_authority_code,
        staged.table_id,
        row_labels.row_id,
        published_rows.measure_id,
        published_rows.category_id,
        staged.period_id,
        staged.unit,
        staged.value,
        staged.value_as_printed,
        staged.value is null as is_missing,
        value_markers.marker,
        coalesce(
            precision_of_measure.decimals,
            precision_of_unit.decimals,
            staged.decimals_printed
        ) as decimals,
        staged.decimals_printed,
        staged.row_label,
        staged.period_as_printed,
        staged.period_label,
        staged.source_table,
        staged.source_line,
        staged.source_cell,
        staged.qualifier,
        staged.note
    from staged
    left join releases
        on staged.release_id = releases.release_id
    left join row_labels
        on
            staged.local_authority_code = row_labels.local_authority_code
            and staged.table_id = row_labels.table_id
            and staged.row_label = row_labels.row_label
    left join published_rows
        on
            row_labels.table_id = published_rows.table_id
            and row_labels.row_id = published_rows.row_id
            and staged.unit = published_rows.unit
    left join value_markers
        on staged.marker_key = value_markers.marker_as_printed
    left join printed_precision as precision_of_measure
        on
            staged.local_authority_code = precision_of_measure.local_authority_code
            and staged.period_id = precision_of_measure.period_id
            and staged.unit = precision_of_measure.unit
            and published_rows.measure_id = precision_of_measure.measure_id
    left join printed_precision as precision_of_unit
        on
            staged.local_authority_code = precision_of_unit.local_authority_code
            and staged.period_id = precision_of_unit.period_id
            and staged.unit = precision_of_unit.unit
            and precision_of_unit.measure_id is null

),

definitions as (

    select
        labelled.release_id,
        labelled.local_authority_code,
        labelled.measure_id,
        labelled.category_id,
        labelled.period_id,
        count(distinct series_breaks.period_id) as breaks
    from labelled
    inner join series_breaks
        on
            labelled.local_authority_code = series_breaks.local_authority_code
            and labelled.measure_id = series_breaks.measure_id
            and coalesce(series_breaks.category_id, labelled.category_id, '')
            = coalesce(labelled.category_id, '')
            and labelled.release_order >= series_breaks.release_order
            and {{ period_number('labelled.period_id') }}
            >= {{ period_number('series_breaks.period_id') }}
    group by
        labelled.release_id,
        labelled.local_authority_code,
        labelled.measure_id,
        labelled.category_id,
        labelled.period_id

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
    from labelled
    group by local_authority_code, measure_id, category_id, period_id, unit

),

final as (

    select
        labelled.*,
        1 + coalesce(definitions.breaks, 0) as definition_number,
        labelled.release_order = latest.release_order as is_latest_release
    from labelled
    left join latest
        on
            labelled.local_authority_code = latest.local_authority_code
            and labelled.measure_id = latest.measure_id
            and coalesce(labelled.category_id, '') = coalesce(latest.category_id, '')
            and labelled.period_id = latest.period_id
            and labelled.unit = latest.unit
    left join definitions
        on
            labelled.release_id = definitions.release_id
            and labelled.local_authority_code = definitions.local_authority_code
            and labelled.measure_id = definitions.measure_id
            and labelled.period_id = definitions.period_id
            and coalesce(labelled.category_id, '') = coalesce(definitions.category_id, '')

)

select * from final
