with

cpp_categories as (

    select * from {{ ref('cpp_categories') }}

),

final as (

    select
        cpp_category_id,
        cpp_category_name,
        cin_census_code,
        cast(sort_order as integer) as sort_order
    from cpp_categories

)

select * from final
