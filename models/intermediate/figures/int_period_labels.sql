with

figures as (

    select * from {{ ref('stg_figures') }}

),

labels as (

    select distinct period_label
    from figures

),

periods as (

    select
        period_label,
        {{ period_id_of('period_label') }} as period_id
    from labels

),

final as (

    select
        period_label,
        period_id,
        {{ period_number('period_id') }} as period_number
    from periods
    where period_id is not null

)

select * from final
