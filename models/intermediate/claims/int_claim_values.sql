-- What the formulas work with, one row for each reading that has figures.
with

figures as (

    select * from {{ ref('int_claim_figures') }}

),

in_order as (

    select
        *,
        lag(value) over (
            partition by claim_id, reading_number, is_base, category_id
            order by period_id
        ) as value_before
    from figures

),

named as (

    select
        claim_id,
        reading_number,
        max(value) filter (
            where not is_base and is_category_named and period_id = last_period_id
        ) as value_a,
        max(value) filter (where is_base and period_id = last_period_id) as value_b,
        cast(sum(value) filter (where not is_base) as decimal(18, 2)) as sum_a,
        cast(sum(value) filter (where is_base) as decimal(18, 2)) as sum_b,
        min(value) filter (where not is_base) as smallest,
        max(value) filter (where not is_base) as largest,
        count(*) filter (where not is_base and value > value_before) as times_risen,
        count(*) filter (where not is_base and value < value_before) as times_fallen,
        count(distinct period_id) filter (where not is_base) as periods_found,
        count(distinct period_id) filter (where is_base) as base_periods_found,
        min(first_definition_number) <> max(last_definition_number) as has_break,
        cast(
            max({{ periods_between('first_period_id', 'last_period_id') }}) as bigint
        ) as periods_needed
    from in_order
    group by claim_id, reading_number

),

ranks as (

    select
        figures.claim_id,
        figures.reading_number,
        1 + count(*) filter (where figures.value > named.value_a) as rank_of_category
    from figures
    inner join named
        on
            figures.claim_id = named.claim_id
            and figures.reading_number = named.reading_number
    where not figures.is_base
    group by figures.claim_id, figures.reading_number

),

final as (

    select
        named.*,
        ranks.rank_of_category
    from named
    left join ranks
        on
            named.claim_id = ranks.claim_id
            and named.reading_number = ranks.reading_number

)

select * from final
