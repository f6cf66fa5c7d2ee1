with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where
        measure_id in (
            'care_entered',
            'care_left',
            'care_net_change',
            'care_entered_uasc',
            'care_entered_placed_with_parents'
        )

),

by_quarter as (

    select
        local_authority_code,
        period_id,
        {{ count_of('care_entered') }} as entered_care,
        {{ count_of('care_left') }} as left_care,
        {{ count_of('care_net_change') }} as published_net_change,
        {{ count_of('care_entered_uasc') }} as entered_uasc,
        {{ count_of('care_entered_placed_with_parents') }} as entered_placed_with_parents,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

),

final as (

    select
        local_authority_code,
        period_id,
        entered_care,
        left_care,
        published_net_change,
        entered_care - left_care as calculated_net_change,
        entered_uasc,
        entered_placed_with_parents,
        has_break_in_series,
        release_id
    from by_quarter

)

select * from final
