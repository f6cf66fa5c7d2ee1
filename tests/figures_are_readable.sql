-- Every figure of every seed must be understood: its release, authority, row, unit, period and
-- number or marker. A figure that is not would fall out of the facts without a word.
with

figures as {{ read_each_time() }} (

    select * from {{ touched(ref('int_figures')) }}

),

published_tables as (

    select * from {{ ref('published_tables') }}

),

local_authorities as (

    select * from {{ ref('local_authorities') }}

),

doubled as (

    select
        release_id,
        local_authority_code,
        table_id,
        source_line,
        row_label,
        period_label,
        unit
    from figures
    group by
        release_id,
        local_authority_code,
        table_id,
        source_line,
        row_label,
        period_label,
        unit
    having count(*) > 1

),

problems as (

    select
        figures.*,
        'release_id' as column_name,
        figures.release_id as found,
        'a release listed in ' || {{ extract_file('reference', "'releases'") }} as expected
    from figures
    where figures.release_order is null

    union all

    select
        figures.*,
        'local_authority_code' as column_name,
        figures.local_authority_code as found,
        'a code listed in seeds/reference/local_authorities.csv' as expected
    from figures
    left join local_authorities
        on figures.local_authority_code = local_authorities.local_authority_code
    where local_authorities.local_authority_code is null

    union all

    select
        figures.*,
        'source_line' as column_name,
        cast(figures.source_line as {{ dbt.type_string() }}) as found,
        'the number of a line, counted from 1' as expected
    from figures
    where figures.source_line is null or figures.source_line < 1

    union all

    select
        figures.*,
        'row_label' as column_name,
        figures.row_label as found,
        'a label of this table, listed in seeds/reference/row_label_variants.csv' as expected
    from figures
    where figures.row_id is null

    union all

    select
        figures.*,
        'unit' as column_name,
        figures.unit as found,
        'a unit that this row has in seeds/reference/published_rows.csv' as expected
    from figures
    where figures.row_id is not null and figures.measure_id is null

    union all

    select
        figures.*,
        'period_label' as column_name,
        figures.period_label as found,
        'a period that exists, such as 2022-23 or Apr-Jun 2022' as expected
    from figures
    where figures.period_id is null

    union all

    select
        figures.*,
        'period_label' as column_name,
        figures.period_label as found,
        'a period of the kind that this table has: ' || published_tables.period_type as expected
    from figures
    inner join published_tables
        on figures.table_id = published_tables.table_id
    where
        (length(figures.period_id) = 7 and published_tables.period_type = 'quarter')
        or (length(figures.period_id) > 7 and published_tables.period_type = 'financial_year')

    union all

    select
        figures.*,
        'value_as_printed' as column_name,
        figures.value_as_printed as found,
        'a number, or a marker listed in seeds/reference/value_markers.csv' as expected
    from figures
    where figures.is_missing and figures.marker is null

    union all

    select
        figures.*,
        'value_as_printed' as column_name,
        figures.value_as_printed as found,
        'no more than two decimals: the warehouse keeps two' as expected
    from figures
    where figures.decimals_printed > 2

    union all

    select
        figures.*,
        'value_as_printed' as column_name,
        figures.value_as_printed as found,
        'no % sign on a figure that is not a percentage' as expected
    from figures
    where figures.unit <> 'percent' and instr(figures.value_as_printed, '%') > 0

    union all

    select
        figures.*,
        'source_line' as column_name,
        'the same line, label, period and unit more than once' as found,
        'one row for each figure' as expected
    from figures
    inner join doubled
        on
            figures.release_id = doubled.release_id
            and figures.local_authority_code = doubled.local_authority_code
            and figures.table_id = doubled.table_id
            and figures.source_line = doubled.source_line
            and figures.row_label = doubled.row_label
            and figures.period_label = doubled.period_label
            and figures.unit = doubled.unit

)

select
    {{ extract_file('figures', 'table_id') }} as seed_file,
    release_id,
    row_label,
    period_label,
    unit,
    value_as_printed,
    column_name,
    found,
    expected
from problems
