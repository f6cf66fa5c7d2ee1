with

source as (

    select * from {{ ref('value_markers') }}

),

final as (

    select
        marker_as_printed,
        marker,
        meaning
    from source

)

select * from final
