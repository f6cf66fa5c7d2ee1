with

records as (

    select * from {{ record_table('ssd_legal_status') }}

),

final as (

    select
        extract_id,
        lega_legal_status_id as legal_status_id,
        lega_person_id as person_id,
        lower(lega_legal_status) as legal_status_text,
        {{ record_day('lega_legal_status_start_date') }} as start_date,
        {{ record_day('lega_legal_status_end_date') }} as end_date,
        {{ unreadable_days(['lega_legal_status_start_date', 'lega_legal_status_end_date']) }}
            as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
