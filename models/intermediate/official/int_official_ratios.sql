with

published as (

    select * from {{ ref('stg_official_statistics') }}
    where unit <> 'count'
    -- Each once, of the first table that has it, as the counts are.
    qualify
        row_number() over (
            partition by release_id, area_code, measure_id, category_id, financial_year, unit
            order by value is null asc, source_table asc
        ) = 1

),

counts as (

    select * from {{ ref('int_official_counts') }}

),

official_ratios as (

    select * from {{ ref('stg_official_ratios') }}

),

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

dated_counts as (

    select
        counts.*,
        official_releases.reporting_year
    from counts
    inner join official_releases
        on counts.release_id = official_releases.release_id

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
        false as is_calculated
    from published
    inner join official_releases
        on published.release_id = official_releases.release_id
    left join official_ratios
        on
            published.measure_id = official_ratios.measure_id
            and published.unit = official_ratios.unit

),

-- A share's base is of the same year's release; a rate is on every population there is.
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
    inner join dated_counts as bases
        on
            counts.area_code = bases.area_code
            and counts.financial_year = bases.financial_year
            and official_ratios.base_measure_id = bases.measure_id
            and bases.category_id is null
            and (
                counts.reporting_year = bases.reporting_year
                or official_ratios.unit = 'rate_per_10000'
            )
    -- Of one base in two publications of a year, the release's own.
    qualify
        row_number() over (
            partition by
                counts.release_id,
                counts.area_code,
                official_ratios.measure_id,
                counts.category_id,
                counts.financial_year,
                official_ratios.unit,
                case
                    when official_ratios.unit = 'rate_per_10000' then bases.release_id
                    else official_ratios.base_measure_id
                end
            order by counts.release_id = bases.release_id desc, bases.release_id asc
        ) = 1

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
