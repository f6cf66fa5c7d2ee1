{#-
What belongs to publications (figures, releases, registers, claims) is in seeds or, if the
variable `extracts_path` names a folder, in extracts there. See docs/decisions/0009.
-#}
{% macro extract(name) -%}
    {%- if var('extracts_path') -%}
        {{ read_extract(source('extracts', name)) }}
    {%- else -%}
        {{ ref(name) }}
    {%- endif -%}
{%- endmacro %}

{#-
Every figure as printed: one row for each, with the family of tables that it was printed in. A seed
for each family, so that each stands in review; of extracts, one file for each release.
-#}
{% macro published_figures() -%}
    {%- set columns = [
        'release_id',
        'local_authority_code',
        'source_table',
        'source_line',
        'source_cell',
        'row_label',
        'period_as_printed',
        'period_label',
        'unit',
        'value_as_printed',
        'qualifier',
        'note',
    ] -%}
    {%- if var('extracts_path') -%}
        select
            table_id,
            {{ columns | join(',\n            ') }}
        from {{ extract('figures') }}
    {%- else -%}
        {%- for table_id in [
            'contacts_and_referrals',
            'section_47_and_assessments',
            'child_protection_plans',
            'children_looked_after',
            'care_flows',
            'uasc_arrivals',
            'uasc_care_leavers',
            'headline_figures',
            'other_measures',
            'other_measures_by_quarter',
            'record_figures',
        ] %}
        select
            '{{ table_id }}' as table_id,
            {{ columns | join(',\n            ') }}
        from {{ ref(table_id) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- The families of tables that have a seed of figures. -#}
{% macro figure_tables() -%}
    {%- set tables = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'seed' -%}
        {%- if node.original_file_path.split('/')[1] == 'figures' -%}
            {%- do tables.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{#- Where a reader finds the rows of an extract, for messages: `name` is an SQL expression. -#}
{% macro extract_file(seed_folder, name) -%}
    {%- if var('extracts_path') -%}
        '{{ var("extracts_path") | replace("'", "''") }}/'
        || {{ "'figures'" if seed_folder == 'figures' else name }}
    {%- else -%}
        'seeds/{{ seed_folder }}/' || {{ name }} || '.csv'
    {%- endif -%}
{%- endmacro %}
