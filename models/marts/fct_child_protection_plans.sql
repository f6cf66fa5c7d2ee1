with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where
        measure_id in (
            'cpp_at_year_end',
            'cpp_ended_after_2_years',
            'cpp_open_2_years',
            'cpp_repeat'
        )

),

final as (

    select
        local_authority_code,
        period_id,
        {{ count_of('cpp_at_year_end') }} as plans_at_year_end,
        {{ count_of('cpp_ended_after_2_years') }} as ended_after_2_years,
        {{ percent_of('cpp_ended_after_2_years') }} as ended_after_2_years_pct,
        {{ count_of('cpp_open_2_years') }} as open_2_years,
        {{ percent_of('cpp_open_2_years') }} as open_2_years_pct,
        {{ count_of('cpp_repeat') }} as repeat_plans,
        {{ percent_of('cpp_repeat') }} as repeat_plans_pct,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
