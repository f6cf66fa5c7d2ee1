with

percentages as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and not is_missing

),

counts as (

    select * from {{ ref('int_counts') }}

),

percentage_bases as (

    select * from {{ ref('percentage_bases') }}

),

bases as (

    select * from {{ ref('int_count_totals') }}
    where is_complete

),

recomputed as (

    select
        percentages.*,
        numerators.value as numerator,
        bases.total as base,
        {{ percentage('numerators.value', 'bases.total') }} as calculated
    from percentages
    inner join percentage_bases
        on percentages.measure_id = percentage_bases.measure_id
    inner join counts as numerators
        on
            percentages.release_id = numerators.release_id
            and percentages.local_authority_code = numerators.local_authority_code
            and percentages.period_id = numerators.period_id
            and percentage_bases.numerator_measure_id = numerators.measure_id
            and percentages.category_id is not distinct from numerators.category_id
    inner join bases
        on
            percentages.release_id = bases.release_id
            and percentages.local_authority_code = bases.local_authority_code
            and percentages.period_id = bases.period_id
            and percentage_bases.base_measure_id = bases.measure_id

),

final as (

    select
        'percentage_of_base' as check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        source_line,
        value as printed_value,
        cast(calculated as decimal(18, 2)) as expected_value,
        cast({{ half_unit('decimals') }} as decimal(18, 4)) as tolerance,
        'printed as ' || {{ spoken('value') }} || '%, but '
        || {{ spoken('numerator') }} || ' of ' || {{ spoken('base') }} || ' is '
        || coalesce({{ spoken('calculated') }} || '%', 'undefined')
            as detail
    from recomputed
    where abs(value * base - 100 * numerator) > {{ half_unit('decimals') }} * base

)

select * from final
