with

source as (

    select * from {{ ref('cpp_categories') }}

),

final as (

    select
        cpp_category_id,
        cpp_category_name,
        cin_census_code,
        {{ whole_number('sort_order') }} as sort_order
    from source

)

select * from final
