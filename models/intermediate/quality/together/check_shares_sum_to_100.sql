with

share_bases as (

    select * from {{ ref('int_share_bases') }}
    where has_all_shares

),

whole as (

    select parameter as whole
    from {{ ref('stg_quality_checks') }}
    where check_id = 'shares_sum_to_100'

),

final as (

    select
        case
            when share_bases.is_open then 'outside_printed_categories' else 'shares_sum_to_100'
        end as check_id,
        share_bases.release_id,
        share_bases.local_authority_code,
        share_bases.period_id,
        share_bases.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'percent' as unit,
        share_bases.source_line,
        share_bases.shares_sum as printed_value,
        cast(whole.whole as decimal(18, 2)) as expected_value,
        share_bases.tolerance,
        'the shares sum to ' || {{ format_number('share_bases.shares_sum') }} || '%'
        || case
            when share_bases.is_open
                then '; the others are in a category that the table has no row for'
            else ''
        end as detail
    from share_bases
    cross join whole
    where abs(share_bases.shares_sum - whole.whole) > share_bases.tolerance

)

select * from final
