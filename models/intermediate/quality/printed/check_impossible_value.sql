with

figures as (

    select
        figures.*,
        measures.may_be_negative
    from {{ ref('int_figures') }} as figures
    left join {{ ref('stg_measures') }} as measures
        on figures.measure_id = measures.measure_id
    where not figures.is_missing

),

final as (

    select
        'impossible_value' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        source_line,
        value as printed_value,
        cast(null as decimal(18, 2)) as expected_value,
        cast(null as decimal(18, 4)) as tolerance,
        case
            when unit = 'count' and value <> floor(value)
                then 'a count is printed as ' || value_as_printed || ', which is not whole'
            when {{ has_leading_zero('value_as_printed') }}
                then 'a figure is printed as ' || value_as_printed || ', with a zero before it'
            when unit = 'percent'
                then 'a percentage is printed as ' || value_as_printed || ', outside 0 to 100'
            else 'a figure that cannot be negative is printed as ' || value_as_printed
        end as detail
    from figures
    where
        (value < 0 and not may_be_negative)
        or (unit = 'count' and value <> floor(value))
        or (unit = 'percent' and value > 100)
        or {{ has_leading_zero('value_as_printed') }}

)

select * from final
