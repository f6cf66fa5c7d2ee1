with

episodes as (

    select * from {{ ref('stg_record_cin_episodes') }}
    where referral_date is not null and person_id is not null

),

said as (

    select * from {{ ref('int_record_values') }}

),

final as (

    select
        episodes.extract_id,
        episodes.referral_id,
        episodes.person_id,
        episodes.referral_date,
        episodes.referral_time,
        episodes.close_date,
        episodes.is_of_earlier_year,
        -- A blank or an unknown code is not the census's own "unknown".
        coalesce(sources.value, 'not_recorded') as referral_source_id,
        coalesce(answers.value = 'yes', false) as is_no_further_action,
        episodes.no_further_action_text is null as has_no_answer,
        episodes.source_file,
        episodes.source_row
    from episodes
    left join said as sources
        on
            sources.field = 'referral_source'
            and episodes.source_text = sources.said
    left join said as answers
        on
            answers.field = 'yes_no'
            and episodes.no_further_action_text = answers.said
    -- A row that was loaded twice is one.
    qualify
        row_number() over (
            partition by episodes.extract_id, episodes.person_id, episodes.referral_id
            order by episodes.is_of_earlier_year, episodes.source_file, episodes.source_row
        ) = 1

)

select * from final
