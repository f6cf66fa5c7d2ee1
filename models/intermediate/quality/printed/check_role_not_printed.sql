-- A count beside a percentage may be what the percentage is of or what it counts. Where a release
-- prints no other count for the percentage and official statistics have another whole, nothing says
-- which.
with

percentages as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and not is_missing

),

counts as (

    select * from {{ ref('int_figures') }}
    where unit = 'count' and not is_missing

),

counted as (

    select distinct
        release_id,
        local_authority_code,
        period_id,
        measure_id
    from counts

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

reconciliation as (

    select * from {{ ref('int_reconciliation') }}

),

final as (

    select
        'role_not_printed' as check_id,
        counts.release_id,
        counts.local_authority_code,
        counts.period_id,
        counts.measure_id,
        counts.category_id,
        counts.unit,
        counts.source_line,
        counts.value as printed_value,
        reconciliation.official_value as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        {{ format_number('counts.value') }}
        || ' stands beside ' || {{ format_number('percentages.value') }}
        || '%, and nothing says whether the percentage is of it or counts it' as detail
    from counts
    inner join percentages
        on
            counts.release_id = percentages.release_id
            and counts.local_authority_code = percentages.local_authority_code
            and counts.period_id = percentages.period_id
            and counts.source_line = percentages.source_line
            and counts.measure_id <> percentages.measure_id
    left join counted
        on
            percentages.release_id = counted.release_id
            and percentages.local_authority_code = counted.local_authority_code
            and percentages.period_id = counted.period_id
            and percentages.measure_id = counted.measure_id
    inner join reconciliation
        on
            {{ is_of_series('reconciliation', 'counts') }}
            and counts.period_id = reconciliation.period_id
    left join percentage_bases
        on percentages.measure_id = percentage_bases.measure_id
    where
        counted.release_id is null
        -- Of a percentage that is known to be made from other counts, the role is known.
        and percentage_bases.measure_id is null
        and reconciliation.verdict = 'differs'

)

select * from final
