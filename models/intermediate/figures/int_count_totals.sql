with

counts as (

    select * from {{ ref('int_counts') }}

),

-- A category whose figure is suppressed leaves a sum short.
missing as (

    select distinct
        release_id,
        local_authority_code,
        period_id,
        measure_id
    from {{ ref('int_figures') }}
    where unit = 'count' and is_missing

),

totals as (

    select
        release_id,
        max(release_order) as release_order,
        local_authority_code,
        period_id,
        measure_id,
        cast(sum(value) as decimal(18, 2)) as total,
        min(source_line) as source_line
    from counts
    group by release_id, local_authority_code, period_id, measure_id

),

final as (

    select
        totals.release_id,
        totals.release_order,
        totals.local_authority_code,
        totals.period_id,
        totals.measure_id,
        totals.total,
        totals.source_line,
        missing.release_id is null as is_complete
    from totals
    left join missing
        on
            totals.release_id = missing.release_id
            and totals.local_authority_code = missing.local_authority_code
            and totals.period_id = missing.period_id
            and totals.measure_id = missing.measure_id

)

select * from final
