{#-
A table in one step, for SQL alone. dbt's own makes it under another name, looks for indexes, renames
twice and drops the old one, so that readers see the old or the new; here nobody reads the working file.
-#}
{% materialization table, adapter='duckdb' %}
    {%- set relation = this.incorporate(type='table') -%}
    {%- set found = load_cached_relation(this) -%}
    {%- set has_contract = config.get('contract').enforced -%}
    {%- if found and not found.is_table -%}
        {%- do adapter.drop_relation(found) -%}
    {%- endif -%}
    {%- if has_contract -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace table {{ relation }}
        {% if has_contract -%}
            {{ get_table_columns_and_constraints() }};
            insert into {{ relation }} {{ get_column_names() }} (
                {{ get_select_subquery(sql) }}
            )
        {%- else -%}
            as (
                {{ sql }}
            )
        {%- endif %}
    {%- endcall %}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}
