-- What the evidence says of each printed figure, the strongest first. Official statistics of the
-- same definition come before everything: what they confirm no other figure here contradicts.
with

figures as {{ read_each_time() }} (

    select * from {{ ref('int_figures') }}

),

correspondences as (

    select * from {{ ref('stg_official_correspondences') }}
    where is_same_definition

),

official_figures as (

    select * from {{ ref('int_official_figures') }}
    where value is not null

),

closeness as (

    select parameter as closeness
    from {{ ref('stg_quality_checks') }}
    where check_id = 'differs_from_official'

),

count_totals as (

    select * from {{ ref('int_count_totals') }}

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}

),

figure_relations as (

    select * from {{ ref('stg_figure_relations') }}

),

findings as (

    select * from {{ ref('int_findings') }}

),

tables as (

    select * from {{ ref('stg_published_tables') }}

),

beside_official as (

    select
        figures.*,
        official_figures.value as official_value,
        abs(figures.value - official_figures.value) <= case
            when figures.unit = 'count' then 0
            else
                {{ half_unit('correspondences.official_decimals') }}
                + {{ half_unit('figures.decimals') }}
        end as is_equal,
        abs(figures.value - official_figures.value)
        <= closeness.closeness * official_figures.value + case
            when figures.unit = 'count' then 0
            else
                {{ half_unit('correspondences.official_decimals') }}
                + {{ half_unit('figures.decimals') }}
        end as is_close
    from figures
    inner join correspondences
        on
            figures.measure_id = correspondences.measure_id
            and figures.category_id is not distinct from correspondences.category_id
            and figures.unit = correspondences.unit
            and correspondences.made_of = 'figure'
    inner join official_figures
        on
            figures.local_authority_code = official_figures.area_code
            and figures.period_id = official_figures.financial_year
            and correspondences.official_measure_id = official_figures.measure_id
            and correspondences.official_category_id
            is not distinct from official_figures.category_id
            and figures.unit = official_figures.unit
    cross join closeness
    where not figures.is_missing

),

-- Categories that add up to fewer than official statistics have in all, though some are the same:
-- the others miss a part. Where none is the same, the two may count otherwise.
agreeing as (

    select distinct
        release_id,
        local_authority_code,
        period_id,
        measure_id
    from beside_official
    where unit = 'count' and category_id is not null and is_equal and value > 0

),

short_totals as (

    select
        count_totals.release_id,
        count_totals.local_authority_code,
        count_totals.period_id,
        count_totals.measure_id
    from count_totals
    inner join agreeing
        on {{ same_release_and_measure('count_totals', 'agreeing') }}
    inner join correspondences
        on
            count_totals.measure_id = correspondences.measure_id
            and correspondences.made_of = 'categories'
    inner join official_figures
        on
            count_totals.local_authority_code = official_figures.area_code
            and count_totals.period_id = official_figures.financial_year
            and correspondences.official_measure_id = official_figures.measure_id
            and official_figures.category_id is null
            and official_figures.unit = 'count'
    cross join closeness
    where count_totals.total < (1 - closeness.closeness) * official_figures.value

),

evidence as (

    select
        {{ figure_grain('beside_official') }},
        case when beside_official.is_equal then 'confirmed' else 'unreconciled' end as standing,
        case
            when beside_official.is_equal then 'Official statistics have the same.'
            else
                'Official statistics have '
                || {{ spoken('beside_official.official_value') }} || '.'
        end as reason,
        false as is_registered
    from beside_official
    left join findings
        on
            {{ same_figure('beside_official', 'findings') }}
            and findings.check_id = 'differs_from_official'
            and findings.known_standing is not null
    -- What a register says of the difference stands below.
    where
        beside_official.is_equal
        or (not beside_official.is_close and findings.finding_id is null)

    union all

    select
        {{ figure_grain('beside_official') }},
        'incomplete' as standing,
        'Official statistics have ' || {{ spoken('beside_official.official_value') }}
        || ': the categories printed are not all there were.' as reason,
        false as is_registered
    from beside_official
    inner join short_totals
        on {{ same_release_and_measure('beside_official', 'short_totals') }}
    where
        beside_official.unit = 'count'
        and beside_official.category_id is not null
        and not beside_official.is_close
        and beside_official.value < beside_official.official_value

    union all

    -- A percentage of a base that is known to be short.
    select
        {{ figure_grain('beside_official') }},
        'contradicted' as standing,
        'Official statistics have ' || {{ spoken('beside_official.official_value') }}
        || '%: what the percentage divides by is not complete.' as reason,
        false as is_registered
    from beside_official
    inner join percentage_bases
        on beside_official.measure_id = percentage_bases.measure_id
    inner join short_totals
        on
            beside_official.release_id = short_totals.release_id
            and beside_official.local_authority_code = short_totals.local_authority_code
            and beside_official.period_id = short_totals.period_id
            and percentage_bases.base_measure_id = short_totals.measure_id
    where beside_official.unit = 'percent' and not beside_official.is_close

    union all

    -- What a register says of a finding; of a contradiction that it says nothing of, that the
    -- figure found is contradicted.
    select
        {{ figure_grain('figures') }},
        coalesce(findings.known_standing, 'contradicted') as standing,
        coalesce(findings.explanation, findings.detail) as reason,
        findings.known_standing is not null as is_registered
    from findings
    inner join figures
        on
            findings.release_id = figures.release_id
            and findings.local_authority_code = figures.local_authority_code
            and findings.period_id = figures.period_id
            and findings.measure_id = figures.measure_id
            and findings.category_id is not distinct from figures.category_id
            and findings.unit = figures.unit
            and findings.source_line = figures.source_line
    where
        findings.known_standing is not null
        or (findings.severity = 'error' and findings.known_issue_id is null)

    union all

    -- Where nobody knows which of two figures is right, the other is no better.
    select
        {{ figure_grain('figures') }},
        'unreconciled' as standing,
        findings.explanation as reason,
        true as is_registered
    from findings
    inner join figure_relations
        on
            findings.check_id = figure_relations.check_id
            and findings.measure_id = figure_relations.measure_id
    inner join figures
        on
            findings.release_id = figures.release_id
            and findings.local_authority_code = figures.local_authority_code
            and findings.period_id = figures.period_id
            and figure_relations.operand_measure_id = figures.measure_id
            and findings.unit = figures.unit
    where findings.known_standing = 'unreconciled'

),

-- What a register says comes before what follows by rule.
strongest as (

    select * from evidence
    qualify
        row_number() over (
            partition by
                release_id,
                local_authority_code,
                source_line,
                period_id,
                measure_id,
                category_id,
                unit
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
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit,
        coalesce(max(case when strongest.standing = 'confirmed' then 1 end), 0) = 1 as is_settled
    from figures
    left join strongest
        on {{ same_figure('figures', 'strongest') }}
    group by
        figures.release_id,
        figures.local_authority_code,
        figures.period_id,
        figures.measure_id,
        figures.category_id,
        figures.unit
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
        on {{ same_figure('figures', 'strongest') }}
    left join disputes
        on
            {{ same_release_and_measure('figures', 'disputes') }}
            and figures.category_id is not distinct from disputes.category_id
            and figures.unit = disputes.unit
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
