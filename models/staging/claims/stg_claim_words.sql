with

source as (

    select * from {{ ref('claim_words') }}

),

final as (

    select
        word_id,
        word,
        read_as,
        comparison,
        try_cast(threshold as decimal(18, 2)) as threshold,
        {{ whole_number('threshold_decimals') }} as threshold_decimals,
        reason
    from source

)

select * from final
