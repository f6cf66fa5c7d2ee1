{{ config(materialized='view') }}

with

published as (

    select * from {{ ref('int_official_published') }}
    where unit = 'count'

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
        unit,
        value,
        marker,
        cast(null as {{ dbt.type_string() }}) as denominator,
        is_calculated
    from published

    union all

    select * from ratios

),

-- What a release has of a measure for a year, of all areas. Editions are few: they are compared in
-- place of the figures.
editions as (

    select
        measure_id,
        category_id,
        financial_year,
        unit,
        release_id,
        denominator,
        is_calculated
    from all_figures
    group by
        measure_id, category_id, financial_year, unit, release_id, denominator, is_calculated

),

dated as (

    select
        editions.*,
        official_releases.reporting_year,
        official_releases.publication_id,
        coalesce(populations.publication_id, editions.denominator) as divided_by,
        -- Of rates on several years of one population, the one that its own release divides by,
        -- else the newest that any release divides by, as its rates stand beside these.
        100000 * official_releases.reporting_year
        + case
            when editions.denominator = official_releases.population_release_id then 20000
            when populations.is_divided_by then 10000
            else 0
        end
        + coalesce(populations.reporting_year, 0) as recency
    from editions
    inner join official_releases
        on editions.release_id = official_releases.release_id
    left join populations
        on editions.denominator = populations.population_id

),

-- A newer release of a publication revises every measure and year that it holds; what it dropped
-- stays as the older one has it. Of several publications, the newest, and as printed.
ranked as (

    select
        *,
        recency = max(recency) over (
            partition by
                publication_id, measure_id, category_id, unit, financial_year, divided_by
        ) as is_latest_release,
        count(*) over (
            partition by measure_id, category_id, financial_year, unit
        ) as editions,
        row_number() over (
            partition by measure_id, category_id, financial_year, unit
            order by
                reporting_year desc,
                is_calculated asc,
                denominator desc nulls last,
                release_id asc
        ) as edition_rank
    from dated

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
        ranked.is_latest_release,
        ranked.editions > 1 as has_other_editions,
        ranked.edition_rank
    from all_figures
    inner join ranked
        on
            all_figures.release_id = ranked.release_id
            and all_figures.measure_id = ranked.measure_id
            and all_figures.category_id is not distinct from ranked.category_id
            and all_figures.financial_year = ranked.financial_year
            and all_figures.unit = ranked.unit
            and all_figures.denominator is not distinct from ranked.denominator
            and all_figures.is_calculated = ranked.is_calculated

)

select * from final
