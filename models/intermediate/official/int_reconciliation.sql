with

correspondences as (

    select * from {{ ref('stg_official_correspondences') }}
    where official_measure_id is not null

),

latest_figures as (

    select * from {{ ref('int_latest_figures') }}

),

reported as (

    select * from {{ ref('int_reported_years') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

official_figures as (

    select * from {{ ref('int_official_figures') }}

),

quality_checks as (

    select parameter as closeness
    from {{ ref('stg_quality_checks') }}
    where check_id = 'differs_from_official'

),

notes as (

    select
        *,
        report_value as printed_value,
        official_value as expected_value
    from {{ ref('stg_reconciliation_notes') }}

),

-- A council could print a figure from the first year of its series to its latest report.
series as (

    select
        reported.local_authority_code,
        reported.measure_id,
        reported.unit,
        min(reported.financial_year) as first_year
    from reported
    group by reported.local_authority_code, reported.measure_id, reported.unit

),

last_years as (

    select
        latest_figures.local_authority_code,
        max(releases.financial_year) as last_year
    from latest_figures
    inner join releases
        on latest_figures.release_id = releases.release_id
    group by latest_figures.local_authority_code

),

official_years as (

    select distinct
        measure_id,
        financial_year
    from official_figures

),

compared as (

    select
        series.local_authority_code,
        official_years.financial_year as period_id,
        correspondences.measure_id,
        correspondences.category_id,
        correspondences.unit,
        correspondences.made_of,
        reported.value as report_value,
        reported.release_id,
        reported.source_line,
        correspondences.official_measure_id,
        correspondences.official_category_id,
        official_figures.value as official_value,
        official_figures.marker,
        official_figures.is_calculated as is_official_calculated,
        official_figures.release_id as official_release_id,
        correspondences.is_same_definition,
        correspondences.note as definition_note,
        case
            when correspondences.unit = 'count' then 0
            else
                {{ half_unit('correspondences.official_decimals') }}
                + {{ half_unit('reported.decimals') }}
        end as rounding,
        quality_checks.closeness,
        reported.value - official_figures.value as difference
    from series
    inner join last_years
        on series.local_authority_code = last_years.local_authority_code
    inner join correspondences
        on
            series.measure_id = correspondences.measure_id
            and series.unit = correspondences.unit
    inner join official_years
        on
            correspondences.official_measure_id = official_years.measure_id
            and official_years.financial_year between series.first_year and last_years.last_year
    cross join quality_checks
    left join reported
        on
            series.local_authority_code = reported.local_authority_code
            and official_years.financial_year = reported.financial_year
            and correspondences.measure_key = reported.measure_key
    left join official_figures
        on
            series.local_authority_code = official_figures.area_code
            and official_years.financial_year = official_figures.financial_year
            and correspondences.official_measure_key = official_figures.measure_key
    where
        reported.value is not null
        or official_figures.value is not null
        or official_figures.marker = 'c'

),

judged as (

    select
        *,
        cast(report_value as decimal(18, 2)) as printed_value,
        official_value as expected_value,
        case
            when marker in ('c', 'low') then 'suppressed'
            when official_value is null then 'only in report'
            when report_value is null then 'only in DfE'
            when abs(difference) <= rounding then 'equal'
            when abs(difference) <= closeness * official_value + rounding then 'close'
            else 'differs'
        end as verdict
    from compared

),

final as (

    select
        judged.local_authority_code
        || ' | ' || judged.period_id
        || ' | ' || judged.measure_id
        || coalesce(' | ' || judged.category_id, '')
        || ' | ' || judged.unit as reconciliation_id,
        judged.local_authority_code,
        judged.period_id,
        judged.measure_id,
        judged.category_id,
        judged.unit,
        judged.made_of,
        cast(judged.report_value as decimal(18, 2)) as report_value,
        judged.report_value is null as is_missing,
        judged.release_id,
        judged.source_line,
        judged.official_measure_id,
        judged.official_category_id,
        judged.official_value,
        judged.marker,
        judged.is_official_calculated,
        judged.official_release_id,
        cast(judged.difference as decimal(18, 2)) as difference,
        {{ change_percentage('judged.difference', 'judged.official_value') }} as difference_pct,
        judged.verdict,
        notes.note_id,
        notes.standing as note_standing,
        notes.reason as explanation,
        judged.is_same_definition,
        judged.definition_note
    from judged
    left join notes
        on
            judged.verdict = 'differs'
            -- What is said of many is not said of what is counted otherwise.
            and (judged.is_same_definition or notes.covers is null)
            and judged.release_id = notes.release_id
            and judged.local_authority_code = notes.local_authority_code
            and {{ covers('notes', 'judged') }}
    qualify
        row_number() over (
            partition by
                judged.local_authority_code,
                judged.period_id,
                judged.measure_id,
                judged.category_id,
                judged.unit
            order by coalesce(notes.covers, 0) asc, notes.note_id asc
        ) = 1

)

select * from final
