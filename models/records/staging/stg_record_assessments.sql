with

records as (

    select * from {{ record_table('ssd_cin_assessments') }}

),

final as (

    select
        extract_id,
        cina_assessment_id as assessment_id,
        cina_person_id as person_id,
        cina_referral_id as referral_id,
        {{ record_day('cina_assessment_start_date') }} as start_date,
        {{ record_day('cina_assessment_auth_date') }} as authorised_date,
        {{ unreadable_days(['cina_assessment_start_date', 'cina_assessment_auth_date']) }}
            as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
