with

figures as (

    select * from {{ ref('int_figures') }}

),

standings as (

    select * from {{ ref('int_standings') }}

),

latest_figures as (

    select * from {{ ref('int_latest_figures') }}

),

final as (

    select
        figures.release_id
        || ' line ' || cast(figures.source_line as {{ dbt.type_string() }})
        || ' ' || figures.period_id
        || ' ' || figures.measure_id
        || ' ' || figures.unit as observation_id,
        figures.local_authority_code,
        figures.measure_id,
        figures.category_id,
        figures.period_id,
        figures.release_id,
        figures.unit,
        figures.value,
        figures.value_as_printed,
        figures.qualifier,
        figures.is_missing,
        figures.marker,
        standings.standing,
        standings.standing_reason,
        figures.definition_number,
        figures.decimals_printed,
        figures.row_label,
        figures.period_as_printed,
        figures.table_id,
        figures.source_table,
        figures.source_line,
        figures.note,
        figures.is_latest_release,
        latest_figures.release_id is not null as is_preferred
    from figures
    left join standings
        on figures.figure_key = standings.figure_key
    left join latest_figures
        on figures.figure_key = latest_figures.figure_key

)

select * from final
