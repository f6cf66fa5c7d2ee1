with

records as (

    select * from {{ record_table('ssd_cla_episodes') }}

),

final as (

    select
        extract_id,
        {{ record_id('clae_cla_episode_id') }} as episode_id,
        clae_cla_episode_id is null as has_no_identifier,
        clae_person_id as person_id,
        {{ record_day('clae_cla_episode_start_date') }} as start_date,
        {{ record_day('clae_cla_episode_ceased_date') }} as end_date,
        clae_cla_placement_id as placement_id,
        -- Where the source has it with the episode.
        lower(own_legal_status) as legal_status_text,
        {{ unreadable_days(['clae_cla_episode_start_date', 'clae_cla_episode_ceased_date']) }}
            as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
