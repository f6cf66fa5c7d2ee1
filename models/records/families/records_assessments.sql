with

assessments as (

    select * from {{ ref('int_record_assessments') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

completed as (

    select
        assessments.*,
        periods.period_id,
        periods.clock
    from assessments
    inner join periods
        on
            assessments.extract_id = periods.extract_id
            and assessments.authorised_date between periods.start_date and periods.end_date

),

-- Both clocks, and again the one that was asked for. What ends before it starts is left out.
clocks as (

    select
        *,
        case clock when 'start' then start_date else referral_date end as clock_date,
        case clock when 'start' then days_from_start else days_from_referral end as clock_days
    from completed

),

timed as (
    {%- for suffix, from_date, days in [
        ('_from_start', 'start_date', 'days_from_start'),
        ('_from_referral', 'referral_date', 'days_from_referral'),
        ('', 'clock_date', 'clock_days'),
    ] %}
        select
            extract_id,
            period_id,
            '{{ suffix }}' as suffix,
            {{ days }} as days_taken,
            source_file,
            source_row
        from clocks
        where {{ from_date }} <= authorised_date and {{ days }} is not null
        {%- if not loop.last %}

            union all
        {%- endif %}
    {%- endfor %}

),

final as (

    select
        extract_id,
        'assessments' as measure_id,
        period_id,
        {{ counted_record('ssd_cin_assessments') }}
    from completed

    union all

    select
        extract_id,
        'assessments_timed' || suffix as measure_id,
        period_id,
        {{ counted_record('ssd_cin_assessments') }}
    from timed

    union all

    select
        extract_id,
        'assessments_timed_in_time' || suffix as measure_id,
        period_id,
        {{ counted_record('ssd_cin_assessments') }}
    from timed
    where days_taken <= {{ var('assessment_working_days') }}

)

select * from final
