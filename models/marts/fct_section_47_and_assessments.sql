with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where measure_id in ({{ declared_measures() }})

),

final as (

    select
        local_authority_code,
        period_id,
        {{ printed_figures() }}
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
