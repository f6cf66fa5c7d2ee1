{{ config(materialized='view') }}

{#- Tables of which records of a child on the same days count once, and others in each. -#}
{%- set on_same_days = [
    ('assessment_repeated', 'assessments_once', 'ssd_cin_assessments', 'start_date, authorised_date'),
    ('enquiry_repeated', 'all_enquiries', 'ssd_s47_enquiry', 'start_date'),
    (
        'conference_repeated', 'all_conferences', 'ssd_initial_cp_conference',
        'conference_date, is_transferred_in'
    ),
    ('plans_on_one_day', 'plans', 'ssd_cp_plans', 'start_date'),
] -%}
{#- What is wrong with a record, by what it says itself. -#}
{%- set by_itself = [
    ('case_closed_before_referral', 'cases', 'ssd_cin_episodes', 'close_date < referral_date'),
    ('no_further_action_blank', 'open_cases', 'ssd_cin_episodes', 'has_no_answer'),
    (
        'assessment_without_date', 'all_assessments', 'ssd_cin_assessments',
        'start_date is null and authorised_date is null'
    ),
    ('assessment_without_start', 'assessments', 'ssd_cin_assessments', 'start_date is null'),
    (
        'assessment_ends_before_start', 'assessments', 'ssd_cin_assessments',
        'authorised_date < start_date'
    ),
    (
        'assessment_without_referral', 'assessments', 'ssd_cin_assessments',
        'referral_date is null or referral_date > authorised_date'
    ),
    (
        'outside_calendar', 'assessments', 'ssd_cin_assessments',
        '(start_date <= authorised_date and days_from_start is null)
        or (referral_date <= authorised_date and days_from_referral is null)'
    ),
    (
        'conference_without_date', 'conferences_of_any_day', 'ssd_initial_cp_conference',
        'conference_date is null'
    ),
    (
        'conference_without_enquiry', 'conferences', 'ssd_initial_cp_conference',
        'first_enquiry_date is null'
    ),
    (
        'conference_before_enquiry', 'conferences', 'ssd_initial_cp_conference',
        'conference_date < first_enquiry_date'
    ),
    (
        'enquiry_outside_calendar', 'conferences', 'ssd_initial_cp_conference',
        'first_enquiry_date is not null and enquiry_day_number is null'
    ),
    ('plan_ends_before_start', 'plans', 'ssd_cp_plans', 'end_date < start_date'),
    ('plan_of_one_day', 'plans', 'ssd_cp_plans', 'end_date = start_date'),
    ('two_open_plans', 'open_plans', 'ssd_cp_plans', 'plans_open > 1'),
    ('plan_without_category', 'started_plans', 'ssd_cp_plans', 'cpp_category_id is null'),
    (
        'history_too_short', 'started_plans', 'ssd_cp_plans',
        'is_repeat_by_history and not is_repeat'
    ),
    ('episodes_overlap', 'care_episodes', 'ssd_cla_episodes', 'start_date < last_end_date'),
    ('episode_ends_before_start', 'care_episodes', 'ssd_cla_episodes', 'end_date < start_date'),
    ('no_legal_status', 'care_episodes', 'ssd_cla_episodes', 'kind_of_care is null'),
    ('status_changes_within_episode', 'care_episodes', 'ssd_cla_episodes', 'has_other_kind_within'),
    ('no_birth_date', 'care_episodes', 'ssd_cla_episodes', 'birth_date is null'),
    ('care_after_18', 'care_episodes', 'ssd_cla_episodes', 'start_date >= adult_date'),
    ('eligibility_of_another_day', 'care_leavers', 'ssd_care_leavers', 'true'),
    ('care_leaver_without_birth_date', 'care_leavers_of_no_age', 'ssd_care_leavers', 'true'),
] -%}

with

years as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

extracts as (

    select * from {{ ref('stg_record_extracts') }}

),

cases as (

    select * from {{ ref('int_record_cases') }}
    where not is_of_earlier_year

),

open_cases as (

    select cases.*
    from cases
    inner join years
        on
            cases.extract_id = years.extract_id
            and {{ is_open_on('years.end_date', 'cases.referral_date', 'cases.close_date') }}

),

referrals as (

    select * from {{ ref('int_record_referrals') }}

),

all_assessments as (

    select * from {{ ref('stg_record_assessments') }}

),

assessments_once as (

    select all_assessments.*
    from all_assessments
    inner join years
        on
            all_assessments.extract_id = years.extract_id
            and all_assessments.authorised_date between years.start_date and years.end_date
    where all_assessments.person_id is not null

),

assessments as (

    select
        assessments.*,
        years.clock
    from {{ ref('int_record_assessments') }} as assessments
    inner join years
        on
            assessments.extract_id = years.extract_id
            and assessments.authorised_date between years.start_date and years.end_date

),

all_enquiries as (

    select * from {{ ref('stg_record_enquiries') }}
    where start_date is not null and person_id is not null

),

working_days as (

    select * from {{ ref('int_record_working_days') }}

),

conferences_of_any_day as (

    select * from {{ ref('stg_record_conferences') }}

),

all_conferences as (

    select conferences.*
    from {{ ref('int_record_conferences') }} as conferences
    inner join years
        on
            conferences.extract_id = years.extract_id
            and conferences.conference_date between years.start_date and years.end_date

),

conferences as (

    select
        all_conferences.extract_id,
        all_conferences.conference_date,
        all_conferences.source_file,
        all_conferences.source_row,
        min(all_enquiries.start_date) as first_enquiry_date,
        min(working_days.working_day_number) as enquiry_day_number
    from all_conferences
    left join all_enquiries
        on
            all_conferences.extract_id = all_enquiries.extract_id
            and all_conferences.person_id = all_enquiries.person_id
            and all_conferences.enquiry_id = all_enquiries.enquiry_id
    left join working_days
        on all_enquiries.start_date = working_days.calendar_date
    where not all_conferences.is_transferred_in
    group by
        all_conferences.extract_id,
        all_conferences.conference_date,
        all_conferences.source_file,
        all_conferences.source_row

),

plans as (

    select * from {{ ref('int_record_plans') }}

),

open_plans as (

    select
        plans.*,
        count(*) over (partition by plans.extract_id, plans.person_id) as plans_open
    from plans
    inner join years
        on
            plans.extract_id = years.extract_id
            and {{ is_open_on('years.end_date', 'plans.start_date', 'plans.end_date') }}

),

started_plans as (

    select plans.*
    from plans
    inner join years
        on
            plans.extract_id = years.extract_id
            and plans.start_date between years.start_date and years.end_date

),

-- Of the year and of the day before it: what ended earlier changes no figure.
care_episodes as (

    select
        care_episodes.*,
        max(coalesce(care_episodes.end_date, date '9999-12-31')) over (
            partition by care_episodes.extract_id, care_episodes.person_id
            order by
                care_episodes.start_date,
                care_episodes.end_date nulls last,
                care_episodes.episode_id
            rows between unbounded preceding and 1 preceding
        ) as last_end_date
    from {{ ref('int_record_care_episodes') }} as care_episodes
    inner join years
        on
            care_episodes.extract_id = years.extract_id
            and care_episodes.start_date <= years.end_date
            and (care_episodes.end_date is null or care_episodes.end_date >= years.start_date)

),

children_in_need as (

    select distinct
        extract_id,
        person_id
    from cases

),

-- Of a return beside a census: how many children it has, and how many of them the census has.
returned_children as (

    select
        care_episodes.extract_id,
        count(distinct care_episodes.person_id) as children,
        count(distinct children_in_need.person_id) as children_in_both
    from care_episodes
    inner join extracts
        on
            care_episodes.extract_id = extracts.extract_id
            and instr(extracts.source, 'ssda903') > 0
    left join children_in_need
        on
            care_episodes.extract_id = children_in_need.extract_id
            and care_episodes.person_id = children_in_need.person_id
    where care_episodes.extract_id in (select cases.extract_id from cases)
    group by care_episodes.extract_id

),

entries as (

    select care_periods.*
    from {{ ref('int_record_care_periods') }} as care_periods
    inner join years
        on
            care_periods.extract_id = years.extract_id
            and care_periods.start_date between years.start_date and years.end_date

),

known_placements as (

    select distinct
        placements.extract_id,
        placements.placement_id
    from {{ ref('stg_record_placements') }} as placements
    inner join {{ ref('int_record_values') }} as kinds
        on
            kinds.field = 'placement_type'
            and placements.placement_text = kinds.said
            and kinds.value is not null

),

care_leavers as (

    select care_leavers.*
    from {{ ref('stg_record_care_leavers') }} as care_leavers
    inner join years
        on care_leavers.extract_id = years.extract_id
    where years.extracted_date <> years.end_date

),

-- Who were ever unaccompanied, and of whom no day of birth is known.
care_leavers_of_no_age as (

    select care_leavers.*
    from {{ ref('stg_record_care_leavers') }} as care_leavers
    inner join {{ ref('int_record_values') }} as eligibilities
        on
            eligibilities.field = 'care_leaver_eligibility'
            and care_leavers.eligibility_text = eligibilities.said
            and eligibilities.value = 'care_leaver'
    left join {{ ref('stg_record_people') }} as people
        on
            care_leavers.extract_id = people.extract_id
            and care_leavers.person_id = people.person_id
            and people.birth_date is not null
    where
        people.person_id is null
        and exists (
            select 1
            from {{ ref('stg_record_immigration_statuses') }} as statuses
            inner join {{ ref('int_record_values') }} as kinds
                on
                    kinds.field = 'immigration_status'
                    and statuses.immigration_status_text = kinds.said
                    and kinds.value = 'uasc'
            where
                statuses.extract_id = care_leavers.extract_id
                and statuses.person_id = care_leavers.person_id
        )

),

found as (
    {%- for check, relation, table, days in on_same_days %}

        select
            extract_id,
            '{{ check }}' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ relation }}
        qualify
            row_number() over (
                partition by extract_id, person_id, {{ days }}
                order by source_file, source_row
            ) > 1

        union all
    {%- endfor %}
    {%- for check, relation, table, condition in by_itself %}

        select
            extract_id,
            '{{ check }}' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ relation }}
        where {{ condition }}

        union all
    {%- endfor %}

    -- The first of all referrals, where there should be some from before it.
    select
        cases.extract_id,
        'history_may_be_short' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_episodes', 'cases') }}
    from cases
    inner join extracts
        on
            cases.extract_id = extracts.extract_id
            and extracts.history_start_date is null
            and cases.referral_date < extracts.start_date
    qualify
        row_number() over (
            partition by cases.extract_id
            order by cases.referral_date, cases.source_file, cases.source_row
        ) = 1
        and cases.referral_date >= {{ months_after('extracts.start_date', -11) }}

    union all

    select
        care_episodes.extract_id,
        checks.check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes', 'care_episodes') }}
    from care_episodes
    inner join returned_children
        on care_episodes.extract_id = returned_children.extract_id
    inner join {{ ref('record_checks') }} as checks
        on checks.check_id = 'child_in_no_census'
    left join children_in_need
        on
            care_episodes.extract_id = children_in_need.extract_id
            and care_episodes.person_id = children_in_need.person_id
    where
        children_in_need.person_id is null
        and returned_children.children_in_both
        < cast(checks.parameter as decimal(18, 2)) * returned_children.children

    union all

    select
        entries.extract_id,
        'placement_unknown' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes', 'entries') }}
    from entries
    left join known_placements
        on
            entries.extract_id = known_placements.extract_id
            and entries.first_placement_id = known_placements.placement_id
    where known_placements.placement_id is null

    union all

    select
        later.extract_id,
        'referral_on_open_case' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_episodes', 'later') }}
    from cases as later
    inner join years
        on
            later.extract_id = years.extract_id
            and later.referral_date between years.start_date and years.end_date
    where
        exists (
            select 1
            from cases as earlier
            where
                earlier.extract_id = later.extract_id
                and earlier.person_id = later.person_id
                and earlier.referral_date < later.referral_date
                and not earlier.is_no_further_action
                and (earlier.close_date is null or earlier.close_date > later.referral_date)
        )

    union all

    select
        cases.extract_id,
        'referrals_on_one_day' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_episodes', 'cases') }}
    from cases
    inner join years
        on
            cases.extract_id = years.extract_id
            and cases.referral_date between years.start_date and years.end_date
    left join referrals
        on
            cases.extract_id = referrals.extract_id
            and cases.person_id = referrals.person_id
            and cases.source_file = referrals.source_file
            and cases.source_row = referrals.source_row
    where referrals.extract_id is null

),

final as (

    select
        extract_id,
        check_id,
        field,
        record_table,
        source_file,
        source_row
    from found

)

select * from final
