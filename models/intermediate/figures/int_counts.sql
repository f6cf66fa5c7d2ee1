{{ config(materialized='view') }}

with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_figures') }}

),

-- "Over 160" is no count to work with.
counts as (

    select * from figures
    where unit = 'count' and not is_missing and not is_qualified

),

lines_with_percentage as (

    select distinct
        release_order,
        local_authority_code,
        source_line,
        period_number
    from figures
    where unit = 'percent'

),

-- Of two counts of one thing, the one beside a percentage.
lines_in_order as (

    select
        counts.figure_key,
        counts.source_line,
        row_number() over (
            partition by counts.figure_key
            order by
                case when lines_with_percentage.source_line is not null then 0 else 1 end asc,
                counts.source_line asc
        ) as place
    from counts
    left join lines_with_percentage
        on
            counts.release_order = lines_with_percentage.release_order
            and counts.local_authority_code = lines_with_percentage.local_authority_code
            and counts.source_line = lines_with_percentage.source_line
            and counts.period_number = lines_with_percentage.period_number
    where counts.is_repeated

),

final as (

    select
        counts.figure_key,
        counts.series_key,
        counts.authority_measure_key,
        counts.period_number,
        counts.release_order,
        counts.release_id,
        counts.local_authority_code,
        counts.period_id,
        counts.measure_id,
        counts.category_id,
        counts.definition_number,
        counts.value,
        counts.source_line
    from counts
    left join lines_in_order
        on
            counts.figure_key = lines_in_order.figure_key
            and counts.source_line = lines_in_order.source_line
    where coalesce(lines_in_order.place, 1) = 1

)

select * from final
