-- What the categories of a measure are parts of, as the facts use them: their sum or, where a part
-- is known to be missing, what the shares beside them are shares of, or official statistics.
with

latest_figures as (

    select * from {{ ref('int_latest_figures') }}
    where category_id is not null

),

share_bases as (

    select * from {{ ref('int_share_bases') }}

),

standings as (

    select * from {{ ref('int_standings') }}

),

reconciliation as (

    select * from {{ ref('int_reconciliation') }}
    where made_of = 'categories' and is_same_definition and unit = 'count'

),

printed as (

    select
        latest_figures.local_authority_code,
        latest_figures.period_id,
        latest_figures.measure_id,
        max_by(latest_figures.release_id, latest_figures.release_order) as release_id,
        cast(sum(latest_figures.value) as bigint) as printed_total,
        count(*) = count(latest_figures.value) as has_all_counts,
        bool_or(standings.standing = 'incomplete') as is_short
    from latest_figures
    inner join standings
        on {{ same_figure('latest_figures', 'standings') }}
    where latest_figures.unit = 'count'
    group by
        latest_figures.local_authority_code,
        latest_figures.period_id,
        latest_figures.measure_id

),

-- The one whole number that all shares of a release allow.
with_bases as (

    select
        printed.*,
        case
            when
                share_bases.least_base <= share_bases.total
                and share_bases.total <= share_bases.greatest_base
                then cast(share_bases.total as bigint)
            when floor(share_bases.greatest_base) = ceil(share_bases.least_base)
                then cast(ceil(share_bases.least_base) as bigint)
        end as published_pct_base,
        cast(reconciliation.official_value as bigint) as official_total
    from printed
    left join share_bases
        on
            printed.release_id = share_bases.release_id
            and printed.local_authority_code = share_bases.local_authority_code
            and printed.period_id = share_bases.period_id
            and printed.measure_id = share_bases.measure_id
    left join reconciliation
        on
            printed.local_authority_code = reconciliation.local_authority_code
            and printed.period_id = reconciliation.period_id
            and printed.measure_id = reconciliation.measure_id

),

sourced as (

    select
        *,
        case
            when is_short and official_total > printed_total then 'official'
            when has_all_counts and published_pct_base > printed_total then 'shares'
            when has_all_counts then 'categories'
            when published_pct_base is not null then 'shares'
            when official_total is not null then 'official'
        end as total_source
    from with_bases

),

final as (

    select
        local_authority_code,
        period_id,
        measure_id,
        release_id,
        printed_total,
        has_all_counts,
        published_pct_base,
        case total_source
            when 'categories' then printed_total
            when 'shares' then published_pct_base
            when 'official' then official_total
        end as total,
        total_source,
        official_total,
        coalesce(total_source = 'categories', false) as is_complete
    from sourced

)

select * from final
