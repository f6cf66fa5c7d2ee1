with

percentages as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and not is_missing and qualifier is null

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

-- What a release does not print of a period is taken from the latest release that does. What it
-- prints without a number may have been another one there, by which nothing here is wrong.
recomputed as (

    select
        percentages.*,
        numerators.value as numerator,
        bases.total as base,
        bases.is_complete,
        bases.least_base,
        bases.greatest_base,
        {{ percentage('numerators.value', 'bases.total') }} as calculated
    from percentages
    inner join percentage_bases
        on percentages.measure_id = percentage_bases.measure_id
    inner join counts as numerators
        on
            percentages.local_authority_code = numerators.local_authority_code
            and percentages.period_id = numerators.period_id
            and percentage_bases.numerator_measure_id = numerators.measure_id
            and percentages.category_id is not distinct from numerators.category_id
    inner join bases
        on
            percentages.local_authority_code = bases.local_authority_code
            and percentages.period_id = bases.period_id
            and percentage_bases.base_measure_id = bases.measure_id
    left join withheld
        on
            percentages.release_id = withheld.release_id
            and percentages.local_authority_code = withheld.local_authority_code
            and percentages.period_id = withheld.period_id
            and percentage_bases.numerator_measure_id = withheld.measure_id
            and percentages.category_id is not distinct from withheld.category_id
    where percentages.release_id = numerators.release_id or withheld.release_id is null
    qualify
        row_number() over (
            partition by percentages.figure_key
            order by
                case when percentages.release_id = numerators.release_id then 0 else 1 end asc,
                numerators.release_order desc,
                case when percentages.release_id = bases.release_id then 0 else 1 end asc,
                bases.release_order desc
        ) = 1

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
        'printed as ' || {{ format_number('value') }} || '%, but '
        || {{ format_number('numerator') }} || ' of ' || {{ format_number('base') }} || ' is '
        || coalesce({{ format_number('calculated') }} || '%', 'undefined')
            as detail
    from recomputed
    where
        is_complete
        and (
            (value + {{ half_unit('decimals') }}) * greatest_base < 100 * numerator
            or (value - {{ half_unit('decimals') }}) * least_base > 100 * numerator
        )

)

select * from final
