with

published as (

    select * from {{ ref('stg_official_statistics') }}

),

{{ official_figures() }}

final as (

    select
        {{ short_key([
            'all_figures.area_code',
            'all_figures.measure_id',
            'all_figures.category_id',
            'all_figures.financial_year',
            'all_figures.unit',
            'all_figures.denominator',
            'all_figures.release_id',
        ]) }} as official_statistic_id,
        all_figures.area_code,
        all_figures.measure_id,
        all_figures.category_id,
        all_figures.financial_year,
        all_figures.release_id,
        all_figures.unit,
        cast(all_figures.value as decimal(18, 2)) as value,
        all_figures.marker,
        all_figures.denominator,
        all_figures.is_calculated,
        latest.reporting_year = official_releases.reporting_year as is_latest_release,
        row_number() over (
            partition by
                all_figures.area_code,
                all_figures.measure_id,
                all_figures.category_id,
                all_figures.financial_year,
                all_figures.unit
            order by
                official_releases.reporting_year desc,
                all_figures.is_calculated asc,
                all_figures.denominator desc nulls last,
                all_figures.release_id asc
        ) = 1 as is_preferred,
        all_figures.source_table
    from all_figures
    inner join official_releases
        on all_figures.release_id = official_releases.release_id
    inner join latest
        on
            all_figures.source_table = latest.source_table
            and all_figures.financial_year = latest.financial_year

)

select * from final
