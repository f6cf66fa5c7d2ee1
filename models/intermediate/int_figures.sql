with

staged as (

    {% for table_id in [
        'contacts_and_referrals',
        'section_47_and_assessments',
        'child_protection_plans',
        'children_looked_after',
        'care_flows',
        'uasc_arrivals',
        'uasc_care_leavers',
        'headline_figures',
    ] %}
        select * from {{ ref('stg_' ~ table_id) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

row_label_variants as (

    select
        table_id,
        row_id,
        {{ label_key('printed_label') }} as row_label_key
    from {{ ref('row_label_variants') }}

),

published_rows as (

    select * from {{ ref('published_rows') }}

),

value_markers as (

    select * from {{ ref('value_markers') }}

),

releases as (

    select * from {{ ref('int_releases') }}

),

printed_precision as (

    select * from {{ ref('printed_precision') }}

),

labelled as (

    select
        staged.release_id,
        releases.release_order,
        staged.local_authority_code,
        staged.table_id,
        row_label_variants.row_id,
        published_rows.measure_id,
        published_rows.category_id,
        staged.period_id,
        staged.unit,
        staged.value,
        staged.value_as_printed,
        staged.value is null as is_missing,
        value_markers.marker,
        coalesce(
            try_cast(precision_of_measure.decimals as integer),
            try_cast(precision_of_unit.decimals as integer),
            staged.decimals_printed
        ) as decimals,
        staged.decimals_printed,
        staged.row_label,
        staged.period_as_printed,
        staged.period_label,
        staged.source_table,
        staged.source_line,
        staged.source_cell,
        staged.note
    from staged
    left join releases
        on staged.release_id = releases.release_id
    left join row_label_variants
        on
            staged.table_id = row_label_variants.table_id
            and staged.row_label_key = row_label_variants.row_label_key
    left join published_rows
        on
            row_label_variants.table_id = published_rows.table_id
            and row_label_variants.row_id = published_rows.row_id
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

final as (

    select
        *,
        release_order = max(release_order) over (
            partition by local_authority_code, measure_id, category_id, period_id, unit
        ) as is_latest_release
    from labelled

)

select * from final
