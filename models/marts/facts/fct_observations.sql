with

figures as (

    select * from {{ ref('int_labelled_figures') }}

),

ranked_figures as (

    select * from {{ ref('int_ranked_figures') }}

),

standings as (

    select * from {{ ref('int_standings') }}

),

final as (

    select
        {{ short_key([
            'figures.release_id',
            'cast(figures.source_line as ' ~ dbt.type_string() ~ ')',
            'figures.period_id',
            'figures.measure_id',
            'figures.unit',
        ]) }} as observation_id,
        figures.local_authority_code,
        figures.measure_id,
        figures.category_id,
        figures.period_id,
        figures.release_id,
        figures.unit,
        figures.value,
        figures.value_as_printed,
        figures.qualifier,
        figures.is_missing,
        figures.marker,
        case
            -- Of a part beside one that is missing: only their sum is missing.
            when standings.standing = 'missing' and not figures.is_missing then 'incomplete'
            else standings.standing
        end as standing,
        coalesce(
            standings.standing_reason,
            case
                when {{ is_calendar_year('figures.period_number') }}
                    then 'A calendar year: no fact of financial years includes it.'
            end
        ) as standing_reason,
        ranked_figures.definition_number,
        figures.decimals_printed,
        figures.row_label,
        figures.period_as_printed,
        figures.table_id,
        figures.source_table,
        figures.source_line,
        figures.note,
        ranked_figures.is_latest_release,
        ranked_figures.is_sum_of_parts
        or ranked_figures.counted_line <> ranked_figures.source_line as is_part,
        ranked_figures.is_latest_release and ranked_figures.is_chosen as is_preferred
    from figures
    left join ranked_figures
        on {{ same_figure('figures', 'ranked_figures') }}
    left join standings
        on
            ranked_figures.figure_key = standings.figure_key
            and ranked_figures.counted_line = standings.source_line

)

select * from final
