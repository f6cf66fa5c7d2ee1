with

source as (

    select * from {{ source('official', 'official_statistics') }}

),

final as (

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        category_id,
        financial_year,
        unit,
        cast(value as decimal(18, 2)) as value,
        marker
    from source

)

select * from final
