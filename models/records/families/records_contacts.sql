with

contacts as (

    select * from {{ ref('stg_record_contacts') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where period_type = 'year'

),

-- A contact about three siblings is three; a row that was loaded twice is one. All contacts of an
-- extract are in one file: `min_by` of its name would hold the names of all in memory.
final as (

    select
        contacts.extract_id,
        'initial_contacts' as measure_id,
        periods.period_id,
        'ssd_contacts' as record_table,
        min(contacts.source_file) as source_file,
        min(contacts.source_row) as source_row
    from contacts
    inner join periods
        on
            contacts.extract_id = periods.extract_id
            and contacts.contact_date between periods.start_date and periods.end_date
    where contacts.person_id is not null
    group by
        contacts.extract_id,
        contacts.contact_id,
        contacts.person_id,
        periods.period_id

)

select * from final
