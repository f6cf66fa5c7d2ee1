{#-
DuckDB enforces a primary key by an index. For a few thousand rows that costs nothing; over millions
of text keys it takes longer than the rest of the build, and again at each copy. So where publications
come from extracts, keys are proven by the tests (`unique_grain`) alone.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- if var('extracts_path') -%}
        ({{ adapter.render_raw_columns_constraints(raw_columns=columns_without_keys()) | join(', ') }})
    {%- else -%}
        {{ return(table_columns_and_constraints()) }}
    {%- endif -%}
{%- endmacro %}

{#- The model's columns as its contract has them, but for the constraint that makes an index. -#}
{% macro columns_without_keys() -%}
    {%- set columns = {} -%}
    {%- for name, column in model['columns'].items() -%}
        {%- set kept = column['constraints'] | rejectattr('type', 'equalto', 'primary_key') -%}
        {%- do columns.update({name: dict(column, constraints=kept | list)}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
