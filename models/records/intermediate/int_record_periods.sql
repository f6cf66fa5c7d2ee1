with

extracts as (

    select * from {{ ref('stg_record_extracts') }}

),

parts as (

    select
        'year' as period_type,
        0 as number
    union all
    select
        'previous_year' as period_type,
        0 as number
    {%- for number in range(1, 5) %}
        union all
        select
            'quarter' as period_type,
            {{ number }} as number
    {%- endfor %}

),

final as (

    select
        extracts.extract_id,
        extracts.local_authority_code,
        parts.period_type,
        parts.number = 4 as is_last_quarter,
        case parts.period_type
            when 'year' then extracts.period_id
            when 'previous_year'
                then {{ financial_year_of('(' ~ start_year_of('extracts.period_id') ~ ' - 1)') }}
            else
                extracts.period_id
                || ' Q' || cast(parts.number as {{ dbt.type_string() }})
        end as period_id,
        case parts.period_type
            when 'year' then extracts.start_date
            when 'previous_year' then {{ months_after('extracts.start_date', -12) }}
            else {{ months_after('extracts.start_date', '3 * (parts.number - 1)') }}
        end as start_date,
        case parts.period_type
            when 'year' then extracts.end_date
            when 'previous_year' then {{ days_after('extracts.start_date', -1) }}
            else {{ days_after(months_after('extracts.start_date', '3 * parts.number'), -1) }}
        end as end_date,
        extracts.extracted_date,
        extracts.clock
    from extracts
    cross join parts

)

select * from final
