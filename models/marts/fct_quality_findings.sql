with

failures as (

    {% for check in [
        'check_impossible_value',
        'check_percentage_of_base',
        'check_shares_sum_to_100',
        'check_figure_relations',
        'check_same_count_printed_twice',
        'check_rates_imply_one_population',
        'check_population_between_years',
        'check_cla_stock_and_flows',
        'check_cpp_stock_and_flows',
        'check_jump',
        'check_label_vanished',
        'check_printed_precision',
        'check_figure_missing',
        'check_table_missing',
        'check_official_difference',
    ] %}
        select * from {{ ref(check) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

quality_checks as (

    select * from {{ ref('quality_checks') }}

),

known_issues as (

    select
        known_issue_id,
        check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        cast(null as {{ dbt.type_string() }}) as unit,
        printed_value,
        expected_value,
        reason
    from {{ extract('known_issues') }}

    {% if reconciles_with_official() %}
        union all

        select
            note_id as known_issue_id,
            'differs_from_official' as check_id,
            release_id,
            local_authority_code,
            period_id,
            measure_id,
            category_id,
            unit,
            report_value as printed_value,
            official_value as expected_value,
            reason
        from {{ extract('reconciliation_notes') }}
    {% endif %}

),

local_authorities as (

    select * from {{ ref('local_authorities') }}

),

measures as (

    select * from {{ ref('measures') }}

),

categories as (

    select
        referral_source_id as category_id,
        referral_source_name as category_name
    from {{ ref('referral_sources') }}
    union all
    select
        cpp_category_id as category_id,
        cpp_category_name as category_name
    from {{ ref('cpp_categories') }}

),

described as (

    select
        failures.check_id
        || ' | ' || failures.release_id
        || ' | ' || failures.local_authority_code
        || ' | ' || failures.period_id
        || ' | ' || failures.measure_id
        || coalesce(' | ' || failures.category_id, '')
        || coalesce(' | ' || failures.unit, '')
        || coalesce(
            ' | line ' || cast(failures.source_line as {{ dbt.type_string() }}), ''
        ) as finding_id,
        failures.check_id,
        quality_checks.severity,
        failures.local_authority_code,
        failures.release_id,
        failures.period_id,
        failures.measure_id,
        failures.category_id,
        failures.unit,
        failures.source_line,
        failures.printed_value,
        failures.expected_value,
        failures.printed_value - failures.expected_value as difference,
        failures.tolerance,
        local_authorities.local_authority_name
        || ', ' || failures.period_id
        || ', ' || measures.measure_name
        || coalesce(' (' || categories.category_name || ')', '')
        || ': ' || failures.detail
        || '. [' || failures.release_id
        || coalesce(', line ' || cast(failures.source_line as {{ dbt.type_string() }}), '')
        || ']' as message
    from failures
    inner join quality_checks
        on failures.check_id = quality_checks.check_id
    inner join local_authorities
        on failures.local_authority_code = local_authorities.local_authority_code
    inner join measures
        on failures.measure_id = measures.measure_id
    left join categories
        on failures.category_id = categories.category_id

),

final as (

    select
        described.finding_id,
        described.check_id,
        described.severity,
        described.local_authority_code,
        described.release_id,
        described.period_id,
        described.measure_id,
        described.category_id,
        described.unit,
        described.source_line,
        described.printed_value,
        described.expected_value,
        cast(described.difference as decimal(18, 2)) as difference,
        described.tolerance,
        described.message,
        known_issues.known_issue_id,
        known_issues.reason as explanation
    from described
    left join known_issues
        on
            described.check_id = known_issues.check_id
            and described.release_id = known_issues.release_id
            and described.local_authority_code = known_issues.local_authority_code
            and described.period_id = known_issues.period_id
            and described.measure_id = known_issues.measure_id
            and described.category_id is not distinct from known_issues.category_id
            and coalesce(known_issues.unit, described.unit, '') = coalesce(described.unit, '')
            -- A known issue explains one pair of figures: changed figures are a new finding.
            and described.printed_value
            is not distinct from try_cast(known_issues.printed_value as decimal(18, 2))
            and described.expected_value
            is not distinct from try_cast(known_issues.expected_value as decimal(18, 2))

)

select * from final
