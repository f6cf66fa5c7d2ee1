-- An entry of a register that explains nothing any more is stale: it would hide the next fault
-- in its place. One that covers many findings says how many, so that it hides no new one.
with

known_issues as (

    select * from {{ ref('stg_known_issues') }}

),

findings as (

    select
        known_issue_id,
        count(*) as findings
    from {{ ref('fct_quality_findings') }}
    where known_issue_id is not null
    group by known_issue_id

),

reconciliation as (

    select
        note_id,
        count(*) as differences
    from {{ ref('fct_reconciliation') }}
    where note_id is not null
    group by note_id

)

select
    known_issues.known_issue_id,
    {{ extract_file('registers', "'known_issues'") }} || ': '
    || {{ named('known_issues.known_issue_id') }}
    || case
        when findings.findings is null then ' explains no finding any more ('
        else
            ' covers ' || cast(findings.findings as {{ dbt.type_string() }})
            || ' findings, not '
            || cast(known_issues.covers as {{ dbt.type_string() }}) || ' ('
    end
    || {{ named('known_issues.check_id') }} || ', ' || {{ named('known_issues.release_id') }}
    || coalesce(', ' || known_issues.period_id, '')
    || '). Remove it, or correct its figures.' as message
from known_issues
left join findings
    on known_issues.known_issue_id = findings.known_issue_id
where
    findings.findings is null
    or findings.findings <> known_issues.covers

{% if reconciles_with_official() %}
    union all

    select
        notes.note_id as known_issue_id,
        {{ extract_file('registers', "'reconciliation_notes'") }} || ': '
        || {{ named('notes.note_id') }}
        || case
            when reconciliation.differences is null then ' explains no difference any more ('
            else
                ' covers ' || cast(reconciliation.differences as {{ dbt.type_string() }})
                || ' differences, not '
                || cast(notes.covers as {{ dbt.type_string() }}) || ' ('
        end
        || {{ named('notes.release_id') }}
        || coalesce(', ' || notes.measure_id, '') || coalesce(', ' || notes.category_id, '')
        || coalesce(', ' || notes.unit, '') || coalesce(', ' || notes.period_id, '')
        || '). Remove it, or correct its figures.' as message
    from {{ ref('stg_reconciliation_notes') }} as notes
    left join reconciliation
        on notes.note_id = reconciliation.note_id
    where
        reconciliation.differences is null
        or reconciliation.differences <> notes.covers
{% endif %}
