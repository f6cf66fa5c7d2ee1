with

percentages as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and not is_missing and not is_qualified

),

counts as (

    select * from {{ ref('int_counts') }}

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

totals as (

    select * from {{ ref('int_count_totals') }}

),

share_bases as (

    select * from {{ ref('int_share_bases') }}
    where is_open

),

-- Between what and what a base lies: its total or, of a table that leaves a category out, what its
-- shares allow.
bases as (

    select
        totals.release_id,
        totals.release_order,
        totals.local_authority_code,
        totals.period_id,
        totals.measure_id,
        totals.total,
        totals.is_complete,
        coalesce(share_bases.least_base, totals.total) as least_base,
        coalesce(share_bases.greatest_base, totals.total) as greatest_base
    from totals
    left join share_bases
        on
            totals.release_id = share_bases.release_id
            and totals.local_authority_code = share_bases.local_authority_code
            and totals.period_id = share_bases.period_id
            and totals.measure_id = share_bases.measure_id

),

printed as (

    select
        percentages.*,
        percentage_bases.numerator_measure_id,
        percentage_bases.base_measure_id,
        numerators.value as numerator,
        bases.total as base,
        bases.is_complete,
        bases.least_base,
        bases.greatest_base
    from percentages
    inner join percentage_bases
        on percentages.measure_id = percentage_bases.measure_id
    left join counts as numerators
        on
            percentages.release_id = numerators.release_id
            and percentages.local_authority_code = numerators.local_authority_code
            and percentages.period_id = numerators.period_id
            and percentage_bases.numerator_measure_id = numerators.measure_id
            and percentages.category_id is not distinct from numerators.category_id
    left join bases
        on
            percentages.release_id = bases.release_id
            and percentages.local_authority_code = bases.local_authority_code
            and percentages.period_id = bases.period_id
            and percentage_bases.base_measure_id = bases.measure_id

),

-- What a release does not print of a period is taken from the latest release that does. What it
-- prints without a number may have been another one there, by which nothing here is wrong.
withheld as (

    select distinct
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id
    from {{ ref('int_figures') }}
    where unit = 'count' and is_missing

),

numerators_elsewhere as (

    select
        printed.figure_key,
        max_by(counts.value, counts.release_order) as numerator
    from printed
    inner join counts
        on
            printed.local_authority_code = counts.local_authority_code
            and printed.period_id = counts.period_id
            and printed.numerator_measure_id = counts.measure_id
            and printed.category_id is not distinct from counts.category_id
    left join withheld
        on
            printed.release_id = withheld.release_id
            and printed.local_authority_code = withheld.local_authority_code
            and printed.period_id = withheld.period_id
            and printed.numerator_measure_id = withheld.measure_id
            and printed.category_id is not distinct from withheld.category_id
    where printed.numerator is null and withheld.release_id is null
    group by printed.figure_key

),

bases_elsewhere as (

    select
        printed.figure_key,
        max_by(bases.total, bases.release_order) as base,
        max_by(bases.is_complete, bases.release_order) as is_complete,
        max_by(bases.least_base, bases.release_order) as least_base,
        max_by(bases.greatest_base, bases.release_order) as greatest_base
    from printed
    inner join bases
        on
            printed.local_authority_code = bases.local_authority_code
            and printed.period_id = bases.period_id
            and printed.base_measure_id = bases.measure_id
    where printed.is_complete is null
    group by printed.figure_key

),

recomputed as (

    select
        printed.release_id,
        printed.local_authority_code,
        printed.period_id,
        printed.measure_id,
        printed.category_id,
        printed.unit,
        printed.source_line,
        printed.value,
        printed.decimals,
        coalesce(printed.numerator, numerators_elsewhere.numerator) as numerator,
        coalesce(printed.base, bases_elsewhere.base) as base,
        coalesce(printed.least_base, bases_elsewhere.least_base) as least_base,
        coalesce(printed.greatest_base, bases_elsewhere.greatest_base) as greatest_base
    from printed
    left join numerators_elsewhere
        on printed.figure_key = numerators_elsewhere.figure_key
    left join bases_elsewhere
        on printed.figure_key = bases_elsewhere.figure_key
    where coalesce(printed.is_complete, bases_elsewhere.is_complete)

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
        cast({{ percentage('numerator', 'base') }} as decimal(18, 2)) as expected_value,
        cast({{ half_unit('decimals') }} as decimal(18, 4)) as tolerance,
        'printed as ' || {{ format_number('value') }} || '%, but '
        || {{ format_number('numerator') }} || ' of ' || {{ format_number('base') }} || ' is '
        || coalesce({{ format_number(percentage('numerator', 'base')) }} || '%', 'undefined')
            as detail
    from recomputed
    where
        (value + {{ half_unit('decimals') }}) * greatest_base < 100 * numerator
        or (value - {{ half_unit('decimals') }}) * least_base > 100 * numerator

)

select * from final
