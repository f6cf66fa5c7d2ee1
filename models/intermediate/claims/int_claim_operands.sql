-- What a reading asks for: A and, where the formula has one, the base B, each from a first period
-- to a last; and of each the measure that is taken off it.
with

readings as (

    select * from {{ ref('int_claim_readings') }}

),

named as (

    select
        claim_id,
        reading_number,
        false as is_base,
        measure_id,
        less_measure_id,
        category_id,
        unit,
        runs_over,
        case when runs_over = 'periods' then base_period_id else period_id end as first_period_id,
        period_id as last_period_id
    from readings

    union all

    select
        claim_id,
        reading_number,
        true as is_base,
        base_measure_id as measure_id,
        -- Of two measures, the one that is taken off belongs to the first.
        case when base_measure_id = measure_id then less_measure_id end as less_measure_id,
        base_category_id as category_id,
        base_unit as unit,
        runs_over,
        base_period_id as first_period_id,
        base_period_id as last_period_id
    from readings
    where has_base

),

in_periods as (

    select
        claim_id,
        reading_number,
        is_base,
        measure_id,
        less_measure_id,
        category_id,
        unit,
        case when runs_over = 'quarters' then first_period_id || ' Q1' else first_period_id end
            as first_period_id,
        case when runs_over = 'quarters' then last_period_id || ' Q4' else last_period_id end
            as last_period_id
    from named

),

final as (

    select
        claim_id,
        reading_number,
        is_base,
        false as is_taken_off,
        measure_id,
        category_id,
        unit,
        first_period_id,
        last_period_id,
        case when less_measure_id is null then 1 else 2 end as parts
    from in_periods
    where measure_id is not null

    union all

    select
        claim_id,
        reading_number,
        is_base,
        true as is_taken_off,
        less_measure_id as measure_id,
        category_id,
        unit,
        first_period_id,
        last_period_id,
        2 as parts
    from in_periods
    where less_measure_id is not null

)

select * from final
