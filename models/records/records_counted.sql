with

contacts as (

    select * from {{ ref('records_contacts') }}

),

referrals as (

    select * from {{ ref('records_referrals') }}

),

enquiries as (

    select * from {{ ref('records_enquiries') }}

),

assessments as (

    select * from {{ ref('records_assessments') }}

),

plans as (

    select * from {{ ref('records_plans') }}

),

care as (

    select * from {{ ref('records_care') }}

),

care_leavers as (

    select * from {{ ref('records_care_leavers') }}

),

final as (

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from contacts

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from referrals

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from enquiries

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from assessments

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from plans

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from care

    union all

    select
        extract_id,
        measure_id,
        category_id,
        period_id,
        record_table,
        source_file,
        source_row
    from care_leavers

)

select * from final
