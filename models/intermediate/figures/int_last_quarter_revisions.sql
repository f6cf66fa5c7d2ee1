-- How releases revised what the one before printed of its last quarter: all that tells how far a
-- provisional figure may move.
with

figures as (

    select * from {{ ref('int_release_figures') }}
    where value is not null and not {{ is_year('period_number') }}

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

quarters as (

    select figures.*
    from figures
    inner join quarterly_measures
        on
            figures.measure_id = quarterly_measures.measure_id
            and figures.unit = quarterly_measures.unit

),

last_quarters as (

    select
        authority_measure_key,
        release_order,
        unit,
        max(period_number) as period_number
    from quarters
    group by authority_measure_key, release_order, unit

),

in_order as (

    select
        quarters.*,
        lead(quarters.value) over (
            partition by quarters.series_key, quarters.period_number, quarters.definition_number
            order by quarters.release_order
        ) as value_after
    from quarters

),

revised as (

    select
        in_order.local_authority_code,
        in_order.measure_id,
        in_order.unit,
        case
            -- Of 0, which has no percentage, too.
            when in_order.value_after = in_order.value then cast(0 as decimal(9, 2))
            else
                {{ change_percentage('(in_order.value_after - in_order.value)', 'in_order.value') }}
        end as change_pct
    from in_order
    inner join last_quarters
        on
            in_order.authority_measure_key = last_quarters.authority_measure_key
            and in_order.release_order = last_quarters.release_order
            and in_order.unit = last_quarters.unit
            and in_order.period_number = last_quarters.period_number
    where in_order.value_after is not null

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
