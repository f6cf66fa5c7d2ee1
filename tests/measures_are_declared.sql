-- A measure is declared by rows of seeds: what it is, the rows of tables that print it, their
-- labels, what its percentages are of. A row that names what does not exist, or that another
-- contradicts, would leave figures out without notice.
{%- set named = ['table_id', 'row_id', 'row_name', 'unit', 'measure_id', 'category_id'] %}
{%- set units = ['count', 'percent', 'rate_per_10000', 'average'] %}
{#- What may be wrong with a row of a table: where it stands, when it is so, what is expected. -#}
{%- set what_can_be_wrong = [
    ('table_id', 'period_type is null', valid_names('stg_published_tables', 'table_id')),
    ('row_id', 'row_id is null', "'a name of the row, such as conferences'"),
    ('row_name', 'row_name is null', "'what the row counts, in words'"),
    (
        'unit',
        "coalesce(unit, '') not in ('" ~ units | join("', '") ~ "')",
        "'one of " ~ units | join(', ') ~ "'",
    ),
    (
        'unit',
        "measure_kind = 'ratio' and unit = 'count'",
        "'percent, rate_per_10000 or average: in measures.csv the measure is a ratio'",
    ),
    (
        'measure_id',
        'measure_kind is null',
        "'a measure listed in seeds/reference/measures.csv: add it there, with its definition'",
    ),
    (
        'category_id',
        'of_measure_divided between 1 and of_measure - 1',
        "'a category in every row of ' || measure_id || ' or in none: a division of it is a'"
        ~ "\n || ' measure of its own, as referrals_by_source is beside referrals'",
    ),
    (
        'row_name',
        'least_category_name <> greatest_category_name',
        "'one name behind the colon for the category ' || category_id || ' in all rows'",
    ),
    ('sort_order', 'sort_order is null', "'a whole number'"),
    (
        'row_id',
        'of_row_and_unit > 1',
        "'one row for each table, row and unit'",
    ),
    (
        'row_name',
        'row_name is not null and is_no_label',
        "'a name that row_label_variants.csv has as a label of the row: the template prints it'",
    ),
] %}

with

published_rows as (

    select
        *,
        trim(substr(row_name, instr(row_name, ':') + 1)) as category_name
    from {{ ref('stg_published_rows') }}

),

published_tables as (

    select * from {{ ref('stg_published_tables') }}

),

-- seeds_keep_their_form reports a measure that is listed twice.
measures as (

    select
        measure_id,
        max(measure_kind) as measure_kind
    from {{ ref('stg_measures') }}
    group by measure_id

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

row_label_variants as (

    select * from {{ ref('stg_row_label_variants') }}

),

labels as (

    select distinct
        table_id,
        row_id,
        row_label_key
    from row_label_variants

),

-- The names of these stand in seeds of their own.
own_categories as (

    select referral_source_id as category_id
    from {{ ref('stg_referral_sources') }}

    union

    select cpp_category_id as category_id
    from {{ ref('stg_cpp_categories') }}

),

described as (

    select
        published_rows.{{ named | join(',\n        published_rows.') }},
        published_rows.sort_order,
        published_tables.period_type,
        measures.measure_kind,
        labels.row_id is null as is_no_label,
        count(*) over (
            partition by published_rows.table_id, published_rows.row_id, published_rows.unit
        ) as of_row_and_unit,
        count(*) over (partition by published_rows.measure_id) as of_measure,
        count(published_rows.category_id) over (partition by published_rows.measure_id)
            as of_measure_divided,
        case
            when own_categories.category_id is null and published_rows.category_id is not null
                then min(published_rows.category_name) over (
                    partition by published_rows.category_id
                )
        end as least_category_name,
        max(published_rows.category_name) over (
            partition by published_rows.category_id
        ) as greatest_category_name
    from published_rows
    left join published_tables
        on published_rows.table_id = published_tables.table_id
    left join measures
        on published_rows.measure_id = measures.measure_id
    left join labels
        on
            published_rows.table_id = labels.table_id
            and published_rows.row_id = labels.row_id
            and {{ row_label_key('published_rows.row_name') }} = labels.row_label_key
    left join own_categories
        on published_rows.category_id = own_categories.category_id

),

problems as (

    {% for column_name, condition, expected in what_can_be_wrong %}
        select
            'published_rows' as seed,
            {{ named | join(',\n            ') }},
            cast(null as {{ dbt.type_string() }}) as printed_label,
            '{{ column_name }}' as column_name,
            cast({{ column_name }} as {{ dbt.type_string() }}) as found,
            {{ expected }} as expected
        from described
        where {{ condition }}
        union all
    {% endfor %}

    select
        'published_tables' as seed,
        table_id,
        cast(null as {{ dbt.type_string() }}) as row_id,
        cast(null as {{ dbt.type_string() }}) as row_name,
        cast(null as {{ dbt.type_string() }}) as unit,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as printed_label,
        'table_id' as column_name,
        table_id as found,
        'a table with a file in seeds/figures: rows of a new one go into other_measures' as expected
    from published_tables
    where
        not (
            table_id is null
            {% for table_id in figure_tables() %}
                or table_id = '{{ table_id }}'
            {% endfor %}
        )

    union all

    select
        'row_label_variants' as seed,
        row_label_variants.table_id,
        row_label_variants.row_id,
        cast(null as {{ dbt.type_string() }}) as row_name,
        cast(null as {{ dbt.type_string() }}) as unit,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        row_label_variants.printed_label,
        'row_id' as column_name,
        row_label_variants.row_id as found,
        'a row of the table ' || coalesce(row_label_variants.table_id, '(blank)')
        || ' in seeds/reference/published_rows.csv' as expected
    from row_label_variants
    left join published_rows
        on
            row_label_variants.table_id = published_rows.table_id
            and row_label_variants.row_id = published_rows.row_id
    where published_rows.row_id is null

    {% for column_name, is_count in [
        ('measure_id', false), ('numerator_measure_id', true), ('base_measure_id', true)
    ] %}
        union all

        select
            'percentage_bases' as seed,
            cast(null as {{ dbt.type_string() }}) as table_id,
            cast(null as {{ dbt.type_string() }}) as row_id,
            cast(null as {{ dbt.type_string() }}) as row_name,
            cast(null as {{ dbt.type_string() }}) as unit,
            percentage_bases.measure_id,
            cast(null as {{ dbt.type_string() }}) as category_id,
            cast(null as {{ dbt.type_string() }}) as printed_label,
            '{{ column_name }}' as column_name,
            percentage_bases.{{ column_name }} as found,
            'a measure that published_rows.csv has as a {{ "count" if is_count else "percent" }}'
                as expected
        from percentage_bases
        left join published_rows
            on
                percentage_bases.{{ column_name }} = published_rows.measure_id
                and published_rows.unit
                {{ "= 'count'" if is_count else "in ('percent', 'average')" }}
        where published_rows.measure_id is null
    {% endfor %}

)

select distinct
    'seeds/reference/' || seed || '.csv' as seed_file,
    {{ named | join(',\n    ') }},
    printed_label,
    column_name,
    found,
    expected
from problems
