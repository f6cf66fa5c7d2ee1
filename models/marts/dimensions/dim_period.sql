with

years as (

    select distinct
        substr(period_id, 1, 7) as year_id,
        {{ start_year_of('period_id') }} as start_year,
        {{ is_calendar_year('period_number') }} as is_calendar_year
    from {{ ref('int_period_labels') }}

),

parts_of_year as (

    select * from {{ ref('stg_parts_of_year') }}

),

dated as (

    select
        years.year_id,
        parts_of_year.period_type,
        parts_of_year.quarter_of_financial_year,
        parts_of_year.months,
        try_cast(
            cast(
                years.start_year + parts_of_year.start_year_offset as {{ dbt.type_string() }}
            ) || '-' || parts_of_year.start_month_day as date
        ) as start_date,
        try_cast(
            cast(
                years.start_year + parts_of_year.end_year_offset as {{ dbt.type_string() }}
            ) || '-' || parts_of_year.end_month_day as date
        ) as end_date
    from years
    inner join parts_of_year
        on years.is_calendar_year = (parts_of_year.period_type = 'calendar_year')

),

final as (

    select
        case period_type
            when 'quarter'
                then
                    year_id
                    || ' Q' || cast(quarter_of_financial_year as {{ dbt.type_string() }})
            else year_id
        end as period_id,
        period_type,
        case period_type
            when 'quarter'
                then months || ' ' || cast(extract(year from end_date) as {{ dbt.type_string() }})
            else year_id
        end as period_label,
        start_date,
        end_date,
        case when period_type <> 'calendar_year' then year_id end as financial_year,
        quarter_of_financial_year
    from dated

)

select * from final
