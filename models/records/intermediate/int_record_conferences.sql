with

conferences as (

    select * from {{ ref('stg_record_conferences') }}
    where conference_date is not null and person_id is not null

),

said as (

    select * from {{ ref('int_record_values') }}

),

final as (

    select
        conferences.extract_id,
        conferences.conference_id,
        conferences.person_id,
        conferences.enquiry_id,
        conferences.conference_date,
        coalesce(answers.value = 'yes', false) as is_transferred_in,
        conferences.source_file,
        conferences.source_row
    from conferences
    left join said as answers
        on
            answers.field = 'yes_no'
            and conferences.transfer_in_text = answers.said

)

select * from final
