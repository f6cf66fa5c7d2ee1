with

printed as (

    select * from {{ ref('int_keyed_figures') }}

),

figures as (

    select
        *,
        case decimals
            when 0 then round(value, 0)
            when 1 then round(value, 1)
            else value
        end as rounded_value
    from {{ ref('int_figures') }}
    -- A sum is as fine as its parts.
    where not is_missing and not is_sum_of_parts

),

final as (

    select
        'printed_precision' as check_id,
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit,
        figures.source_line,
        figures.value as printed_value,
        cast(figures.rounded_value as decimal(18, 2)) as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || printed.value_as_printed || ', finer than the '
        || cast(figures.decimals as {{ dbt.type_string() }})
        || ' decimal that the register of rounding gives for it' as detail
    from figures
    inner join printed
        on {{ same_figure('figures', 'printed') }}
    where figures.value <> figures.rounded_value

)

select * from final
