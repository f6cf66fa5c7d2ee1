{#- Half a unit of the last decimal place: how far a rounded figure may lie from the exact one. -#}
{% macro half_unit(decimals) -%}
    cast(0.5 * power(10, -{{ decimals }}) as decimal(18, 6))
{%- endmacro %}

{#-
Bounds of the whole that a part and its rounded share imply; null where the share may be nought.
`per` is 100 for a percentage, 10000 for a rate.
-#}
{% macro least_whole(part, share, decimals, per) -%}
    {{ per }} * {{ part }} / ({{ share }} + {{ half_unit(decimals) }})
{%- endmacro %}

{% macro greatest_whole(part, share, decimals, per) -%}
    case
        when {{ share }} > {{ half_unit(decimals) }}
            then {{ per }} * {{ part }} / ({{ share }} - {{ half_unit(decimals) }})
    end
{%- endmacro %}

{#- A number as a reader expects it in a message: no trailing zeros, no padding. -#}
{% macro spoken(number) -%}
    {{ adapter.dispatch('spoken', 'safeguarding_warehouse')(number) }}
{%- endmacro %}

{% macro default__spoken(number) -%}
    format_number({{ number }}, '#,##0.##')
{%- endmacro %}

{% macro duckdb__spoken(number) -%}
    rtrim(rtrim(format('{:,.2f}', cast({{ number }} as double)), '0'), '.')
{%- endmacro %}
