{{ config(materialized='view') }}

with

counts as (

    select * from {{ ref('int_official_counts') }}

),

ratios as (

    select * from {{ ref('int_official_ratios') }}

),

official_releases as (

    select
        *,
        {{ replace_all('release_id', '-[12][0-9]{3}$', '') }} as publication_id
    from {{ ref('stg_official_releases') }}

),

-- A release may divide by a population that is not loaded itself.
populations as (

    select
        population_id,
        {{ replace_all('population_id', '-[12][0-9]{3}$', '') }} as publication_id,
        try_cast(right(population_id, 4) as bigint) as reporting_year,
        max(is_divided_by) as is_divided_by
    from (
        select
            release_id as population_id,
            false as is_divided_by
        from {{ ref('stg_official_releases') }}
        union all
        select
            population_release_id as population_id,
            true as is_divided_by
        from {{ ref('stg_official_releases') }}
        where population_release_id is not null
    ) as named
    group by population_id

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

dated as (

    select
        all_figures.*,
        official_releases.reporting_year,
        official_releases.publication_id,
        coalesce(populations.publication_id, all_figures.denominator) as divided_by,
        -- Of rates on several years of one population, the one that its own release divides by,
        -- else the newest that any release divides by, as its rates stand beside these.
        100000 * official_releases.reporting_year
        + case
            when all_figures.denominator = official_releases.population_release_id then 20000
            when populations.is_divided_by then 10000
            else 0
        end
        + coalesce(populations.reporting_year, 0) as recency
    from all_figures
    inner join official_releases
        on all_figures.release_id = official_releases.release_id
    left join populations
        on all_figures.denominator = populations.population_id

),

-- A newer release of a publication revises every measure and year that it holds; what it dropped
-- stays as the older one has it.
final as (

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        category_id,
        financial_year,
        unit,
        value,
        marker,
        denominator,
        is_calculated,
        reporting_year,
        recency = max(recency) over (
            partition by
                publication_id, measure_id, category_id, unit, financial_year, divided_by
        ) as is_latest_release
    from dated

)

select * from final
