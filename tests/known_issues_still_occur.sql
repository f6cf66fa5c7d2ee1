-- An entry of a register that explains nothing any more is stale: it would hide the next fault
-- in its place.
with

known_issues as (

    select * from {{ extract('known_issues') }}

),

findings as (

    select * from {{ ref('fct_quality_findings') }}

),

reconciliation as (

    select * from {{ ref('fct_reconciliation') }}

)

select
    known_issues.known_issue_id,
    {{ extract_file('registers', "'known_issues'") }} || ': '
    || {{ named('known_issues.known_issue_id') }}
    || ' explains no finding any more (' || {{ named('known_issues.check_id') }}
    || ', ' || {{ named('known_issues.release_id') }}
    || ', ' || {{ named('known_issues.period_id') }}
    || '). Remove it, or correct its figures.' as message
from known_issues
left join findings
    on known_issues.known_issue_id = findings.known_issue_id
where findings.finding_id is null

{% if reconciles_with_official() %}
    union all

    select
        notes.note_id as known_issue_id,
        {{ extract_file('registers', "'reconciliation_notes'") }} || ': '
        || {{ named('notes.note_id') }}
        || ' explains no difference any more (' || {{ named('notes.measure_id') }}
        || coalesce(', ' || notes.category_id, '') || ', ' || {{ named('notes.unit') }}
        || ', ' || {{ named('notes.period_id') }}
        || '). Remove it, or correct its figures.' as message
    from {{ extract('reconciliation_notes') }} as notes
    left join reconciliation
        on notes.note_id = reconciliation.note_id
    where reconciliation.note_id is null
{% endif %}
