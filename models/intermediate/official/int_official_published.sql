with

printed as (

    select * from {{ ref('stg_official_statistics') }}

),

-- A release prints some figures in several tables: here they are those of the first.
tables as (

    select
        release_id,
        measure_id,
        category_id,
        financial_year,
        unit,
        min(source_table) as source_table
    from printed
    group by release_id, measure_id, category_id, financial_year, unit

),

published as (

    select
        printed.release_id,
        printed.source_table,
        printed.area_code,
        printed.measure_id,
        printed.category_id,
        printed.financial_year,
        printed.unit,
        printed.value,
        printed.marker
    from printed
    inner join tables
        on
            printed.release_id = tables.release_id
            and printed.source_table = tables.source_table
            and printed.measure_id = tables.measure_id
            and printed.category_id is not distinct from tables.category_id
            and printed.financial_year = tables.financial_year
            and printed.unit = tables.unit

),

official_sums as (

    select * from {{ ref('stg_official_sums') }}

),

parts as (

    select
        measure_id,
        category_id,
        count(*) as parts
    from official_sums
    group by measure_id, category_id

),

added as (

    select
        published.release_id,
        published.source_table,
        published.area_code,
        official_sums.measure_id,
        official_sums.category_id,
        published.financial_year,
        published.unit,
        -- Nothing is added up unless every part is there.
        cast(
            case when count(published.value) = max(parts.parts) then sum(published.value) end
            as decimal(18, 2)
        ) as value,
        min(published.marker) as marker
    from published
    inner join official_sums
        on
            published.measure_id = official_sums.part_measure_id
            and published.category_id is not distinct from official_sums.part_category_id
    inner join parts
        on
            official_sums.measure_id = parts.measure_id
            and official_sums.category_id is not distinct from parts.category_id
    where published.unit = 'count'
    group by
        published.release_id,
        published.source_table,
        published.area_code,
        official_sums.measure_id,
        official_sums.category_id,
        published.financial_year,
        published.unit

),

final as (

    select
        *,
        false as is_calculated
    from published

    union all

    select
        *,
        true as is_calculated
    from added

)

select * from final
