with

cpp_categories as (

    select * from {{ ref('stg_cpp_categories') }}

),

final as (

    select
        cpp_category_id,
        cpp_category_name,
        cin_census_code,
        sort_order
    from cpp_categories

)

select * from final
