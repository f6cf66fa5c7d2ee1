with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where measure_id in ('initial_contacts', 'referrals', 'referrals_by_source')

),

final as (

    select
        local_authority_code,
        period_id,
        {{ count_of('initial_contacts') }} as initial_contacts,
        {{ count_of('referrals') }} as referrals,
        cast(
            sum(value) filter (where measure_id = 'referrals_by_source' and unit = 'count')
            as bigint
        ) as referrals_with_source,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
