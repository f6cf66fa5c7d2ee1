-- What is counted from records comes before what is printed: of the two, the report's is the last.
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
        coalesce({{ is_release_of_records('release_id') }}, false) as is_of_records,
        cast(
            row_number() over (
                order by
                    case when {{ is_release_of_records('release_id') }} then 0 else 1 end asc,
                    coalesce(published_date, '') asc,
                    coalesce(release_id, '') asc
            ) as integer
        ) as release_order
    from source

)

select * from final
