with

source as (

    select * from {{ extract('adjudications') }}

),

typed as (

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

),

final as (

    select
        *,
        {{ series_key() }} as series_key,
        {{ figure_key() }} as figure_key
    from typed

)

select * from final
