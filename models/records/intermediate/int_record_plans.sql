with

plans as (

    select * from {{ ref('stg_record_plans') }}
    where start_date is not null and person_id is not null

),

said as (

    select * from {{ ref('int_record_values') }}

),

-- A row that was loaded twice is one.
once as (

    select * from plans
    qualify
        row_number() over (
            partition by extract_id, person_id, plan_id
            order by source_file, source_row
        ) = 1

),

-- Plans of other authorities, of which these are not counted and are no earlier plan.
own_plans as (

    select
        once.extract_id,
        once.plan_id,
        once.person_id,
        once.start_date,
        once.end_date,
        once.previous_plans,
        categories.value as cpp_category_id,
        once.source_file,
        once.source_row
    from once
    left join said as categories
        on
            categories.field = 'abuse_category'
            and once.category_text = categories.said
    left join said as answers
        on
            answers.field = 'yes_no'
            and once.other_authority_text = answers.said
    where coalesce(answers.value, 'no') = 'no'

),

final as (

    select
        extract_id,
        plan_id,
        person_id,
        start_date,
        end_date,
        cpp_category_id,
        {{ months_after('start_date', 24) }} as two_years_date,
        -- The census counts a child's earlier plans; without that they are those that are here.
        coalesce(
            previous_plans > 0,
            min(start_date) over (partition by extract_id, person_id) < start_date
        ) as is_repeat,
        previous_plans is null as is_repeat_by_history,
        source_file,
        source_row
    from own_plans

)

select * from final
