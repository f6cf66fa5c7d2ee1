-- A register that names what does not exist explains nothing: every name in it must be known.
{%- set registers = {
    'known_issues': {
        'row_id': 'known_issue_id',
        'may_cover_many': true,
        'names': [
            ('check_id', 'stg_quality_checks'),
            ('release_id', 'dim_release'),
            ('local_authority_code', 'stg_local_authorities'),
            ('measure_id', 'stg_measures'),
            ('period_id', 'dim_period'),
        ],
        'needed': ['reason', 'evidence'],
    },
    'series_breaks': {
        'row_id': 'measure_id',
        'names': [
            ('release_id', 'dim_release'),
            ('local_authority_code', 'stg_local_authorities'),
            ('measure_id', 'stg_measures'),
            ('period_id', 'dim_period'),
        ],
        'needed': ['reason'],
    },
} %}
{%- if reconciles_with_official() -%}
    {%- do registers.update({
        'reconciliation_notes': {
            'row_id': 'note_id',
            'may_cover_many': true,
            'names': [
                ('release_id', 'dim_release'),
                ('local_authority_code', 'stg_local_authorities'),
                ('measure_id', 'stg_measures'),
                ('period_id', 'dim_period'),
            ],
            'needed': ['reason', 'evidence'],
        },
    }) -%}
{%- endif %}

with

{% for register in registers %}
    {{ register }} as (

        select
            *,
            {{ registers[register].row_id }} as row_id
        from {{ ref('stg_' ~ register) }}

    ),

{% endfor %}

problems as (

    {% for register, rules in registers.items() %}
        {% for column_name, reference in rules.names %}
            select
                {{ extract_file('registers', "'" ~ register ~ "'") }} as seed_file,
                register.row_id,
                register.release_id,
                '{{ column_name }}' as column_name,
                register.{{ column_name }} as found,
                {{ valid_names(reference, column_name) }} as expected
            from {{ register }} as register
            left join {{ ref(reference) }} as known
                on register.{{ column_name }} = known.{{ column_name }}
            where
                known.{{ column_name }} is null
                {% if rules.may_cover_many %}
                    -- What an entry for many findings leaves blank may be anything.
                    and not (register.{{ column_name }} is null and register.covers is not null)
                {% endif %}
            union all
        {% endfor %}
        {% for column_name in rules.needed %}
            select
                {{ extract_file('registers', "'" ~ register ~ "'") }} as seed_file,
                row_id,
                release_id,
                '{{ column_name }}' as column_name,
                {{ column_name }} as found,
                'words: the register says why' as expected
            from {{ register }}
            where {{ column_name }} is null
            union all
        {% endfor %}
    {% endfor %}

    select
        {{ extract_file('registers', "'known_issues'") }} as seed_file,
        known_issue_id as row_id,
        release_id,
        'known_issue_id' as column_name,
        known_issue_id as found,
        'a known_issue_id of its own' as expected
    from known_issues
    qualify count(*) over (partition by known_issue_id) > 1

    union all

    {% if reconciles_with_official() %}
        select
            {{ extract_file('registers', "'reconciliation_notes'") }} as seed_file,
            note_id as row_id,
            release_id,
            'note_id' as column_name,
            note_id as found,
            'a note_id of its own' as expected
        from reconciliation_notes
        qualify count(*) over (partition by note_id) > 1

        union all
    {% endif %}

    select
        'seeds/reference/row_label_variants.csv' as seed_file,
        row_id,
        cast(null as {{ dbt.type_string() }}) as release_id,
        'printed_label' as column_name,
        printed_label as found,
        'a wording that names one row; one that may name two belongs in ambiguous_row_labels.csv'
            as expected
    from {{ ref('stg_row_label_variants') }}
    qualify
        count(*) over (
            partition by
                table_id, coalesce(local_authority_code, ''), {{ row_label_key('printed_label') }}
        ) > 1

)

select * from problems
