with

counts as (

    select * from {{ ref('int_counts') }}

),

missing as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and is_missing

),

series as (

    select distinct
        authority_measure_key,
        local_authority_code,
        measure_id
    from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

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

totals as (

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

),

final as (

    select
        totals.authority_measure_key,
        totals.period_number,
        totals.release_order,
        releases.release_id,
        series.local_authority_code,
        {{ period_id_of_number('totals.period_number') }} as period_id,
        series.measure_id,
        totals.total,
        totals.source_line,
        totals.is_complete
    from totals
    inner join series
        on totals.authority_measure_key = series.authority_measure_key
    inner join releases
        on totals.release_order = releases.release_order

)

select * from final
