-- What each reading of a claim comes to, and whether the claim holds in it.
with

readings as (

    select * from {{ ref('int_claim_readings') }}

),

claim_values as (

    select * from {{ ref('int_claim_values') }}

),

regions as (

    select * from {{ ref('int_claim_regions') }}

),

figures as (

    select * from {{ ref('int_figures') }}
    where not is_missing

),

printed_periods as (

    select
        readings.claim_id,
        readings.reading_number,
        count(distinct figures.period_id) as periods_printed
    from readings
    inner join figures
        on
            readings.release_id = figures.release_id
            and readings.local_authority_code = figures.local_authority_code
            and readings.measure_id = figures.measure_id
            and readings.unit = figures.unit
    where readings.formula = 'periods'
    group by readings.claim_id, readings.reading_number

),

gathered as (

    select
        readings.*,
        claim_values.value_a,
        claim_values.value_b,
        claim_values.sum_a,
        claim_values.sum_b,
        claim_values.smallest,
        claim_values.largest,
        claim_values.times_risen,
        claim_values.times_fallen,
        claim_values.rank_of_category,
        regions.authorities,
        regions.compared,
        regions.compared_below,
        printed_periods.periods_printed,
        coalesce(readings.compares_periods and claim_values.has_break, false) as is_across_break,
        -- What runs over periods needs every one of them.
        readings.runs_over is not null
        and (
            claim_values.periods_found < claim_values.periods_needed
            or (readings.has_base and claim_values.base_periods_found < claim_values.periods_needed)
        ) as lacks_periods
    from readings
    left join claim_values
        on
            readings.claim_id = claim_values.claim_id
            and readings.reading_number = claim_values.reading_number
    left join regions
        on
            readings.claim_id = regions.claim_id
            and readings.reading_number = regions.reading_number
    left join printed_periods
        on
            readings.claim_id = printed_periods.claim_id
            and readings.reading_number = printed_periods.reading_number

),

recomputed as (

    select
        *,
        cast(
            case
                when is_across_break or lacks_periods then null
                when formula = 'value' then value_a
                when formula in ('change', 'difference') then value_a - value_b
                when formula = 'size_of_change' then abs(value_a - value_b)
                when formula = 'percentage_change'
                    then {{ change_quotient('100 * (value_a - value_b)', 'value_b', 6) }}
                when formula = 'size_of_percentage_change'
                    then abs({{ change_quotient('100 * (value_a - value_b)', 'value_b', 6) }})
                when formula = 'percentage_change_of_quarters'
                    then {{ change_quotient('100 * (sum_a - sum_b)', 'sum_b', 6) }}
                when formula = 'share_of' then {{ change_quotient('100 * value_a', 'value_b', 6) }}
                when formula = 'categories_less' then sum_a - value_b
                when formula = 'sum' then sum_a
                when formula = 'minimum' then smallest
                when formula = 'maximum' then largest
                when formula = 'range' then largest - smallest
                when formula = 'rises' then times_risen
                when formula = 'falls' then times_fallen
                when formula = 'rank' and value_a is not null then rank_of_category
                when formula = 'periods' then periods_printed
                when formula = 'thousandth' then 0.001 * value_a
                when formula = 'stated' then stated_number
                when formula = 'months_to_publication'
                    then {{ whole_months('stated_day', 'published_date') }}
                when formula = 'share_of_region_below'
                    then {{ change_quotient('100 * compared_below', 'compared', 6) }}
                when formula = 'authorities_in_region' then authorities
            end as decimal(18, 6)
        ) as recomputed
    from gathered

),

final as (

    select
        claim_id,
        reading_number,
        release_id,
        local_authority_code,
        paragraph,
        claim_line,
        statement,
        word,
        read_as,
        reason_of_word,
        reading,
        evidence,
        formula,
        result,
        comparison,
        unit,
        claimed,
        value_a,
        value_b,
        sum_a,
        sum_b,
        smallest,
        largest,
        recomputed,
        is_across_break,
        explanation,
        case
            when recomputed is null or claimed is null then 'not checkable'
            when
                (comparison = 'equals' and recomputed = claimed)
                or (comparison = 'more_than' and recomputed > claimed)
                or (comparison = 'at_least' and recomputed >= claimed)
                or (comparison = 'less_than' and recomputed < claimed)
                or (comparison = 'at_most' and recomputed <= claimed)
                then 'agrees'
            -- Rounded to the decimals claimed it holds. Rounding takes no number past a bound that
            -- it did not pass, so that `more_than` and `less_than` gain nothing.
            when
                comparison in ('equals', 'at_least', 'at_most')
                and (comparison = 'at_most' or recomputed >= claimed - {{ half_unit('decimals') }})
                and (comparison = 'at_least' or recomputed <= claimed + {{ half_unit('decimals') }})
                then 'agrees within rounding'
            else 'contradicts'
        end as verdict
    from recomputed

)

select * from final
