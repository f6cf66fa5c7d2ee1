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
            partition by figure_key
            order by
                {{ standing_rank('standing') }} asc,
                is_registered desc,
                reason asc
        ) = 1

),

-- Two figures for one thing in one release: if evidence is for one, it is against the others.
disputes as (

    select
        figures.release_id,
        figures.series_key,
        figures.period_id,
        coalesce(max(case when strongest.standing = 'confirmed' then 1 end), 0) = 1 as is_settled
    from figures
    left join strongest
        on figures.figure_key = strongest.figure_key
    group by figures.release_id, figures.series_key, figures.period_id
    having min(figures.value) <> max(figures.value)

),

-- What a release prints of its last quarter is revised by the next.
last_quarters as (

    select
        figures.release_id,
        figures.local_authority_code,
        figures.measure_id,
        max(figures.period_id) as period_id
    from figures
    inner join tables
        on figures.table_id = tables.table_id
    where tables.period_type = 'quarter' and not figures.is_missing
    group by figures.release_id, figures.local_authority_code, figures.measure_id

),

judged as (

    select
        {{ figure_grain('figures') }},
        figures.figure_key,
        case
            when figures.is_missing then 'missing'
            when strongest.standing in ('confirmed', 'contradicted') then strongest.standing
            when disputes.is_settled then 'contradicted'
            when strongest.standing = 'incomplete' then 'incomplete'
            when disputes.release_id is not null then 'disputed'
            when strongest.standing is not null then strongest.standing
            when last_quarters.release_id is not null then 'provisional'
            else 'consistent'
        end as standing,
        case
            when figures.is_missing then null
            when disputes.is_settled and coalesce(strongest.standing, '') <> 'confirmed'
                then
                    'The release prints another figure for the same,'
                    || ' which official statistics confirm.'
            when strongest.standing is not null then strongest.reason
            when disputes.release_id is not null
                then 'The release prints another figure for the same.'
            when last_quarters.release_id is not null
                then 'The last quarter of its release: later ones revise it.'
        end as standing_reason
    from figures
    left join strongest
        on figures.figure_key = strongest.figure_key
    left join disputes
        on
            figures.release_id = disputes.release_id
            and figures.series_key = disputes.series_key
            and figures.period_id = disputes.period_id
    left join last_quarters
        on {{ same_release_and_measure('figures', 'last_quarters') }}

),

-- A share or rate is as good as the count that it stands beside.
counts_beside as (

    select
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        category_id,
        source_line,
        standing,
        standing_reason
    from judged
    where unit = 'count' and standing in ('incomplete', 'contradicted')

),

final as (

    select
        {{ figure_grain('judged') }},
        judged.figure_key,
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
            and {{ same_release_and_measure('judged', 'counts_beside') }}
            and judged.category_id is not distinct from counts_beside.category_id
            and judged.source_line = counts_beside.source_line

)

select * from final
