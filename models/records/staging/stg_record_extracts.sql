with

extracts as (

    select * from {{ record_table('record_extracts') }}

),

final as (

    select
        extract_id,
        local_authority_code,
        source,
        period_id,
        try_cast(start_date as date) as start_date,
        try_cast(end_date as date) as end_date,
        try_cast(extracted_date as date) as extracted_date,
        clock,
        -- From when all referrals are there, if the source tells.
        try_cast(history_start_date as date) as history_start_date
    from extracts

)

select * from final
