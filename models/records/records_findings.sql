with

faults as (

    select * from {{ ref('int_record_faults') }}
    union all
    select * from {{ ref('int_record_row_faults') }}

),

checks as (

    select * from {{ ref('record_checks') }}

),

record_columns as (

    select * from {{ ref('record_columns') }}

),

withheld as (

    select * from {{ ref('records_withheld') }}

),

-- What each table is needed for: a fault of a row may change any of these.
needed_for as (

    select
        table_name,
        {{ ordered_string_agg('measure_id', 'measure_id', ' ') }} as measure_ids
    from (
        select distinct
            record_columns.table_name,
            measures.measure_id
        from record_columns
        inner join {{ ref('record_measures') }} as measures
            on instr(
                ' ' || record_columns.needed_for || ' ', ' ' || measures.measure_id || ' '
            ) > 0
    ) as needs
    group by table_name

),

counted as (

    select
        extract_id,
        check_id,
        field,
        record_table,
        count(*) as records,
        min_by(source_file, source_row) as first_file,
        min(source_row) as first_row
    from faults
    group by
        extract_id,
        check_id,
        field,
        record_table

),

final as (

    select
        counted.extract_id,
        counted.check_id,
        checks.severity,
        nullif(counted.field, '') as field,
        counted.record_table,
        counted.records,
        counted.first_file,
        counted.first_row,
        coalesce(
            checks.measure_ids, record_columns.needed_for, needed_for.measure_ids
        ) as measure_ids,
        checks.effect
    from counted
    inner join checks
        on
            counted.check_id = checks.check_id
            and (checks.field is null or counted.field = checks.field)
    left join record_columns
        on
            counted.record_table = record_columns.table_name
            and counted.field = record_columns.column_name
    left join needed_for
        on counted.record_table = needed_for.table_name
    -- What is said of a measure that is not given would not be so.
    left join withheld as gone
        on
            counted.extract_id = gone.extract_id
            and checks.measure_ids = gone.measure_id
            and gone.reason = 'column_missing'
    where gone.extract_id is null

    union all

    select
        withheld.extract_id,
        withheld.reason as check_id,
        checks.severity,
        cast(null as {{ dbt.type_string() }}) as field,
        cast(null as {{ dbt.type_string() }}) as record_table,
        cast(null as bigint) as records,
        cast(null as {{ dbt.type_string() }}) as first_file,
        cast(null as bigint) as first_row,
        withheld.measure_id as measure_ids,
        checks.effect
    from withheld
    inner join checks
        on withheld.reason = checks.check_id
    where withheld.reason <> 'outside_calendar'

)

select * from final
