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
        -- A text that sorts: a number would change with every release that comes late.
        coalesce(published_date, '') || ' ' || release_id as release_order
    from releases

)

select * from final
