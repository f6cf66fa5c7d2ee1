{#- Half a unit of the last decimal place: how far a rounded figure may lie from the exact one. -#}
{% macro half_unit(decimals) -%}
    cast(0.5 * power(10, -{{ decimals }}) as decimal(18, 6))
{%- endmacro %}

{#-
`part / whole`, rounded to so many decimals, half up; neither may be negative. Null where the whole is
zero.
-#}
{% macro quotient(part, whole, decimals) -%}
    {{ adapter.dispatch('quotient', 'safeguarding_warehouse')(part, whole, decimals) }}
{%- endmacro %}

{#- The same for a change, which may be negative: half away from zero. -#}
{% macro change_quotient(change, whole, decimals) -%}
    {{ adapter.dispatch('change_quotient', 'safeguarding_warehouse')(change, whole, decimals) }}
{%- endmacro %}

{#- A change in per cent of its base, to two decimals. -#}
{% macro change_percentage(change, whole) -%}
    cast({{ change_quotient('100 * ' ~ change, whole, 2) }} as decimal(9, 2))
{%- endmacro %}

{#-
The median of numbers of at most two decimals, rounded to two, half away from zero. The middle of
whole numbers is a whole one or a half, which a binary fraction holds exactly.
-#}
{% macro median_of(number) -%}
    round(0.005 * cast(2 * median(cast(100 * {{ number }} as bigint)) as bigint), 2)
{%- endmacro %}

{#-
Bounds of the whole that a part and its rounded share imply, to two decimals; null where the share
may be zero. `per` is 100 for a percentage, 10000 for a rate.
-#}
{% macro least_whole(part, share, decimals, per) -%}
    {{ quotient(per ~ ' * ' ~ part, share ~ ' + ' ~ half_unit(decimals), 2) }}
{%- endmacro %}

{% macro greatest_whole(part, share, decimals, per) -%}
    case
        when {{ share }} > {{ half_unit(decimals) }}
            then {{ quotient(per ~ ' * ' ~ part, share ~ ' - ' ~ half_unit(decimals), 2) }}
    end
{%- endmacro %}

{#- A number for a message: no trailing zeros, no padding. -#}
{% macro format_number(number) -%}
    {{ formatted('cast(' ~ number ~ ' as decimal(18, 2))') }}
{%- endmacro %}
