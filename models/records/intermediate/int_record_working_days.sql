with

holidays as (

    select try_cast(holiday_date as date) as holiday_date
    from {{ ref('bank_holidays') }}

),

digits as (
    {%- for digit in range(10) %}
        select {{ digit }} as digit
        {%- if not loop.last %}

            union all
        {%- endif %}
    {%- endfor %}

),

-- The years of the calendar, whole.
bounds as (

    select
        min(extract(year from holiday_date)) as first_year,
        max(extract(year from holiday_date)) as last_year
    from holidays

),

days as (

    select
        bounds.last_year,
        {{ days_after(
            "try_cast(cast(bounds.first_year as " ~ dbt.type_string() ~ ") || '-01-01' as date)",
            '1000 * thousands.digit + 100 * hundreds.digit + 10 * tens.digit + ones.digit'
        ) }} as calendar_date
    from bounds
    cross join digits as thousands
    cross join digits as hundreds
    cross join digits as tens
    cross join digits as ones

),

final as (

    select
        days.calendar_date,
        -- Working days from one day to another are the difference of their numbers.
        cast(
            sum(
                case
                    when
                        {{ weekday('days.calendar_date') }} <= 5
                        and holidays.holiday_date is null
                        then 1
                    else 0
                end
            ) over (order by days.calendar_date) as bigint
        ) as working_day_number
    from days
    left join holidays
        on days.calendar_date = holidays.holiday_date
    where extract(year from days.calendar_date) <= days.last_year

)

select * from final
