{#-
A seed with its rows in one statement. dbt-spark would write them as `values` without escaping their
quotes, and `None` for a blank.
-#}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append('cast(cells[' ~ loop.index0 ~ '] as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for cell in row -%}
            {%- do cells.append(none if cell is none else cell | string) -%}
        {%- endfor -%}
        {%- do rows.append(cells) -%}
    {%- endfor -%}
    {%- set sql -%}
        create table {{ this.render() }}
        {{ file_format_clause() }}
        {{ location_clause() }}
        {{ comment_clause() }}
        as
        select {{ columns | join(', ') }}
        from (
            select
                explode(
                    from_json(
                        {{ spark_text(tojson(rows)) }},
                        'array<array<string>>',
                        map('mode', 'FAILFAST')
                    )
                ) as cells
        ) as given
    {%- endset -%}
    {%- call statement('_') -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{#- A text as Spark writes it. -#}
{% macro spark_text(text) -%}
    '{{ text | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}

{#- The rows came with the table. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {{ return('') }}
{% endmacro %}

{#-
DuckDB refuses a row that breaks the contract; Spark keeps no constraints. So the table is looked
through. That a primary key is unique, the test `keys` proves on every engine.
-#}
{% macro spark__persist_constraints(relation, model) %}
    {%- set blanks = [] -%}
    {%- for name, column in model.columns.items() -%}
        {%- if column.constraints | selectattr('type', 'in', ['not_null', 'primary_key']) | list -%}
            {%- do blanks.append(
                'case when count(*) > count(' ~ name ~ ") then '" ~ name ~ "' end"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if config.get('contract').enforced and blanks -%}
        {%- set query = "select concat_ws(', ', " ~ blanks | join(', ') ~ ') from ' ~ relation -%}
        {%- set found = run_query(query).columns[0].values()[0] -%}
        {%- if found -%}
            {%- do exceptions.raise_database_error(
                relation ~ ' has rows without ' ~ found ~ ', which its contract forbids'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
