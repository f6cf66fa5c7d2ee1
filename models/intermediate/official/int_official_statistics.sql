{{ config(materialized='view') }}

with

counts as (

    select * from {{ ref('int_official_counts') }}

),

ratios as (

    select * from {{ ref('int_official_ratios') }}

),

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

all_figures as (

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        category_id,
        financial_year,
        'count' as unit,
        value,
        marker,
        cast(null as {{ dbt.type_string() }}) as denominator,
        is_calculated
    from counts

    union all

    select * from ratios

),

-- A newer release of a table revises every year that it holds.
latest as (

    select
        all_figures.source_table,
        all_figures.financial_year,
        max(official_releases.reporting_year) as reporting_year
    from all_figures
    inner join official_releases
        on all_figures.release_id = official_releases.release_id
    group by all_figures.source_table, all_figures.financial_year

),

final as (

    select
        all_figures.release_id,
        all_figures.source_table,
        all_figures.area_code,
        all_figures.measure_id,
        all_figures.category_id,
        all_figures.financial_year,
        all_figures.unit,
        all_figures.value,
        all_figures.marker,
        all_figures.denominator,
        all_figures.is_calculated,
        official_releases.reporting_year,
        latest.reporting_year = official_releases.reporting_year as is_latest_release
    from all_figures
    inner join official_releases
        on all_figures.release_id = official_releases.release_id
    inner join latest
        on
            all_figures.source_table = latest.source_table
            and all_figures.financial_year = latest.financial_year

)

select * from final
