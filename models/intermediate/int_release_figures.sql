with

printed as (

    select
        *,
        coalesce(min(value) over figure <> max(value) over figure, false) as is_disputed,
        row_number() over (
            partition by
                release_id, local_authority_code, measure_id, category_id, period_id, unit
            order by source_line
        ) as printed_order
    from {{ ref('int_figures') }}
    window figure as (
        partition by
            release_id, local_authority_code, measure_id, category_id, period_id, unit
    )

),

adjudications as (

    select
        *,
        try_cast(source_line as integer) as adjudicated_line
    from {{ extract('adjudications') }}

),

final as (

    select
        printed.local_authority_code,
        printed.period_id,
        printed.measure_id,
        printed.category_id,
        printed.unit,
        printed.definition_number,
        printed.value,
        printed.is_disputed,
        printed.is_latest_release,
        printed.release_id,
        printed.release_order,
        printed.source_line
    from printed
    left join adjudications
        on
            printed.release_id = adjudications.release_id
            and printed.local_authority_code = adjudications.local_authority_code
            and printed.measure_id = adjudications.measure_id
            and printed.category_id is not distinct from adjudications.category_id
            and printed.period_id = adjudications.period_id
            and printed.unit = adjudications.unit
    where
        printed.source_line = adjudications.adjudicated_line
        or (adjudications.adjudicated_line is null and printed.printed_order = 1)

)

select * from final
