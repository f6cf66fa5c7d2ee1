with

totals as (

    select * from {{ ref('int_category_totals') }}
    where measure_id in ({{ declared_measures() }})

),

figures as (

    select
        local_authority_code,
        period_id,
        category_id,
        measure_id,
        unit,
        value,
        is_disputed,
        is_break_in_series,
        is_sum_of_parts,
        release_id,
        release_order
    from {{ ref('int_latest_figures') }}

    union all

    -- What is known to be missing from the categories printed.
    select
        local_authority_code,
        period_id,
        'not_printed' as category_id,
        measure_id,
        'count' as unit,
        total - printed_total as value,
        false as is_disputed,
        false as is_break_in_series,
        false as is_sum_of_parts,
        release_id,
        0 as release_order
    from totals
    where has_all_counts and total > printed_total

),

by_category as (

    {{ figures_in_columns('figures', 'cpp_category_id') }}

),

final as (

    select
        by_category.*,
        case
            when by_category.cpp_category_id <> 'not_printed' then totals.published_pct_base
        end as published_pct_base,
        {{ percentage('by_category.plans_started', 'totals.total') }} as calculated_pct,
        totals.total as all_plans_started,
        totals.total_source as all_plans_started_source,
        coalesce(totals.is_complete, false) as is_complete
    from by_category
    left join totals
        on
            by_category.local_authority_code = totals.local_authority_code
            and by_category.period_id = totals.period_id

)

select * from final
