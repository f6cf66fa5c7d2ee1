with

extracts as (

    select * from {{ ref('stg_record_extracts') }}

),

gaps as (

    select * from {{ ref('stg_record_gaps') }}

),

record_columns as (

    select * from {{ ref('record_columns') }}

),

record_measures as (

    select distinct measure_id
    from {{ ref('record_measures') }}

),

cases as (

    select * from {{ ref('int_record_cases') }}

),

assessments as (

    select * from {{ ref('int_record_assessments') }}

),

-- What needs a column that is not there.
lacking as (

    select distinct
        gaps.extract_id,
        record_measures.measure_id
    from gaps
    inner join record_columns
        on
            gaps.table_name = record_columns.table_name
            and gaps.column_name = record_columns.column_name
    inner join record_measures
        on instr(
            ' ' || record_columns.needed_for || ' ', ' ' || record_measures.measure_id || ' '
        ) > 0

),

earliest as (

    select
        extract_id,
        min(referral_date) as referral_date
    from cases
    group by extract_id

),

reasons as (

    select
        extract_id,
        measure_id,
        'column_missing' as reason,
        false as is_shown
    from lacking

    union all

    select
        lacking.extract_id,
        'assessments_in_time' as measure_id,
        'column_missing' as reason,
        false as is_shown
    from lacking
    inner join extracts
        on
            lacking.extract_id = extracts.extract_id
            and lacking.measure_id = 'assessments_in_time_from_' || extracts.clock

    union all

    -- Twelve months before the year must be there: else nobody knows, which is not zero.
    select
        extracts.extract_id,
        're_referrals' as measure_id,
        'no_earlier_year' as reason,
        true as is_shown
    from extracts
    left join earliest
        on extracts.extract_id = earliest.extract_id
    where
        (
            extracts.history_start_date is null
            and coalesce(earliest.referral_date >= extracts.start_date, true)
        )
        or extracts.history_start_date > {{ months_after('extracts.start_date', -12) }}

    union all

    select
        extract_id,
        'section_47_to_conference_cohort_to_30_june' as measure_id,
        'extracted_before_30_june' as reason,
        false as is_shown
    from extracts
    where
        extracted_date < {{ months_after('end_date', 3) }}
        -- A census ends on 31 March.
        or instr(source, 'cin-census') > 0

    union all

    -- Who is a care leaver is known of the extract's day alone, and hardly of a quarter before.
    select
        extract_id,
        'uasc_care_leavers' as measure_id,
        'extracted_too_late' as reason,
        false as is_shown
    from extracts
    where extracted_date > {{ months_after('end_date', 3) }}
    {%- for suffix, clock, day, days in [
        ('', 'start', 'start_date', 'days_from_start'),
        ('', 'referral', 'referral_date', 'days_from_referral'),
        ('_from_start', none, 'start_date', 'days_from_start'),
        ('_from_referral', none, 'referral_date', 'days_from_referral'),
    ] %}

        union all

        -- A guess at the days would be a share that nobody can check.
        select distinct
            assessments.extract_id,
            'assessments_in_time{{ suffix }}' as measure_id,
            'outside_calendar' as reason,
            true as is_shown
        from assessments
        inner join extracts
            on
                assessments.extract_id = extracts.extract_id
                and assessments.authorised_date between extracts.start_date and extracts.end_date
                {%- if clock %}
                    and extracts.clock = '{{ clock }}'
                {%- endif %}
        where
            assessments.{{ day }} <= assessments.authorised_date
            and assessments.{{ days }} is null
    {%- endfor %}

),

final as (

    select
        extract_id,
        measure_id,
        min(reason) as reason,
        -- With an empty value, where the measure is asked for and nobody knows.
        min(case when is_shown then 1 else 0 end) = 1 as is_shown
    from reasons
    group by
        extract_id,
        measure_id

)

select * from final
