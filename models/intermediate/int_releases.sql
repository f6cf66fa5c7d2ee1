{{ config(materialized='view') }}

with

releases as (

    select * from {{ extract('releases') }}

),

final as (

    select
        release_id,
        financial_year,
        try_cast(published_date as date) as published_date,
        row_number() over (order by try_cast(published_date as date), release_id) as release_order
    from releases

)

select * from final
