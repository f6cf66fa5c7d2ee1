with

counts as (

    select * from {{ ref('int_counts') }}

),

missing as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and is_missing

),

-- A category whose figure is suppressed leaves a sum short.
printed as (

    select
        authority_measure_key,
        period_number,
        release_order,
        value,
        source_line,
        false as is_missing
    from counts

    union all

    select
        authority_measure_key,
        period_number,
        release_order,
        value,
        source_line,
        is_missing
    from missing

),

final as (

    select
        authority_measure_key,
        period_number,
        release_order,
        cast(sum(value) as decimal(18, 2)) as total,
        coalesce(
            min(source_line) filter (where not is_missing), min(source_line)
        ) as source_line,
        not max(is_missing) as is_complete
    from printed
    group by authority_measure_key, period_number, release_order

)

select * from final
