with

figures as (

    select * from {{ ref('int_latest_figures') }}

),

final as (

    {{ figures_in_columns('figures') }}

)

select * from final
