with

care_leavers as (

    select * from {{ ref('stg_record_care_leavers') }}

),

immigration_statuses as (

    select * from {{ ref('stg_record_immigration_statuses') }}

),

people as (

    select * from {{ ref('stg_record_people') }}

),

said as (

    select * from {{ ref('int_record_values') }}

),

periods as (

    select * from {{ ref('int_record_periods') }}
    where is_last_quarter

),

ever_unaccompanied as (

    select distinct
        immigration_statuses.extract_id,
        immigration_statuses.person_id
    from immigration_statuses
    inner join said
        on
            said.field = 'immigration_status'
            and immigration_statuses.immigration_status_text = said.said
            and said.value = 'uasc'

),

born as (

    select
        extract_id,
        person_id,
        min(birth_date) as birth_date
    from people
    group by
        extract_id,
        person_id

),

-- One person may have several rows.
final as (

    select
        care_leavers.extract_id,
        'uasc_care_leavers' as measure_id,
        periods.period_id,
        'ssd_care_leavers' as record_table,
        min_by(care_leavers.source_file, care_leavers.source_row) as source_file,
        min(care_leavers.source_row) as source_row
    from care_leavers
    inner join said
        on
            said.field = 'care_leaver_eligibility'
            and care_leavers.eligibility_text = said.said
            and said.value = 'care_leaver'
    inner join ever_unaccompanied
        on
            care_leavers.extract_id = ever_unaccompanied.extract_id
            and care_leavers.person_id = ever_unaccompanied.person_id
    inner join born
        on
            care_leavers.extract_id = born.extract_id
            and care_leavers.person_id = born.person_id
    inner join periods
        on
            care_leavers.extract_id = periods.extract_id
            and periods.end_date < {{ months_after('born.birth_date', '12 * 25') }}
    group by
        care_leavers.extract_id,
        care_leavers.person_id,
        periods.period_id

)

select * from final
