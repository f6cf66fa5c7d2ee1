with

populations as (

    select * from {{ ref('int_implied_populations') }}

),

final as (

    select
        'rates_imply_one_population' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'rate_per_10000' as unit,
        source_line,
        lower_bound as printed_value,
        upper_bound as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'one rate implies a population of at least ' || {{ format_number('round(lower_bound, 0)') }}
        || ', another of at most ' || {{ format_number('round(upper_bound, 0)') }} as detail
    from populations
    where lower_bound > upper_bound

)

select * from final
