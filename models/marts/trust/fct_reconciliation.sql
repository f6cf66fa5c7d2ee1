with

reconciliation as (

    select * from {{ ref('int_reconciliation') }}

),

final as (

    select
        reconciliation_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        made_of,
        report_value,
        is_missing,
        release_id,
        source_line,
        official_measure_id,
        official_category_id,
        official_value,
        marker,
        is_official_calculated,
        official_release_id,
        difference,
        difference_pct,
        verdict,
        note_id,
        explanation,
        is_same_definition,
        definition_note
    from reconciliation

)

select * from final
