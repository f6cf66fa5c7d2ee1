-- Where a release prints two figures for one thing, a fact may use one only by a decision on
-- record; a decision about figures that no longer conflict is stale.
with

disputes as (

    select distinct
        figure_key,
        release_id,
        measure_id,
        category_id,
        period_id
    from {{ ref('int_figures') }}
    where is_disputed

),

adjudications as (

    select * from {{ ref('int_adjudications') }}

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
    on disputes.figure_key = adjudications.figure_key
left join chosen
    on {{ same_figure('adjudications', 'chosen') }}
where
    adjudications.release_id is null
    or disputes.release_id is null
    or chosen.figure_key is null
