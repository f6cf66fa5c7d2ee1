-- Which figures count: of several that a release prints for one thing, of several releases.
with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_keyed_figures') }}

),

series as (

    select * from {{ ref('int_series') }}

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

repeated as (

    select
        figure_key,
        min(value) <> max(value) as is_disputed
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
        figures.is_missing,
        figures.is_qualified,
        series.local_authority_code,
        repeated.is_disputed
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
        repeated_lines.is_disputed,
        row_number() over (
            partition by repeated_lines.figure_key
            order by
                case when repeated_lines.is_missing then 1 else 0 end asc,
                case when adjudications.figure_key is not null then 0 else 1 end asc,
                repeated_lines.source_line asc
        ) as place,
        row_number() over (
            partition by repeated_lines.figure_key
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

),

final as (

    select
        figures.figure_key,
        figures.series_key,
        figures.period_number,
        figures.release_order,
        figures.source_line,
        figures.table_id,
        figures.value,
        figures.has_leading_zero,
        figures.is_missing,
        figures.marker,
        figures.is_qualified,
        coalesce(precision_of_series.decimals, figures.decimals_printed) as decimals,
        coalesce(definitions.definition_number, 1) as definition_number,
        figures.release_order = latest.release_order as is_latest_release,
        coalesce(lines_in_order.place, 1) = 1 as is_chosen,
        not figures.is_missing
        and not figures.is_qualified
        and coalesce(lines_in_order.place_as_count, 1) = 1 as is_counted_with,
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
    left join lines_in_order
        on {{ same_figure('figures', 'lines_in_order') }}

)

select * from final
