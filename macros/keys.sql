{#-
Keys, so that what belongs together is joined on one column, and no category is as good as one. A key
is null where a part of it is not known: it leads nowhere.

What is printed: a measure, perhaps of a category, in a unit.
-#}
{% macro measure_key(measure_id='measure_id', category_id='category_id', unit='unit') -%}
    {{ measure_id }} || '|' || coalesce({{ category_id }}, '') || '|' || {{ unit }}
{%- endmacro %}

{#- What one authority prints of it, from period to period. -#}
{% macro series_key() -%}
    local_authority_code || '|' || {{ measure_key() }}
{%- endmacro %}

{#- One printed figure: of a series, in a release, for a period, on a line. -#}
{% macro figure_key() -%}
    release_id || '|' || {{ series_key() }} || '|' || period_id
    || '|' || cast(source_line as {{ dbt.type_string() }})
{%- endmacro %}

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
