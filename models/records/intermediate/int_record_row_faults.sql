{#- Tables of records, and what each must have to be one. -#}
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
{#-
Tables whose records have an identifier, the day without which a row is none, and what should not
differ where the identifier is repeated.
-#}
{%- set numbered = [
    ('stg_record_contacts', 'ssd_contacts', 'contact_id', 'contact_date', []),
    (
        'stg_record_cin_episodes', 'ssd_cin_episodes', 'referral_id', 'referral_date',
        ['referral_date', 'close_date', 'source_text', 'no_further_action_text']
    ),
    (
        'stg_record_plans', 'ssd_cp_plans', 'plan_id', 'start_date',
        ['start_date', 'end_date', 'category_text', 'other_authority_text']
    ),
    (
        'stg_record_care_episodes', 'ssd_cla_episodes', 'episode_id', 'start_date',
        ['start_date', 'end_date', 'placement_id', 'legal_status_text']
    ),
] -%}
{#- What records say in words or codes, which may be unknown, or blank in all of them. -#}
{%- set answers = ['no_further_action', 'transfer_in', 'other_authority'] -%}
{%- set worded = [
    (
        'cin_episodes', 'ssd_cin_episodes', 'referral_source', 'source_text',
        'cine_referral_source_code'
    ),
    (
        'cin_episodes', 'ssd_cin_episodes', 'no_further_action', 'no_further_action_text',
        'cine_referral_nfa'
    ),
    (
        'conferences', 'ssd_initial_cp_conference', 'transfer_in', 'transfer_in_text',
        'icpc_icpc_transfer_in'
    ),
    (
        'plans', 'ssd_cp_plans', 'abuse_category', 'category_text',
        'cppl_cp_plan_initial_category'
    ),
    ('plans', 'ssd_cp_plans', 'other_authority', 'other_authority_text', 'cppl_cp_plan_ola'),
    ('care_episodes', 'ssd_cla_episodes', 'legal_status', 'legal_status_text', none),
    (
        'legal_statuses', 'ssd_legal_status', 'legal_status', 'legal_status_text',
        'lega_legal_status'
    ),
    (
        'placements', 'ssd_cla_placement', 'placement_type', 'placement_text',
        'clap_cla_placement_type'
    ),
    (
        'immigration_statuses', 'ssd_immigration_status', 'immigration_status',
        'immigration_status_text', 'immi_immigration_status'
    ),
    (
        'care_leavers', 'ssd_care_leavers', 'care_leaver_eligibility', 'eligibility_text',
        'clea_care_leaver_eligibility'
    ),
] -%}

with

said as (

    select * from {{ ref('int_record_values') }}
    where value is null

),

gaps as (

    select * from {{ ref('stg_record_gaps') }}

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
    {%- for model, table, key, day, others in numbered %}

        select
            extract_id,
            'record_without_identifier' as check_id,
            '' as field,
            {{ counted_record(table) }}
        from {{ ref(model) }} as {{ model }}
        where has_no_identifier and person_id is not null

        union all

        select
            extract_id,
            case
                {%- for other in others %}
                    when
                        coalesce({{ other }} <> first_{{ other }}, true)
                        and coalesce({{ other }}, first_{{ other }}) is not null
                        then 'rows_differ'
                {%- endfor %}
                when true then 'row_repeated'
            end as check_id,
            '' as field,
            {{ counted_record(table) }}
        from (
            select
                *,
                {%- for other in others %}
                    first_value({{ other }}) over (
                        partition by extract_id, person_id, {{ key }}
                        order by source_file, source_row
                    ) as first_{{ other }},
                {%- endfor %}
                row_number() over (
                    partition by extract_id, person_id, {{ key }}
                    order by source_file, source_row
                ) as place
            from {{ ref(model) }}
            where
                {{ day }} is not null
                and (extract_id, person_id, {{ key }}) in (
                    select
                        repeated.extract_id,
                        repeated.person_id,
                        repeated.{{ key }}
                    from {{ ref(model) }} as repeated
                    where repeated.{{ day }} is not null
                    group by
                        repeated.extract_id,
                        repeated.person_id,
                        repeated.{{ key }}
                    having count(*) > 1
                )
        ) as {{ model }}
        where place > 1

        union all
    {%- endfor %}
    {%- for model, table, field, column, name in worded %}

        select
            {{ model }}.extract_id,
            'unmapped_value' as check_id,
            '{{ field }}' as field,
            {{ counted_record(table, model) }}
        from {{ ref('stg_record_' ~ model) }} as {{ model }}
        inner join said
            on
                said.field = '{{ 'yes_no' if field in answers else field }}'
                and {{ model }}.{{ column }} = said.said

        union all
        {%- if name %}

            -- A column that says nothing, and is there.
            select
                extract_id,
                'column_blank' as check_id,
                '{{ name }}' as field,
                {{ counted_record(table) }}
            from {{ ref('stg_record_' ~ model) }} as {{ model }}
            where
                extract_id in (
                    select answered.extract_id
                    from {{ ref('stg_record_' ~ model) }} as answered
                    group by answered.extract_id
                    having count(answered.{{ column }}) = 0
                )
                and not exists (
                    select 1
                    from gaps
                    where
                        gaps.extract_id = {{ model }}.extract_id
                        and gaps.table_name = '{{ table }}'
                        and gaps.column_name = '{{ name }}'
                )

            union all
        {%- endif %}
    {%- endfor %}

    select
        extract_id,
        'unmapped_value' as check_id,
        'previous_plans' as field,
        {{ counted_record('ssd_cp_plans') }}
    from {{ ref('stg_record_plans') }}
    where previous_plans_text is not null and previous_plans is null

    union all

    select
        extract_id,
        'birth_dates_differ' as check_id,
        '' as field,
        {{ counted_record('ssd_person') }}
    from {{ ref('stg_record_people') }}
    qualify
        birth_date > min(birth_date) over (partition by extract_id, person_id)

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
