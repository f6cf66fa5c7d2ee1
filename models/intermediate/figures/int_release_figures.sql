with

figures as (

    select * from {{ ref('int_figures') }}

),

adjudications as (

    select * from {{ ref('stg_adjudications') }}

),

ranked as (

    select
        figures.*,
        -- The adjudicated line comes first, then the lines in their order.
        case
            when figures.source_line = adjudications.source_line then 0
            else figures.source_line
        end as preference
    from figures
    left join adjudications
        on
            figures.release_id = adjudications.release_id
            and figures.local_authority_code = adjudications.local_authority_code
            and figures.measure_id = adjudications.measure_id
            and figures.category_id is not distinct from adjudications.category_id
            and figures.period_id = adjudications.period_id
            and figures.unit = adjudications.unit

),

final as (

    select
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        max(definition_number) as definition_number,
        -- A number wins over a blank: what is printed once is printed.
        min_by(value, preference) filter (where value is not null) as value,
        min_by(decimals, preference) filter (where value is not null) as decimals,
        coalesce(min(value) <> max(value), false) as is_disputed,
        max(is_latest_release) as is_latest_release,
        release_id,
        max(release_order) as release_order,
        coalesce(
            min_by(source_line, preference) filter (where value is not null), min(source_line)
        ) as source_line
    from ranked
    group by release_id, local_authority_code, measure_id, category_id, period_id, unit

)

select * from final
