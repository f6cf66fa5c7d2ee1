{{ config(materialized='view') }}

-- A figure for a year is one that is printed, or the sum of all that make it up.
with

correspondences as (

    select
        *,
        made_of = 'quarters' as is_by_quarter
    from {{ ref('stg_official_correspondences') }}
    where official_measure_id is not null

),

latest_figures as (

    select
        *,
        substr(period_id, 1, 7) as financial_year,
        length(period_id) > 7 as is_quarter
    from {{ ref('int_latest_figures') }}

),

final as (

    select
        latest_figures.local_authority_code,
        latest_figures.financial_year,
        correspondences.measure_id,
        correspondences.category_id,
        correspondences.unit,
        correspondences.measure_key,
        cast(
            case
                when correspondences.is_by_quarter and count(latest_figures.value) < 4 then null
                when count(latest_figures.value) < count(*) then null
                else sum(latest_figures.value)
            end as decimal(18, 2)
        ) as value,
        max(latest_figures.decimals) as decimals,
        max_by(latest_figures.release_id, latest_figures.release_order) as release_id,
        min(latest_figures.source_line) as source_line
    from latest_figures
    inner join correspondences
        on
            latest_figures.measure_id = correspondences.measure_id
            and latest_figures.unit = correspondences.unit
            and latest_figures.is_quarter = correspondences.is_by_quarter
            and (
                correspondences.made_of = 'categories'
                or latest_figures.measure_key = correspondences.measure_key
            )
    group by
        latest_figures.local_authority_code,
        latest_figures.financial_year,
        correspondences.measure_id,
        correspondences.category_id,
        correspondences.unit,
        correspondences.measure_key,
        correspondences.is_by_quarter

)

select * from final
