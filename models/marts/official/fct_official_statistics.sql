with

official_statistics as (

    select * from {{ ref('int_official_statistics') }}

),

-- Of the editions of a figure, the first in rank that has the area.
preferred as (

    select
        *,
        true as is_preferred
    from official_statistics
    where not has_other_editions

    union all

    select
        *,
        edition_rank = min(edition_rank) over (
            partition by area_code, measure_id, category_id, financial_year, unit
        ) as is_preferred
    from official_statistics
    where has_other_editions

),

final as (

    select
        {{ short_key([
            'area_code',
            'measure_id',
            'category_id',
            'financial_year',
            'unit',
            'denominator',
            'release_id',
        ]) }} as official_statistic_id,
        area_code,
        measure_id,
        category_id,
        financial_year,
        release_id,
        unit,
        cast(value as decimal(18, 2)) as value,
        marker,
        denominator,
        is_calculated,
        is_latest_release,
        is_preferred,
        source_table
    from preferred

)

select * from final
