with

figures as (

    select * from {{ ref('int_figures') }}
    where is_missing and marker = 'x'

),

final as (

    select
        'figure_missing' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        source_line,
        cast(null as decimal(18, 2)) as printed_value,
        cast(null as decimal(18, 2)) as expected_value,
        cast(null as decimal(18, 4)) as tolerance,
        'no figure is printed (unit: ' || unit || ')' as detail
    from figures

)

select * from final
