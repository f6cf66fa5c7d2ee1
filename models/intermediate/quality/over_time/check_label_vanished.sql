with

counts as (

    select * from {{ ref('int_counts') }}
    where category_id is not null

),

quality_checks as (

    select
        check_id,
        parameter as remaining_share
    from {{ ref('stg_quality_checks') }}

),

with_year_before as (

    select
        *,
        lag(value) over (
            partition by
                release_id, local_authority_code, measure_id, category_id, definition_number
            order by period_id
        ) as value_before
    from counts

),

appeared as (

    select
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        {{ ordered_string_agg(
            "'\"' || category_id || '\" to ' || " ~ format_number('value'), 'category_id'
        ) }} as risen
    from with_year_before
    where value_before = 0 and value > 0
    group by release_id, local_authority_code, period_id, measure_id

),

final as (

    select
        quality_checks.check_id,
        vanished.release_id,
        vanished.local_authority_code,
        vanished.period_id,
        vanished.measure_id,
        vanished.category_id,
        'count' as unit,
        vanished.source_line,
        vanished.value as printed_value,
        vanished.value_before as expected_value,
        cast(
            (1 - quality_checks.remaining_share) * vanished.value_before as decimal(18, 4)
        ) as tolerance,
        'fell from ' || {{ format_number('vanished.value_before') }}
        || ' to ' || {{ format_number('vanished.value') }}
        || ', while these rose from 0: ' || appeared.risen as detail
    from with_year_before as vanished
    inner join quality_checks
        on quality_checks.check_id = 'label_vanished'
    inner join appeared
        on
            vanished.release_id = appeared.release_id
            and vanished.local_authority_code = appeared.local_authority_code
            and vanished.period_id = appeared.period_id
            and vanished.measure_id = appeared.measure_id
    where vanished.value < quality_checks.remaining_share * vanished.value_before

)

select * from final
