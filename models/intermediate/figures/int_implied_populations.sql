with

rates as (

    select * from {{ ref('int_figures') }}
    where
        unit = 'rate_per_10000'
        and not is_missing
        and not {{ is_calendar_year('period_number') }}

),

counts as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and not is_missing

),

bounds as (

    select
        rates.release_id,
        rates.release_order,
        rates.local_authority_code,
        rates.period_id,
        rates.measure_id,
        rates.definition_number,
        rates.source_line,
        {{ least_whole('counts.value', 'rates.value', 'rates.decimals', 10000) }} as lower_bound,
        {{ greatest_whole('counts.value', 'rates.value', 'rates.decimals', 10000) }} as upper_bound
    from rates
    inner join counts
        on
            {{ same_release_and_measure('rates', 'counts') }}
            and rates.category_id is not distinct from counts.category_id
            and rates.source_line = counts.source_line

),

final as (

    select
        release_id,
        release_order,
        local_authority_code,
        period_id,
        measure_id,
        definition_number,
        min(source_line) as source_line,
        cast(max(lower_bound) as decimal(18, 2)) as lower_bound,
        cast(min(upper_bound) as decimal(18, 2)) as upper_bound
    from bounds
    group by
        release_id,
        release_order,
        local_authority_code,
        period_id,
        measure_id,
        definition_number

)

select * from final
