with

printed as (

    select * from {{ ref('int_keyed_figures') }}

),

figures as (

    select
        figures.*,
        measures.may_be_negative
    from {{ ref('int_figures') }} as figures
    left join {{ ref('stg_measures') }} as measures
        on figures.measure_id = measures.measure_id
    where not figures.is_missing

),

impossible as (

    select * from figures
    where
        (value < 0 and not may_be_negative)
        or (unit = 'count' and value <> floor(value))
        or (unit = 'percent' and value > 100)
        or has_leading_zero

),

final as (

    select
        'impossible_value' as check_id,
        impossible.release_id,
        impossible.local_authority_code,
        impossible.period_id,
        impossible.measure_id,
        impossible.category_id,
        impossible.unit,
        impossible.source_line,
        impossible.value as printed_value,
        cast(null as decimal(18, 2)) as expected_value,
        cast(null as decimal(18, 4)) as tolerance,
        case
            when impossible.unit = 'count' and impossible.value <> floor(impossible.value)
                then 'a count is printed as ' || printed.value_as_printed || ', which is not whole'
            when impossible.has_leading_zero
                then
                    'a figure is printed as ' || printed.value_as_printed
                    || ', with a zero before it'
            when impossible.unit = 'percent'
                then
                    'a percentage is printed as ' || printed.value_as_printed
                    || ', outside 0 to 100'
            else 'a figure that cannot be negative is printed as ' || printed.value_as_printed
        end as detail
    from impossible
    inner join printed
        on {{ same_figure('impossible', 'printed') }}

)

select * from final
