with

percentages as (

    select * from {{ touched(ref('int_figures')) }}
    where unit = 'percent' and category_id is not null

),

percentage_bases as (

    select * from {{ ref('percentage_bases') }}
    where measure_id = base_measure_id and base_is_sum_of_categories = 'true'

),

quality_checks as (

    select
        check_id,
        cast(parameter as decimal(18, 2)) as whole
    from {{ ref('quality_checks') }}

),

sums as (

    select
        percentages.release_id,
        percentages.local_authority_code,
        percentages.period_id,
        percentages.measure_id,
        min(percentages.source_line) as source_line,
        cast(sum(percentages.value) as decimal(18, 2)) as shares_sum,
        cast(sum({{ half_unit('percentages.decimals') }}) as decimal(18, 4)) as tolerance,
        count(*) as share_count
    from percentages
    inner join percentage_bases
        on percentages.measure_id = percentage_bases.measure_id
    group by
        percentages.release_id,
        percentages.local_authority_code,
        percentages.period_id,
        percentages.measure_id
    having count(*) = count(percentages.value)

),

final as (

    select
        quality_checks.check_id,
        sums.release_id,
        sums.local_authority_code,
        sums.period_id,
        sums.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'percent' as unit,
        sums.source_line,
        sums.shares_sum as printed_value,
        quality_checks.whole as expected_value,
        sums.tolerance,
        'the ' || cast(sums.share_count as {{ dbt.type_string() }}) || ' shares printed sum to '
        || {{ spoken('sums.shares_sum') }} || '%' as detail
    from sums
    inner join quality_checks
        on quality_checks.check_id = 'shares_sum_to_100'
    where abs(sums.shares_sum - quality_checks.whole) > sums.tolerance

)

select * from final
