-- An entry of a register that explains nothing any more is stale: it would hide the next fault
-- in its place. One that covers many findings says how many, so that it hides no new one.
-- Figures that a later release prints again are judged there: an entry about the earlier release
-- may then explain fewer, and hides nothing, since it is about that release alone.
with

entries as (

    select
        known_issue_id,
        'known_issues' as register,
        'finding' as explained,
        {{ named('check_id') }} || ', ' as about,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        cast(null as {{ dbt.type_string() }}) as unit,
        covers
    from {{ ref('stg_known_issues') }}

    {% if reconciles_with_official() %}
        union all

        select
            note_id as known_issue_id,
            'reconciliation_notes' as register,
            'difference' as explained,
            '' as about,
            release_id,
            local_authority_code,
            period_id,
            measure_id,
            category_id,
            unit,
            covers
        from {{ ref('stg_reconciliation_notes') }}
    {% endif %}

),

explained as (

    select
        'known_issues' as register,
        known_issue_id,
        count(*) as findings
    from {{ ref('fct_quality_findings') }}
    where known_issue_id is not null
    group by known_issue_id

    union all

    select
        'reconciliation_notes' as register,
        note_id as known_issue_id,
        count(*) as findings
    from {{ ref('fct_reconciliation') }}
    where note_id is not null
    group by note_id

),

printed_again as (

    select
        observations.release_id,
        observations.local_authority_code,
        observations.measure_id,
        observations.category_id,
        observations.period_id,
        periods.financial_year
    from {{ ref('fct_observations') }} as observations
    inner join {{ ref('dim_period') }} as periods
        on observations.period_id = periods.period_id
    where not observations.is_latest_release

),

judged_later as (

    select distinct
        entries.register,
        entries.known_issue_id
    from entries
    inner join printed_again
        on
            entries.release_id = printed_again.release_id
            and entries.local_authority_code = printed_again.local_authority_code
            and (
                entries.measure_id is null
                or entries.measure_id = printed_again.measure_id
            )
            and (
                entries.category_id is null
                or entries.category_id = printed_again.category_id
            )
            -- The official figure of a year is compared with the four quarters of a report.
            and (
                entries.period_id is null
                or entries.period_id in (printed_again.period_id, printed_again.financial_year)
            )

),

final as (

    select
        entries.known_issue_id,
        {{ extract_file('registers', 'entries.register') }} || ': '
        || {{ named('entries.known_issue_id') }}
        || case
            when explained.findings is null
                then ' explains no ' || entries.explained || ' any more ('
            else
                ' covers ' || cast(explained.findings as {{ dbt.type_string() }})
                || ' ' || entries.explained || 's, not '
                || cast(entries.covers as {{ dbt.type_string() }}) || ' ('
        end
        || entries.about || {{ named('entries.release_id') }}
        || coalesce(', ' || entries.measure_id, '') || coalesce(', ' || entries.category_id, '')
        || coalesce(', ' || entries.unit, '') || coalesce(', ' || entries.period_id, '')
        || '). Remove it, or correct its figures.' as message
    from entries
    left join explained
        on
            entries.register = explained.register
            and entries.known_issue_id = explained.known_issue_id
    left join judged_later
        on
            entries.register = judged_later.register
            and entries.known_issue_id = judged_later.known_issue_id
    where
        explained.findings > entries.covers
        or (
            judged_later.known_issue_id is null
            and (explained.findings is null or explained.findings < entries.covers)
        )

)

select * from final
