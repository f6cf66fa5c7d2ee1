{#-
Records of people. Readers write them below the folder `records_path` as Parquet, a folder for each
table of the Standard Safeguarding Dataset, every column text: docs/records.md.
-#}
{% macro record_table(name) -%}
    {{ adapter.dispatch('record_table', 'safeguarding_warehouse')(name) }}
{%- endmacro %}

{% macro default__record_table(name) -%}
    parquet.`{{ var('records_path') }}/{{ name }}`
{%- endmacro %}

{% macro duckdb__record_table(name) -%}
    {{ source('records', name) }}
{%- endmacro %}

{#-
The date in a text, as 2022-04-01 or 01/04/2022, with or without a time; otherwise null. A date of
another century is null too (a year of two digits, or a slip): it would be counted nowhere.
-#}
{% macro day_of(text) -%}
    try_cast(
        case
            when substr({{ text }}, 3, 1) in ('/', '-', '.') and {{ is_year_of_records(text, 7) }}
                then
                    substr({{ text }}, 7, 4)
                    || '-' || substr({{ text }}, 4, 2)
                    || '-' || substr({{ text }}, 1, 2)
            when {{ is_year_of_records(text, 1) }} then replace(substr({{ text }}, 1, 10), '/', '-')
        end as date
    )
{%- endmacro %}

{#- Whether a year stands in a text from a place on: 9999 is of a day that means none. -#}
{% macro is_year_of_records(text, place) -%}
    (
        substr({{ text }}, {{ place }}, 2) in ('19', '20')
        or substr({{ text }}, {{ place }}, 4) = '9999'
    )
{%- endmacro %}

{#- The time of day in a text, to be compared: hours of one digit get a zero before them. -#}
{% macro time_of(text) -%}
    {%- set time = "regexp_extract(" ~ text ~ ", '[ T]([0-9]{1,2}:[0-9:.]*)', 1)" -%}
    case when substr({{ time }}, 2, 1) = ':' then '0' else '' end || {{ time }}
{%- endmacro %}

{#- The name of a record: its identifier, or where it stands if that is blank. -#}
{% macro record_id(identifier) -%}
    coalesce({{ identifier }}, source_file || ' ' || cast(source_row as {{ dbt.type_string() }}))
{%- endmacro %}

{#- The same of a record, where some case systems write these two days for a missing one. -#}
{% macro record_day(text) -%}
    nullif(
        nullif({{ day_of(text) }}, date '1900-01-01'),
        date '9999-12-31'
    )
{%- endmacro %}

{#- How many of these texts are not blank and hold no date. -#}
{% macro unreadable_days(texts) -%}
    {%- for text in texts %}
        {{ '+ ' if not loop.first }}case when {{ text }} is not null and {{ day_of(text) }} is null then 1 else 0 end
    {%- endfor -%}
{%- endmacro %}

{#- A number of months later, or that month's last day: a year after 29 February is the 28th. -#}
{% macro months_after(day, months) -%}
    {{ adapter.dispatch('months_after', 'safeguarding_warehouse')(day, months) }}
{%- endmacro %}

{% macro default__months_after(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{% macro duckdb__months_after(day, months) -%}
    cast({{ day }} + to_months({{ months }}) as date)
{%- endmacro %}

{#- A number of days later. -#}
{% macro days_after(day, days) -%}
    {{ adapter.dispatch('days_after', 'safeguarding_warehouse')(day, days) }}
{%- endmacro %}

{% macro default__days_after(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}

{% macro duckdb__days_after(day, days) -%}
    cast({{ day }} + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}

{#- How many days later the second day is. -#}
{% macro days_between(first_day, last_day) -%}
    {{ adapter.dispatch('days_between', 'safeguarding_warehouse')(first_day, last_day) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    datediff({{ last_day }}, {{ first_day }})
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    ({{ last_day }} - {{ first_day }})
{%- endmacro %}

{#- The day of the week: 1 is Monday, 7 is Sunday. 1 January 1900 was a Monday. -#}
{% macro weekday(day) -%}
    (1 + {{ days_between("date '1900-01-01'", day) }} % 7)
{%- endmacro %}

{#- Whether something is open on a day; on the day of its end it is not. -#}
{% macro is_open_on(day, start_date, end_date) -%}
    ({{ start_date }} <= {{ day }} and ({{ end_date }} is null or {{ end_date }} > {{ day }}))
{%- endmacro %}

{#- Where a unit of a measure was counted from: its record's file and row. -#}
{% macro counted_record(table_name, relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    '{{ table_name }}' as record_table,
        {{ prefix }}source_file,
        {{ prefix }}source_row
{%- endmacro %}

{#- Of a measure without categories. -#}
{% macro no_category() -%}
    cast(null as {{ dbt.type_string() }})
{%- endmacro %}

{#- Whether a release's figures were counted from records: its name says so. -#}
{% macro is_release_of_records(release_id) -%}
    {{ full_match(release_id, 'E[0-9]{8}-records-.*') }}
{%- endmacro %}


{#- A finding's words: a report prints its figures, those of records are computed. -#}
{% macro said_of_release(detail, is_of_records) -%}
    case
        when {{ is_of_records }}
            then replace(
                replace(
                    replace({{ detail }}, 'the report prints', 'the records give'),
                    'the report''s', 'the records'''
                ),
                'printed', 'computed'
            )
        else {{ detail }}
    end
{%- endmacro %}
