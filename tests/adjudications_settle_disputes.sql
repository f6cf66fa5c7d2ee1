-- Where a release prints two figures for one thing, a fact may use one only by a decision on
-- record; a decision about figures that no longer conflict is stale.
with

disputes as (

    select
        release_id,
        measure_id,
        category_id,
        period_id,
        series_key
    from {{ ref('int_figures') }}
    group by release_id, measure_id, category_id, period_id, series_key
    having min(value) <> max(value)

),

adjudications as (

    select * from {{ ref('stg_adjudications') }}

),

chosen as (

    select * from {{ ref('int_release_figures') }}

)

select
    coalesce(disputes.release_id, adjudications.release_id) as release_id,
    {{ extract_file('registers', "'adjudications'") }} || ': '
    || {{ named('coalesce(disputes.release_id, adjudications.release_id)') }}
    || ', ' || {{ named('coalesce(disputes.measure_id, adjudications.measure_id)') }}
    || coalesce(' ' || coalesce(disputes.category_id, adjudications.category_id), '')
    || ', ' || {{ named('coalesce(disputes.period_id, adjudications.period_id)') }}
    || case
        when adjudications.release_id is null
            then ' is printed with two different figures: say which line a fact uses, and why.'
        when disputes.release_id is null
            then ' is not in conflict any more: remove the entry.'
        else
            ' names line '
            || coalesce(cast(adjudications.source_line as {{ dbt.type_string() }}), '(blank)')
            || ', which does not print it.'
    end as message
from disputes
full outer join adjudications
    on
        disputes.release_id = adjudications.release_id
        and disputes.series_key = adjudications.series_key
        and disputes.period_id = adjudications.period_id
left join chosen
    on adjudications.figure_key = chosen.figure_key
where
    adjudications.release_id is null
    or disputes.release_id is null
    or chosen.figure_key is null
