with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where measure_id in ('uasc_arrivals', 'uasc_care_leavers')

),

final as (

    select
        local_authority_code,
        period_id,
        {{ count_of('uasc_arrivals') }} as uasc_arrivals,
        {{ count_of('uasc_care_leavers') }} as uasc_care_leavers,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
