with

figures as (

    select distinct
        substr(period_id, 1, 7) as financial_year,
        {{ start_year_of('period_id') }} as start_year
    from {{ ref('int_period_labels') }}

),

parts_of_year as (

    select * from {{ ref('stg_parts_of_year') }}

),

dated as (

    select
        figures.financial_year,
        parts_of_year.period_type,
        parts_of_year.quarter_of_financial_year,
        parts_of_year.months,
        try_cast(
            cast(
                figures.start_year + parts_of_year.start_year_offset as {{ dbt.type_string() }}
            ) || '-' || parts_of_year.start_month_day as date
        ) as start_date,
        try_cast(
            cast(
                figures.start_year + parts_of_year.end_year_offset as {{ dbt.type_string() }}
            ) || '-' || parts_of_year.end_month_day as date
        ) as end_date
    from figures
    cross join parts_of_year

),

final as (

    select
        case period_type
            when 'quarter'
                then
                    financial_year
                    || ' Q' || cast(quarter_of_financial_year as {{ dbt.type_string() }})
            else financial_year
        end as period_id,
        period_type,
        case period_type
            when 'quarter'
                then months || ' ' || cast(extract(year from end_date) as {{ dbt.type_string() }})
            else financial_year
        end as period_label,
        start_date,
        end_date,
        financial_year,
        quarter_of_financial_year
    from dated

)

select * from final
