with

findings as (

    select * from {{ ref('int_findings') }}

),

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

categories as (

    select
        referral_source_id as category_id,
        referral_source_name as category_name
    from {{ ref('stg_referral_sources') }}
    union all
    select
        cpp_category_id as category_id,
        cpp_category_name as category_name
    from {{ ref('stg_cpp_categories') }}

),

final as (

    select
        findings.finding_id,
        findings.check_id,
        findings.severity,
        findings.local_authority_code,
        findings.release_id,
        findings.period_id,
        findings.measure_id,
        findings.category_id,
        findings.unit,
        findings.source_line,
        findings.printed_value,
        findings.expected_value,
        cast(findings.printed_value - findings.expected_value as decimal(18, 2)) as difference,
        findings.tolerance,
        local_authorities.local_authority_name
        || ', ' || findings.period_id
        || ', ' || measures.measure_name
        || coalesce(' (' || categories.category_name || ')', '')
        || ': ' || findings.detail
        || '. [' || findings.release_id
        || coalesce(', line ' || cast(findings.source_line as {{ dbt.type_string() }}), '')
        || ']' as message,
        findings.known_issue_id,
        findings.known_issue_id is not null
        and coalesce(findings.known_standing, '') <> 'unreconciled' as is_explained,
        findings.explanation
    from findings
    inner join local_authorities
        on findings.local_authority_code = local_authorities.local_authority_code
    inner join measures
        on findings.measure_id = measures.measure_id
    left join categories
        on findings.category_id = categories.category_id

)

select * from final
