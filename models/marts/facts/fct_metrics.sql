-- What may be said of the best figures, and how: counts and stocks as they are, shares with their
-- base, rates, and year totals of what is counted by quarter.
with

figures as (

    select * from {{ ref('fct_best_figures') }}

),

measures as (

    select * from {{ ref('dim_measure') }}

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

dated as (

    select
        figures.*,
        periods.financial_year,
        periods.period_type
    from figures
    inner join periods
        on figures.period_id = periods.period_id

),

bases as (

    select * from dated
    where
        unit = 'count'
        and category_id is null

),

as_known as (

    select
        dated.measure_id
        || case dated.unit
            when 'count' then ''
            when 'percent' then '_pct'
            else '_' || dated.unit
        end as metric_id,
        case
            when dated.unit = 'percent' then 'share'
            when dated.unit = 'rate_per_10000' then 'rate'
            when dated.unit = 'average' then 'average'
            when dated.measure_kind = 'stock' then 'stock at period end'
            else 'count'
        end as metric_kind,
        dated.local_authority_code,
        dated.measure_id,
        dated.category_id,
        dated.period_id,
        dated.financial_year,
        dated.unit,
        dated.value,
        percentage_bases.base_measure_id,
        bases.value as base_value,
        dated.unit = 'count' and dated.measure_kind = 'flow' as is_additive_over_time,
        dated.source,
        dated.standing,
        dated.release_id
    from dated
    left join percentage_bases
        on
            dated.measure_id = percentage_bases.measure_id
            and dated.unit = 'percent'
    left join bases
        on
            percentage_bases.base_measure_id = bases.measure_id
            and dated.local_authority_code = bases.local_authority_code
            and dated.period_id = bases.period_id

),

-- Only of years in which every quarter is known: three quarters are no year.
year_totals as (

    select
        measure_id || '_year_total' as metric_id,
        'year total' as metric_kind,
        local_authority_code,
        measure_id,
        category_id,
        financial_year as period_id,
        financial_year,
        unit,
        sum(value) as value,
        cast(null as {{ dbt.type_string() }}) as base_measure_id,
        cast(null as decimal(18, 2)) as base_value,
        true as is_additive_over_time,
        case
            when min(source) = max(source) then min(source)
            else 'report and official'
        end as source,
        min_by(standing, {{ doubt_rank('standing') }}) as standing,
        max_by(release_id, period_id) as release_id
    from dated
    where
        period_type = 'quarter'
        and unit = 'count'
        and measure_kind = 'flow'
    group by local_authority_code, measure_id, category_id, financial_year, unit
    having count(*) = 4

),

metrics as (

    select * from as_known
    union all
    select * from year_totals

),

final as (

    select
        {{ short_key([
            'metrics.metric_id',
            'metrics.local_authority_code',
            'metrics.category_id',
            'metrics.period_id',
        ]) }} as metric_key,
        metrics.metric_id,
        measures.measure_name
        || case metrics.metric_kind
            when 'share' then ' (%)'
            when 'rate' then ' (rate per 10,000 children)'
            when 'average' then ' (average)'
            when 'year total' then ' (year total)'
            else ''
        end as metric_name,
        metrics.metric_kind,
        metrics.local_authority_code,
        metrics.measure_id,
        metrics.category_id,
        metrics.period_id,
        metrics.financial_year,
        metrics.unit,
        cast(metrics.value as decimal(18, 2)) as value,
        metrics.base_measure_id,
        cast(metrics.base_value as decimal(18, 2)) as base_value,
        metrics.is_additive_over_time,
        metrics.source,
        metrics.standing,
        metrics.release_id
    from metrics
    inner join measures
        on metrics.measure_id = measures.measure_id

)

select * from final
