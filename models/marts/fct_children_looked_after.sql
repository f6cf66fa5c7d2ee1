with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where measure_id = 'cla_at_year_end'

),

final as (

    select
        local_authority_code,
        period_id,
        {{ count_of('cla_at_year_end') }} as children_looked_after,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
