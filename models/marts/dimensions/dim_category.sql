-- What `category_id` may be, of any measure: sources of referral, categories of abuse, and what
-- rows of printed tables divide other measures into, by the name behind the colon of the row's.
with

referral_sources as (

    select * from {{ ref('stg_referral_sources') }}

),

cpp_categories as (

    select * from {{ ref('stg_cpp_categories') }}

),

published_rows as (

    select * from {{ ref('stg_published_rows') }}
    where category_id is not null

),

named as (

    select
        referral_source_id as category_id,
        referral_source_name as category_name,
        sort_order,
        1 as preference
    from referral_sources

    union all

    select
        cpp_category_id as category_id,
        cpp_category_name as category_name,
        100 + sort_order as sort_order,
        2 as preference
    from cpp_categories

    union all

    select
        category_id,
        trim(substr(row_name, instr(row_name, ':') + 1)) as category_name,
        200 + sort_order as sort_order,
        3 as preference
    from published_rows

),

final as (

    select
        category_id,
        category_name,
        sort_order
    from named
    qualify
        row_number() over (
            partition by category_id
            order by preference asc, sort_order asc, category_name asc
        ) = 1

)

select * from final
