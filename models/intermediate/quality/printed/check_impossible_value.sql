with

printed as (

    select * from {{ ref('int_keyed_figures') }}

),

figures as (

    select * from {{ ref('int_figures') }}

),

series as (

    select * from {{ ref('int_series') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

impossible_lines as (

    select
        printed.figure_key,
        printed.source_line,
        printed.value,
        printed.value_as_printed,
        printed.has_leading_zero
    from printed
    inner join series
        on printed.series_key = series.series_key
    inner join measures
        on series.measure_id = measures.measure_id
    where
        (printed.value < 0 and not measures.may_be_negative)
        or (series.unit = 'count' and printed.value <> floor(printed.value))
        or (series.unit = 'percent' and printed.value > 100)
        or printed.has_leading_zero

),

-- Few: they are named only then.
impossible as (

    select distinct
        impossible_lines.*,
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit
    from impossible_lines
    inner join figures
        on impossible_lines.figure_key = figures.figure_key

),

final as (

    select
        'impossible_value' as check_id,
        impossible.release_id,
        impossible.local_authority_code,
        impossible.period_id,
        impossible.measure_id,
        impossible.category_id,
        impossible.unit,
        impossible.source_line,
        impossible.value as printed_value,
        cast(null as decimal(18, 2)) as expected_value,
        cast(null as decimal(18, 4)) as tolerance,
        case
            when impossible.unit = 'count' and impossible.value <> floor(impossible.value)
                then
                    'a count is printed as ' || impossible.value_as_printed
                    || ', which is not a whole number'
            when impossible.has_leading_zero
                then
                    'a figure is printed as ' || impossible.value_as_printed
                    || ', with a leading zero: check for a mistyped digit'
            when impossible.unit = 'percent'
                then
                    'a percentage is printed as ' || impossible.value_as_printed
                    || ', outside 0 to 100'
            else 'a figure that cannot be negative is printed as ' || impossible.value_as_printed
        end as detail
    from impossible

)

select * from final
