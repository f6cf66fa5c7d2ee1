with

figures as (

    select * from {{ touched(ref('int_latest_figures')) }}
    where measure_id = 'referrals_by_source'

),

by_source as (

    select
        local_authority_code,
        period_id,
        category_id as referral_source_id,
        {{ count_of('referrals_by_source') }} as referrals,
        {{ percent_of('referrals_by_source') }} as published_pct,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id, category_id

),

final as (

    select
        local_authority_code,
        period_id,
        referral_source_id,
        referrals,
        published_pct,
        {{ percentage(
            'referrals', 'sum(referrals) over (partition by local_authority_code, period_id)'
        ) }} as calculated_pct,
        has_break_in_series,
        release_id
    from by_source

)

select * from final
