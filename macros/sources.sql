{#-
Files that models read in place. DuckDB reads a source by the function that its
`external_location` names. Other engines need a table that stands for the files: it is made at the
start of each run from the source's `location` (below the project, or a path of its own) and
`format`.
-#}
{% macro register_sources() -%}
    {{ adapter.dispatch('register_sources', 'safeguarding_warehouse')() }}
{%- endmacro %}

{% macro duckdb__register_sources() %}{% endmacro %}

{% macro default__register_sources() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.meta.get('location') -%}
            {%- set relation = api.Relation.create(
                schema=source.schema, identifier=source.identifier
            ) -%}
            {%- do run_query('create schema if not exists ' ~ relation.without_identifier()) -%}
            {%- do run_query('drop table if exists ' ~ relation) -%}
            {%- do run_query(
                'create table ' ~ relation ~ ' using ' ~ source.meta['format']
                ~ " location '" ~ from_project(source.meta['location']) ~ "'"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- A path that holds wherever it is read: on its own, or below the project. -#}
{% macro from_project(path) -%}
    {%- if path.startswith('/') or '://' in path -%}
        {{ return(path) }}
    {%- endif -%}
    {{ return(invocation_args_dict['project_dir'] ~ '/' ~ path) }}
{%- endmacro %}
