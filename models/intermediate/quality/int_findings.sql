-- What every check finds, with the entry of a register that covers it. An entry gives the figures
-- of the one finding that it is about, or says how many it covers and leaves blank what differs.
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
        'check_uasc_stock_and_flows',
        'check_jump',
        'check_label_vanished',
        'check_printed_precision',
        'check_figure_missing',
        'check_table_missing',
        'check_role_not_printed',
        'check_official_difference',
    ] %}
        select * from {{ ref(check) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

quality_checks as (

    select * from {{ ref('stg_quality_checks') }}

),

series as (

    select * from {{ ref('int_series') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

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
        covers,
        standing,
        reason
    from {{ ref('stg_known_issues') }}

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
        covers,
        standing,
        reason
    from {{ ref('stg_reconciliation_notes') }}

),

identified as (

    select
        *,
        check_id
        || ' | ' || release_id
        || ' | ' || local_authority_code
        || ' | ' || period_id
        || ' | ' || measure_id
        || coalesce(' | ' || category_id, '')
        || coalesce(' | ' || unit, '')
        || coalesce(' | line ' || cast(source_line as {{ dbt.type_string() }}), '') as finding_id
    from failures

),

final as (

    select
        identified.finding_id,
        identified.check_id,
        identified.release_id,
        identified.local_authority_code,
        identified.period_id,
        identified.measure_id,
        identified.category_id,
        identified.unit,
        identified.source_line,
        {{ figure_key(
            'series.series_key', period_number('identified.period_id'), 'releases.release_order'
        ) }} as figure_key,
        identified.printed_value,
        identified.expected_value,
        identified.tolerance,
        {{ said_of_release('identified.detail', 'releases.is_of_records') }} as detail,
        -- What records say is no slip in a report, that somebody could correct.
        case
            when quality_checks.severity = 'error' and releases.is_of_records then 'warning'
            else quality_checks.severity
        end as severity,
        known_issues.known_issue_id,
        known_issues.standing as known_standing,
        known_issues.reason as explanation
    from identified
    inner join quality_checks
        on identified.check_id = quality_checks.check_id
    left join series
        on {{ is_of_series('identified', 'series') }}
    left join releases
        on identified.release_id = releases.release_id
    left join known_issues
        on
            identified.check_id = known_issues.check_id
            and identified.release_id = known_issues.release_id
            and identified.local_authority_code = known_issues.local_authority_code
            and {{ covers('known_issues', 'identified') }}
    -- What is said of one finding comes before what is said of many.
    qualify
        row_number() over (
            partition by identified.finding_id
            order by coalesce(known_issues.covers, 0) asc, known_issues.known_issue_id asc
        ) = 1

)

select * from final
