-- Where the authority stands among those of its region that have an official figure.
with

readings as (

    select * from {{ ref('int_claim_readings') }}
    where reads_region

),

official_figures as (

    select * from {{ ref('int_official_figures') }}
    where value is not null

),

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

region_figures as (

    select
        readings.claim_id,
        readings.reading_number,
        official_figures.area_code = readings.local_authority_code as is_own,
        official_figures.value
    from readings
    inner join local_authorities as own
        on readings.local_authority_code = own.local_authority_code
    inner join local_authorities as regional
        on own.region_code = regional.region_code
    inner join official_figures
        on
            regional.local_authority_code = official_figures.area_code
            and readings.measure_id = official_figures.measure_id
            and readings.category_id is not distinct from official_figures.category_id
            and readings.unit = official_figures.unit
            and readings.period_id = official_figures.financial_year

),

own_figures as (

    select
        claim_id,
        reading_number,
        max(value) filter (where is_own) as value_a
    from region_figures
    group by claim_id, reading_number

),

final as (

    select
        region_figures.claim_id,
        region_figures.reading_number,
        count(*) as authorities,
        count(*) filter (where not region_figures.is_own and own_figures.value_a is not null)
            as compared,
        count(*) filter (where region_figures.value < own_figures.value_a) as compared_below
    from region_figures
    inner join own_figures
        on
            region_figures.claim_id = own_figures.claim_id
            and region_figures.reading_number = own_figures.reading_number
    group by region_figures.claim_id, region_figures.reading_number

)

select * from final
