with

records as (

    select * from {{ record_table('ssd_cla_placement') }}

),

final as (

    select
        extract_id,
        clap_cla_placement_id as placement_id,
        lower(clap_cla_placement_type) as placement_text,
        0 as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
