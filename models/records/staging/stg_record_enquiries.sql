with

records as (

    select * from {{ record_table('ssd_s47_enquiry') }}

),

final as (

    select
        extract_id,
        s47e_s47_enquiry_id as enquiry_id,
        s47e_person_id as person_id,
        {{ record_day('s47e_s47_start_date') }} as start_date,
        {{ unreadable_days(['s47e_s47_start_date']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
