with

official_rates as (

    select * from {{ ref('int_official_rates') }}

),

rates as (

    select * from official_rates
    where is_authority_of_year

),

official_releases as (

    select * from {{ ref('dim_official_release') }}

),

areas as (

    select * from {{ ref('dim_area') }}

),

neighbours as (

    select * from {{ ref('bridge_statistical_neighbours') }}
    where is_latest_model

),

counts as (

    select * from {{ ref('fct_official_statistics') }}
    where is_latest_release and unit = 'count'

),

ranked as (

    select
        *,
        rank() over (partition by series_year order by rate desc nulls last) as england_rank,
        rank() over (partition by series_year order by rate asc nulls last) as england_rank_up,
        count(rate) over (partition by series_year) as england_compared,
        rank() over (partition by series_year, region_code order by rate desc nulls last)
            as region_rank,
        rank() over (partition by series_year, region_code order by rate asc nulls last)
            as region_rank_up,
        count(rate) over (partition by series_year, region_code) as region_compared
    from rates

),

years as (

    select distinct financial_year
    from rates

),

-- How many authorities there were, whether or not a file holds them.
authorities as (

    select
        years.financial_year,
        areas.region_code,
        count(*) as authorities,
        sum(count(*)) over (partition by years.financial_year) as england_authorities
    from areas
    cross join years
    where
        areas.area_type = 'local_authority'
        and coalesce(areas.exists_from, '') <= years.financial_year
        and coalesce(areas.replaced_from, '9') > years.financial_year
    group by years.financial_year, areas.region_code

),

england_medians as (

    select
        series_year,
        {{ median_of('rate') }} as england_median
    from rates
    group by series_year

),

region_medians as (

    select
        series_year,
        region_code,
        {{ median_of('rate') }} as region_median
    from rates
    group by series_year, region_code

),

among_neighbours as (

    select
        rates.area_code,
        rates.series_year,
        count(compared.rate) as neighbour_compared,
        count(*) - count(compared.rate) as neighbour_left_out,
        count(*) filter (where compared.rate > rates.rate) as neighbours_above,
        count(*) filter (where compared.rate < rates.rate) as neighbours_below,
        {{ median_of('compared.rate') }} as neighbour_median,
        max(neighbours.model_year) as neighbour_model_year
    from rates
    inner join neighbours
        on rates.area_code = neighbours.local_authority_code
    left join rates as compared
        on
            neighbours.neighbour_code = compared.area_code
            and rates.series_year = compared.series_year
    group by rates.area_code, rates.series_year

),

-- Whether enough of each group are known for a rank and a median to be those of all of it.
covered as (

    select
        ranked.*,
        authorities.authorities - ranked.region_compared as region_left_out,
        authorities.england_authorities - ranked.england_compared as england_left_out,
        among_neighbours.neighbour_compared,
        among_neighbours.neighbour_left_out,
        among_neighbours.neighbours_above,
        among_neighbours.neighbours_below,
        among_neighbours.neighbour_median,
        among_neighbours.neighbour_model_year,
        {{ is_full('ranked.region_compared', 'authorities.authorities') }} as is_region_full,
        {{ is_full(
            'among_neighbours.neighbour_compared',
            '(among_neighbours.neighbour_compared + among_neighbours.neighbour_left_out)'
        ) }} as is_neighbour_full,
        {{ is_full('ranked.england_compared', 'authorities.england_authorities') }}
            as is_england_full
    from ranked
    inner join authorities
        on
            ranked.financial_year = authorities.financial_year
            and ranked.region_code = authorities.region_code
    left join among_neighbours
        on
            ranked.area_code = among_neighbours.area_code
            and ranked.series_year = among_neighbours.series_year

),

final as (

    select
        {{ short_key([
            'covered.area_code',
            'covered.measure_id',
            'covered.category_id',
            'covered.financial_year',
            'covered.unit',
        ]) }} as benchmark_id,
        covered.area_code as local_authority_code,
        covered.measure_id,
        covered.category_id,
        covered.financial_year,
        covered.unit,
        covered.denominator,
        covered.release_id,
        cast(counts.value as bigint) as value,
        cast(covered.rate as decimal(18, 2)) as rate,
        covered.marker,
        cast(covered.rate - previous.rate as decimal(18, 2)) as rate_change,
        covered.region_code,
        covered.is_region_full,
        {{ placed('region', 'covered.region_rank') }} as region_rank,
        {{ placed('region', 'covered.region_compared') }} as region_rank_of,
        {{ placed('region', quartile('covered.region_rank_up', 'covered.region_compared')) }}
            as region_quartile,
        cast(
            case when covered.is_region_full then region_medians.region_median end as decimal(18, 2)
        ) as region_median,
        cast(regions.rate as decimal(18, 2)) as region_rate,
        cast(covered.region_compared as integer) as region_compared,
        cast(covered.region_left_out as integer) as region_left_out,
        covered.is_neighbour_full,
        {{ placed('neighbour', 'covered.neighbours_above + 1') }} as neighbour_rank,
        {{ placed('neighbour', 'covered.neighbour_compared + 1') }} as neighbour_rank_of,
        {{ placed(
            'neighbour',
            quartile('covered.neighbours_below + 1', '(covered.neighbour_compared + 1)')
        ) }} as neighbour_quartile,
        cast(
            case when covered.is_neighbour_full then covered.neighbour_median end as decimal(18, 2)
        ) as neighbour_median,
        cast(covered.neighbour_compared as integer) as neighbour_compared,
        cast(covered.neighbour_left_out as integer) as neighbour_left_out,
        covered.neighbour_model_year,
        covered.is_england_full,
        {{ placed('england', 'covered.england_rank') }} as england_rank,
        {{ placed('england', 'covered.england_compared') }} as england_rank_of,
        {{ placed('england', quartile('covered.england_rank_up', 'covered.england_compared')) }}
            as england_quartile,
        cast(
            case when covered.is_england_full then england_medians.england_median end
            as decimal(18, 2)
        ) as england_median,
        cast(england.rate as decimal(18, 2)) as england_rate,
        cast(covered.england_compared as integer) as england_compared,
        cast(covered.england_left_out as integer) as england_left_out
    from covered
    inner join england_medians
        on covered.series_year = england_medians.series_year
    inner join region_medians
        on
            covered.series_year = region_medians.series_year
            and covered.region_code = region_medians.region_code
    left join counts
        on
            covered.area_code = counts.area_code
            and covered.part_measure_id = counts.measure_id
            and covered.category_id is not distinct from counts.category_id
            and covered.financial_year = counts.financial_year
    left join official_rates as regions
        on
            covered.region_code = regions.area_code
            and covered.series_year = regions.series_year
    left join official_rates as england
        on
            covered.series_year = england.series_year
            and england.area_type = 'country'
    left join rates as previous
        on
            covered.area_code = previous.area_code
            and covered.series_year = previous.series_year + 1
    left join official_releases
        on covered.release_id = official_releases.release_id
    left join official_releases as populations
        on covered.denominator = populations.release_id
    -- Of rates on several populations, the one that its own release divides by; else the newest
    -- that is a publication of its own, no copy beside other statistics.
    qualify
        row_number() over (
            partition by
                covered.area_code,
                covered.measure_id,
                covered.category_id,
                covered.financial_year,
                covered.unit
            order by
                case
                    when covered.denominator = official_releases.population_release_id then 0
                    else 1
                end asc,
                populations.population_release_id is null desc,
                coalesce(populations.reporting_year, 0) desc,
                covered.denominator asc
        ) = 1

)

select * from final
