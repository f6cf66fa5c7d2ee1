-- Every figure of every seed must be understood: its release, authority, row, unit, period and
-- number or marker. A figure that is not would be missing from the facts without notice.
{%- set named = [
    'release_id', 'table_id', 'row_label', 'period_label', 'unit', 'value_as_printed'
] %}
{#- What may be wrong with a figure: where it stands, when it is so, and what is expected there. -#}
{%- set what_can_be_wrong = [
    (
        'release_id',
        'release_order is null',
        "'a release listed in ' || " ~ extract_file('reference', "'releases'"),
    ),
    (
        'local_authority_code',
        'is_unknown_authority',
        "'a code listed in seeds/reference/local_authorities.csv'",
    ),
    (
        'source_line',
        'source_line is null or source_line < 1',
        "'the number of a line, counted from 1'",
    ),
    (
        'row_label',
        'row_id is null',
        "'a label of this table, listed in seeds/reference/row_label_variants.csv'",
    ),
    (
        'unit',
        'row_id is not null and measure_id is null',
        "'a unit that this row has in seeds/reference/published_rows.csv'",
    ),
    (
        'period_label',
        'period_id is null',
        "'a period that exists, such as 2022-23 or Apr-Jun 2022'",
    ),
    (
        'period_label',
        "(" ~ is_year('period_number') ~ " and period_type = 'quarter')"
        ~ " or (not " ~ is_year('period_number') ~ " and period_type = 'financial_year')",
        "'a period of the kind that this table has: ' || period_type",
    ),
    (
        'value_as_printed',
        'is_missing and marker is null',
        "'a number, or a marker listed in seeds/reference/value_markers.csv'",
    ),
    (
        'value_as_printed',
        'decimals_printed > 2',
        "'no more than two decimals: the warehouse keeps two'",
    ),
    (
        'value_as_printed',
        "unit <> 'percent' and instr(value_as_printed, '%') > 0",
        "'no % sign on a figure that is not a percentage'",
    ),
] %}

with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_labelled_figures') }}

),

published_tables as (

    select * from {{ ref('stg_published_tables') }}

),

local_authorities as (

    select * from {{ ref('stg_local_authorities') }}

),

doubled as (

    select
        figure_key,
        source_line
    from {{ ref('int_keyed_figures') }}
    where figure_key is not null
    group by figure_key, source_line
    having count(*) > 1

),

releases as (

    select * from {{ ref('stg_releases') }}

),

parts_of_year as (

    select * from {{ ref('stg_parts_of_year') }}

),

area_changes as (

    select * from {{ ref('stg_area_changes') }}

),

official_areas as (

    select * from {{ ref('stg_official_areas') }}

),

-- Each release, authority, table and period once: what is asked holds for all their figures.
reported as (

    select
        release_id,
        local_authority_code,
        table_id,
        period_id
    from figures
    group by release_id, local_authority_code, table_id, period_id

),

-- As dim_period has them, which is built only once the figures have passed.
periods as (

    select distinct
        reported.period_id,
        substr(reported.period_id, 1, 7) as financial_year,
        {{ start_year_of('reported.period_id') }}
        + parts_of_year.start_year_offset as start_year,
        try_cast(
            cast(
                {{ start_year_of('reported.period_id') }}
                + parts_of_year.end_year_offset as {{ dbt.type_string() }}
            ) || '-' || parts_of_year.end_month_day as date
        ) as end_date
    from reported
    inner join parts_of_year
        on
            (length(reported.period_id) = 4) = (parts_of_year.period_type = 'calendar_year')
            and substr(reported.period_id, 9)
            = coalesce(
                'Q' || cast(parts_of_year.quarter_of_financial_year as {{ dbt.type_string() }}), ''
            )

),

untimely as (

    select
        reported.*,
        releases.published_date,
        case
            when
                extract(year from releases.published_date) - periods.start_year
                > {{ var('most_years_printed') }}
                then
                    'a period of the {{ var("most_years_printed") }} years before publication on '
            -- A report's text also says what is so on the day, and what is planned for the year.
            when
                published_tables.period_type = 'any'
                and {{ financial_year_on('releases.published_date') }} < periods.financial_year
                then 'no period after the financial year of publication on '
            when
                published_tables.period_type <> 'any'
                and releases.published_date < periods.end_date
                then 'a period that had ended by publication on '
        end as expected
    from reported
    inner join releases
        on reported.release_id = releases.release_id
    inner join periods
        on reported.period_id = periods.period_id
    inner join published_tables
        on reported.table_id = published_tables.table_id

),

area_names as (

    select
        local_authority_code as area_code,
        local_authority_name as area_name
    from local_authorities

    union

    select
        area_code,
        area_name
    from official_areas

),

-- A council has one code here, its newest that is listed: a newer one is no matter until then.
changes as (

    select
        area_changes.*,
        coalesce(old_names.area_name || ' ', '') || area_changes.old_area_code as old_area,
        coalesce(new_names.area_name || ' ', '') || area_changes.new_area_code as new_area
    from area_changes
    left join area_names as old_names
        on area_changes.old_area_code = old_names.area_code
    left join area_names as new_names
        on area_changes.new_area_code = new_names.area_code
    where area_changes.change_kind = 'replaced' or new_names.area_code is not null

),

ended as (

    select
        old_area_code as area_code,
        first_financial_year,
        {{ financial_year_of(start_year_of('first_financial_year') ~ ' - 1') }}
            as last_financial_year,
        change_kind,
        {{ ordered_string_agg('new_area', 'new_area') }} as successors
    from changes
    group by old_area_code, first_financial_year, change_kind

),

begun as (

    select
        new_area_code as area_code,
        first_financial_year,
        {{ ordered_string_agg('old_area', 'old_area') }} as predecessors
    from changes
    where change_kind = 'replaced'
    group by new_area_code, first_financial_year

),

displaced as (

    select
        reported.*,
        'the code of a council of ' || reported.period_id || ': ' || ended.area_code
        || case ended.change_kind
            when 'recoded' then ' has a new code'
            else ' was abolished'
        end
        || ' and may report no year after ' || ended.last_financial_year
        || case ended.change_kind
            when 'recoded' then '. Use '
            else '. Its successor is '
        end
        || ended.successors as expected
    from reported
    inner join ended
        on
            reported.local_authority_code = ended.area_code
            and substr(reported.period_id, 1, 7) >= ended.first_financial_year

    union all

    select
        reported.*,
        'the code of a council of ' || reported.period_id || ': ' || begun.area_code
        || ' may report no year before ' || begun.first_financial_year
        || ', when it replaced ' || begun.predecessors as expected
    from reported
    inner join begun
        on
            reported.local_authority_code = begun.area_code
            and substr(reported.period_id, 1, 7) < begun.first_financial_year

),

misplaced as (

    select
        release_id,
        local_authority_code,
        table_id,
        period_id,
        'period_label' as column_name,
        expected || cast(published_date as {{ dbt.type_string() }}) as expected
    from untimely
    where expected is not null

    {% if reconciles_with_official() %}
        union all

        select
            release_id,
            local_authority_code,
            table_id,
            period_id,
            'local_authority_code' as column_name,
            expected
        from displaced
    {% endif %}

),

described as (

    select
        figures.*,
        local_authorities.local_authority_code is null as is_unknown_authority,
        published_tables.period_type
    from figures
    left join local_authorities
        on figures.local_authority_code = local_authorities.local_authority_code
    left join published_tables
        on figures.table_id = published_tables.table_id

),

-- Nearly every figure is understood: what is wrong with the others is asked of them alone.
suspects as (

    select * from described
    where
        {% for column_name, condition, expected in what_can_be_wrong %}
            {{ 'or ' if not loop.first }}({{ condition }})
        {% endfor %}

),

problems as (

    {% for column_name, condition, expected in what_can_be_wrong %}
        select
            {{ named | join(',\n            ') }},
            '{{ column_name }}' as column_name,
            cast({{ column_name }} as {{ dbt.type_string() }}) as found,
            {{ expected }} as expected
        from suspects
        where {{ condition }}
        union all
    {% endfor %}

    select
        figures.{{ named | join(',\n        figures.') }},
        misplaced.column_name,
        case misplaced.column_name
            when 'period_label' then figures.period_label
            else figures.local_authority_code
        end as found,
        misplaced.expected
    from figures
    inner join misplaced
        on
            figures.release_id = misplaced.release_id
            and figures.local_authority_code = misplaced.local_authority_code
            and figures.table_id = misplaced.table_id
            and figures.period_id = misplaced.period_id

    union all

    select
        figures.{{ named | join(',\n        figures.') }},
        'source_line' as column_name,
        'the same line, label, period and unit more than once' as found,
        'one row for each figure' as expected
    from figures
    inner join doubled
        on {{ same_figure('figures', 'doubled') }}

)

select
    {{ extract_file('figures', 'table_id') }} as seed_file,
    {{ named | join(',\n    ') }},
    column_name,
    found,
    expected
from problems
