with

source as (

    select * from {{ ref('published_tables') }}

),

final as (

    select
        table_id,
        table_name,
        period_type,
        {{ whole_number('sort_order') }} as sort_order
    from source

)

select * from final
