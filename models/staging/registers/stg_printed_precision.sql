with

source as (

    select * from {{ extract('printed_precision') }}

),

final as (

    select
        local_authority_code,
        measure_id,
        period_id,
        unit,
        {{ whole_number('decimals') }} as decimals,
        reason
    from source

)

select * from final
