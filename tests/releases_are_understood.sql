-- A release whose day or year cannot be read has no place among the others: its figures would be
-- unknown everywhere. So this is asked before anything is built on it.
with

releases as (

    select * from {{ ref('stg_releases') }}

),

problems as (

    select
        release_id,
        'release_id' as column_name,
        release_id as found,
        'a release_id of its own' as expected
    from releases
    qualify release_id is null or count(*) over (partition by release_id) > 1

    union all

    select
        release_id,
        'published_date' as column_name,
        published_date_as_written as found,
        'a date as year-month-day, such as 2024-12-10' as expected
    from releases
    where
        published_date is null
        or not {{ full_match('published_date_as_written', '[0-9]{4}-[0-9]{2}-[0-9]{2}') }}

    union all

    select
        release_id,
        'financial_year' as column_name,
        financial_year as found,
        'a financial year, such as 2023-24' as expected
    from releases
    where
        financial_year is null
        or not {{ full_match('financial_year', '[0-9]{4}-[0-9]{2}') }}

    union all

    select
        release_id,
        'is_published' as column_name,
        is_published_as_written as found,
        'true or false' as expected
    from releases
    where coalesce(is_published_as_written, '') not in ('true', 'false')

    {% for column_name in ['title', 'publisher'] %}
        union all

        select
            release_id,
            '{{ column_name }}' as column_name,
            {{ column_name }} as found,
            'the {{ column_name }} of the publication' as expected
        from releases
        where {{ column_name }} is null
    {% endfor %}

)

select
    {{ extract_file('reference', "'releases'") }} as seed_file,
    release_id,
    column_name,
    found,
    expected
from problems
