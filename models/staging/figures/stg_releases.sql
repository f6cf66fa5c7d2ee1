with

source as (

    select * from {{ extract('releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        try_cast(published_date as date) as published_date,
        published_date as published_date_as_written,
        financial_year,
        licence,
        source_url,
        is_published = 'true' as is_published,
        is_published as is_published_as_written,
        cast(
            row_number() over (
                order by coalesce(published_date, '') asc, coalesce(release_id, '') asc
            ) as integer
        ) as release_order
    from source

)

select * from final
