with

figures as (

    select * from {{ ref('int_figures') }}
    where not is_missing

),

differing as (

    select
        release_id,
        series_key,
        period_id
    from {{ ref('int_figures') }}
    where not is_missing
    group by release_id, series_key, period_id
    having min(value) <> max(value)

),

final as (

    select
        'same_count_printed_twice' as check_id,
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit,
        min(figures.source_line) as source_line,
        min_by(figures.value, figures.source_line) as printed_value,
        max_by(figures.value, figures.source_line) as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || min_by(figures.value_as_printed, figures.source_line)
        || ' on line ' || cast(min(figures.source_line) as {{ dbt.type_string() }})
        || ' and as ' || max_by(figures.value_as_printed, figures.source_line)
        || ' on line ' || cast(max(figures.source_line) as {{ dbt.type_string() }}) as detail
    from figures
    inner join differing
        on
            figures.release_id = differing.release_id
            and figures.series_key = differing.series_key
            and figures.period_id = differing.period_id
    group by
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit

)

select * from final
