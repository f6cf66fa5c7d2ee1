with

source as (

    select * from {{ ref('figure_relations') }}

),

final as (

    select
        check_id,
        measure_id,
        relation,
        operand_measure_id,
        {{ whole_number('sign') }} as sign,
        local_authority_code
    from source

)

select * from final
