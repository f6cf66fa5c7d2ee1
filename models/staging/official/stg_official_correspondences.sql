with

source as (

    select * from {{ ref('official_correspondences') }}

),

final as (

    select
        measure_id,
        category_id,
        unit,
        made_of,
        official_measure_id,
        official_category_id,
        {{ whole_number('official_decimals') }} as official_decimals,
        is_same_definition = 'true' as is_same_definition,
        note,
        {{ measure_key() }} as measure_key,
        {{ measure_key('official_measure_id', 'official_category_id') }} as official_measure_key
    from source

)

select * from final
