with

source as (

    select * from {{ ref('area_changes') }}

),

final as (

    select
        old_area_code,
        new_area_code,
        first_financial_year,
        change_kind,
        note
    from source

)

select * from final
