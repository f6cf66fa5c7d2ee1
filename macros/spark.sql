{#-
A seed with its rows in one statement. dbt-spark would write them as `values` without escaping their
quotes, and `None` for a blank.
-#}
{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
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
        select
            {% for name in agate_table.column_names -%}
                cast(cells[{{ loop.index0 }}] as
                    {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}) as {{ name }}
                {{- ',' if not loop.last }}
            {% endfor %}
        from (
            select explode(from_json(
                '{{ tojson(rows) | replace('\\', '\\\\') | replace("'", "\\'") }}',
                'array<array<string>>',
                map('mode', 'FAILFAST')
            )) as cells
        )
    {%- endset -%}
    {%- call statement('_') -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{% endmacro %}

{#- The rows came with the table. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {{ return('') }}
{% endmacro %}

{#-
DuckDB refuses a row that breaks the contract; Spark keeps no constraints. So what was made is looked
through. That a primary key is unique, `unique_grain` tests on every engine.
-#}
{% macro spark__persist_constraints(relation, model) %}
    {%- set blanks = [] -%}
    {%- for name, column in model.columns.items() -%}
        {%- if column.constraints | selectattr('type', 'in', ['not_null', 'primary_key']) | list -%}
            {%- do blanks.append("case when count(*) > count(" ~ name ~ ") then '" ~ name ~ "' end") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if config.get('contract').enforced and blanks -%}
        {%- set query = "select concat_ws(', ', " ~ blanks | join(', ') ~ ') from ' ~ relation -%}
        {%- set found = run_query(query).columns[0].values()[0] -%}
        {%- if found -%}
            {%- do exceptions.raise_database_error(
                relation ~ ' has rows where these columns are blank, which its contract forbids: ' ~ found
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
