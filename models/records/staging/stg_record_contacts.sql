with

records as (

    select * from {{ record_table('ssd_contacts') }}

),

final as (

    select
        extract_id,
        {{ record_id('cont_contact_id') }} as contact_id,
        cont_contact_id is null as has_no_identifier,
        cont_person_id as person_id,
        {{ record_day('cont_contact_date') }} as contact_date,
        {{ unreadable_days(['cont_contact_date']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
