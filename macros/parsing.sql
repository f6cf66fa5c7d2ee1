{#-
Conversion from PDF breaks words and numbers with spaces ("1849 6", "Jul- Se p 201 9"): white
space never carries meaning inside them.
-#}
{% macro without_spaces(text) -%}
    {{ replace_all(text, white_space(), '') }}
{%- endmacro %}

{#-
A label's key, the same for every way of typing it: lower case, single spaces, plain hyphens and
apostrophes, nothing invisible.
-#}
{% macro label_key(text) -%}
    {%- set invisible = '[\\x{00AD}\\x{200B}-\\x{200F}\\x{2060}\\x{FEFF}]+' -%}
    {%- set visible = replace_all(text, invisible, '') -%}
    {%- set hyphens = replace_all(visible, '[\\x{2010}-\\x{2015}\\x{2212}]', '-') -%}
    {%- set apostrophes = replace_all(hyphens, '[\\x{2018}\\x{2019}]', "''") -%}
    {#- Two capitals that some engines make small by their neighbours, or into two signs. -#}
    trim(lower(translate({{ replace_all(apostrophes, white_space(), ' ') }}, 'Σİ', 'σi')))
{%- endmacro %}

{#- The key of a row label: without the mark of an item in a list ("a) ", "2. ", "- "). -#}
{% macro row_label_key(text) -%}
    {%- set mark = '^([(]?([a-z]|[ivx]+|[0-9]{1,2})[)]|[0-9]{1,2}[.]|[-*\\x{2022}]) ' -%}
    {{ replace_all(label_key(text), mark, '') }}
{%- endmacro %}

{#- White space of any width, as a pattern; spelt out, since `\s` is not the same everywhere. -#}
{% macro white_space() -%}
    [\t\n\f\r\x{0085}\p{Z}]+
{%- endmacro %}

{#-
The digits, sign and point of a printed number, or null if the text is not a number. Thousands
commas, a closing per cent sign and a typographer's minus are allowed.
-#}
{% macro number_text(text) -%}
    {%- set digits = '([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?%?' -%}
    case
        when {{ full_match(without_spaces(text), '[-\\x{2012}\\x{2013}\\x{2212}]?' ~ digits) }}
            then
                {{ replace_all(
                    replace_all(without_spaces(text), '[,%]', ''),
                    '[\\x{2012}\\x{2013}\\x{2212}]',
                    '-'
                ) }}
    end
{%- endmacro %}

{#- A whole number, digits with a minus or none; null for anything else, which a cast may round. -#}
{% macro whole_number(text) -%}
    case when {{ full_match(text, '-?[0-9]+') }} then try_cast({{ text }} as integer) end
{%- endmacro %}

{#- How many decimals a number text is printed with. -#}
{% macro decimals_of(number_text) -%}
    case
        when instr({{ number_text }}, '.') > 0
            then cast(length({{ number_text }}) - instr({{ number_text }}, '.') as integer)
        when {{ number_text }} is not null then 0
    end
{%- endmacro %}

{#-
`period_id` of a period's label: "2017-18", "2017/18" or "Apr-Jun 2020", however spaced, or a calendar
year, "2017". Null if it is no period: years that do not follow each other, a quarter that does not exist, a year of this
era's first thousand ("0022-23" for 2022-23).
-#}
{% macro period_id_of(text) -%}
    {%- set key = 'lower(' ~ without_spaces(text) ~ ')' -%}
    {%- set start_year = 'try_cast(substr(' ~ key ~ ', 1, 4) as integer)' -%}
    {%- set quarter_year = 'try_cast(substr(' ~ key ~ ', 8, 4) as integer)' -%}
    case
        when
            {{ full_match(key, '[12][0-9]{3}[-/][0-9]{2}') }}
            and ({{ start_year }} + 1) % 100 = try_cast(substr({{ key }}, 6, 2) as integer)
            then {{ financial_year_of(start_year) }}
        when {{ full_match(key, '(apr-jun|jul-sep|oct-dec)[12][0-9]{3}') }}
            then
                {{ financial_year_of(quarter_year) }}
                || case substr({{ key }}, 1, 3) when 'apr' then ' Q1' when 'jul' then ' Q2' else ' Q3' end
        when {{ full_match(key, 'jan-mar[12][0-9]{3}') }}
            then {{ financial_year_of(quarter_year ~ ' - 1') }} || ' Q4'
        when {{ full_match(key, '[12][0-9]{3}') }} then {{ key }}
    end
{%- endmacro %}

{#- "2022-23" for the year that starts in April 2022. -#}
{% macro financial_year_of(start_year) -%}
    cast({{ start_year }} as {{ dbt.type_string() }})
    || '-'
    || substr(cast({{ start_year }} + 1 as {{ dbt.type_string() }}), 3, 2)
{%- endmacro %}

{#- Whether a number is printed with a zero before its digits: a digit is likely wrong. -#}
{% macro has_leading_zero(text) -%}
    {{ full_match(without_spaces(text), '-?0[0-9].*') }}
{%- endmacro %}

{#- A name within a sentence: without its capital, unless it is a proper name ("Section 47"). -#}
{% macro within_a_sentence(name) -%}
    case
        when {{ full_match(name, '[A-Z][a-z]* [A-Z0-9].*') }} then {{ name }}
        else lower(substr({{ name }}, 1, 1)) || substr({{ name }}, 2)
    end
{%- endmacro %}
