{#- What one engine writes differently from another stands here, dispatched, and nowhere else. -#}

{% macro is_like(text, pattern) -%}
    {{ adapter.dispatch('is_like', 'safeguarding_warehouse')(text, pattern) }}
{%- endmacro %}

{% macro default__is_like(text, pattern) -%}
    {{ text }} rlike r'^({{ pattern }})$'
{%- endmacro %}

{% macro duckdb__is_like(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro replace_all(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_all', 'safeguarding_warehouse')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#-
An extract, read where it lies. DuckDB's location stands with the source (models/staging/_extracts.yml);
others read a folder of Parquet files, of which those of figures have columns in their folders' names.
-#}
{% macro read_extract(extract) -%}
    {{ adapter.dispatch('read_extract', 'safeguarding_warehouse')(extract) }}
{%- endmacro %}

{% macro default__read_extract(extract) -%}
    parquet.`{{ var('extracts_path') }}/{{ extract.identifier }}`
{%- endmacro %}

{% macro duckdb__read_extract(extract) -%}
    {{ extract }}
{%- endmacro %}

{#- Take the rows of some local authorities out of a table, all of them at once. -#}
{% macro forget_authorities(table, authorities) -%}
    {{ adapter.dispatch('forget_authorities', 'safeguarding_warehouse')(table, authorities) }}
{%- endmacro %}

{% macro default__forget_authorities(table, authorities) -%}
    alter table {{ table }} drop if exists
    {% for authority in authorities -%}
        partition (local_authority_code = '{{ authority }}'){{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro duckdb__forget_authorities(table, authorities) -%}
    delete from {{ table }} where local_authority_code in ('{{ authorities | join("', '") }}')
{%- endmacro %}
