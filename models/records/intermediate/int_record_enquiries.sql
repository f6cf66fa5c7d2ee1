with

enquiries as (

    select * from {{ ref('stg_record_enquiries') }}
    where start_date is not null and person_id is not null

),

conferences as (

    select * from {{ ref('int_record_conferences') }}
    where not is_transferred_in

),

-- Siblings may share an enquiry's number: it is linked by that and the child.
final as (

    select
        enquiries.extract_id,
        enquiries.person_id,
        enquiries.start_date,
        min(conferences.conference_date) as conference_date,
        min_by(enquiries.source_file, enquiries.source_row) as source_file,
        min(enquiries.source_row) as source_row
    from enquiries
    left join conferences
        on
            enquiries.extract_id = conferences.extract_id
            and enquiries.person_id = conferences.person_id
            and enquiries.enquiry_id = conferences.enquiry_id
    group by
        enquiries.extract_id,
        enquiries.person_id,
        enquiries.start_date

)

select * from final
