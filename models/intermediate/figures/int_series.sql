with

row_labels as (

    select * from {{ ref('int_row_labels') }}
    where series_key is not null

),

series as (

    select distinct
        series_key,
        local_authority_code,
        measure_id,
        category_id,
        unit
    from row_labels

),

final as (

    select
        series_key,
        local_authority_code,
        measure_id,
        category_id,
        unit,
        {{ measure_key() }} as measure_key,
        cast(
            dense_rank() over (order by local_authority_code asc, measure_id asc) as integer
        ) as authority_measure_key
    from series

)

select * from final
