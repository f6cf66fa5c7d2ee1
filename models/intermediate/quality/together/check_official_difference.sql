with

reconciliation as (

    select * from {{ ref('int_reconciliation') }}
    where verdict = 'differs'

),

quality_checks as (

    select
        check_id,
        parameter as closeness
    from {{ ref('stg_quality_checks') }}

),

judged as (

    select
        *,
        case
            when is_same_definition or note_id is not null then 'differs_from_official'
            else 'differs_by_definition'
        end as check_id
    from reconciliation

),

final as (

    select
        judged.check_id,
        judged.release_id,
        judged.local_authority_code,
        judged.period_id,
        judged.measure_id,
        judged.category_id,
        judged.unit,
        judged.source_line,
        judged.report_value as printed_value,
        judged.official_value as expected_value,
        cast(quality_checks.closeness * judged.official_value as decimal(18, 4)) as tolerance,
        case judged.made_of
            when 'categories' then 'the report''s categories add up to '
            when 'quarters' then 'the report''s quarters add up to '
            else 'the report prints '
        end
        || {{ format_number('judged.report_value') }}
        || ', official statistics have ' || {{ format_number('judged.official_value') }}
        || ' (' || judged.official_release_id || ', ' || judged.unit || ')'
        || case
            when judged.check_id = 'differs_by_definition'
                then '. ' || trim(trailing '.' from judged.definition_note)
            else ''
        end as detail
    from judged
    inner join quality_checks
        on quality_checks.check_id = 'differs_from_official'

)

select * from final
