{#-
A text with its placeholders, such as `{a}`, filled in with numbers as a reader expects them.
`values` gives each placeholder's SQL expression; `sign` is what follows every number.
-#}
{% macro filled_in(text, values, sign) -%}
    {%- set filled = namespace(text=text) -%}
    {%- for name, number in values.items() -%}
        {%- set shown = "coalesce(" ~ format_number(number) ~ " || " ~ sign ~ ", 'no figure')" -%}
        {%- set filled.text = "replace(" ~ filled.text ~ ", '{" ~ name ~ "}', " ~ shown ~ ")" -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}
