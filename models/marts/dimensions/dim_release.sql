with

releases as (

    select * from {{ ref('stg_releases') }}

),

final as (

    select
        release_id,
        title,
        publisher,
        published_date,
        financial_year,
        licence,
        source_url,
        is_published
    from releases

)

select * from final
