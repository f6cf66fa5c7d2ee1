with

source as (

    select * from {{ ref('official_files') }}

),

final as (

    select
        release_id,
        source_table,
        file_name,
        sha256,
        first_financial_year,
        last_financial_year,
        {{ whole_number('figures') }} as figures,
        {{ whole_number('markers') }} as markers
    from source

)

select * from final
