with

figures as (

    select * from {{ ref('int_latest_figures') }}

),

totals as (

    select * from {{ ref('int_category_totals') }}
    where measure_id in ({{ declared_measures() }})

),

by_source as (

    {{ figures_in_columns('figures', 'referral_source_id') }}

),

final as (

    select
        by_source.*,
        totals.published_pct_base,
        {{ percentage('by_source.referrals', 'totals.total') }} as calculated_pct,
        totals.total as all_referrals_with_source,
        totals.total_source as all_referrals_source,
        coalesce(totals.is_complete, false) as is_complete
    from by_source
    left join totals
        on
            by_source.local_authority_code = totals.local_authority_code
            and by_source.period_id = totals.period_id

)

select * from final
