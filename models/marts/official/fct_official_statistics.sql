with

official_statistics as (

    select * from {{ ref('int_official_statistics') }}

),

final as (

    select
        {{ short_key([
            'official_statistics.area_code',
            'official_statistics.measure_id',
            'official_statistics.category_id',
            'official_statistics.financial_year',
            'official_statistics.unit',
            'official_statistics.denominator',
            'official_statistics.release_id',
        ]) }} as official_statistic_id,
        official_statistics.area_code,
        official_statistics.measure_id,
        official_statistics.category_id,
        official_statistics.financial_year,
        official_statistics.release_id,
        official_statistics.unit,
        cast(official_statistics.value as decimal(18, 2)) as value,
        official_statistics.marker,
        official_statistics.denominator,
        official_statistics.is_calculated,
        official_statistics.is_latest_release,
        row_number() over (
            partition by
                official_statistics.area_code,
                official_statistics.measure_id,
                official_statistics.category_id,
                official_statistics.financial_year,
                official_statistics.unit
            order by
                official_statistics.reporting_year desc,
                official_statistics.is_calculated asc,
                official_statistics.denominator desc nulls last,
                official_statistics.release_id asc
        ) = 1 as is_preferred,
        official_statistics.source_table
    from official_statistics

)

select * from final
