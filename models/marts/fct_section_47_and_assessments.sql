with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where
        measure_id in (
            'section_47_enquiries',
            'section_47_to_conference',
            'assessments',
            'assessments_in_time'
        )

),

final as (

    select
        local_authority_code,
        period_id,
        {{ count_of('section_47_enquiries') }} as section_47_enquiries,
        {{ percent_of('section_47_to_conference') }} as section_47_to_conference_pct,
        {{ count_of('assessments') }} as assessments,
        {{ percent_of('assessments_in_time') }} as assessments_in_time_pct,
        {{ has_break_in_series() }},
        {{ latest_release() }} as release_id
    from figures
    group by local_authority_code, period_id

)

select * from final
