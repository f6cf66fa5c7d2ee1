with

releases as (

    select * from {{ extract('releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        try_cast(published_date as date) as published_date,
        financial_year,
        licence,
        source_url,
        is_published = 'true' as is_published
    from releases

)

select * from final
