with

latest_figures as (

    select * from {{ ref('int_latest_figures') }}

),

standings as (

    select * from {{ ref('int_standings') }}

),

category_totals as (

    select * from {{ ref('int_category_totals') }}

),

revisions as (

    select * from {{ ref('int_last_quarter_revisions') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

printed as (

    select
        latest_figures.local_authority_code,
        latest_figures.measure_id,
        latest_figures.category_id,
        latest_figures.period_id,
        latest_figures.unit,
        latest_figures.value,
        latest_figures.is_sum_of_parts,
        false as is_calculated,
        latest_figures.release_id,
        latest_figures.source_line,
        standings.standing,
        standings.standing_reason
    from latest_figures
    inner join standings
        on {{ same_figure('latest_figures', 'standings') }}

),

shares as (

    select
        printed.local_authority_code,
        printed.measure_id,
        printed.category_id,
        printed.period_id,
        'percent' as unit,
        {{ percentage('printed.value', 'category_totals.total') }} as value,
        printed.is_sum_of_parts,
        true as is_calculated,
        printed.release_id,
        printed.source_line,
        printed.standing,
        printed.standing_reason
    from printed
    inner join category_totals
        on
            printed.local_authority_code = category_totals.local_authority_code
            and printed.period_id = category_totals.period_id
            and printed.measure_id = category_totals.measure_id
    where printed.unit = 'count' and printed.category_id is not null

),

totals as (

    select
        local_authority_code,
        measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        period_id,
        'count' as unit,
        total as value,
        false as is_sum_of_parts,
        true as is_calculated,
        release_id,
        cast(null as integer) as source_line,
        case
            when total is null then 'missing'
            when total = official_total then 'confirmed'
            when is_complete then 'consistent'
            else 'incomplete'
        end as standing,
        case total_source
            when 'official'
                then
                    'The printed categories do not add up to this total,'
                    || ' which is that of official statistics.'
            when 'shares'
                then
                    'The printed categories do not add up to this total,'
                    || ' which is the base of their printed shares.'
        end as standing_reason
    from category_totals

),

terms as (

    {{ terms_of_differences() }}

),

-- A difference is as good as the worse of the two.
differences as (

    select
        printed.local_authority_code,
        terms.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        printed.period_id,
        'count' as unit,
        sum(terms.sign * printed.value) as value,
        false as is_sum_of_parts,
        true as is_calculated,
        max(printed.release_id) as release_id,
        cast(null as integer) as source_line,
        min_by(printed.standing, {{ doubt_rank('printed.standing') }}) as standing,
        min_by(
            printed.standing_reason, 10 * {{ doubt_rank('printed.standing') }} - terms.sign
        ) as standing_reason
    from printed
    inner join terms
        on printed.measure_id = terms.term_id
    where printed.unit = 'count'
    group by printed.local_authority_code, terms.measure_id, printed.period_id
    having count(printed.value) = 2

),

unioned as (

    select * from printed
    union all
    select * from shares
    union all
    select * from totals
    union all
    select * from differences

),

final as (

    select
        {{ short_key([
            'unioned.local_authority_code',
            'unioned.measure_id',
            'unioned.category_id',
            'unioned.period_id',
            'unioned.unit',
            'cast(unioned.is_calculated as ' ~ dbt.type_string() ~ ')',
        ]) }} as figure_id,
        unioned.local_authority_code,
        unioned.measure_id,
        unioned.category_id,
        unioned.period_id,
        unioned.unit,
        unioned.is_calculated,
        cast(unioned.value as decimal(18, 2)) as value,
        unioned.is_sum_of_parts,
        unioned.standing,
        unioned.standing_reason,
        revisions.revision_cases,
        revisions.least_revision_pct,
        revisions.greatest_revision_pct,
        measures.measure_kind,
        unioned.release_id,
        unioned.source_line
    from unioned
    inner join measures
        on unioned.measure_id = measures.measure_id
    left join revisions
        on
            unioned.standing = 'provisional'
            and unioned.local_authority_code = revisions.local_authority_code
            and unioned.measure_id = revisions.measure_id
            and unioned.unit = revisions.unit

)

select * from final
