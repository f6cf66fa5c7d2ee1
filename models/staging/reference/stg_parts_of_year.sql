with

source as (

    select * from {{ ref('parts_of_year') }}

),

final as (

    select
        period_type,
        {{ whole_number('quarter_of_financial_year') }} as quarter_of_financial_year,
        months,
        {{ whole_number('start_year_offset') }} as start_year_offset,
        start_month_day,
        {{ whole_number('end_year_offset') }} as end_year_offset,
        end_month_day
    from source

)

select * from final
