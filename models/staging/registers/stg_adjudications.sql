with

source as (

    select * from {{ extract('adjudications') }}

),

final as (

    select
        release_id,
        local_authority_code,
        measure_id,
        category_id,
        period_id,
        unit,
        {{ whole_number('source_line') }} as source_line,
        reason
    from source

)

select * from final
