with

figures as (

    select * from {{ ref('int_release_figures') }}
    where value is not null

),

-- Most figures never change: the others alone are put in order.
changed as (

    select
        series_key,
        period_number,
        definition_number
    from figures
    group by series_key, period_number, definition_number
    having min(value) <> max(value)

),

with_earlier as (

    select
        figures.*,
        lag(figures.release_id) over earlier as earlier_release_id,
        lag(figures.value) over earlier as earlier_value
    from figures
    inner join changed
        on
            figures.series_key = changed.series_key
            and figures.period_number = changed.period_number
            and figures.definition_number = changed.definition_number
    window earlier as (
        partition by figures.series_key, figures.period_number, figures.definition_number
        order by figures.release_order
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
