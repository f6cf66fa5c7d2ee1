with

-- Without a legal status, care is taken to be full time, and found (records_findings).
episodes as (

    select
        extract_id,
        episode_id,
        person_id,
        placement_id,
        start_date,
        -- Looked after until 18 at the latest; an end before the start is none.
        case
            when end_date < start_date then start_date
            when adult_date < coalesce(end_date, date '9999-12-31') then adult_date
            else end_date
        end as end_date,
        source_file,
        source_row
    from {{ ref('int_record_care_episodes') }}
    where
        coalesce(kind_of_care, 'full_time') = 'full_time'
        and (adult_date is null or start_date < adult_date)

),

ended_before as (

    select
        *,
        max(coalesce(end_date, date '9999-12-31')) over (
            partition by extract_id, person_id
            order by start_date, coalesce(end_date, date '9999-12-31'), episode_id
            rows between unbounded preceding and 1 preceding
        ) as last_end_date
    from episodes

),

-- An episode that starts on or before the day that the last one ended goes on with it.
numbered as (

    select
        *,
        sum(case when start_date <= last_end_date then 0 else 1 end) over (
            partition by extract_id, person_id
            order by start_date, coalesce(end_date, date '9999-12-31'), episode_id
            rows between unbounded preceding and current row
        ) as period_number
    from ended_before

),

periods as (

    select
        extract_id,
        person_id,
        period_number,
        min(start_date) as start_date,
        nullif(
            max(coalesce(end_date, date '9999-12-31')), date '9999-12-31'
        ) as end_date
    from numbered
    group by
        extract_id,
        person_id,
        period_number

),

first_episodes as (

    select * from numbered
    where last_end_date is null or start_date > last_end_date

),

final as (

    select
        periods.extract_id,
        periods.person_id,
        periods.start_date,
        periods.end_date,
        first_episodes.placement_id as first_placement_id,
        first_episodes.source_file,
        first_episodes.source_row
    from periods
    inner join first_episodes
        on
            periods.extract_id = first_episodes.extract_id
            and periods.person_id = first_episodes.person_id
            and periods.period_number = first_episodes.period_number

)

select * from final
