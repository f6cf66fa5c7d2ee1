{{ config(materialized='view') }}

with

official_statistics as (

    select * from {{ ref('int_official_statistics') }}
    where is_latest_release

),

official_ratios as (

    select * from {{ ref('stg_official_ratios') }}
    where is_benchmarked

),

areas as (

    select * from {{ ref('int_areas') }}

),

ratios as (

    select
        official_statistics.*,
        official_ratios.part_measure_id
    from official_statistics
    inner join official_ratios
        on
            official_statistics.measure_id = official_ratios.measure_id
            and official_statistics.unit = official_ratios.unit
            and (official_statistics.category_id is not null)
            = official_ratios.is_by_category

),

-- Numbers in place of names: what is compared is joined and ranked by them.
series as (

    select
        measure_id,
        category_id,
        unit,
        denominator,
        row_number() over (
            order by
                measure_id asc,
                category_id asc nulls last,
                unit asc,
                denominator asc nulls last
        ) as series_number
    from ratios
    group by measure_id, category_id, unit, denominator

),

final as (

    select
        ratios.area_code,
        areas.area_type,
        areas.region_code,
        -- A code that a file lists before or after its time is no comparator.
        areas.area_type = 'local_authority'
        and coalesce(areas.exists_from, '') <= ratios.financial_year
        and coalesce(areas.replaced_from, '9') > ratios.financial_year as is_authority_of_year,
        ratios.measure_id,
        ratios.category_id,
        ratios.financial_year,
        ratios.unit,
        ratios.denominator,
        ratios.release_id,
        ratios.part_measure_id,
        ratios.value as rate,
        ratios.marker,
        100 * series.series_number
        + try_cast(substr(ratios.financial_year, 3, 2) as bigint) as series_year
    from ratios
    inner join series
        on
            ratios.measure_id = series.measure_id
            and ratios.category_id is not distinct from series.category_id
            and ratios.unit = series.unit
            and ratios.denominator = series.denominator
    left join areas
        on ratios.area_code = areas.area_code

)

select * from final
