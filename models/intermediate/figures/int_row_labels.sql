-- Labels are few and figures many: each wording is looked up once.
with

figures as (

    select * from {{ ref('stg_figures') }}

),

row_label_variants as (

    select * from {{ ref('stg_row_label_variants') }}

),

published_rows as (

    select * from {{ ref('stg_published_rows') }}

),

printed_labels as (

    select distinct
        local_authority_code,
        table_id,
        row_label,
        unit
    from figures

),

rows_named as (

    select
        printed_labels.local_authority_code,
        printed_labels.table_id,
        printed_labels.row_label,
        printed_labels.unit,
        row_label_variants.row_id,
        row_label_variants.row_label_key,
        row_label_variants.is_part
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
                printed_labels.row_label,
                printed_labels.unit
            -- A council's own wording before everyone's. (Asked for `nulls last`, DuckDB 1.5 takes
            -- now one, now the other.)
            order by case when row_label_variants.local_authority_code is null then 1 else 0 end asc
        ) = 1

),

measured as (

    select
        rows_named.*,
        published_rows.measure_id,
        published_rows.category_id,
        published_rows.measure_id is null as has_no_measure
    from rows_named
    left join published_rows
        on
            rows_named.table_id = published_rows.table_id
            and rows_named.row_id = published_rows.row_id
            and rows_named.unit = published_rows.unit

),

final as (

    select
        local_authority_code,
        table_id,
        row_label,
        unit,
        row_id,
        measure_id,
        category_id,
        case
            when not has_no_measure
                then
                    cast(
                        dense_rank() over (
                            partition by has_no_measure
                            order by
                                local_authority_code asc,
                                measure_id asc,
                                coalesce(category_id, '') asc,
                                unit asc
                        ) as integer
                    )
        end as series_key,
        case
            when is_part
                then
                    cast(
                        dense_rank() over (
                            partition by local_authority_code, table_id, row_id
                            order by row_label_key asc
                        ) as integer
                    )
        end as part_number
    from measured

)

select * from final
