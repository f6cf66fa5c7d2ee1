with

percentages as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and not is_missing and not is_qualified

),

withheld as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and is_missing

),

counts as (

    select * from {{ ref('int_counts') }}

),

series as (

    select * from {{ ref('int_series') }}

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

releases as (

    select * from {{ ref('stg_releases') }}

),

-- Between what and what a base lies: its total or, of a table that leaves a category out, what its
-- shares allow.
bases as (

    select
        totals.authority_measure_key,
        totals.period_number,
        totals.release_order,
        releases.is_of_records,
        totals.total,
        totals.is_complete,
        coalesce(share_bases.least_base, totals.total) as least_base,
        coalesce(share_bases.greatest_base, totals.total) as greatest_base
    from totals
    inner join releases
        on totals.release_order = releases.release_order
    left join share_bases
        on {{ same_release_and_measure('totals', 'share_bases') }}

),

measures as (

    select distinct
        authority_measure_key,
        local_authority_code,
        measure_id
    from series

),

-- Which series of the same authority a series of percentages is made of.
parts as (

    select
        series.series_key,
        numerators.series_key as numerator_series_key,
        bases.authority_measure_key as base_key
    from series
    inner join percentage_bases
        on series.measure_id = percentage_bases.measure_id
    left join series as numerators
        on
            series.local_authority_code = numerators.local_authority_code
            and percentage_bases.numerator_measure_id = numerators.measure_id
            and series.category_id is not distinct from numerators.category_id
            and numerators.unit = 'count'
    left join measures as bases
        on
            series.local_authority_code = bases.local_authority_code
            and percentage_bases.base_measure_id = bases.measure_id
    where series.unit = 'percent'

),

printed as (

    select
        percentages.*,
        parts.numerator_series_key,
        parts.base_key,
        {{ figure_key(
            'parts.numerator_series_key', 'percentages.period_number', 'percentages.release_order'
        ) }} as numerator_key
    from percentages
    inner join parts
        on percentages.series_key = parts.series_key

),

in_own_release as (

    select
        printed.*,
        printed.definition_number = 0 as is_of_records,
        counts.value as numerator,
        bases.total as base,
        bases.is_complete,
        bases.least_base,
        bases.greatest_base
    from printed
    left join counts
        on printed.numerator_key = counts.figure_key
    left join bases
        on
            printed.base_key = bases.authority_measure_key
            and printed.period_number = bases.period_number
            and printed.release_order = bases.release_order

),

-- What a release does not print of a period is taken from the latest release that does. What it
-- prints without a number may have been another one there, by which nothing here is wrong. What is
-- counted from records is no figure of a report.
numerators_elsewhere as (

    select
        in_own_release.figure_key,
        max_by(counts.value, counts.release_order) as numerator
    from in_own_release
    inner join counts
        on
            in_own_release.numerator_series_key = counts.series_key
            and in_own_release.period_number = counts.period_number
            and in_own_release.is_of_records = (counts.definition_number = 0)
    left join withheld
        on in_own_release.numerator_key = withheld.figure_key
    where in_own_release.numerator is null and withheld.figure_key is null
    group by in_own_release.figure_key

),

bases_elsewhere as (

    select
        in_own_release.figure_key,
        max_by(bases.total, bases.release_order) as base,
        max_by(bases.is_complete, bases.release_order) as is_complete,
        max_by(bases.least_base, bases.release_order) as least_base,
        max_by(bases.greatest_base, bases.release_order) as greatest_base
    from in_own_release
    inner join bases
        on
            in_own_release.base_key = bases.authority_measure_key
            and in_own_release.period_number = bases.period_number
            and in_own_release.is_of_records = bases.is_of_records
    where in_own_release.is_complete is null
    group by in_own_release.figure_key

),

recomputed as (

    select
        in_own_release.release_id,
        in_own_release.local_authority_code,
        in_own_release.period_id,
        in_own_release.measure_id,
        in_own_release.category_id,
        in_own_release.unit,
        in_own_release.source_line,
        in_own_release.value,
        in_own_release.decimals,
        coalesce(in_own_release.numerator, numerators_elsewhere.numerator) as numerator,
        coalesce(in_own_release.base, bases_elsewhere.base) as base,
        coalesce(in_own_release.least_base, bases_elsewhere.least_base) as least_base,
        coalesce(in_own_release.greatest_base, bases_elsewhere.greatest_base) as greatest_base
    from in_own_release
    left join numerators_elsewhere
        on in_own_release.figure_key = numerators_elsewhere.figure_key
    left join bases_elsewhere
        on in_own_release.figure_key = bases_elsewhere.figure_key
    where coalesce(in_own_release.is_complete, bases_elsewhere.is_complete)

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
