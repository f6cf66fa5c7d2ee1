{#- Faults in the declarations of a fact and its numbers, a sentence for each. -#}
{% macro declaration_faults(fact) -%}
    {%- set faults, write = [], 'under `config: meta:` in ' ~ fact.name ~ '.yml, as other facts' -%}
    {%- if not fact.config.meta.fact -%}
        {%- do faults.append(
            fact.name ~ ' is a fact without a declaration: write `fact: {order: ..., open_data:'
            ~ ' {file: ...}}` ' ~ write ~ ' have it.'
        ) -%}
    {%- endif -%}
    {%- for column in fact.columns.values() -%}
        {%- set meta = column.meta -%}
        {%- set is_declared = meta.label and meta.open_data and meta.figure.measure
            and meta.figure.unit in ('count', 'percent', 'rate_per_10000', 'average') -%}
        {%- if column.data_type.lower().startswith(('bigint', 'decimal')) and not is_declared -%}
            {%- do faults.append(
                fact.name ~ '.' ~ column.name ~ ' is a figure without a declaration: write'
                ~ ' `figure: {measure: ..., unit: count}`, `label` and `open_data` of this column '
                ~ write ~ ' have them.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}

{#-
The figures of a fact, in the order of its columns: what `config.meta` of each says of its measure,
its unit and, where it is not as printed, how it is `derived`. Each number of a fact is a figure.
-#}
{% macro declared_figures(fact) -%}
    {%- set figures = [] -%}
    {%- for fault in declaration_faults(fact) if execute -%}
        {{ exceptions.raise_compiler_error(fault) }}
    {%- endfor -%}
    {%- for column in fact.columns.values() if column.meta.figure -%}
        {%- do figures.append(
            dict(column.meta.figure, column=column.name, data_type=column.data_type)
        ) -%}
    {%- endfor -%}
    {{ return(figures) }}
{%- endmacro %}

{#- The measures of a fact, for `in (...)`. -#}
{% macro declared_measures() -%}
    '{{ declared_figures(model) | map(attribute='measure') | unique | join("', '") }}'
{%- endmacro %}

{#-
A row for each authority, period and, if it has a name here, category, with a column for each figure
that the fact declares as printed or as the total of the categories printed: at most one row of the
relation holds a figure. The release is the latest that prints any of them.
-#}
{% macro figures_in_columns(relation, category=none) -%}
    {%- set columns = ['local_authority_code', 'period_id'] -%}
    {%- if category -%}
        {%- do columns.append('category_id as ' ~ category) -%}
    {%- endif -%}
    {%- for figure in declared_figures(model) if figure.derived | default('total') == 'total' -%}
        {%- do columns.append(
            'cast(' ~ ('sum' if figure.derived else 'max') ~ "(value) filter (where measure_id = '"
            ~ figure.measure ~ "' and unit = '" ~ figure.unit ~ "') as " ~ figure.data_type ~ ') as '
            ~ figure.column
        ) -%}
    {%- endfor -%}
    {%- if 'is_disputed' in model.columns -%}
        {%- do columns.append('max(is_disputed) as is_disputed') -%}
    {%- endif -%}
    {%- if 'is_sum_of_parts' in model.columns -%}
        {%- do columns.append('bool_or(is_sum_of_parts) as is_sum_of_parts') -%}
    {%- endif -%}
    select
        {{ columns | join(',\n        ') }},
        bool_or(is_break_in_series) as has_break_in_series,
        max_by(release_id, release_order) as release_id
    from {{ relation }}
    where measure_id in ({{ declared_measures() }})
    group by local_authority_code, period_id{{ ', category_id' if category }}
{%- endmacro %}

{#- A column for each figure of a fact that is the difference of two others. -#}
{% macro differences() -%}
    {%- set figures = declared_figures(model) -%}
    {%- for figure in figures if figure.derived == 'difference' -%}
        {%- set terms = figures | rejectattr('derived', 'defined') | list -%}
        {%- for measure in figure.of -%}
            {{ (terms | selectattr('measure', 'equalto', measure) | first).column }}
            {{- ' - ' if not loop.last else ' as ' ~ figure.column }}
        {%- endfor -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The facts with a column for each figure; in other facts each row names its measure. -#}
{% macro conformed_facts() -%}
    {%- set facts = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
        {%- set is_wide = 'period_id' in node.columns and 'measure_id' not in node.columns -%}
        {%- if node.name.startswith('fct_') and is_wide -%}
            {%- do facts.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(facts | sort(attribute='name')) }}
{%- endmacro %}

{#- The terms of each figure that is a difference: a row for each of its two measures. -#}
{% macro terms_of_differences() -%}
    {%- set terms = [] -%}
    {%- for fact in conformed_facts() -%}
        {%- for figure in declared_figures(fact) if figure.derived == 'difference' -%}
            {%- for measure in figure.of -%}
                {%- do terms.append(
                    "select '" ~ figure.measure ~ "' as measure_id, '" ~ measure ~ "' as term_id, "
                    ~ (1 if loop.first else -1) ~ ' as sign'
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ terms | join('\n    union all\n    ') }}
{%- endmacro %}

{#- A share in per cent, rounded to two decimals; null where the base is zero or missing. -#}
{% macro percentage(part, whole) -%}
    cast({{ quotient('100 * ' ~ part, whole, 2) }} as decimal(9, 2))
{%- endmacro %}

{#-
Whether an entry of a register applies to a finding: the same thing with the same figures or, where it
says how many findings it covers, the same as far as it is filled in. Changed figures are a new
finding. The unit may be left out.
-#}
{% macro covers(entry, finding) -%}
    {%- set same = [
        'coalesce(' ~ entry ~ ".unit, " ~ finding ~ ".unit, '') = coalesce(" ~ finding ~ ".unit, '')"
    ] -%}
    {%- set columns = [
        'measure_id', 'period_id', 'category_id', 'printed_value', 'expected_value'
    ] -%}
    {%- for column in columns -%}
        {%- do same.append(
            '(' ~ finding ~ '.' ~ column ~ ' is not distinct from ' ~ entry ~ '.' ~ column
            ~ ' or (' ~ entry ~ '.covers is not null and ' ~ entry ~ '.' ~ column ~ ' is null))'
        ) -%}
    {%- endfor -%}
    {{ same | join('\n            and ') }}
{%- endmacro %}

{#- Whether rows of two relations are about one printed figure. -#}
{% macro same_figure(one, other) -%}
    {{ one }}.figure_key = {{ other }}.figure_key and {{ one }}.source_line = {{ other }}.source_line
{%- endmacro %}

{% macro same_release_and_measure(one, other) -%}
    {{ one }}.authority_measure_key = {{ other }}.authority_measure_key
            and {{ one }}.period_number = {{ other }}.period_number
            and {{ one }}.release_order = {{ other }}.release_order
{%- endmacro %}

{#- The order of evidence: the first that applies gives a figure its standing. -#}
{% macro standing_rank(standing) -%}
    case {{ standing }}
            when 'missing' then 1
            when 'confirmed' then 2
            when 'contradicted' then 3
            when 'incomplete' then 4
            when 'disputed' then 5
            when 'unreconciled' then 6
            when 'provisional' then 7
            else 8
        end
{%- endmacro %}

{#- The order of standings where figures are combined: the worst first. -#}
{% macro doubt_rank(standing) -%}
    case {{ standing }}
            when 'missing' then 1
            when 'contradicted' then 2
            when 'incomplete' then 3
            when 'disputed' then 4
            when 'unreconciled' then 5
            when 'provisional' then 6
            when 'consistent' then 7
            else 8
        end
{%- endmacro %}
