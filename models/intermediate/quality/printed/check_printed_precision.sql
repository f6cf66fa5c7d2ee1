with

figures as (

    select
        *,
        case decimals
            when 0 then round(value, 0)
            when 1 then round(value, 1)
            else value
        end as rounded_value
    from {{ ref('int_figures') }}
    where not is_missing

),

final as (

    select
        'printed_precision' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        source_line,
        value as printed_value,
        cast(rounded_value as decimal(18, 2)) as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || value_as_printed || ', finer than the '
        || cast(decimals as {{ dbt.type_string() }})
        || ' decimal that the register of rounding gives for it' as detail
    from figures
    where value <> rounded_value

)

select * from final
