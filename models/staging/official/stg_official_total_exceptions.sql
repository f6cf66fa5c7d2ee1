with

source as (

    select * from {{ ref('official_total_exceptions') }}

),

final as (

    select
        area_code,
        measure_id,
        first_financial_year,
        last_financial_year,
        marker,
        reason
    from source

)

select * from final
