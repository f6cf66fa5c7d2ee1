with

figures as (

    select * from {{ ref('int_figures') }}
    where not is_missing

),

final as (

    select
        'same_count_printed_twice' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        min(source_line) as source_line,
        min_by(value, source_line) as printed_value,
        max_by(value, source_line) as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || min_by(value_as_printed, source_line)
        || ' on line ' || cast(min(source_line) as {{ dbt.type_string() }})
        || ' and as ' || max_by(value_as_printed, source_line)
        || ' on line ' || cast(max(source_line) as {{ dbt.type_string() }}) as detail
    from figures
    group by
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit
    having min(value) <> max(value)

)

select * from final
