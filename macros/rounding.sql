{#- Half a unit of the last decimal place: how far a rounded figure may lie from the exact one. -#}
{% macro half_unit(decimals) -%}
    cast(0.5 * power(10, -{{ decimals }}) as decimal(18, 6))
{%- endmacro %}

{#-
`part / whole`, rounded to so many decimals, half away from zero: the same on every engine. One
divides decimals as binary fractions, another rounds them on the way; so whole numbers are divided
here, as far as half a unit of the last place, and rounded as a decimal. Null where the whole is
zero. Neither may have more than six decimals.
-#}
{% macro quotient(part, whole, decimals) -%}
    {%- set half_units = '2' ~ '0' * decimals -%}
    {%- set half = '0.' ~ '0' * decimals ~ '5' -%}
    round(
        {{ half }} * cast({{ whole_quotient(
            half_units ~ ' * ' ~ in_millionths(part), in_millionths(whole)
        ) }} as decimal(30, 0)),
        {{ decimals }}
    )
{%- endmacro %}

{#- A number of at most six decimals as a whole one. -#}
{% macro in_millionths(number) -%}
    (1000000 * cast({{ number }} as decimal(32, 6)))
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

{#- A number as a reader expects it in a message: no trailing zeros, no padding. -#}
{% macro spoken(number) -%}
    {{ formatted('cast(' ~ number ~ ' as decimal(18, 2))') }}
{%- endmacro %}
