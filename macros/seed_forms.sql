{#-
The rules in a seed's data sheet (tests/seeds_keep_their_form.sql), as queries that return a
message for each fault and nothing, or null, where there is none.
-#}
{% macro seed_forms(seeds) -%}
    {%- set selects = [] -%}
    {#- Data sheets are known when SQL is compiled, not when dbt parses it or sqlfluff reads it. -#}
    {%- if execute and graph.nodes -%}
        {%- for seed in seeds -%}
            {%- set node = graph.nodes['seed.safeguarding_warehouse.' ~ seed.identifier] -%}
            {%- set path, meta = node.original_file_path, node.config.meta -%}
            {%- do selects.append(doubled_rows(seed, path, meta.key)) -%}
            {%- do selects.append(lost_rows(seed, path, meta)) -%}
            {%- do selects.append(misshapen_values(seed, path, meta)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ selects | join('\n\n    union all\n\n    ') or 'select null as message' }}
{%- endmacro %}

{#- How a message names a row: by its key. -#}
{% macro row_named(key) -%}
    {%- set parts, text = [], dbt.type_string() -%}
    {%- for column in key -%}
        {%- do parts.append(
            "'" ~ column ~ " ' || coalesce(cast(" ~ column ~ ' as ' ~ text ~ "), '(blank)')"
        ) -%}
    {%- endfor -%}
    {{ parts | join(" || ', ' || ") }}
{%- endmacro %}

{% macro doubled_rows(seed, path, key) -%}
    select
        '{{ path }}, column {{ key | last }}: found more than one row with ' || {{ row_named(key) }}
        || ', expected one.' as message
    from {{ seed }}
    group by {{ key | join(', ') }}
    having count(*) > 1
{%- endmacro %}

{#- Rules for a whole seed: its number of rows, and values that it must have. -#}
{% macro lost_rows(seed, path, meta) -%}
    {%- set said = [] -%}
    {%- set rows = meta.rows or meta.least_rows -%}
    {%- if rows -%}
        {%- do said.append(
            "case when count(*) " ~ ('<' if meta.least_rows else '<>') ~ ' ' ~ rows
            ~ " then ', found ' || cast(count(*) as " ~ dbt.type_string() ~ ") || ' rows, expected "
            ~ rows ~ (' or more' if meta.least_rows else '') ~ ".' else '' end"
        ) -%}
    {%- endif -%}
    {%- for column, form in meta.forms.items() -%}
        {%- for value in (form.all_of or []) + (form.includes or []) -%}
            {%- do said.append(
                "case when count(*) filter (where " ~ column ~ " = '" ~ value ~ "') = 0 then '"
                ~ ', column ' ~ column ~ ": found no row with " ~ value ~ ", expected one.' else '' end"
            ) -%}
        {%- endfor -%}
        {%- if form.filled -%}
            {%- do said.append(
                "case when count(" ~ column ~ ") <> " ~ form.filled ~ " then ', column " ~ column
                ~ ": found ' || cast(count(" ~ column ~ ") as " ~ dbt.type_string()
                ~ ") || ' values, expected " ~ form.filled ~ " (the others blank).' else '' end"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    select '{{ path }}' || nullif({{ said | join('\n        || ') or "''" }}, '') as message
    from {{ seed }}
{%- endmacro %}

{#- The first column of each row whose value breaks its rule. -#}
{% macro misshapen_values(seed, path, meta) -%}
    {%- set whens = [] -%}
    {%- for column, form in meta.forms.items() -%}
        {%- do whens.append(
            'when ' ~ is_misshapen(column, form) ~ " then '" ~ column ~ ": found ' || coalesce('''' || "
            ~ column ~ " || '''', 'nothing') || ', expected " ~ form_named(form) | replace("'", "''") ~ ".'"
        ) -%}
    {%- endfor -%}
    select
        '{{ path }} (' || {{ row_named(meta.key) }} || '), column '
        || case {{ whens | join('\n            ') or "when false then ''" }} end as message
    from {{ seed }}
{%- endmacro %}

{% macro is_misshapen(column, form) -%}
    {%- set values = form.one_of or form.all_of -%}
    {%- set conditions = [] -%}
    {%- if not form.optional -%}
        {%- do conditions.append(column ~ ' is null') -%}
    {%- endif -%}
    {%- if values -%}
        {%- do conditions.append(column ~ " not in ('" ~ values | join("', '") ~ "')") -%}
    {%- elif form.like -%}
        {%- do conditions.append('not ' ~ full_match(column, form.like)) -%}
    {%- elif form.day -%}
        {%- do conditions.append(
            'not ' ~ full_match(column, '[12][0-9]{3}-[0-9]{2}-[0-9]{2}')
            ~ ' or (' ~ column ~ ' is not null and try_cast(' ~ column ~ ' as date) is null)'
        ) -%}
    {%- elif form.of -%}
        {%- set other = form.of.split('.') -%}
        {%- do conditions.append(
            column ~ ' not in (select ' ~ other[1] ~ ' from ' ~ ref(other[0]) ~ ')'
        ) -%}
    {%- else -%}
        {%- do conditions.append(full_match(column, left_by_spreadsheet())) -%}
    {%- endif -%}
    {{ conditions | join(' or ') }}
{%- endmacro %}

{% macro form_named(form) -%}
    {%- set values = form.one_of or form.all_of -%}
    {%- if values -%}
        one of {{ values | join(', ') }}
    {%- elif form.like -%}
        {{ form.said or 'the form ' ~ form.like }}
    {%- elif form.day -%}
        a date as 2024-12-10
    {%- elif form.of -%}
        one of the values in {{ form.of }}
    {%- else -%}
        the words as they were written
    {%- endif -%}
    {{ ', or nothing' if form.optional }}
{%- endmacro %}

{#-
What a spreadsheet turns words into, as a pattern: a day, a month, a truth value, a number with an exponent,
an error, letters of another encoding, white space at an end.
-#}
{% macro left_by_spreadsheet() -%}
    [0-9]{1,2}-[A-Z][a-z]{2}(-[0-9]{2,4})?|[A-Z][a-z]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|
    {#- -#}
    TRUE|FALSE|[0-9.]+E[+][0-9]+|#.*|.*(\x{FFFD}|â€|Ã).*|\s.*|.*\s
{%- endmacro %}
