-- A claim is data: a formula over figures as known when it was published, or over official
-- statistics as they are now. The figure and the verdict are computed here, none is typed.
with

releases as (

    select * from {{ ref('int_releases') }}

),

claims as (

    select
        narrative_claims.*,
        releases.release_order,
        releases.published_date,
        {{ whole_number('narrative_claims.source_line') }} as claim_line,
        try_cast(narrative_claims.claimed_value as decimal(18, 2)) as claimed,
        {{ whole_number('narrative_claims.claimed_decimals') }} as decimals,
        narrative_claims.formula in ('sum', 'minimum', 'maximum', 'rises', 'falls')
            as is_over_periods,
        narrative_claims.formula in ('change', 'percentage_change', 'share_of', 'difference')
            as has_base,
        narrative_claims.formula in (
            'change', 'percentage_change', 'sum', 'minimum', 'maximum', 'rises', 'falls'
        ) as compares_periods
    from {{ touched(extract('narrative_claims')) }} as narrative_claims
    inner join releases
        on narrative_claims.release_id = releases.release_id

),

operands as (

    select
        claim_id,
        false as is_base,
        measure_id,
        category_id,
        unit,
        case when is_over_periods then base_period_id else period_id end as first_period_id,
        period_id as last_period_id
    from claims

    union all

    select
        claim_id,
        true as is_base,
        base_measure_id as measure_id,
        base_category_id as category_id,
        base_unit as unit,
        base_period_id as first_period_id,
        base_period_id as last_period_id
    from claims
    where has_base

),

figures as (

    select * from {{ touched(ref('int_figures')) }}
    where not is_missing

),

adjudications as (

    select
        *,
        {{ whole_number('source_line') }} as adjudicated_line
    from {{ extract('adjudications') }}

),

known as (

    select
        operands.claim_id,
        operands.is_base,
        operands.first_period_id,
        operands.last_period_id,
        figures.period_id,
        figures.category_id,
        figures.definition_number,
        figures.value,
        coalesce(figures.category_id, '') = coalesce(operands.category_id, '')
            as is_category_named
    from claims
    inner join operands
        on claims.claim_id = operands.claim_id
    inner join figures
        on
            claims.local_authority_code = figures.local_authority_code
            and operands.measure_id = figures.measure_id
            and operands.unit = figures.unit
            and (
                figures.category_id is not distinct from operands.category_id
                or claims.formula = 'rank'
            )
            and figures.period_id between operands.first_period_id and operands.last_period_id
            and length(figures.period_id) = length(operands.last_period_id)
            and claims.release_order >= figures.release_order
    left join adjudications
        on
            figures.release_id = adjudications.release_id
            and figures.local_authority_code = adjudications.local_authority_code
            and figures.measure_id = adjudications.measure_id
            and figures.category_id is not distinct from adjudications.category_id
            and figures.period_id = adjudications.period_id
            and figures.unit = adjudications.unit
            and figures.source_line = adjudications.adjudicated_line
    where
        -- The figure of the claim's own line would prove itself.
        not (
            claims.formula = 'value'
            and figures.release_id = claims.release_id
            and figures.source_line = claims.claim_line
        )
    qualify
        row_number() over (
            partition by
                operands.claim_id, operands.is_base, figures.period_id, figures.category_id
            order by
                figures.release_order desc,
                case when adjudications.adjudicated_line is not null then 0 else 1 end asc,
                figures.source_line asc
        ) = 1

),

in_order as (

    select
        *,
        lag(value) over (
            partition by claim_id, is_base, category_id
            order by period_id
        ) as value_before
    from known

),

computed as (

    select
        claim_id,
        max(value) filter (
            where not is_base and is_category_named and period_id = last_period_id
        ) as value_a,
        max(value) filter (where is_base) as value_b,
        sum(value) filter (where not is_base) as sum_of_periods,
        min(value) filter (where not is_base) as smallest,
        max(value) filter (where not is_base) as largest,
        count(*) filter (where not is_base and value > value_before) as times_risen,
        count(*) filter (where not is_base and value < value_before) as times_fallen,
        count(distinct period_id) filter (where not is_base) as periods_found,
        min(definition_number) <> max(definition_number) as has_break,
        max({{ periods_between('first_period_id', 'last_period_id') }}) as periods_needed
    from in_order
    group by claim_id

),

ranks as (

    select
        known.claim_id,
        1 + count(*) filter (where known.value > computed.value_a) as rank_of_category
    from known
    inner join computed
        on known.claim_id = computed.claim_id
    where not known.is_base
    group by known.claim_id

),

printed_periods as (

    select
        claims.claim_id,
        count(distinct figures.period_id) as periods_printed
    from claims
    inner join figures
        on
            claims.release_id = figures.release_id
            and claims.local_authority_code = figures.local_authority_code
            and claims.measure_id = figures.measure_id
            and claims.unit = figures.unit
    where claims.formula = 'periods'
    group by claims.claim_id

),

dim_period as (

    select * from {{ ref('dim_period') }}

),

official_figures as (

    select * from {{ ref('int_official_figures') }}
    where value is not null

),

local_authorities as (

    select * from {{ ref('local_authorities') }}

),

official_claims as (

    select
        claims.*,
        local_authorities.region_code
    from claims
    inner join {{ ref('claim_formulas') }} as claim_formulas
        on claims.formula = claim_formulas.formula
    inner join local_authorities
        on claims.local_authority_code = local_authorities.local_authority_code
    where claim_formulas.reads_official is not null

),

of_the_authority as (

    select
        official_claims.claim_id,
        max(official_figures.value) filter (
            where official_figures.financial_year = official_claims.period_id
        ) as value_a,
        max(official_figures.value) filter (
            where official_figures.financial_year = official_claims.base_period_id
        ) as value_b
    from official_claims
    inner join official_figures
        on
            official_claims.local_authority_code = official_figures.area_code
            and official_claims.measure_id = official_figures.measure_id
            and official_claims.category_id is not distinct from official_figures.category_id
            and official_claims.unit = official_figures.unit
    group by official_claims.claim_id

),

of_the_region as (

    select
        official_claims.claim_id,
        count(*) as authorities,
        count(*) filter (
            where official_figures.area_code <> official_claims.local_authority_code
        ) as compared,
        count(*) filter (
            where official_figures.value < of_the_authority.value_a
        ) as compared_below
    from official_claims
    inner join of_the_authority
        on official_claims.claim_id = of_the_authority.claim_id
    inner join local_authorities
        on official_claims.region_code = local_authorities.region_code
    inner join official_figures
        on
            local_authorities.local_authority_code = official_figures.area_code
            and official_claims.measure_id = official_figures.measure_id
            and official_claims.category_id is not distinct from official_figures.category_id
            and official_claims.unit = official_figures.unit
            and official_claims.period_id = official_figures.financial_year
    group by official_claims.claim_id

),

recomputed as (

    select
        claims.*,
        claims.compares_periods and computed.has_break as is_across_break,
        cast(
            case
                when claims.compares_periods and computed.has_break then null
                when claims.formula = 'value' then computed.value_a
                when claims.formula in ('change', 'difference')
                    then computed.value_a - computed.value_b
                when claims.formula = 'percentage_change'
                    then {{ quotient(
                        '100 * (computed.value_a - computed.value_b)', 'computed.value_b', 6
                    ) }}
                when claims.formula = 'share_of'
                    then {{ quotient('100 * computed.value_a', 'computed.value_b', 6) }}
                when claims.formula = 'rank' and computed.value_a is not null
                    then ranks.rank_of_category
                when claims.formula = 'periods' then printed_periods.periods_printed
                when claims.formula = 'months_to_publication'
                    then {{ whole_months('dim_period.end_date', 'claims.published_date') }}
                when claims.formula = 'official_value' then of_the_authority.value_a
                when claims.formula = 'official_change'
                    then of_the_authority.value_a - of_the_authority.value_b
                when claims.formula = 'official_thousandth' then 0.001 * of_the_authority.value_a
                when claims.formula = 'share_of_region_below'
                    then
                        case
                            when of_the_authority.value_a is not null
                                then {{ quotient(
                                    '100 * of_the_region.compared_below',
                                    'of_the_region.compared',
                                    6
                                ) }}
                        end
                when claims.formula = 'authorities_in_region' then of_the_region.authorities
                -- What runs over periods needs every one of them.
                when computed.periods_found < computed.periods_needed then null
                when claims.formula = 'sum' then computed.sum_of_periods
                when claims.formula = 'minimum' then computed.smallest
                when claims.formula = 'maximum' then computed.largest
                when claims.formula = 'rises' then computed.times_risen
                when claims.formula = 'falls' then computed.times_fallen
            end as decimal(18, 6)
        ) as recomputed
    from claims
    left join computed
        on claims.claim_id = computed.claim_id
    left join ranks
        on claims.claim_id = ranks.claim_id
    left join printed_periods
        on claims.claim_id = printed_periods.claim_id
    left join dim_period
        on claims.period_id = dim_period.period_id
    left join of_the_authority
        on claims.claim_id = of_the_authority.claim_id
    left join of_the_region
        on claims.claim_id = of_the_region.claim_id

),

final as (

    select
        claim_id,
        release_id,
        local_authority_code,
        paragraph,
        claim_line as source_line,
        statement,
        formula,
        comparison,
        claimed as claimed_value,
        cast(round(recomputed, 2) as decimal(18, 2)) as recomputed_value,
        case
            when recomputed is null or claimed is null then 'not checkable'
            when
                (comparison = 'equals' and recomputed = claimed)
                or (comparison = 'more_than' and recomputed > claimed)
                or (comparison = 'at_least' and recomputed >= claimed)
                or (comparison = 'less_than' and recomputed < claimed)
                or (comparison = 'at_most' and recomputed <= claimed)
                then 'agrees'
            when
                comparison = 'equals'
                and abs(recomputed - claimed) <= {{ half_unit('decimals') }}
                then 'agrees within rounding'
            else 'contradicts'
        end as verdict,
        case
            when is_across_break then 'A break in the series lies between the periods.'
            else explanation
        end as explanation
    from recomputed

)

select * from final
