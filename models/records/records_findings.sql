with

faults as (

    select * from {{ ref('int_record_faults') }}

),

checks as (

    select * from {{ ref('record_checks') }}

),

withheld as (

    select * from {{ ref('records_withheld') }}

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
        checks.measure_ids,
        checks.effect
    from counted
    inner join checks
        on counted.check_id = checks.check_id

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
