{#-
Views, tables and seeds, each made and described in one statement. dbt's own make them under another
name, rename, drop and ask in between: of some hundred relations that is a quarter of a build. Nobody
reads the file that is built in, and a statement that fails is rolled back.
-#}
{% materialization view, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        {{ drop_other('view') }}
        create or replace view {{ relation }} as (
            {{ sql }}
        )
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='table') -%}
    {% call statement('main') -%}
        {{ drop_other('table') }}
        drop table if exists {{ relation }};
        {{ create_table_as(false, relation, compiled_code) }};
        {{ comments_on(relation) }}
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#-
Every column is text, and blank is null. DuckDB reads the file: dbt's own has it guess how cells are
quoted and lines end, which fails where a spreadsheet left some ends of one kind and some of another.
-#}
{% materialization seed, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='table') -%}
    {% call statement('main') -%}
        {{ drop_other('table') }}
        create or replace table {{ relation }} as
        select {{ config.get('column_types') | join(', ') }}
        from read_csv(
            '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}',
            header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', strict_mode = false
        );
        {{ comments_on(relation) }}
    {%- endcall %}
    {#- dbt asks for the rows that it read: none. -#}
    {%- do store_result('agate_table', response='OK', agate_table=load_result('main').table) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#- Drop a relation of another kind that an earlier version of the project made under the same name. -#}
{% macro drop_other(type) -%}
    {%- set found = load_cached_relation(this) -%}
    {%- if found and found.type != type -%}
        drop {{ found.type }} {{ found }};
    {%- endif -%}
{%- endmacro %}

{#- Descriptions, where the configuration wants them kept in the database. -#}
{% macro comments_on(relation) -%}
    {%- if config.persist_relation_docs() and model.description -%}
        comment on table {{ relation }} is {{ duckdb_escape_comment(model.description) }};
    {%- endif -%}
    {%- for column in model.columns.values() if config.persist_column_docs() -%}
        comment on column {{ relation }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor -%}
{%- endmacro %}
