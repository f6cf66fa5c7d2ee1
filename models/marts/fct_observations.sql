with

figures as (

    select * from {{ touched(ref('int_figures')) }}

),

final as (

    select
        release_id
        || ' line ' || cast(source_line as {{ dbt.type_string() }})
        || ' ' || period_id
        || ' ' || measure_id
        || ' ' || unit as observation_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        release_id,
        unit,
        value,
        value_as_printed,
        is_missing,
        marker,
        definition_number,
        decimals_printed,
        row_label,
        table_id,
        source_table,
        source_line,
        is_latest_release
    from figures

)

select * from final
