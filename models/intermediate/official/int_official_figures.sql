with

official_statistics as (

    select * from {{ ref('int_official_statistics') }}
    where is_latest_release and unit <> 'rate_per_10000'

),

official_releases as (

    select * from {{ ref('stg_official_releases') }}

),

populations as (

    select distinct base_measure_id as measure_id
    from {{ ref('stg_official_ratios') }}
    where unit = 'rate_per_10000'

),

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

final as (

    select
        official_statistics.area_code,
        official_statistics.measure_id,
        official_statistics.category_id,
        official_statistics.financial_year,
        official_statistics.unit,
        {{ measure_key(
            'official_statistics.measure_id',
            'official_statistics.category_id',
            'official_statistics.unit'
        ) }} as measure_key,
        cast(official_statistics.value as decimal(18, 2)) as value,
        official_statistics.marker,
        official_statistics.is_calculated,
        official_statistics.release_id
    from official_statistics
    inner join asked
        on
            official_statistics.area_code = asked.area_code
            and official_statistics.measure_id = asked.measure_id
    inner join official_releases
        on official_statistics.release_id = official_releases.release_id
    left join populations
        on official_statistics.measure_id = populations.measure_id
    -- A population from its own publication, not from the copy beside other statistics.
    where official_releases.population_release_id is null or populations.measure_id is null
    -- Of one measure in two publications, the first in rank that has the area.
    qualify
        official_statistics.edition_rank = min(official_statistics.edition_rank) over (
            partition by
                official_statistics.area_code,
                official_statistics.measure_id,
                official_statistics.category_id,
                official_statistics.financial_year,
                official_statistics.unit
        )

)

select * from final
