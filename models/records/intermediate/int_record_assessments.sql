with

assessments as (

    select * from {{ ref('stg_record_assessments') }}
    where authorised_date is not null and person_id is not null

),

cases as (

    select * from {{ ref('int_record_cases') }}

),

working_days as (

    select * from {{ ref('int_record_working_days') }}

),

-- An assessment that several rows or several cases have is one, from the first of their referrals.
once as (

    select
        assessments.extract_id,
        assessments.person_id,
        assessments.start_date,
        assessments.authorised_date,
        min(cases.referral_date) as referral_date,
        min_by(assessments.source_file, assessments.source_row) as source_file,
        min(assessments.source_row) as source_row
    from assessments
    left join cases
        on
            assessments.extract_id = cases.extract_id
            and assessments.person_id = cases.person_id
            and assessments.referral_id = cases.referral_id
    group by
        assessments.extract_id,
        assessments.person_id,
        assessments.start_date,
        assessments.authorised_date

),

-- Null where a day lies outside the calendar.
final as (

    select
        once.extract_id,
        once.person_id,
        once.start_date,
        once.authorised_date,
        once.referral_date,
        authorised.working_day_number - started.working_day_number as days_from_start,
        authorised.working_day_number - referred.working_day_number as days_from_referral,
        once.source_file,
        once.source_row
    from once
    left join working_days as authorised
        on once.authorised_date = authorised.calendar_date
    left join working_days as started
        on once.start_date = started.calendar_date
    left join working_days as referred
        on once.referral_date = referred.calendar_date

)

select * from final
