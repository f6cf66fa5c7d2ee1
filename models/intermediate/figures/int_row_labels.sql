-- Labels are few and figures many: each wording is looked up once.
with

figures as (

    select * from {{ ref('stg_figures') }}

),

row_label_variants as (

    select * from {{ ref('stg_row_label_variants') }}

),

printed_labels as (

    select distinct
        local_authority_code,
        table_id,
        row_label
    from figures

),

final as (

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
            -- A council's own wording before everyone's. (Asked for `nulls last`, DuckDB 1.5 takes
            -- now one, now the other.)
            order by case when row_label_variants.local_authority_code is null then 1 else 0 end asc
        ) = 1

)

select * from final
