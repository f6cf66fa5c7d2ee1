with

source as (

    select * from {{ extract('known_issues') }}

),

final as (

    select
        known_issue_id,
        check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        try_cast(printed_value as decimal(18, 2)) as printed_value,
        try_cast(expected_value as decimal(18, 2)) as expected_value,
        {{ whole_number('covers') }} as covers,
        standing,
        reason,
        evidence
    from source

)

select * from final
