with

source as (

    select * from {{ ref('quality_checks') }}

),

final as (

    select
        check_id,
        severity,
        check_name,
        try_cast(parameter as decimal(18, 4)) as parameter,
        what_it_finds
    from source

)

select * from final
