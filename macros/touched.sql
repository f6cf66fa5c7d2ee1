{#-
An incremental build makes anew the rows of the local authorities that it touches, all of them: those
that a release was added to, changed, or taken away from. What depends on what (revisions, the latest
release, a jump in a series) stays within an authority. See docs/decisions/0014.

The environment variable TOUCHED_AUTHORITIES names them, apart by spaces; without it everything is
built. A variable of dbt's own would have it parse the whole project anew each time.
-#}
{% macro touched_authorities() -%}
    {%- if execute -%}
        {{ env_var('TOUCHED_AUTHORITIES', '') }}
    {%- endif -%}
{%- endmacro %}

{#- The rows of a relation that an incremental build reads: those of the authorities it touches. -#}
{% macro touched(relation) -%}
    {%- if touched_authorities() -%}
        (select * from {{ relation }} where {{ is_touched() }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro is_touched() -%}
    local_authority_code in ('{{ touched_authorities().split() | join("', '") }}')
{%- endmacro %}

{#- Before an incremental build adds the rows of the authorities that it touches, the old go. -#}
{% macro forget_touched() -%}
    {%- if touched_authorities() and config.get('materialized') == 'incremental' -%}
        {{ forget_authorities(this, touched_authorities().split()) }}
    {%- endif -%}
{%- endmacro %}

{#- dbt's own, but that a build is incremental only if it is told what it touches. -#}
{% macro should_full_refresh() -%}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is none -%}
        {%- set configured = flags.FULL_REFRESH or not touched_authorities() -%}
    {%- endif -%}
    {{ return(configured) }}
{%- endmacro %}

{#- What a data test looks at: in an incremental build, of models built so, what was made anew. -#}
{% macro default__get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- if touched_authorities() and is_built_incrementally(relation) -%}
        {%- do conditions.append(is_touched()) -%}
    {%- endif -%}
    {%- if conditions -%}
        {%- set chosen = relation ~ ' where ' ~ conditions | join(' and ') -%}
        {{ return('(select * from ' ~ chosen ~ ') dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro is_built_incrementally(relation) -%}
    {%- set built = graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('name', 'equalto', relation.identifier)
        | selectattr('config.materialized', 'equalto', 'incremental') -%}
    {{ return(built | list | length > 0) }}
{%- endmacro %}
