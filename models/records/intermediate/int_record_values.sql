with

-- What records say in words or codes: each text once.
said as (
{% set columns = [
    ('stg_record_cin_episodes', 'referral_source', 'source_text'),
    ('stg_record_cin_episodes', 'yes_no', 'no_further_action_text'),
    ('stg_record_conferences', 'yes_no', 'transfer_in_text'),
    ('stg_record_plans', 'abuse_category', 'category_text'),
    ('stg_record_plans', 'yes_no', 'other_authority_text'),
    ('stg_record_care_episodes', 'legal_status', 'legal_status_text'),
    ('stg_record_legal_statuses', 'legal_status', 'legal_status_text'),
    ('stg_record_placements', 'placement_type', 'placement_text'),
    ('stg_record_immigration_statuses', 'immigration_status', 'immigration_status_text'),
    ('stg_record_care_leavers', 'care_leaver_eligibility', 'eligibility_text'),
] %}
    {%- for model, field, column in columns %}
        select
            '{{ field }}' as field,
            {{ column }} as said
        from {{ ref(model) }}
        where {{ column }} is not null
        {%- if not loop.last %}

            union
        {%- endif %}
    {%- endfor %}

),

known as (

    select * from {{ ref('record_values') }}

),

-- A code may have its meaning after it, "C2 Full care order", and a word more after a colon,
-- "Multiple: list". "Other health service" is not "other", nor "No further action" an answer.
coded as (

    select
        field,
        said,
        case
            when field not in ('yes_no', 'immigration_status')
                then
                    coalesce(
                        nullif(regexp_extract(said, '^([a-z0-9]{1,3})[ :.)-]', 1), ''),
                        regexp_extract(said, '^([a-z ]+):', 1)
                    )
        end as code
    from said

),

final as (

    select
        coded.field,
        coded.said,
        coalesce(as_said.value, as_coded.value) as value
    from coded
    left join known as as_said
        on
            coded.field = as_said.field
            and coded.said = as_said.found
    left join known as as_coded
        on
            coded.field = as_coded.field
            and coded.code = as_coded.found

)

select * from final
