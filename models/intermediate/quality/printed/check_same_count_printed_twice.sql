with

printed as (

    select * from {{ ref('int_keyed_figures') }}

),

figures as (

    select
        figures.*,
        printed.value_as_printed
    from {{ ref('int_figures') }} as figures
    inner join printed
        on {{ same_figure('figures', 'printed') }}
    where figures.is_disputed and not figures.is_missing

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
    group by
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit

)

select * from final
