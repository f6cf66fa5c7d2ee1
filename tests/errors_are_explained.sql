-- A contradiction that nobody has looked into must not go out: every finding of severity `error`
-- stands in the register of known issues, with its reason. There is no threshold.
select
    finding_id,
    message || ' Explain it in seeds/registers/known_issues.csv (printed_value '
    || coalesce(cast(printed_value as {{ dbt.type_string() }}), 'blank')
    || ', expected_value '
    || coalesce(cast(expected_value as {{ dbt.type_string() }}), 'blank')
    || '), or correct the figure.' as message
from {{ ref('fct_quality_findings') }}
where severity = 'error' and known_issue_id is null
