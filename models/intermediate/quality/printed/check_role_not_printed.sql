-- A count beside a percentage may be what the percentage is of or what it counts. Where a release
-- prints no other count for the percentage and official statistics have another whole, nothing says
-- which.
with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_figures') }}
    where not is_missing

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

differing as (

    select * from {{ ref('int_reconciliation') }}
    where verdict = 'differs'

),

-- Few: what they stand beside is looked for only then.
counts as (

    select
        figures.*,
        differing.official_value
    from differing
    inner join figures
        on
            {{ is_of_series('differing', 'figures') }}
            and differing.period_id = figures.period_id
    where figures.unit = 'count'

),

beside as (

    select
        counts.*,
        percentages.value as percentage,
        percentages.measure_id as percentage_measure_id,
        percentages.authority_measure_key as percentage_measure_key
    from counts
    inner join figures as percentages
        on
            counts.release_order = percentages.release_order
            and counts.local_authority_code = percentages.local_authority_code
            and counts.period_number = percentages.period_number
            and counts.source_line = percentages.source_line
            and counts.measure_id <> percentages.measure_id
    where percentages.unit = 'percent'

),

counted as (

    select distinct
        figures.authority_measure_key,
        figures.period_number,
        figures.release_order
    from figures
    inner join beside
        on
            figures.authority_measure_key = beside.percentage_measure_key
            and figures.period_number = beside.period_number
            and figures.release_order = beside.release_order
    where figures.unit = 'count'

),

final as (

    select
        'role_not_printed' as check_id,
        beside.release_id,
        beside.local_authority_code,
        beside.period_id,
        beside.measure_id,
        beside.category_id,
        beside.unit,
        beside.source_line,
        beside.value as printed_value,
        beside.official_value as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        {{ format_number('beside.value') }}
        || ' is printed beside ' || {{ format_number('beside.percentage') }}
        || '%, and the report does not say whether it is the base of the percentage'
        || ' or its numerator' as detail
    from beside
    left join counted
        on
            beside.percentage_measure_key = counted.authority_measure_key
            and beside.period_number = counted.period_number
            and beside.release_order = counted.release_order
    left join percentage_bases
        on beside.percentage_measure_id = percentage_bases.measure_id
    where
        counted.release_order is null
        -- Of a percentage that is known to be made from other counts, the role is known.
        and percentage_bases.measure_id is null

)

select * from final
