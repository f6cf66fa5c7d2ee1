with

enquiries as (

    select * from {{ ref('int_record_enquiries') }}

),

conferences as (

    select * from {{ ref('int_record_conferences') }}

),

enquiry_numbers as (

    select * from {{ ref('stg_record_enquiries') }}

),

working_days as (

    select * from {{ ref('int_record_working_days') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

begun as (

    select
        enquiries.*,
        periods.period_id,
        periods.end_date as year_end_date
    from enquiries
    inner join periods
        on
            enquiries.extract_id = periods.extract_id
            and enquiries.start_date between periods.start_date and periods.end_date

),

held as (

    select
        conferences.extract_id,
        conferences.person_id,
        conferences.conference_date,
        conferences.is_transferred_in,
        periods.period_id,
        min(started.calendar_date) as enquiry_date,
        min(started.working_day_number) as enquiry_day_number,
        min_by(conferences.source_file, conferences.source_row) as source_file,
        min(conferences.source_row) as source_row
    from conferences
    inner join periods
        on
            conferences.extract_id = periods.extract_id
            and conferences.conference_date between periods.start_date and periods.end_date
    left join enquiry_numbers
        on
            conferences.extract_id = enquiry_numbers.extract_id
            and conferences.person_id = enquiry_numbers.person_id
            and conferences.enquiry_id = enquiry_numbers.enquiry_id
    left join working_days as started
        on enquiry_numbers.start_date = started.calendar_date
    group by
        conferences.extract_id,
        conferences.person_id,
        conferences.conference_date,
        conferences.is_transferred_in,
        periods.period_id

),

timed as (

    select
        held.*,
        working_days.working_day_number - held.enquiry_day_number as days_from_enquiry
    from held
    inner join working_days
        on held.conference_date = working_days.calendar_date
    where
        not held.is_transferred_in
        and held.conference_date >= held.enquiry_date

),

final as (

    select
        extract_id,
        'section_47_enquiries' as measure_id,
        period_id,
        {{ counted_record('ssd_s47_enquiry') }}
    from begun

    union all

    select
        extract_id,
        'enquiries_with_conference' as measure_id,
        period_id,
        {{ counted_record('ssd_s47_enquiry') }}
    from begun
    where conference_date <= year_end_date

    union all

    select
        extract_id,
        'enquiries_with_conference_to_30_june' as measure_id,
        period_id,
        {{ counted_record('ssd_s47_enquiry') }}
    from begun
    where conference_date <= {{ months_after('year_end_date', 3) }}

    union all

    select
        extract_id,
        case
            when is_transferred_in then 'initial_child_protection_conferences_transferred_in'
            else 'initial_child_protection_conferences'
        end as measure_id,
        period_id,
        {{ counted_record('ssd_initial_cp_conference') }}
    from held

    union all

    select
        extract_id,
        'conferences_timed' as measure_id,
        period_id,
        {{ counted_record('ssd_initial_cp_conference') }}
    from timed

    union all

    select
        extract_id,
        'conferences_timed_in_time' as measure_id,
        period_id,
        {{ counted_record('ssd_initial_cp_conference') }}
    from timed
    where days_from_enquiry <= {{ var('conference_working_days') }}

)

select * from final
