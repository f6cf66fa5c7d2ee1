with

source as (

    select * from {{ ref('published_rows') }}

),

final as (

    select
        table_id,
        row_id,
        row_name,
        unit,
        measure_id,
        category_id,
        {{ whole_number('sort_order') }} as sort_order
    from source

)

select * from final
