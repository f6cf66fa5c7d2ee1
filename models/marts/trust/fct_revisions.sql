with

figures as (

    select * from {{ ref('int_release_figures') }}
    where value is not null

),

with_earlier as (

    select
        *,
        lag(release_id) over earlier as earlier_release_id,
        lag(value) over earlier as earlier_value
    from figures
    window earlier as (
        partition by series_key, period_id, definition_number order by release_order
    )

),

final as (

    select
        release_id
        || ' | ' || local_authority_code
        || ' | ' || period_id
        || ' | ' || measure_id
        || coalesce(' | ' || category_id, '')
        || ' | ' || unit as revision_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        earlier_release_id,
        release_id as later_release_id,
        earlier_value,
        value as later_value,
        cast(value - earlier_value as decimal(18, 2)) as change,
        {{ change_percentage('(value - earlier_value)', 'earlier_value') }} as change_pct
    from with_earlier
    where value <> earlier_value

)

select * from final
