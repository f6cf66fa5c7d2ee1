{#-
The quarter of a ranked group that a rank lies in: 1 to 4. Equal ranks lie in the same quarter.
-#}
{% macro quartile(rank, group_size) -%}
    1 + {{ whole_quotient('4 * (' ~ rank ~ ' - 1)', group_size) }}
{%- endmacro %}

{#- Whether enough of a group have a rate for ranks and a median to be those of all of it. -#}
{% macro is_full(compared, all) -%}
    100 * {{ compared }} >= {{ var('full_coverage_pct') }} * {{ all }}
{%- endmacro %}

{#- A place in a group of `covered`, where the authority and enough of the group have a rate. -#}
{% macro placed(group, number) -%}
    cast(
        case when covered.rate is not null and covered.is_{{ group }}_full then {{ number }} end
        as integer
    )
{%- endmacro %}

{#-
A key of 17 characters for a grain that is long to spell out: the index of a hundred thousand keys of
a hundred characters would be larger than the table. A letter comes first, so that no spreadsheet
reads a number (`0130e09`).
-#}
{% macro short_key(columns) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append("coalesce(" ~ column ~ ", '')") -%}
    {%- endfor -%}
    'k' || substr(md5({{ texts | join(" || '/' || ") }}), 1, 16)
{%- endmacro %}

{#- Whether reports are compared with official statistics: extracts may be of invented councils. -#}
{% macro reconciles_with_official() -%}
    {%- set chosen = var('reconcile_with_official') -%}
    {{ return(not var('extracts_path') if chosen == '' else chosen) }}
{%- endmacro %}
