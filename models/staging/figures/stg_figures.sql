{{ config(materialized='table') }}

-- No view as in staging elsewhere: of very many files each is read once.
with

source as (

    {{ published_figures() }}

),

-- Nothing is joined and nothing is dropped: what is printed is read where each wording is looked up
-- once, in int_labelled_figures.
final as (

    select
        release_id,
        local_authority_code,
        table_id,
        source_table,
        {{ whole_number('source_line') }} as source_line,
        {{ whole_number('source_cell') }} as source_cell,
        row_label,
        period_as_printed,
        period_label,
        unit,
        value_as_printed,
        qualifier,
        note
    from source

)

select * from final
