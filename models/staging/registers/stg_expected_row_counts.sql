with

source as (

    select * from {{ extract('expected_row_counts') }}

),

final as (

    select
        release_id,
        table_id,
        {{ whole_number('figures') }} as figures,
        {{ whole_number('missing') }} as missing
    from source

)

select * from final
