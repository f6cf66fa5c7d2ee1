with

figures as (

    select * from {{ ref('int_figures') }}
    where not is_missing

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

findings as (

    select * from {{ ref('int_findings') }}

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
            figures.measure_key = correspondences.measure_key
            and correspondences.made_of = 'figure'
    inner join official_figures
        on
            figures.local_authority_code = official_figures.area_code
            and figures.period_id = official_figures.financial_year
            and correspondences.official_measure_key = official_figures.measure_key
    cross join closeness

),

-- Categories that add up to fewer than official statistics have in all, though some are the same:
-- the others miss a part. Where none is the same, the two may count otherwise.
agreeing as (

    select distinct
        authority_measure_key,
        period_number,
        release_order,
        local_authority_code,
        period_id,
        measure_id
    from beside_official
    where unit = 'count' and category_id is not null and is_equal and value > 0

),

short_totals as (

    select agreeing.*
    from count_totals
    inner join agreeing
        on {{ same_release_and_measure('count_totals', 'agreeing') }}
    inner join correspondences
        on
            agreeing.measure_id = correspondences.measure_id
            and correspondences.made_of = 'categories'
    inner join official_figures
        on
            agreeing.local_authority_code = official_figures.area_code
            and agreeing.period_id = official_figures.financial_year
            and correspondences.official_measure_id = official_figures.measure_id
            and official_figures.category_id is null
            and official_figures.unit = 'count'
    cross join closeness
    where count_totals.total < (1 - closeness.closeness) * official_figures.value

),

final as (

    select
        beside_official.figure_key,
        beside_official.source_line,
        case when beside_official.is_equal then 'confirmed' else 'unreconciled' end as standing,
        case
            when beside_official.is_equal then 'Official statistics have the same figure.'
            else
                'Official statistics have '
                || {{ format_number('beside_official.official_value') }} || '.'
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
        beside_official.figure_key,
        beside_official.source_line,
        'incomplete' as standing,
        'Official statistics have ' || {{ format_number('beside_official.official_value') }}
        || ': the printed categories leave some out.' as reason,
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
        beside_official.figure_key,
        beside_official.source_line,
        'contradicted' as standing,
        'Official statistics have ' || {{ format_number('beside_official.official_value') }}
        || '%: the base of the printed percentage is not complete.' as reason,
        false as is_registered
    from beside_official
    inner join percentage_bases
        on beside_official.measure_id = percentage_bases.measure_id
    inner join short_totals
        on
            beside_official.release_order = short_totals.release_order
            and beside_official.local_authority_code = short_totals.local_authority_code
            and beside_official.period_number = short_totals.period_number
            and percentage_bases.base_measure_id = short_totals.measure_id
    where beside_official.unit = 'percent' and not beside_official.is_close

)

select * from final
