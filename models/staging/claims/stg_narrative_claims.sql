with

source as (

    select * from {{ extract('narrative_claims') }}

),

final as (

    select
        claim_id,
        {{ whole_number("coalesce(reading_number, '1')") }} as reading_number,
        reading_number as reading_number_as_written,
        release_id,
        local_authority_code,
        paragraph,
        {{ whole_number('source_line') }} as source_line,
        statement,
        word_id,
        try_cast(claimed_value as decimal(18, 2)) as claimed_value,
        claimed_value as claimed_value_as_written,
        {{ whole_number('claimed_decimals') }} as claimed_decimals,
        claimed_decimals as claimed_decimals_as_written,
        comparison,
        reading,
        evidence,
        formula,
        measure_id,
        category_id,
        unit,
        period_id,
        less_measure_id,
        base_measure_id,
        base_category_id,
        base_unit,
        base_period_id,
        try_cast(stated_value as decimal(18, 2)) as stated_number,
        case
            when {{ full_match('stated_value', '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}
                then try_cast(stated_value as date)
        end as stated_day,
        stated_value as stated_value_as_written,
        explanation
    from source

)

select * from final
