with

figures as (

    select
        *,
        {{ is_release_of_records('release_id') }} as is_of_records
    from {{ ref('fct_figures') }}
    -- Shares and net changes follow from what stands here; a total of categories does not.
    where not is_calculated or (unit = 'count' and measure_id <> 'care_net_change')

),

counted as (

    select
        release_figures.*,
        row_number() over (
            partition by release_figures.series_key, release_figures.period_number
            order by release_figures.release_order desc
        ) as place
    from {{ ref('int_release_figures') }} as release_figures
    where
        release_figures.value is not null
        and {{ is_release_of_records('release_figures.release_id') }}

),

standings as (

    select * from {{ ref('int_standings') }}

),

other_definitions as (

    select * from {{ ref('stg_official_correspondences') }}
    where not is_same_definition

),

correspondences as (

    select * from {{ ref('stg_official_correspondences') }}
    where is_same_definition

),

official_figures as (

    select * from {{ ref('int_official_figures') }}
    where value is not null

),

periods as (

    select * from {{ ref('dim_period') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

reported as (

    select
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        value,
        case when is_of_records then 'records' else 'report' end as source,
        release_id,
        standing,
        -- Of two that differ for no known reason, the official one is the same for every council.
        case
            -- Nobody has published it: it stands where there is nothing else.
            when is_of_records then 4
            when standing = 'unreconciled' then 3
            else 1
        end as preference
    from figures
    where
        standing not in ('missing', 'contradicted', 'incomplete')
        -- A total that is not what the report's categories add up to is not the report's.
        and not (is_calculated and standing_reason is not null)

),

official as (

    select
        official_figures.area_code as local_authority_code,
        correspondences.measure_id,
        correspondences.category_id,
        official_figures.financial_year as period_id,
        correspondences.unit,
        official_figures.value,
        'official' as source,
        official_figures.release_id,
        'confirmed' as standing,
        2 as preference
    from official_figures
    inner join correspondences
        on official_figures.measure_key = correspondences.official_measure_key
    where
        official_figures.area_code in (select figures.local_authority_code from figures)
        and official_figures.financial_year in (select periods.period_id from periods)

),

-- What was counted and stands behind a report's figure, if the report counts as the rules do.
recorded as (

    select
        counted.local_authority_code,
        counted.measure_id,
        counted.category_id,
        counted.period_id,
        counted.unit,
        counted.value,
        'records' as source,
        counted.release_id,
        standings.standing,
        5 as preference
    from counted
    inner join standings
        on {{ same_figure('counted', 'standings') }}
    left join other_definitions
        on
            counted.measure_id = other_definitions.measure_id
            and counted.category_id is not distinct from other_definitions.category_id
            and counted.unit = other_definitions.unit
    left join figures
        on
            other_definitions.measure_id = figures.measure_id
            and counted.local_authority_code = figures.local_authority_code
            and not figures.is_of_records
    where counted.place = 1 and counted.measure_id <> 'care_net_change'
    group by all
    having count(figures.measure_id) = 0

),

known as (

    select * from reported
    union all
    select * from official
    union all
    select * from recorded

),

chosen as (

    select * from known
    qualify
        row_number() over (
            partition by local_authority_code, measure_id, category_id, period_id, unit
            order by preference
        ) = 1

),

final as (

    select
        {{ short_key([
            'chosen.local_authority_code',
            'chosen.measure_id',
            'chosen.category_id',
            'chosen.period_id',
            'chosen.unit',
        ]) }} as best_figure_id,
        chosen.local_authority_code,
        chosen.measure_id,
        chosen.category_id,
        chosen.period_id,
        chosen.unit,
        chosen.value,
        chosen.source,
        chosen.release_id,
        chosen.standing,
        measures.measure_kind
    from chosen
    inner join measures
        on chosen.measure_id = measures.measure_id

)

select * from final
