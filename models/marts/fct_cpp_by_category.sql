with

figures as (

    select * from {{ touched(ref('int_latest_figures')) }}
    where measure_id = 'cpp_started'

),

by_category as (

    select
        local_authority_code,
        period_id,
        category_id as cpp_category_id,
        {{ count_of('cpp_started') }} as plans_started,
        {{ percent_of('cpp_started') }} as published_pct,
        cast({{ figure('cpp_started', 'rate_per_10000') }} as decimal(9, 2))
            as published_rate_per_10000,
        max(is_disputed) as is_disputed,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id, category_id

),

final as (

    select
        local_authority_code,
        period_id,
        cpp_category_id,
        plans_started,
        published_pct,
        {{ percentage(
            'plans_started',
            'sum(plans_started) over (partition by local_authority_code, period_id)'
        ) }} as calculated_pct,
        published_rate_per_10000,
        is_disputed,
        has_break_in_series,
        release_id
    from by_category

)

select * from final
