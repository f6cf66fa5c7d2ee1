with

episodes as (

    select * from {{ ref('stg_record_care_episodes') }}
    where start_date is not null and person_id is not null

),

legal_statuses as (

    select * from {{ ref('stg_record_legal_statuses') }}
    where start_date is not null

),

people as (

    select
        extract_id,
        person_id,
        min(birth_date) as birth_date
    from {{ ref('stg_record_people') }}
    group by
        extract_id,
        person_id

),

said as (

    select * from {{ ref('int_record_values') }}

),

care_statuses as (

    select
        legal_statuses.extract_id,
        legal_statuses.legal_status_id,
        legal_statuses.person_id,
        legal_statuses.start_date,
        legal_statuses.end_date,
        said.value as kind_of_care,
        legal_statuses.source_file,
        legal_statuses.source_row
    from legal_statuses
    inner join said
        on
            said.field = 'legal_status'
            and legal_statuses.legal_status_text = said.said
    where said.value is not null

),

-- A row that was loaded twice is one.
once as (

    select
        *,
        case when end_date < start_date then start_date else end_date end as ended_date
    from episodes
    qualify
        row_number() over (
            partition by extract_id, person_id, episode_id
            order by source_file, source_row
        ) = 1

),

-- Pairs first: an outer join by more than equal keys would compare all episodes with all statuses.
statuses_of_episodes as (

    select
        once.extract_id,
        once.person_id,
        once.episode_id,
        care_statuses.legal_status_id,
        care_statuses.start_date,
        care_statuses.end_date,
        care_statuses.kind_of_care,
        care_statuses.source_file,
        care_statuses.source_row
    from once
    inner join care_statuses
        on
            once.extract_id = care_statuses.extract_id
            and once.person_id = care_statuses.person_id
            and (
                care_statuses.end_date is null
                or care_statuses.end_date > once.start_date
                -- An episode of a day, with a status of that day.
                or (
                    once.start_date = care_statuses.start_date
                    and once.start_date = once.ended_date
                )
            )
            and (
                once.ended_date is null
                or once.ended_date > care_statuses.start_date
                or once.start_date = care_statuses.start_date
            )

),

-- The episode's own status, else that in force when it began, else the next within it.
with_status as (

    select
        once.extract_id,
        once.episode_id,
        once.person_id,
        once.start_date,
        once.end_date,
        once.placement_id,
        once.source_file,
        once.source_row,
        coalesce(own_statuses.value, care_statuses.kind_of_care) as kind_of_care,
        min(
            case
                when care_statuses.start_date >= once.start_date then care_statuses.kind_of_care
            end
        ) over (
            partition by once.extract_id, once.person_id, once.episode_id
        ) as min_kind_within,
        max(
            case
                when care_statuses.start_date >= once.start_date then care_statuses.kind_of_care
            end
        ) over (
            partition by once.extract_id, once.person_id, once.episode_id
        ) as max_kind_within
    from once
    left join said as own_statuses
        on
            own_statuses.field = 'legal_status'
            and once.legal_status_text = own_statuses.said
    left join statuses_of_episodes as care_statuses
        on
            once.extract_id = care_statuses.extract_id
            and once.person_id = care_statuses.person_id
            and once.episode_id is not distinct from care_statuses.episode_id
    qualify
        row_number() over (
            partition by once.extract_id, once.person_id, once.episode_id
            order by
                -- Days apart; a status in force first, then one that began within the episode.
                case
                    when care_statuses.start_date is null then 2
                    when care_statuses.start_date <= once.start_date then 0
                    else 1
                end,
                abs(
                    {{ days_between(
                        "coalesce(care_statuses.start_date, date '1900-01-01')",
                        'once.start_date'
                    ) }}
                ),
                -- Of two that began on a day, that which ended with the episode.
                case
                    when
                        coalesce(care_statuses.end_date, date '9999-12-31')
                        = coalesce(once.ended_date, date '9999-12-31')
                        then 0
                    else 1
                end,
                coalesce(care_statuses.end_date, date '9999-12-31') desc,
                coalesce(care_statuses.legal_status_id, ''),
                care_statuses.source_file,
                care_statuses.source_row
        ) = 1

),

final as (

    select
        with_status.extract_id,
        with_status.episode_id,
        with_status.person_id,
        with_status.start_date,
        with_status.end_date,
        with_status.placement_id,
        people.birth_date,
        {{ months_after('people.birth_date', 216) }} as adult_date,
        with_status.kind_of_care,
        -- Of one with short breaks and full-time care, which should be two, or of two that began
        -- with it.
        coalesce(
            with_status.min_kind_within <> with_status.kind_of_care
            or with_status.max_kind_within <> with_status.kind_of_care,
            false
        ) as has_other_kind_within,
        with_status.source_file,
        with_status.source_row
    from with_status
    left join people
        on
            with_status.extract_id = people.extract_id
            and with_status.person_id = people.person_id

)

select * from final
