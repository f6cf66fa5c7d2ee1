{{ config(materialized='table') }}

-- No view as in staging elsewhere: of very many files each is read once.
with

source as (

    {{ published_figures() }}

),

cleaned as (

    select
        *,
        {{ number_text('value_as_printed') }} as number_text
    from source

),

-- Nothing is joined and nothing is dropped: what cannot be read becomes null here and is reported
-- by `figures_are_readable`.
final as (

    select
        release_id,
        local_authority_code,
        table_id,
        source_table,
        {{ whole_number('source_line') }} as source_line,
        {{ whole_number('source_cell') }} as source_cell,
        row_label,
        period_as_printed,
        period_label,
        {{ period_id_of('period_label') }} as period_id,
        unit,
        value_as_printed,
        try_cast(number_text as decimal(18, 2)) as value,
        {{ decimals_of('number_text') }} as decimals_printed,
        case
            when number_text is null
                then coalesce({{ label_key('value_as_printed') }}, '(blank)')
        end as marker_key,
        qualifier,
        note
    from cleaned

)

select * from final
