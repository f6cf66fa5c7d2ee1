{#-
Keys. Figures are joined on whole numbers that sort; their names are joined where rows leave. A key is null if a part of it is unknown, so it matches nothing.

A release's figure of a series for a period, as one number: the digits of the series, then five of the
period and six of the release. With `source_line` it names one printed figure.
-#}
{% macro figure_key(series_key, period_number, release_order) -%}
    (cast({{ series_key }} as bigint) * 100000 + {{ period_number }}) * 1000000 + {{ release_order }}
{%- endmacro %}

{#- What is printed: a measure, perhaps of a category, in a unit. -#}
{% macro measure_key(measure_id='measure_id', category_id='category_id', unit='unit') -%}
    {{ measure_id }} || '|' || coalesce({{ category_id }}, '') || '|' || {{ unit }}
{%- endmacro %}

{#- Whether a row that names its authority, measure, category and unit is of a series. -#}
{% macro is_of_series(named, series) -%}
    {{ named }}.local_authority_code = {{ series }}.local_authority_code
            and {{ named }}.measure_id = {{ series }}.measure_id
            and {{ named }}.category_id is not distinct from {{ series }}.category_id
            and {{ named }}.unit = {{ series }}.unit
{%- endmacro %}

{#-
DuckDB enforces a primary key by an index. For a few thousand rows that costs nothing; over millions
of text keys it takes longer than the rest of the build, and again at each copy. So where publications
come from extracts, keys are proven by the tests (`keys`) alone.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- if var('extracts_path') -%}
        ({{ adapter.render_raw_columns_constraints(raw_columns=columns_without_keys()) | join(', ') }})
    {%- else -%}
        {{ return(table_columns_and_constraints()) }}
    {%- endif -%}
{%- endmacro %}

{#- The model's columns as in its contract, without the constraint that makes an index. -#}
{% macro columns_without_keys() -%}
    {%- set columns = {} -%}
    {%- for name, column in model['columns'].items() -%}
        {%- set kept = column['constraints'] | rejectattr('type', 'equalto', 'primary_key') -%}
        {%- do columns.update({name: dict(column, constraints=kept | list)}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
