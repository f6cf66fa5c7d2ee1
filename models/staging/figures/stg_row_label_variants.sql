with

source as (

    select * from {{ ref('row_label_variants') }}

),

final as (

    select
        table_id,
        printed_label,
        row_id,
        local_authority_code,
        -- A spreadsheet writes TRUE.
        coalesce(lower(is_part) = 'true', false) as is_part,
        {{ row_label_key('printed_label') }} as row_label_key
    from source

)

select * from final
