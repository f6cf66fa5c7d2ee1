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
        cast(
            row_number() over (
                order by try_cast(published_date as date) asc nulls last, release_id asc
            ) as bigint
        ) as release_order
    from releases

)

select * from final
