{{ config(materialized='view') }}

{#- Tables whose records a key names, and what a record of theirs must have. -#}
{%- set tables = [
    ('stg_record_people', 'ssd_person', 'person_id is null'),
    ('stg_record_contacts', 'ssd_contacts', 'person_id is null or contact_date is null'),
    ('stg_record_cin_episodes', 'ssd_cin_episodes', 'person_id is null or referral_date is null'),
    ('stg_record_assessments', 'ssd_cin_assessments', 'person_id is null'),
    ('stg_record_enquiries', 'ssd_s47_enquiry', 'person_id is null or start_date is null'),
    ('stg_record_conferences', 'ssd_initial_cp_conference', 'person_id is null'),
    ('stg_record_plans', 'ssd_cp_plans', 'person_id is null or start_date is null'),
    ('stg_record_care_episodes', 'ssd_cla_episodes', 'person_id is null or start_date is null'),
    ('stg_record_legal_statuses', 'ssd_legal_status', 'person_id is null or start_date is null'),
    ('stg_record_placements', 'ssd_cla_placement', 'placement_id is null'),
    ('stg_record_immigration_statuses', 'ssd_immigration_status', 'person_id is null'),
    ('stg_record_care_leavers', 'ssd_care_leavers', 'person_id is null'),
] -%}
{%- set repeated = [
    ('stg_record_contacts', 'ssd_contacts', 'contact_id'),
    ('stg_record_cin_episodes', 'ssd_cin_episodes', 'referral_id'),
    ('stg_record_plans', 'ssd_cp_plans', 'plan_id'),
    ('stg_record_care_episodes', 'ssd_cla_episodes', 'episode_id'),
] -%}
{%- set worded = [
    ('stg_record_cin_episodes', 'ssd_cin_episodes', 'referral_source', 'source_text'),
    ('stg_record_cin_episodes', 'ssd_cin_episodes', 'yes_no', 'no_further_action_text'),
    ('stg_record_conferences', 'ssd_initial_cp_conference', 'yes_no', 'transfer_in_text'),
    ('stg_record_plans', 'ssd_cp_plans', 'abuse_category', 'category_text'),
    ('stg_record_plans', 'ssd_cp_plans', 'yes_no', 'other_authority_text'),
    ('stg_record_care_episodes', 'ssd_cla_episodes', 'legal_status', 'legal_status_text'),
    ('stg_record_legal_statuses', 'ssd_legal_status', 'legal_status', 'legal_status_text'),
    ('stg_record_placements', 'ssd_cla_placement', 'placement_type', 'placement_text'),
    (
        'stg_record_immigration_statuses', 'ssd_immigration_status',
        'immigration_status', 'immigration_status_text'
    ),
    (
        'stg_record_care_leavers', 'ssd_care_leavers',
        'care_leaver_eligibility', 'eligibility_text'
    ),
] -%}
with

said as (

    select * from {{ ref('int_record_values') }}
    where value is null

),

years as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

cases as (

    select * from {{ ref('int_record_cases') }}
    where not is_of_earlier_year

),

referrals as (

    select * from {{ ref('int_record_referrals') }}

),

all_assessments as (

    select * from {{ ref('stg_record_assessments') }}

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

conferences as (

    select conferences.*
    from {{ ref('int_record_conferences') }} as conferences
    inner join years
        on
            conferences.extract_id = years.extract_id
            and conferences.conference_date between years.start_date and years.end_date
    where not conferences.is_transferred_in

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

care_leavers as (

    select care_leavers.*
    from {{ ref('stg_record_care_leavers') }} as care_leavers
    inner join years
        on care_leavers.extract_id = years.extract_id
    where years.extracted_date <> years.end_date

),

found as (
    {%- for model, table, is_lacking in tables %}

        select
            extract_id,
            'record_without_key' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ ref(model) }} as {{ model }}
        where {{ is_lacking }}

        union all

        select
            extract_id,
            'unreadable_date' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ ref(model) }} as {{ model }}
        where unreadable_days > 0

        union all
    {%- endfor %}
    {%- for model, table, key in repeated %}

        select
            extract_id,
            'row_repeated' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ ref(model) }} as {{ model }}
        where person_id is not null
        qualify
            row_number() over (
                partition by extract_id, person_id, {{ key }}
                order by source_file, source_row
            ) > 1

        union all
    {%- endfor %}
    {%- for model, table, field, column in worded %}

        select
            {{ model }}.extract_id,
            'unmapped_value' as check_id,
            said.field,
            {{ counted_record(table, model) }}
        from {{ ref(model) }} as {{ model }}
        inner join said
            on
                said.field = '{{ field }}'
                and {{ model }}.{{ column }} = said.said

        union all
    {%- endfor %}

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

    union all

    select
        extract_id,
        'assessment_without_date' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_assessments') }}
    from all_assessments
    where start_date is null and authorised_date is null

    union all

    select
        extract_id,
        'assessment_without_start' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_assessments') }}
    from assessments
    where start_date is null

    union all

    select
        extract_id,
        'assessment_ends_before_start' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_assessments') }}
    from assessments
    where authorised_date < start_date

    union all

    select
        extract_id,
        'assessment_without_referral' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_assessments') }}
    from assessments
    where
        referral_date is null
        or referral_date > authorised_date

    union all

    select
        extract_id,
        'outside_calendar' as check_id,
        '' as field,
        {{ counted_record('ssd_cin_assessments') }}
    from assessments
    where
        (start_date is not null and days_from_start is null)
        or (referral_date is not null and days_from_referral is null)

    union all

    select
        extract_id,
        'enquiry_repeated' as check_id,
        '' as field,
        {{ counted_record('ssd_s47_enquiry') }}
    from all_enquiries
    qualify
        row_number() over (
            partition by extract_id, person_id, start_date
            order by source_file, source_row
        ) > 1

    union all

    select
        extract_id,
        'conference_without_enquiry' as check_id,
        '' as field,
        {{ counted_record('ssd_initial_cp_conference') }}
    from conferences
    where
        not exists (
            select 1
            from all_enquiries
            where
                all_enquiries.extract_id = conferences.extract_id
                and all_enquiries.person_id = conferences.person_id
                and all_enquiries.enquiry_id = conferences.enquiry_id
        )

    union all

    select
        extract_id,
        'plan_ends_before_start' as check_id,
        '' as field,
        {{ counted_record('ssd_cp_plans') }}
    from plans
    where end_date < start_date

    union all

    select
        extract_id,
        'plan_of_one_day' as check_id,
        '' as field,
        {{ counted_record('ssd_cp_plans') }}
    from plans
    where end_date = start_date

    union all

    select
        extract_id,
        'two_open_plans' as check_id,
        '' as field,
        {{ counted_record('ssd_cp_plans') }}
    from open_plans
    where plans_open > 1

    union all

    select
        extract_id,
        'plan_without_category' as check_id,
        '' as field,
        {{ counted_record('ssd_cp_plans') }}
    from started_plans
    where cpp_category_id is null

    union all

    select
        extract_id,
        'history_too_short' as check_id,
        '' as field,
        {{ counted_record('ssd_cp_plans') }}
    from started_plans
    where is_repeat_by_history and not is_repeat

    union all

    select
        extract_id,
        'episodes_overlap' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes') }}
    from care_episodes
    where start_date < last_end_date

    union all

    select
        extract_id,
        'episode_ends_before_start' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes') }}
    from care_episodes
    where end_date < start_date

    union all

    select
        extract_id,
        'no_legal_status' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes') }}
    from care_episodes
    where kind_of_care is null

    union all

    select
        extract_id,
        'no_birth_date' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes') }}
    from care_episodes
    where birth_date is null

    union all

    select
        extract_id,
        'care_after_18' as check_id,
        '' as field,
        {{ counted_record('ssd_cla_episodes') }}
    from care_episodes
    where start_date >= adult_date

    union all

    select
        extract_id,
        'eligibility_of_another_day' as check_id,
        '' as field,
        {{ counted_record('ssd_care_leavers') }}
    from care_leavers

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
