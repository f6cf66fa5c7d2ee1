-- A series has a row for each year, or each quarter, between its first and its last: a gap would
-- look like a fall or a rise. The running text gives figures now and then, not as series.
with

-- Each period once, before they are counted: a distinct count in each of very many groups may not
-- go to the disk when memory is short.
printed as (

    select distinct
        series_key,
        release_order,
        {{ is_year('period_number') }} as is_annual,
        period_number
    from {{ ref('int_ranked_figures') }}
    where table_id <> 'headline_figures'

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

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

periods as (

    select distinct
        period_number,
        period_id
    from {{ ref('int_period_labels') }}

),

named as (

    select
        releases.release_id,
        series.local_authority_code,
        series.measure_id,
        series.category_id,
        series.unit,
        first_periods.period_id as first_period,
        last_periods.period_id as last_period,
        {{ periods_between('first_periods.period_id', 'last_periods.period_id') }}
            as periods_expected,
        spans.periods_found
    from spans
    inner join series
        on spans.series_key = series.series_key
    inner join releases
        on spans.release_order = releases.release_order
    inner join periods as first_periods
        on spans.first_number = first_periods.period_number
    inner join periods as last_periods
        on spans.last_number = last_periods.period_number

)

select
    *,
    'int_figures: between ' || first_period || ' and ' || last_period || ' there should be '
    || cast(periods_expected as {{ dbt.type_string() }}) || ' periods, found '
    || cast(periods_found as {{ dbt.type_string() }}) || ' ('
    || release_id || ', ' || local_authority_code || ', ' || measure_id || ', '
    || coalesce(category_id, 'all') || ', ' || unit || ')' as message
from named
where periods_found <> periods_expected
