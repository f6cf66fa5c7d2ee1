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
            when adjudications.figure_key is not null then 0
            else figures.source_line
        end as preference
    from figures
    left join adjudications
        on figures.figure_key = adjudications.figure_key

),

final as (

    select
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        measure_key,
        series_key,
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
        ) as source_line,
        coalesce(
            min_by(figure_key, preference) filter (where value is not null),
            min_by(figure_key, source_line)
        ) as figure_key
    from ranked
    group by
        release_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        measure_key,
        series_key

)

select * from final
