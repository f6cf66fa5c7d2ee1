-- How releases revised what the one before printed of its last quarter: all that tells how far a
-- provisional figure may move.
with

figures as (

    select * from {{ ref('int_release_figures') }}
    where value is not null and length(period_id) > 7

),

quarterly_measures as (

    select distinct
        published_rows.measure_id,
        published_rows.unit
    from {{ ref('stg_published_rows') }} as published_rows
    inner join {{ ref('stg_published_tables') }} as published_tables
        on published_rows.table_id = published_tables.table_id
    where published_tables.period_type = 'quarter'

),

in_order as (

    select
        figures.*,
        max(figures.period_id) over (
            partition by
                figures.release_id,
                figures.local_authority_code,
                figures.measure_id,
                figures.unit
        ) as last_period_id,
        lead(figures.value) over (
            partition by figures.series_key, figures.period_id, figures.definition_number
            order by figures.release_order
        ) as value_after
    from figures
    inner join quarterly_measures
        on
            figures.measure_id = quarterly_measures.measure_id
            and figures.unit = quarterly_measures.unit

),

revised as (

    select
        local_authority_code,
        measure_id,
        unit,
        {{ change_percentage('(value_after - value)', 'value') }} as change_pct
    from in_order
    where period_id = last_period_id and value_after is not null

),

final as (

    select
        local_authority_code,
        measure_id,
        unit,
        cast(count(*) as integer) as revision_cases,
        min(change_pct) as least_revision_pct,
        max(change_pct) as greatest_revision_pct
    from revised
    group by local_authority_code, measure_id, unit

)

select * from final
