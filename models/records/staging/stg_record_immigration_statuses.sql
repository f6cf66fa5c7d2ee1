with

records as (

    select * from {{ record_table('ssd_immigration_status') }}

),

final as (

    select
        extract_id,
        immi_person_id as person_id,
        lower(immi_immigration_status) as immigration_status_text,
        {{ record_day('immi_immigration_status_end_date') }} as end_date,
        {{ unreadable_days(['immi_immigration_status_end_date']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
