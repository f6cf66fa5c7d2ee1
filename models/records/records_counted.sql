-- What every figure was counted from: a row for each record that counts.
{%- set families = {
    'records_contacts': false,
    'records_referrals': true,
    'records_enquiries': false,
    'records_assessments': false,
    'records_plans': true,
    'records_care': false,
    'records_care_leavers': false,
} %}

with

final as (

    {% for family, has_categories in families.items() %}
        select
            extract_id,
            measure_id,
            {{ 'category_id' if has_categories else no_category() ~ ' as category_id' }},
            period_id,
            record_table,
            source_file,
            source_row
        from {{ ref(family) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
