{#-
What belongs to publications (figures, releases, registers, claims) stands in seeds or, where the
variable `extracts_path` names a folder, in extracts of the same shape there. See
docs/decisions/0009.
-#}
{% macro extract(name) -%}
    {%- if var('extracts_path') -%}
        {{ source('extracts', name) }}
    {%- else -%}
        {{ ref(name) }}
    {%- endif -%}
{%- endmacro %}

{#- Where a reader finds the rows of an extract, for messages: `name` is an SQL expression. -#}
{% macro extract_file(seed_folder, name) -%}
    {%- if var('extracts_path') -%}
        '{{ var("extracts_path") | replace("'", "''") }}/' || {{ name }}
    {%- else -%}
        'seeds/{{ seed_folder }}/' || {{ name }} || '.csv'
    {%- endif -%}
{%- endmacro %}
