with

referral_sources as (

    select * from {{ ref('stg_referral_sources') }}

),

final as (

    select
        referral_source_id,
        referral_source_name,
        cin_census_codes,
        sort_order
    from referral_sources

)

select * from final
