with

published as (

    select * from {{ ref('int_official_published') }}

),

official_ratios as (

    select * from {{ ref('stg_official_ratios') }}

),

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

dated_counts as (

    select
        published.*,
        official_releases.reporting_year
    from published
    inner join official_releases
        on published.release_id = official_releases.release_id
    where published.unit = 'count'

),

printed_ratios as (

    select
        published.release_id,
        published.source_table,
        published.area_code,
        published.measure_id,
        published.category_id,
        published.financial_year,
        published.unit,
        published.value,
        published.marker,
        case
            when published.unit = 'rate_per_10000' then official_releases.population_release_id
            else official_ratios.base_measure_id
        end as denominator,
        published.is_calculated
    from published
    inner join official_releases
        on published.release_id = official_releases.release_id
    left join official_ratios
        on
            published.measure_id = official_ratios.measure_id
            and published.unit = official_ratios.unit
    where published.unit <> 'count'

),

-- A share's base is of its own release, or else of another of the same year; a rate is on every
-- population there is.
base_releases as (

    select distinct
        release_id,
        measure_id,
        reporting_year
    from dated_counts
    where
        category_id is null
        and measure_id in (select official_ratios.base_measure_id from official_ratios)

),

bases_of as (

    select
        official_releases.release_id,
        base_releases.measure_id as base_measure_id,
        'percent' as unit,
        coalesce(
            max(
                case
                    when base_releases.release_id = official_releases.release_id
                        then base_releases.release_id
                end
            ),
            min(base_releases.release_id)
        ) as base_release_id
    from official_releases
    inner join base_releases
        on official_releases.reporting_year = base_releases.reporting_year
    group by official_releases.release_id, base_releases.measure_id

    union all

    select
        official_releases.release_id,
        base_releases.measure_id as base_measure_id,
        'rate_per_10000' as unit,
        base_releases.release_id as base_release_id
    from official_releases
    cross join base_releases

),

paired as (

    select
        counts.release_id,
        counts.source_table,
        counts.area_code,
        official_ratios.measure_id,
        counts.category_id,
        counts.financial_year,
        official_ratios.unit,
        counts.value as part,
        bases.value as base,
        counts.marker as part_marker,
        bases.marker as base_marker,
        case
            when official_ratios.unit = 'rate_per_10000' then bases.release_id
            else official_ratios.base_measure_id
        end as denominator
    from dated_counts as counts
    inner join official_ratios
        on
            counts.measure_id = official_ratios.part_measure_id
            and (counts.category_id is not null) = official_ratios.is_by_category
            and counts.financial_year >= coalesce(official_ratios.first_financial_year, '')
    inner join bases_of
        on
            counts.release_id = bases_of.release_id
            and official_ratios.base_measure_id = bases_of.base_measure_id
            and official_ratios.unit = bases_of.unit
    inner join dated_counts as bases
        on
            bases_of.base_release_id = bases.release_id
            and counts.area_code = bases.area_code
            and counts.financial_year = bases.financial_year
            and official_ratios.base_measure_id = bases.measure_id
            and bases.category_id is null

),

calculated_ratios as (

    select
        paired.release_id,
        paired.source_table,
        paired.area_code,
        paired.measure_id,
        paired.category_id,
        paired.financial_year,
        paired.unit,
        -- One decimal, as DfE prints.
        cast({{ quotient(
            "case paired.unit when 'percent' then 100 else 10000 end * paired.part",
            'paired.base',
            1
        ) }} as decimal(18, 2)) as value,
        case
            when paired.part is null or paired.base is null
                then least(
                    coalesce(paired.part_marker, paired.base_marker),
                    coalesce(paired.base_marker, paired.part_marker)
                )
            when paired.base = 0 then 'z'
        end as marker,
        paired.denominator,
        true as is_calculated
    from paired
    left join printed_ratios
        on
            paired.release_id = printed_ratios.release_id
            and paired.area_code = printed_ratios.area_code
            and paired.measure_id = printed_ratios.measure_id
            and paired.category_id is not distinct from printed_ratios.category_id
            and paired.financial_year = printed_ratios.financial_year
            and paired.unit = printed_ratios.unit
            and paired.denominator = printed_ratios.denominator
    where printed_ratios.release_id is null

),

final as (

    select * from printed_ratios

    union all

    select * from calculated_ratios

)

select * from final
