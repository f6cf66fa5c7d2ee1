with

figures as (

    select
        *,
        max(case when unit = 'percent' then 1 else 0 end)
            over (partition by release_id, local_authority_code, source_line, period_id)
            as stands_beside_percentage
    from {{ ref('int_figures') }}

),

counts as (

    select
        *,
        row_number() over (
            partition by release_id, local_authority_code, period_id, measure_id, category_id
            order by stands_beside_percentage desc, source_line asc
        ) as preference
    from figures
    where unit = 'count' and not is_missing

),

final as (

    select
        release_id,
        release_order,
        local_authority_code,
        table_id,
        period_id,
        measure_id,
        category_id,
        definition_number,
        value,
        source_line
    from counts
    where preference = 1

)

select * from final
