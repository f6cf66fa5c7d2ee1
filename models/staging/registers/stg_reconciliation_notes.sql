with

source as (

    {% if reconciles_with_official() %}
        select * from {{ extract('reconciliation_notes') }}
    {% else %}
        select * from {{ ref('reconciliation_notes') }}
        where false
    {% endif %}

),

final as (

    select
        note_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        unit,
        try_cast(report_value as decimal(18, 2)) as report_value,
        try_cast(official_value as decimal(18, 2)) as official_value,
        {{ whole_number('covers') }} as covers,
        standing,
        reason,
        evidence
    from source

)

select * from final
