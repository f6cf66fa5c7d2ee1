with

figures as (

    select * from {{ ref('int_latest_figures') }}
    where measure_id = 'cpp_started'

),

totals as (

    select * from {{ ref('int_category_totals') }}
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

    union all

    -- What is known to be missing from the categories printed.
    select
        local_authority_code,
        period_id,
        'not_printed' as cpp_category_id,
        total - printed_total as plans_started,
        cast(null as decimal(9, 2)) as published_pct,
        cast(null as decimal(9, 2)) as published_rate_per_10000,
        false as is_disputed,
        false as has_break_in_series,
        release_id
    from totals
    where has_all_counts and total > printed_total

),

final as (

    select
        by_category.local_authority_code,
        by_category.period_id,
        by_category.cpp_category_id,
        by_category.plans_started,
        by_category.published_pct,
        case
            when by_category.cpp_category_id <> 'not_printed' then totals.published_pct_base
        end as published_pct_base,
        {{ percentage('by_category.plans_started', 'totals.total') }} as calculated_pct,
        by_category.published_rate_per_10000,
        totals.total as all_plans_started,
        totals.total_source as all_plans_started_source,
        coalesce(totals.is_complete, false) as is_complete,
        by_category.is_disputed,
        by_category.has_break_in_series,
        by_category.release_id
    from by_category
    left join totals
        on
            by_category.local_authority_code = totals.local_authority_code
            and by_category.period_id = totals.period_id

)

select * from final
