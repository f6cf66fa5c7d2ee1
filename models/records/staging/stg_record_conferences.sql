with

records as (

    select * from {{ record_table('ssd_initial_cp_conference') }}

),

final as (

    select
        extract_id,
        icpc_icpc_id as conference_id,
        icpc_person_id as person_id,
        icpc_s47_enquiry_id as enquiry_id,
        {{ record_day('icpc_icpc_date') }} as conference_date,
        lower(icpc_icpc_transfer_in) as transfer_in_text,
        {{ unreadable_days(['icpc_icpc_date']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
