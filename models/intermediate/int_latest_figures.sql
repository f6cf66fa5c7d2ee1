with

latest as (

    select
        *,
        coalesce(min(value) over figure <> max(value) over figure, false) as is_disputed,
        row_number() over (
            partition by local_authority_code, measure_id, category_id, period_id, unit
            order by source_line
        ) as printed_order
    from {{ ref('int_figures') }}
    where is_latest_release
    window figure as (
        partition by local_authority_code, measure_id, category_id, period_id, unit
    )

),

adjudications as (

    select
        *,
        try_cast(source_line as integer) as adjudicated_line
    from {{ ref('adjudications') }}

),

final as (

    select
        latest.local_authority_code,
        latest.period_id,
        latest.measure_id,
        latest.category_id,
        latest.unit,
        latest.value,
        latest.is_disputed,
        latest.release_id,
        latest.release_order,
        latest.source_line
    from latest
    left join adjudications
        on
            latest.release_id = adjudications.release_id
            and latest.local_authority_code = adjudications.local_authority_code
            and latest.measure_id = adjudications.measure_id
            and latest.category_id is not distinct from adjudications.category_id
            and latest.period_id = adjudications.period_id
            and latest.unit = adjudications.unit
    where
        latest.source_line = adjudications.adjudicated_line
        or (adjudications.adjudicated_line is null and latest.printed_order = 1)

)

select * from final
