with

published_tables as (

    select * from {{ ref('stg_published_tables') }}
    -- Figures of the running text are no table.
    where period_type <> 'any'

),

tables_printed as (

    select distinct
        figures.release_id,
        figures.release_order,
        figures.local_authority_code,
        figures.table_id,
        published_tables.period_type = 'financial_year' as is_annual
    from {{ ref('int_figures') }} as figures
    inner join published_tables
        on figures.table_id = published_tables.table_id

),

-- A release of quarterly tables alone is not expected to print the annual ones.
releases as (

    select
        release_id,
        release_order,
        local_authority_code,
        max(is_annual) as is_annual
    from tables_printed
    group by release_id, release_order, local_authority_code

),

first_printed as (

    select
        local_authority_code,
        table_id,
        is_annual,
        min(release_order) as release_order
    from tables_printed
    group by local_authority_code, table_id, is_annual

),

dim_release as (

    select * from {{ ref('stg_releases') }}

),

table_measures as (

    select
        table_id,
        min(measure_id) as measure_id
    from {{ ref('stg_published_rows') }}
    group by table_id

),

final as (

    select
        'table_missing' as check_id,
        releases.release_id,
        releases.local_authority_code,
        dim_release.financial_year as period_id,
        table_measures.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as unit,
        cast(null as integer) as source_line,
        cast(null as decimal(18, 2)) as printed_value,
        cast(null as decimal(18, 2)) as expected_value,
        cast(null as decimal(18, 4)) as tolerance,
        'the table "' || published_tables.table_name
        || '" is absent, though an earlier release printed it' as detail
    from releases
    inner join first_printed
        on
            releases.local_authority_code = first_printed.local_authority_code
            and releases.release_order > first_printed.release_order
            and releases.is_annual >= first_printed.is_annual
    left join tables_printed
        on
            releases.release_id = tables_printed.release_id
            and releases.local_authority_code = tables_printed.local_authority_code
            and first_printed.table_id = tables_printed.table_id
    inner join dim_release
        on releases.release_id = dim_release.release_id
    inner join published_tables
        on first_printed.table_id = published_tables.table_id
    inner join table_measures
        on first_printed.table_id = table_measures.table_id
    where tables_printed.table_id is null

)

select * from final
