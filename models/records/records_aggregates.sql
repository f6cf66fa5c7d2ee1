{{ config(materialized='table') }}

with

periods as (

    select * from {{ ref('int_record_periods') }}

),

measures as (

    select * from {{ ref('record_measures') }}

),

withheld as (

    select * from {{ ref('records_withheld') }}

),

categories as (

    select distinct
        'referral_source' as category_kind,
        value as category_id
    from {{ ref('record_values') }}
    where field = 'referral_source'

    union all

    select
        'referral_source' as category_kind,
        'not_recorded' as category_id

    union all

    select distinct
        'cpp_category' as category_kind,
        value as category_id
    from {{ ref('record_values') }}
    where field = 'abuse_category'

),

counts as (

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        count(*) as units
    from {{ ref('records_counted') }}
    group by
        extract_id,
        measure_id,
        category_id,
        period_id

),

totals as (

    select
        extract_id,
        measure_id,
        period_id,
        sum(units) as units
    from counts
    group by
        extract_id,
        measure_id,
        period_id

),

-- Every figure that there may be, so that none counted is zero.
asked as (

    select
        periods.extract_id,
        periods.local_authority_code,
        measures.measure_id,
        categories.category_id,
        periods.period_id,
        measures.unit,
        measures.calculation,
        measures.of_measure,
        measures.by_measure
    from measures
    inner join periods
        on
            measures.period_type = periods.period_type
            or (measures.period_type = 'last_quarter' and periods.is_last_quarter)
    left join categories
        on measures.category_kind = categories.category_kind

),

reckoned as (

    select
        asked.*,
        coalesce(of_category.units, of_all.units, 0) as units,
        coalesce(by_all.units, 0) as by_units,
        coalesce(withheld.is_shown, true) as is_shown,
        withheld.measure_id is not null as is_withheld
    from asked
    left join counts as of_category
        on
            asked.extract_id = of_category.extract_id
            and asked.of_measure = of_category.measure_id
            and asked.category_id = of_category.category_id
            and asked.period_id = of_category.period_id
    left join totals as of_all
        on
            asked.category_id is null
            and asked.extract_id = of_all.extract_id
            and asked.of_measure = of_all.measure_id
            and asked.period_id = of_all.period_id
    left join totals as by_all
        on
            asked.extract_id = by_all.extract_id
            and asked.by_measure = by_all.measure_id
            and asked.period_id = by_all.period_id
    left join withheld
        on
            asked.extract_id = withheld.extract_id
            and asked.measure_id = withheld.measure_id

),

final as (

    select
        extract_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        cast(
            case
                when is_withheld then null
                when calculation = 'percent' then {{ quotient('100 * units', 'by_units', 2) }}
                when calculation = 'difference' then units - by_units
                else units
            end as decimal(18, 2)
        ) as value
    from reckoned
    where is_shown

)

select * from final
