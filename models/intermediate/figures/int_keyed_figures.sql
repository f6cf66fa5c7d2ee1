-- What of a figure is a number, so that what reads all figures reads little: their names and
-- wordings are joined where they are wanted.
with

figures as (

    select * from {{ ref('int_labelled_figures') }}

),

final as (

    select
        figure_key,
        series_key,
        period_number,
        release_order,
        source_line,
        part_number,
        table_id,
        value,
        value_as_printed,
        decimals_printed,
        has_leading_zero,
        is_missing,
        marker,
        -- "Over 160" is no number to reckon with; a provisional one is.
        qualifier is not null and qualifier <> 'provisional' as is_qualified
    from figures

)

select * from final
