with

figures as (

    select * from {{ ref('int_latest_figures') }}

),

by_quarter as (

    {{ figures_in_columns('figures') }}

),

final as (

    select
        by_quarter.*,
        {{ differences() }}
    from by_quarter

)

select * from final
