with

records as (

    select * from {{ record_table('ssd_person') }}

),

final as (

    select
        extract_id,
        pers_person_id as person_id,
        {{ record_day('pers_dob') }} as birth_date,
        {{ unreadable_days(['pers_dob']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
