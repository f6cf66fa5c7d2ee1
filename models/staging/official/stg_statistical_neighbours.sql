with

source as (

    select * from {{ ref('statistical_neighbours') }}

),

final as (

    select
        release_id,
        local_authority_code,
        {{ whole_number('rank') }} as neighbour_rank,
        neighbour_code,
        closeness
    from source

)

select * from final
