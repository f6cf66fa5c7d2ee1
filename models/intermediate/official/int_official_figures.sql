-- The few official figures that reports are compared with, in a table of their own: the marts of
-- official statistics are too large for the builds in memory.
with

published as (

    select * from {{ ref('int_official_published') }}

),

{{ official_figures() }}

final as (

    select
        all_figures.area_code,
        all_figures.measure_id,
        all_figures.category_id,
        all_figures.financial_year,
        all_figures.unit,
        cast(all_figures.value as decimal(18, 2)) as value,
        all_figures.marker,
        all_figures.is_calculated,
        all_figures.release_id
    from all_figures
    inner join official_releases
        on all_figures.release_id = official_releases.release_id
    inner join latest
        on
            all_figures.source_table = latest.source_table
            and all_figures.financial_year = latest.financial_year
            and official_releases.reporting_year = latest.reporting_year
    where
        all_figures.unit <> 'rate_per_10000'
        -- A population from its own publication, not from the copy beside other statistics.
        and (
            official_releases.population_release_id is null
            or all_figures.measure_id not in (
                select official_ratios.base_measure_id
                from {{ ref('stg_official_ratios') }} as official_ratios
                where official_ratios.unit = 'rate_per_10000'
            )
        )

)

select * from final
