-- Where a table of a release prints a period, each of its rows has a figure for it, or a mark, from
-- the row's first period to its last: a gap would look like a fall or a rise. A period that the
-- whole table skips is no gap (a comparison with ten years ago). The text is no table.
with

figures as (

    select * from {{ ref('int_ranked_figures') }}
    where table_id <> 'headline_figures' and not {{ is_calendar_year('period_number') }}

),

-- Each period once, before they are counted: a distinct count in each of very many groups may not
-- go to the disk when memory is short.
printed as (

    select distinct
        series_key,
        release_order,
        {{ is_year('period_number') }} as is_annual,
        period_number
    from figures

),

spans as (

    select
        series_key,
        release_order,
        is_annual,
        count(*) as periods_found,
        min(period_number) as first_number,
        max(period_number) as last_number
    from printed
    group by series_key, release_order, is_annual

),

labelled_figures as (

    select * from {{ ref('int_labelled_figures') }}

),

series as (

    select * from {{ ref('int_series') }}

),

-- Most rows skip nothing: where the others stand is looked up for them alone.
with_gaps as (

    select * from spans
    where
        periods_found
        <> 1 + case
            when is_annual then (last_number - first_number) / 10
            else
                4 * (floor(last_number / 10) - floor(first_number / 10))
                + last_number % 10 - first_number % 10
        end

),

their_tables as (

    select distinct
        with_gaps.series_key,
        with_gaps.release_order,
        with_gaps.is_annual,
        with_gaps.first_number,
        with_gaps.last_number,
        labelled_figures.table_id,
        labelled_figures.source_table
    from with_gaps
    inner join labelled_figures
        on
            with_gaps.series_key = labelled_figures.series_key
            and with_gaps.release_order = labelled_figures.release_order

),

skipped as (

    select distinct
        their_tables.series_key,
        their_tables.release_order,
        labelled_figures.release_id,
        labelled_figures.period_id,
        labelled_figures.period_number
    from their_tables
    inner join labelled_figures
        on
            their_tables.release_order = labelled_figures.release_order
            and their_tables.table_id = labelled_figures.table_id
            and their_tables.source_table is not distinct from labelled_figures.source_table
            and their_tables.is_annual = ({{ is_year('labelled_figures.period_number') }})
            and not {{ is_calendar_year('labelled_figures.period_number') }}
    left join printed
        on
            their_tables.series_key = printed.series_key
            and their_tables.release_order = printed.release_order
            and labelled_figures.period_number = printed.period_number
    where
        labelled_figures.period_number between
        their_tables.first_number and their_tables.last_number
        and printed.series_key is null

),

final as (

    select
        skipped.release_id,
        series.local_authority_code,
        series.measure_id,
        series.category_id,
        series.unit,
        {{ ordered_string_agg('skipped.period_id', 'skipped.period_number') }} as periods_skipped
    from skipped
    inner join series
        on skipped.series_key = series.series_key
    group by
        skipped.release_id,
        series.local_authority_code,
        series.measure_id,
        series.category_id,
        series.unit

)

select
    *,
    'int_figures: other rows of the table have ' || periods_skipped || ', this one has not ('
    || release_id || ', ' || local_authority_code || ', ' || measure_id || ', '
    || coalesce(category_id, 'all') || ', ' || unit || ')' as message
from final
