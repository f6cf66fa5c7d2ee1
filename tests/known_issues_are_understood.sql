-- A known issue that names what does not exist explains nothing: every name in it must be known.
with

known_issues as (

    select * from {{ ref('known_issues') }}

),

names as (

    {% for column_name, reference in [
        ('check_id', 'quality_checks'),
        ('release_id', 'releases'),
        ('local_authority_code', 'local_authorities'),
        ('measure_id', 'measures'),
        ('period_id', 'dim_period'),
    ] %}
        select
            known_issues.known_issue_id,
            '{{ column_name }}' as column_name,
            known_issues.{{ column_name }} as found,
            {{ valid_names(reference, column_name) }} as expected
        from known_issues
        left join {{ ref(reference) }} as known
            on known_issues.{{ column_name }} = known.{{ column_name }}
        where known.{{ column_name }} is null
        union all
    {% endfor %}

    select
        known_issue_id,
        'reason' as column_name,
        reason as found,
        'a reason and the evidence for it' as expected
    from known_issues
    where reason is null or evidence is null

    union all

    select
        known_issue_id,
        'known_issue_id' as column_name,
        known_issue_id as found,
        'a known_issue_id of its own' as expected
    from known_issues
    group by known_issue_id
    having count(*) > 1

)

select
    'seeds/registers/known_issues.csv' as seed_file,
    known_issue_id,
    column_name,
    found,
    expected
from names
