with

records as (

    select * from {{ record_table('ssd_care_leavers') }}

),

final as (

    select
        extract_id,
        clea_person_id as person_id,
        lower(clea_care_leaver_eligibility) as eligibility_text,
        0 as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
