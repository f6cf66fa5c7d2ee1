-- Which figures count: of several that a release prints for one thing, of several releases. Where a
-- council prints the parts of a thing, their sum counts, under the line of one of them.
with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_keyed_figures') }}

),

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

printed_precision as (

    select * from {{ ref('stg_printed_precision') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}

),

adjudications as (

    select * from {{ ref('int_adjudications') }}

),

-- Of a measure, or of all measures in a unit.
precision_of_series as (

    select
        series.series_key,
        {{ period_number('printed_precision.period_id') }} as period_number,
        coalesce(
            max(printed_precision.decimals) filter (
                where printed_precision.measure_id is not null
            ),
            max(printed_precision.decimals)
        ) as decimals
    from printed_precision
    inner join series
        on
            printed_precision.local_authority_code = series.local_authority_code
            and printed_precision.unit = series.unit
            and coalesce(printed_precision.measure_id, series.measure_id) = series.measure_id
    group by series.series_key, {{ period_number('printed_precision.period_id') }}

),

latest as (

    select
        series_key,
        period_number,
        max(release_order) as release_order
    from figures
    group by series_key, period_number

),

counted_from_records as (

    select
        figures.figure_key,
        figures.period_number,
        series.authority_measure_key
    from figures
    inner join releases
        on figures.release_order = releases.release_order
    inner join series
        on figures.series_key = series.series_key
    where releases.is_of_records

),

-- Where a report says anything of a measure, what is counted fills no gap between its figures.
also_printed as (

    select distinct counted_from_records.figure_key
    from counted_from_records
    inner join series
        on counted_from_records.authority_measure_key = series.authority_measure_key
    inner join latest
        on
            series.series_key = latest.series_key
            and counted_from_records.period_number = latest.period_number
    inner join releases
        on latest.release_order = releases.release_order
    where not releases.is_of_records

),

repeated as (

    select
        figure_key,
        bool_or(part_number is null) as has_whole
    from figures
    group by figure_key
    having count(*) > 1

),

repeated_lines as (

    select
        figures.figure_key,
        figures.period_number,
        figures.release_order,
        figures.source_line,
        coalesce(figures.part_number, 0) as part_number,
        figures.value,
        figures.is_missing,
        figures.is_qualified,
        series.local_authority_code,
        series.unit,
        repeated.has_whole and figures.part_number is not null as is_within_whole
    from figures
    inner join repeated
        on figures.figure_key = repeated.figure_key
    inner join series
        on figures.series_key = series.series_key

),

beside_percentage as (

    select distinct
        repeated_lines.figure_key,
        repeated_lines.source_line
    from repeated_lines
    inner join figures
        on
            repeated_lines.period_number = figures.period_number
            and repeated_lines.release_order = figures.release_order
            and repeated_lines.source_line = figures.source_line
    inner join series
        on
            figures.series_key = series.series_key
            and repeated_lines.local_authority_code = series.local_authority_code
    where series.unit = 'percent'

),

-- The adjudicated line comes first, then the lines in their order. A number wins over a blank: what
-- is printed once is printed. To check a percentage with, the count beside it comes first.
lines_in_order as (

    select
        repeated_lines.figure_key,
        repeated_lines.source_line,
        repeated_lines.value,
        repeated_lines.is_missing,
        repeated_lines.is_qualified,
        repeated_lines.unit,
        repeated_lines.is_within_whole,
        coalesce(
            min(repeated_lines.value) over one_thing <> max(repeated_lines.value) over one_thing,
            false
        ) as is_disputed,
        row_number() over (
            partition by repeated_lines.figure_key, repeated_lines.part_number
            order by
                case when repeated_lines.is_missing then 1 else 0 end asc,
                case when adjudications.figure_key is not null then 0 else 1 end asc,
                repeated_lines.source_line asc
        ) as place,
        row_number() over (
            partition by repeated_lines.figure_key, repeated_lines.part_number
            order by
                case
                    when repeated_lines.is_missing or repeated_lines.is_qualified then 1
                    else 0
                end asc,
                case when beside_percentage.figure_key is not null then 0 else 1 end asc,
                repeated_lines.source_line asc
        ) as place_as_count
    from repeated_lines
    left join adjudications
        on {{ same_figure('repeated_lines', 'adjudications') }}
    left join beside_percentage
        on {{ same_figure('repeated_lines', 'beside_percentage') }}
    window one_thing as (
        partition by repeated_lines.figure_key, repeated_lines.part_number
    )

),

taken as (

    select
        *,
        bool_or(is_within_whole) over (partition by figure_key) as has_parts_within
    from lines_in_order
    where place = 1

),

-- The line that parts are counted under: the first or, since the sum is missing with any of them,
-- the first that is missing. Of what is printed as a whole too, the whole's.
parts_together as (

    select
        figure_key,
        count(*) > 1 as is_sum,
        coalesce(min(source_line) filter (where is_missing), min(source_line)) as source_line,
        case when not bool_or(is_missing) then cast(sum(value) as decimal(18, 2)) end as value,
        bool_or(is_qualified) as is_qualified,
        -- Rounded parts may be off by half a unit each.
        case when unit = 'count' then 0 when count(*) > 10 then 2 else 1 end as decimals_lost
    from taken
    where not is_within_whole
    group by figure_key, unit
    having count(*) > 1 or bool_or(has_parts_within)

),

final as (

    select
        figures.figure_key,
        figures.series_key,
        figures.period_number,
        figures.release_order,
        figures.source_line,
        figures.table_id,
        case
            when figures.part_number is not null
                then coalesce(parts_together.source_line, figures.source_line)
            else figures.source_line
        end as counted_line,
        coalesce(parts_together.is_sum, false) as is_sum_of_parts,
        case
            when parts_together.is_sum and parts_together.source_line = figures.source_line
                then parts_together.value
            else figures.value
        end as value,
        figures.has_leading_zero,
        figures.is_missing,
        figures.marker,
        case
            when parts_together.is_sum then parts_together.is_qualified
            else figures.is_qualified
        end as is_qualified,
        case
            when counted_from_records.figure_key is not null then figures.decimals_printed
            else coalesce(precision_of_series.decimals, figures.decimals_printed)
        end
        - case
            when parts_together.is_sum then parts_together.decimals_lost
            else 0
        end as decimals,
        -- Counting is a definition of its own: no change between it and what is printed is one.
        case
            when counted_from_records.figure_key is not null then 0
            else coalesce(definitions.definition_number, 1)
        end as definition_number,
        figures.release_order = latest.release_order and also_printed.figure_key is null
            as is_latest_release,
        coalesce(lines_in_order.place = 1 and not lines_in_order.is_within_whole, true)
            as is_chosen,
        not figures.is_missing
        and not case
            when parts_together.is_sum then parts_together.is_qualified
            else figures.is_qualified
        end
        and coalesce(
            not lines_in_order.is_within_whole
            and case
                when parts_together.is_sum then lines_in_order.place
                else lines_in_order.place_as_count
            end = 1,
            true
        ) as is_counted_with,
        coalesce(lines_in_order.is_disputed, false) as is_disputed
    from figures
    left join latest
        on
            figures.series_key = latest.series_key
            and figures.period_number = latest.period_number
    left join precision_of_series
        on
            figures.series_key = precision_of_series.series_key
            and figures.period_number = precision_of_series.period_number
    left join definitions
        on figures.figure_key = definitions.figure_key
    left join counted_from_records
        on figures.figure_key = counted_from_records.figure_key
    left join also_printed
        on figures.figure_key = also_printed.figure_key
    left join lines_in_order
        on {{ same_figure('figures', 'lines_in_order') }}
    left join parts_together
        on figures.figure_key = parts_together.figure_key

)

select * from final
