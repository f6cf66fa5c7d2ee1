with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_figures') }}

),

lines_with_percentage as (

    select distinct
        release_id,
        local_authority_code,
        source_line,
        period_id
    from figures
    where unit = 'percent'

),

counts as (

    select
        figures.*,
        lines_with_percentage.source_line is not null as stands_beside_percentage
    from figures
    left join lines_with_percentage
        on
            figures.release_id = lines_with_percentage.release_id
            and figures.local_authority_code = lines_with_percentage.local_authority_code
            and figures.source_line = lines_with_percentage.source_line
            and figures.period_id = lines_with_percentage.period_id
    -- "Over 160" is no count to work with.
    where figures.unit = 'count' and not figures.is_missing and figures.qualifier is null

),

final as (

    select
        release_id,
        max(release_order) as release_order,
        local_authority_code,
        max(table_id) as table_id,
        period_id,
        measure_id,
        category_id,
        max(definition_number) as definition_number,
        coalesce(
            min_by(value, source_line) filter (where stands_beside_percentage),
            min_by(value, source_line)
        ) as value,
        coalesce(
            min(source_line) filter (where stands_beside_percentage), min(source_line)
        ) as source_line
    from counts
    group by release_id, local_authority_code, period_id, measure_id, category_id

)

select * from final
