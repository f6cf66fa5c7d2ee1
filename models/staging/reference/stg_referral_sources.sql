with

source as (

    select * from {{ ref('referral_sources') }}

),

final as (

    select
        referral_source_id,
        referral_source_name,
        cin_census_codes,
        {{ whole_number('sort_order') }} as sort_order
    from source

)

select * from final
