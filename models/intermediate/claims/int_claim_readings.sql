-- One row for each reading of a claim, typed, with what its formula reads.
with

releases as (

    select * from {{ ref('stg_releases') }}

),

claims as (

    select * from {{ ref('stg_narrative_claims') }}

),

claim_formulas as (

    select * from {{ ref('stg_claim_formulas') }}

),

claim_words as (

    select * from {{ ref('stg_claim_words') }}

),

final as (

    select
        claims.claim_id,
        claims.reading_number,
        claims.release_id,
        claims.local_authority_code,
        claims.paragraph,
        claims.source_line as claim_line,
        claims.statement,
        claims.reading,
        coalesce(claims.evidence, 'known then') as evidence,
        claims.formula,
        coalesce(claim_words.comparison, claims.comparison) as comparison,
        coalesce(claim_words.threshold, claims.claimed_value) as claimed,
        coalesce(claim_words.threshold_decimals, claims.claimed_decimals) as decimals,
        claims.measure_id,
        claims.less_measure_id,
        claims.category_id,
        claims.unit,
        claims.period_id,
        claims.base_measure_id,
        claims.base_category_id,
        claims.base_unit,
        claims.base_period_id,
        claims.stated_number,
        claims.stated_day,
        claims.explanation,
        claim_words.word,
        claim_words.read_as,
        claim_words.reason as reason_of_word,
        claim_formulas.needs_base_measure_id as has_base,
        claim_formulas.runs_over,
        claim_formulas.compares_periods,
        claim_formulas.reads_categories,
        claim_formulas.reads_region,
        claim_formulas.result,
        releases.release_order,
        releases.published_date
    from claims
    inner join releases
        on claims.release_id = releases.release_id
    inner join claim_formulas
        on claims.formula = claim_formulas.formula
    left join claim_words
        on claims.word_id = claim_words.word_id

)

select * from final
