with

records as (

    select * from {{ record_table('ssd_cp_plans') }}

),

final as (

    select
        extract_id,
        {{ record_id('cppl_cp_plan_id') }} as plan_id,
        cppl_cp_plan_id is null as has_no_identifier,
        cppl_person_id as person_id,
        {{ record_day('cppl_cp_plan_start_date') }} as start_date,
        {{ record_day('cppl_cp_plan_end_date') }} as end_date,
        lower(cppl_cp_plan_initial_category) as category_text,
        lower(cppl_cp_plan_ola) as other_authority_text,
        cppl_number_of_previous_plans as previous_plans_text,
        {{ whole_number('cppl_number_of_previous_plans') }} as previous_plans,
        {{ unreadable_days(['cppl_cp_plan_start_date', 'cppl_cp_plan_end_date']) }}
            as unreadable_days,
        source_file,
        cast(source_row as bigint) as source_row
    from records

)

select * from final
