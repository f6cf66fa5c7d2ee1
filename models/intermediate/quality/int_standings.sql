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

disputed as (

    select
        figure_key,
        source_line
    from figures
    where is_disputed

),

-- Two figures for one thing in one release: if evidence is for one, it is against the others.
disputes as (

    select
        disputed.figure_key,
        coalesce(max(case when strongest.standing = 'confirmed' then 1 end), 0) = 1 as is_settled
    from disputed
    left join strongest
        on {{ same_figure('disputed', 'strongest') }}
    group by disputed.figure_key

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

doubted as (

    select
        figure_key,
        source_line
    from strongest

    union

    select
        figure_key,
        source_line
    from disputed

),

-- Of few figures does anything say more than that they are printed.
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
            when strongest.standing in ('confirmed', 'contradicted') then strongest.standing
            when disputes.is_settled then 'contradicted'
            when strongest.standing = 'incomplete' then 'incomplete'
            when disputes.figure_key is not null then 'disputed'
            else strongest.standing
        end as standing,
        case
            when disputes.is_settled and coalesce(strongest.standing, '') <> 'confirmed'
                then
                    'The release prints another figure for the same thing,'
                    || ' which official statistics confirm.'
            when strongest.standing is not null then strongest.reason
            else 'The release prints another figure for the same thing.'
        end as standing_reason
    from doubted
    inner join figures
        on {{ same_figure('doubted', 'figures') }}
    left join strongest
        on {{ same_figure('figures', 'strongest') }}
    left join disputes
        on figures.figure_key = disputes.figure_key
    where not figures.is_missing

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
        figures.figure_key,
        figures.source_line,
        case
            when figures.is_missing then 'missing'
            when judged.standing in ('confirmed', 'contradicted') then judged.standing
            when counts_beside.standing is not null then counts_beside.standing
            when judged.standing is not null then judged.standing
            when last_quarters.release_order is not null then 'provisional'
            else 'consistent'
        end as standing,
        case
            when figures.is_missing then null
            when judged.standing in ('confirmed', 'contradicted') then judged.standing_reason
            when counts_beside.standing is not null then counts_beside.standing_reason
            when judged.standing is not null then judged.standing_reason
            when last_quarters.release_order is not null
                then 'The last quarter of its release, which later releases revise.'
        end as standing_reason
    from figures
    left join judged
        on {{ same_figure('figures', 'judged') }}
    left join last_quarters
        on
            figures.release_order = last_quarters.release_order
            and figures.authority_measure_key = last_quarters.authority_measure_key
            and figures.period_number = last_quarters.period_number
    left join counts_beside
        on
            figures.unit <> 'count'
            and {{ same_release_and_measure('figures', 'counts_beside') }}
            and figures.category_id is not distinct from counts_beside.category_id
            and figures.source_line = counts_beside.source_line

)

select * from final
