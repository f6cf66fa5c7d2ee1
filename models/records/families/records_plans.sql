with

plans as (

    select * from {{ ref('int_record_plans') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

in_year as (

    select
        plans.*,
        periods.period_id,
        plans.start_date between periods.start_date and periods.end_date as is_started,
        coalesce(
            plans.end_date between periods.start_date and periods.end_date, false
        ) as is_ended,
        {{ is_open_on('periods.end_date', 'plans.start_date', 'plans.end_date') }} as is_open,
        coalesce(plans.end_date >= plans.two_years_date, false) as is_ended_after_2_years,
        periods.end_date >= plans.two_years_date as is_2_years_old
    from plans
    inner join periods
        on plans.extract_id = periods.extract_id

),

final as (
    {%- for measure, condition in [
        ('cpp_started', 'is_started'),
        ('cpp_repeat', 'is_started and is_repeat'),
        ('cpp_ended', 'is_ended'),
        ('cpp_ended_after_2_years', 'is_ended and is_ended_after_2_years'),
        ('cpp_at_year_end', 'is_open'),
        ('cpp_open_2_years', 'is_open and is_2_years_old'),
    ] %}
        select
            extract_id,
            '{{ measure }}' as measure_id,
            {% if measure == 'cpp_started' %}cpp_category_id{% else %}{{ no_category() }}{% endif %}
                as category_id,
            period_id,
            {{ counted_record('ssd_cp_plans') }}
        from in_year
        where {{ condition }}
        {%- if not loop.last %}

            union all
        {%- endif %}
    {%- endfor %}

)

select * from final
