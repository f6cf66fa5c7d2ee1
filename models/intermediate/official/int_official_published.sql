{{ config(materialized='table', partition_by=none) }}

-- In a table of its own, since `int_official_figures` reads it many times over.
with

figures as (

    select * from {{ ref('int_figures') }}
    {% if not reconciles_with_official() %}
        where false
    {% endif %}

),

correspondences as (

    select * from {{ ref('stg_official_correspondences') }}
    where official_measure_id is not null

),

claims as (

    select * from {{ ref('stg_narrative_claims') }}

),

claim_measures as (

    {% for column_name in ['measure_id', 'less_measure_id', 'base_measure_id'] %}
        select
            local_authority_code,
            formula,
            evidence,
            {{ column_name }} as measure_id
        from claims
        {{ 'union' if not loop.last }}
    {% endfor %}

),

claim_formulas as (

    select * from {{ ref('stg_claim_formulas') }}

),

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

council_authorities as (

    select
        local_authorities.local_authority_code,
        local_authorities.region_code
    from local_authorities
    inner join figures
        on local_authorities.local_authority_code = figures.local_authority_code
    group by local_authorities.local_authority_code, local_authorities.region_code

),

asked as (

    select
        council_authorities.local_authority_code as area_code,
        correspondences.official_measure_id as measure_id
    from council_authorities
    cross join correspondences

    union

    select
        compared.local_authority_code as area_code,
        claims.measure_id
    from claim_measures as claims
    inner join claim_formulas
        on claims.formula = claim_formulas.formula
    inner join council_authorities
        on claims.local_authority_code = council_authorities.local_authority_code
    inner join local_authorities as compared
        on
            council_authorities.region_code = compared.region_code
            and (
                claim_formulas.reads_region
                or council_authorities.local_authority_code = compared.local_authority_code
            )
    where claims.evidence = 'official' or claim_formulas.reads_region

),

with_ratios as (

    select * from asked

    union

    select
        asked.area_code,
        official_ratios.part_measure_id as measure_id
    from asked
    inner join {{ ref('stg_official_ratios') }} as official_ratios
        on asked.measure_id = official_ratios.measure_id

    union

    select
        asked.area_code,
        official_ratios.base_measure_id as measure_id
    from asked
    inner join {{ ref('stg_official_ratios') }} as official_ratios
        on asked.measure_id = official_ratios.measure_id
    where official_ratios.unit = 'percent'

),

needed as (

    select * from with_ratios

    union

    select
        with_ratios.area_code,
        official_sums.part_measure_id as measure_id
    from with_ratios
    inner join {{ ref('stg_official_sums') }} as official_sums
        on with_ratios.measure_id = official_sums.measure_id

),

final as (

    select
        official_statistics.release_id,
        official_statistics.source_table,
        official_statistics.area_code,
        official_statistics.measure_id,
        official_statistics.category_id,
        official_statistics.financial_year,
        official_statistics.unit,
        official_statistics.value,
        official_statistics.marker
    from {{ ref('stg_official_statistics') }} as official_statistics
    inner join needed
        on
            official_statistics.area_code = needed.area_code
            and official_statistics.measure_id = needed.measure_id
    where official_statistics.unit <> 'rate_per_10000'

)

select * from final
