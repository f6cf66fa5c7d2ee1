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
        release_id,
        release_order,
        local_authority_code,
        period_id,
        measure_id,
        value,
        source_line,
        false as is_missing
    from counts

    union all

    select
        release_id,
        release_order,
        local_authority_code,
        period_id,
        measure_id,
        value,
        source_line,
        is_missing
    from missing

),

final as (

    select
        release_id,
        max(release_order) as release_order,
        local_authority_code,
        period_id,
        measure_id,
        cast(sum(value) as decimal(18, 2)) as total,
        coalesce(
            min(source_line) filter (where not is_missing), min(source_line)
        ) as source_line,
        not max(is_missing) as is_complete
    from printed
    group by release_id, local_authority_code, period_id, measure_id

)

select * from final
