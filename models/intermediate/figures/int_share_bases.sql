-- What the shares of a table by category are shares of. A table that has no row for one of the
-- categories leaves out what belongs there: where that is its habit and its shares agree on one
-- base, the base is not what its rows add up to.
with

shares as (

    select * from {{ ref('int_figures') }}
    where unit = 'percent' and category_id is not null

),

percentage_bases as (

    select * from {{ ref('stg_percentage_bases') }}
    where measure_id = base_measure_id and base_is_sum_of_categories

),

counts as (

    select * from {{ ref('int_counts') }}

),

totals as (

    select * from {{ ref('int_count_totals') }}

),

categories as (

    select
        measure_id,
        count(distinct category_id) as categories
    from {{ ref('stg_published_rows') }}
    group by measure_id

),

whole as (

    select parameter as whole
    from {{ ref('stg_quality_checks') }}
    where check_id = 'shares_sum_to_100'

),

implied as (

    select
        shares.authority_measure_key,
        shares.period_number,
        shares.release_order,
        max(shares.release_id) as release_id,
        max(shares.local_authority_code) as local_authority_code,
        max(shares.period_id) as period_id,
        max(shares.measure_id) as measure_id,
        min(shares.source_line) as source_line,
        cast(sum(shares.value) as decimal(18, 2)) as shares_sum,
        cast(sum({{ half_unit('shares.decimals') }}) as decimal(18, 4)) as tolerance,
        count(*) = count(shares.value) as has_all_shares,
        count(distinct shares.category_id) as categories_printed,
        cast(max({{ least_whole(
            'counts.value', 'shares.value', 'shares.decimals', 100
        ) }}) as decimal(18, 2)) as least_base,
        cast(min({{ greatest_whole(
            'counts.value', 'shares.value', 'shares.decimals', 100
        ) }}) as decimal(18, 2)) as greatest_base
    from shares
    inner join percentage_bases
        on shares.measure_id = percentage_bases.measure_id
    left join counts
        on
            {{ same_release_and_measure('shares', 'counts') }}
            and shares.category_id = counts.category_id
    group by shares.authority_measure_key, shares.period_number, shares.release_order

),

compared as (

    select
        implied.*,
        totals.total,
        coalesce(totals.is_complete, false) as has_all_counts,
        case
            when implied.has_all_shares
                then implied.shares_sum < whole.whole - implied.tolerance
        end as is_short,
        implied.categories_printed < categories.categories as lacks_a_category
    from implied
    inner join categories
        on implied.measure_id = categories.measure_id
    cross join whole
    left join totals
        on {{ same_release_and_measure('implied', 'totals') }}
    -- Of none in any category the shares are of nothing: all are printed as 0.
    where implied.shares_sum <> 0 or coalesce(totals.total, 0) <> 0 or implied.shares_sum is null

),

with_habit as (

    select
        *,
        2 * count(case when is_short then 1 end) over releases_table
        >= count(is_short) over releases_table as is_habit
    from compared
    window releases_table as (partition by authority_measure_key, release_order)

),

final as (

    select
        authority_measure_key,
        period_number,
        release_order,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        source_line,
        shares_sum,
        tolerance,
        has_all_shares,
        total,
        has_all_counts,
        least_base,
        greatest_base,
        coalesce(
            is_short and is_habit and lacks_a_category and least_base <= greatest_base, false
        ) as is_open
    from with_habit

)

select * from final
