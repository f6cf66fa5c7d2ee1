with

figures as (

    select * from {{ ref('int_figures') }}

),

figure_relations as (

    select * from {{ ref('stg_figure_relations') }}

),

findings as (

    select * from {{ ref('int_findings') }}

),

final as (

    -- What a register says of a finding; of a contradiction that it says nothing of, that the
    -- figure found is contradicted.
    select
        figures.figure_key,
        figures.source_line,
        coalesce(findings.known_standing, 'contradicted') as standing,
        coalesce(findings.explanation, findings.detail) as reason,
        findings.known_standing is not null as is_registered
    from findings
    inner join figures
        on {{ same_figure('findings', 'figures') }}
    where
        findings.known_standing is not null
        or (findings.severity = 'error' and findings.known_issue_id is null)

    union all

    -- Where nobody knows which of two figures is right, the other is no better.
    select
        figures.figure_key,
        figures.source_line,
        'unreconciled' as standing,
        findings.explanation as reason,
        true as is_registered
    from findings
    inner join figure_relations
        on
            findings.check_id = figure_relations.check_id
            and findings.measure_id = figure_relations.measure_id
    inner join figures
        on
            findings.release_id = figures.release_id
            and findings.local_authority_code = figures.local_authority_code
            and findings.period_id = figures.period_id
            and figure_relations.operand_measure_id = figures.measure_id
            and findings.unit = figures.unit
    where findings.known_standing = 'unreconciled'

)

select * from final
