with

gaps as (

    select * from {{ record_table('record_gaps') }}

),

final as (

    select
        extract_id,
        table_name,
        column_name
    from gaps

)

select * from final
