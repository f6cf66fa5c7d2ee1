-- The figures of each operand, one for each period and category: of the reports as known when the
-- claim was published, of the reports as known now, or official as they are now.
with

readings as (

    select * from {{ ref('int_claim_readings') }}

),

operands as (

    select * from {{ ref('int_claim_operands') }}

),

figures as (

    select * from {{ ref('int_figures') }}
    where not {{ is_calendar_year('period_number') }}

),

official_figures as (

    select * from {{ ref('int_official_figures') }}
    where value is not null

),

asked as (

    select
        operands.*,
        readings.local_authority_code,
        readings.release_id,
        readings.release_order,
        readings.claim_line,
        readings.formula,
        readings.evidence,
        readings.reads_categories
    from operands
    inner join readings
        on
            operands.claim_id = readings.claim_id
            and operands.reading_number = readings.reading_number

),

printed as (

    select
        asked.claim_id,
        asked.reading_number,
        asked.is_base,
        asked.is_taken_off,
        asked.parts,
        asked.first_period_id,
        asked.last_period_id,
        asked.category_id as asked_category_id,
        figures.period_id,
        figures.category_id,
        figures.definition_number,
        figures.value,
        figures.is_missing
    from asked
    inner join figures
        on
            asked.local_authority_code = figures.local_authority_code
            and asked.measure_id = figures.measure_id
            and asked.unit = figures.unit
            and (
                figures.category_id is not distinct from asked.category_id
                or (asked.reads_categories and not asked.is_base)
            )
            and figures.period_id between asked.first_period_id and asked.last_period_id
            and length(figures.period_id) = length(asked.last_period_id)
            and (asked.evidence = 'known now' or asked.release_order >= figures.release_order)
    where
        asked.evidence <> 'official'
        -- The figure of the claim's own line would prove itself.
        and not (
            asked.formula = 'value'
            and figures.release_id = asked.release_id
            and figures.source_line = asked.claim_line
        )
    qualify
        row_number() over (
            partition by
                asked.claim_id,
                asked.reading_number,
                asked.is_base,
                asked.is_taken_off,
                figures.period_id,
                figures.category_id
            order by
                figures.release_order desc,
                case when figures.is_chosen then 0 else 1 end asc,
                case when figures.is_missing then 1 else 0 end asc,
                figures.source_line asc
        ) = 1

),

official as (

    select
        asked.claim_id,
        asked.reading_number,
        asked.is_base,
        asked.is_taken_off,
        asked.parts,
        asked.first_period_id,
        asked.last_period_id,
        asked.category_id as asked_category_id,
        official_figures.financial_year as period_id,
        official_figures.category_id,
        1 as definition_number,
        official_figures.value,
        false as is_missing
    from asked
    inner join official_figures
        on
            asked.local_authority_code = official_figures.area_code
            and asked.measure_id = official_figures.measure_id
            and asked.unit = official_figures.unit
            and (
                official_figures.category_id is not distinct from asked.category_id
                or (asked.reads_categories and not asked.is_base)
            )
            and official_figures.financial_year
            between asked.first_period_id and asked.last_period_id
    where asked.evidence = 'official'

),

found as (

    select * from printed
    union all
    select * from official

),

final as (

    select
        claim_id,
        reading_number,
        is_base,
        first_period_id,
        last_period_id,
        period_id,
        category_id,
        bool_or(category_id is not distinct from asked_category_id) as is_category_named,
        min(definition_number) as first_definition_number,
        max(definition_number) as last_definition_number,
        cast(sum(case when is_taken_off then -value else value end) as decimal(18, 2)) as value
    from found
    -- What the latest release withholds may have been another number in the one before.
    where not is_missing
    group by
        claim_id,
        reading_number,
        is_base,
        first_period_id,
        last_period_id,
        period_id,
        category_id
    -- Nothing is left where what is taken off is not known.
    having count(*) = max(parts)

)

select * from final
