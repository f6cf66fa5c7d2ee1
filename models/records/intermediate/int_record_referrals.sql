with

cases as (

    select * from {{ ref('int_record_cases') }}

),

-- Two agencies that refer a child on one day make one referral, the first one's.
referrals as (

    select * from cases
    qualify
        row_number() over (
            partition by extract_id, person_id, referral_date
            order by is_of_earlier_year, referral_time, referral_id, source_file, source_row
        ) = 1

),

final as (

    select
        extract_id,
        person_id,
        referral_date,
        referral_source_id,
        is_of_earlier_year,
        lag(referral_date) over (
            partition by extract_id, person_id order by referral_date
        ) as previous_referral_date,
        source_file,
        source_row
    from referrals

)

select * from final
