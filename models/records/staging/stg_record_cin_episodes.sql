with

records as (

    select * from {{ record_table('ssd_cin_episodes') }}

),

final as (

    select
        extract_id,
        {{ record_id('cine_referral_id') }} as referral_id,
        cine_referral_id is null as has_no_identifier,
        cine_person_id as person_id,
        {{ record_day('cine_referral_date') }} as referral_date,
        -- The time of day, for which of two referrals on a day was the first.
        {{ time_of('cine_referral_date') }} as referral_time,
        lower(cine_referral_source_code) as source_text,
        lower(cine_referral_nfa) as no_further_action_text,
        {{ record_day('cine_close_date') }} as close_date,
        -- From the census of an earlier year: it says when a child was referred before, no more.
        coalesce(is_of_earlier_year, 'no') = 'yes' as is_of_earlier_year,
        {{ unreadable_days(['cine_referral_date', 'cine_close_date']) }} as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
