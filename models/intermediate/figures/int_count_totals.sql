with

-- A category whose figure is suppressed leaves a sum short.
figures as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and (is_counted_with or is_missing)

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
    from figures
    group by authority_measure_key, period_number, release_order

)

select * from final
