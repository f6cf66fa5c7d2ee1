-- What the evidence says of each printed figure, the strongest first. Official statistics of the
-- same definition come before everything: what they confirm no other figure here contradicts.
with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_figures') }}

),

tables as (

    select * from {{ ref('stg_published_tables') }}

),

evidence as (

    select * from {{ ref('int_official_evidence') }}
    union all
    select * from {{ ref('int_finding_evidence') }}

),

-- What a register says comes before what follows by rule.
strongest as (

    select * from evidence
    qualify
        row_number() over (
            partition by figure_key, source_line
            order by
                {{ standing_rank('standing') }} asc,
                is_registered desc,
                reason asc
        ) = 1

),

-- Two figures for one thing in one release: if evidence is for one, it is against the others.
disputes as (

    select
        figures.figure_key,
        coalesce(max(case when strongest.standing = 'confirmed' then 1 end), 0) = 1 as is_settled
    from figures
    left join strongest
        on {{ same_figure('figures', 'strongest') }}
    where figures.is_disputed
    group by figures.figure_key

),

-- What a release prints of its last quarter is revised by the next.
last_quarters as (

    select
        figures.release_order,
        figures.authority_measure_key,
        max(figures.period_number) as period_number
    from figures
    inner join tables
        on figures.table_id = tables.table_id
    where tables.period_type = 'quarter' and not figures.is_missing
    group by figures.release_order, figures.authority_measure_key

),

judged as (

    select
        figures.figure_key,
        figures.source_line,
        figures.period_number,
        figures.release_order,
        figures.authority_measure_key,
        figures.category_id,
        figures.unit,
        case
            when figures.is_missing then 'missing'
            when strongest.standing in ('confirmed', 'contradicted') then strongest.standing
            when disputes.is_settled then 'contradicted'
            when strongest.standing = 'incomplete' then 'incomplete'
            when disputes.figure_key is not null then 'disputed'
            when strongest.standing is not null then strongest.standing
            when last_quarters.release_order is not null then 'provisional'
            else 'consistent'
        end as standing,
        case
            when figures.is_missing then null
            when disputes.is_settled and coalesce(strongest.standing, '') <> 'confirmed'
                then
                    'The release prints another figure for the same,'
                    || ' which official statistics confirm.'
            when strongest.standing is not null then strongest.reason
            when disputes.figure_key is not null
                then 'The release prints another figure for the same.'
            when last_quarters.release_order is not null
                then 'The last quarter of its release: later ones revise it.'
        end as standing_reason
    from figures
    left join strongest
        on {{ same_figure('figures', 'strongest') }}
    left join disputes
        on figures.figure_key = disputes.figure_key
    left join last_quarters
        on
            figures.release_order = last_quarters.release_order
            and figures.authority_measure_key = last_quarters.authority_measure_key
            and figures.period_number = last_quarters.period_number

),

-- A share or rate is as good as the count that it stands beside.
counts_beside as (

    select
        period_number,
        release_order,
        authority_measure_key,
        category_id,
        source_line,
        standing,
        standing_reason
    from judged
    where unit = 'count' and standing in ('incomplete', 'contradicted')

),

final as (

    select
        judged.figure_key,
        judged.source_line,
        case
            when judged.standing in ('missing', 'confirmed', 'contradicted') then judged.standing
            else coalesce(counts_beside.standing, judged.standing)
        end as standing,
        case
            when judged.standing in ('missing', 'confirmed', 'contradicted')
                then judged.standing_reason
            else coalesce(counts_beside.standing_reason, judged.standing_reason)
        end as standing_reason
    from judged
    left join counts_beside
        on
            judged.unit <> 'count'
            and judged.period_number = counts_beside.period_number
            and judged.release_order = counts_beside.release_order
            and judged.authority_measure_key = counts_beside.authority_measure_key
            and judged.category_id is not distinct from counts_beside.category_id
            and judged.source_line = counts_beside.source_line

)

select * from final
