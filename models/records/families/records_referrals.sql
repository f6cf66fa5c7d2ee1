with

cases as (

    select * from {{ ref('int_record_cases') }}

),

referrals as (

    select * from {{ ref('int_record_referrals') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

in_year as (

    select
        referrals.*,
        periods.period_id
    from referrals
    inner join periods
        on
            referrals.extract_id = periods.extract_id
            and referrals.referral_date between periods.start_date and periods.end_date
    where not referrals.is_of_earlier_year

),

final as (
    {%- for measure, category, condition in [
        ('referrals', no_category(), 'true'),
        ('referrals_by_source', 'referral_source_id', 'true'),
        (
            're_referrals', no_category(),
            'previous_referral_date >= ' ~ months_after('referral_date', -12)
        ),
    ] %}
        select
            extract_id,
            '{{ measure }}' as measure_id,
            {{ category }} as category_id,
            period_id,
            {{ counted_record('ssd_cin_episodes') }}
        from in_year
        where {{ condition }}

        union all
    {%- endfor %}

    -- A referral without further action has no closure date: it would stay open for ever.
    select
        cases.extract_id,
        'open_cases' as measure_id,
        {{ no_category() }} as category_id,
        periods.period_id,
        {{ counted_record('ssd_cin_episodes', 'cases') }}
    from cases
    inner join periods
        on
            cases.extract_id = periods.extract_id
            and {{ is_open_on('periods.end_date', 'cases.referral_date', 'cases.close_date') }}
    where
        not cases.is_no_further_action
        and not cases.is_of_earlier_year

)

select * from final
