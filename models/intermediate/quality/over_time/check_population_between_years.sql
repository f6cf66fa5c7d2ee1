with

populations as (

    select
        *,
        cast(round(0.5 * (lower_bound + upper_bound), 0) as decimal(18, 2)) as population
    from {{ ref('int_implied_populations') }}
    where lower_bound <= upper_bound

),

quality_checks as (

    select
        check_id,
        parameter as greatest_change
    from {{ ref('stg_quality_checks') }}

),

with_year_before as (

    select
        *,
        lag(population) over series as population_before,
        lag(lower_bound) over series as lower_bound_before,
        lag(upper_bound) over series as upper_bound_before
    from populations
    window series as (
        partition by release_id, local_authority_code, measure_id, definition_number
        order by period_id
    )

),

final as (

    select
        quality_checks.check_id,
        with_year_before.release_id,
        with_year_before.local_authority_code,
        with_year_before.period_id,
        with_year_before.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'rate_per_10000' as unit,
        with_year_before.source_line,
        with_year_before.population as printed_value,
        with_year_before.population_before as expected_value,
        cast(
            quality_checks.greatest_change * with_year_before.population_before as decimal(18, 4)
        ) as tolerance,
        'the rates imply a population near ' || {{ format_number('with_year_before.population') }}
        || ', those of the year before one near '
        || {{ format_number('with_year_before.population_before') }} as detail
    from with_year_before
    inner join quality_checks
        on quality_checks.check_id = 'population_between_years'
    where
        with_year_before.lower_bound
        > with_year_before.upper_bound_before * (1 + quality_checks.greatest_change)
        or with_year_before.upper_bound
        < with_year_before.lower_bound_before * (1 - quality_checks.greatest_change)

)

select * from final
