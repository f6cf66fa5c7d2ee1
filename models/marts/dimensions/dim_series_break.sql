with

series_breaks as (

    select * from {{ ref('stg_series_breaks') }}

),

final as (

    select
        release_id
        || ' | ' || local_authority_code
        || ' | ' || measure_id
        || coalesce(' | ' || category_id, '')
        || ' | ' || period_id as series_break_id,
        release_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        reason
    from series_breaks

)

select * from final
