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

final as (

    select
        {{ short_key([
            'ranked.area_code',
            'ranked.measure_id',
            'ranked.category_id',
            'ranked.financial_year',
            'ranked.unit',
        ]) }} as benchmark_id,
        ranked.area_code as local_authority_code,
        ranked.measure_id,
        ranked.category_id,
        ranked.financial_year,
        ranked.unit,
        ranked.denominator,
        ranked.release_id,
        cast(counts.value as bigint) as value,
        cast(ranked.rate as decimal(18, 2)) as rate,
        ranked.marker,
        cast(ranked.rate - previous.rate as decimal(18, 2)) as rate_change,
        ranked.region_code,
        cast(case when ranked.rate is not null then ranked.region_rank end as integer)
            as region_rank,
        cast(
            case
                when ranked.rate is not null
                    then {{ quartile('ranked.region_rank_up', 'ranked.region_compared') }}
            end as integer
        ) as region_quartile,
        cast(region_medians.region_median as decimal(18, 2)) as region_median,
        cast(regions.rate as decimal(18, 2)) as region_rate,
        cast(ranked.region_compared as integer) as region_compared,
        cast(authorities.authorities - ranked.region_compared as integer) as region_left_out,
        cast(
            case when ranked.rate is not null then among_neighbours.neighbours_above + 1 end
            as integer
        ) as neighbour_rank,
        cast(
            case
                when ranked.rate is not null
                    then {{ quartile(
                        'among_neighbours.neighbours_below + 1',
                        '(among_neighbours.neighbour_compared + 1)'
                    ) }}
            end as integer
        ) as neighbour_quartile,
        cast(among_neighbours.neighbour_median as decimal(18, 2)) as neighbour_median,
        cast(among_neighbours.neighbour_compared as integer) as neighbour_compared,
        cast(among_neighbours.neighbour_left_out as integer) as neighbour_left_out,
        among_neighbours.neighbour_model_year,
        cast(case when ranked.rate is not null then ranked.england_rank end as integer)
            as england_rank,
        cast(
            case
                when ranked.rate is not null
                    then {{ quartile('ranked.england_rank_up', 'ranked.england_compared') }}
            end as integer
        ) as england_quartile,
        cast(england_medians.england_median as decimal(18, 2)) as england_median,
        cast(england.rate as decimal(18, 2)) as england_rate,
        cast(ranked.england_compared as integer) as england_compared,
        cast(authorities.england_authorities - ranked.england_compared as integer)
            as england_left_out
    from ranked
    inner join authorities
        on
            ranked.financial_year = authorities.financial_year
            and ranked.region_code = authorities.region_code
    inner join england_medians
        on ranked.series_year = england_medians.series_year
    inner join region_medians
        on
            ranked.series_year = region_medians.series_year
            and ranked.region_code = region_medians.region_code
    left join among_neighbours
        on
            ranked.area_code = among_neighbours.area_code
            and ranked.series_year = among_neighbours.series_year
    left join counts
        on
            ranked.area_code = counts.area_code
            and ranked.part_measure_id = counts.measure_id
            and ranked.category_id is not distinct from counts.category_id
            and ranked.financial_year = counts.financial_year
    left join official_rates as regions
        on
            ranked.region_code = regions.area_code
            and ranked.series_year = regions.series_year
    left join official_rates as england
        on
            ranked.series_year = england.series_year
            and england.area_type = 'country'
    left join rates as previous
        on
            ranked.area_code = previous.area_code
            and ranked.series_year = previous.series_year + 1
    left join official_releases
        on ranked.release_id = official_releases.release_id
    left join official_releases as populations
        on ranked.denominator = populations.release_id
    -- Of rates on several populations, the one that its own release divides by; else the newest
    -- that is a publication of its own, no copy beside other statistics.
    qualify
        row_number() over (
            partition by
                ranked.area_code,
                ranked.measure_id,
                ranked.category_id,
                ranked.financial_year,
                ranked.unit
            order by
                case
                    when ranked.denominator = official_releases.population_release_id then 0
                    else 1
                end asc,
                populations.population_release_id is null desc,
                coalesce(populations.reporting_year, 0) desc,
                ranked.denominator asc
        ) = 1

)

select * from final
