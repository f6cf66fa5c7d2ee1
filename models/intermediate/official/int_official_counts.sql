with

-- A release prints some counts in several tables: here each is once, of the first that has it.
published as (

    select * from {{ ref('stg_official_statistics') }}
    where unit = 'count'
    qualify
        row_number() over (
            partition by release_id, area_code, measure_id, category_id, financial_year
            order by value is null asc, source_table asc
        ) = 1

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
    group by
        published.release_id,
        published.source_table,
        published.area_code,
        official_sums.measure_id,
        official_sums.category_id,
        published.financial_year

),

final as (

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        category_id,
        financial_year,
        value,
        marker,
        false as is_calculated
    from published

    union all

    select
        release_id,
        source_table,
        area_code,
        measure_id,
        category_id,
        financial_year,
        value,
        marker,
        true as is_calculated
    from added

)

select * from final
