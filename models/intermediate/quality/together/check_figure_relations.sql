with

counts as (

    select * from {{ ref('int_count_totals') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

releases as (

    select * from {{ ref('stg_releases') }}

),

periods as (

    select distinct
        period_number,
        period_id
    from {{ ref('int_period_labels') }}

),

series as (

    select distinct
        authority_measure_key,
        local_authority_code,
        measure_id
    from {{ ref('int_series') }}

),

figure_relations as (

    select
        *,
        cast(
            dense_rank() over (
                order by check_id asc, measure_id asc, coalesce(local_authority_code, '') asc
            ) as integer
        ) as relation_number,
        count(*) over (
            partition by check_id, measure_id, local_authority_code
        ) as operands
    from {{ ref('stg_figure_relations') }}

),

-- Of each authority that prints what is related to something.
relations as (

    select
        figure_relations.relation_number,
        figure_relations.check_id,
        figure_relations.relation = 'at_least' as is_least,
        figure_relations.operands,
        figure_relations.operand_measure_id,
        figure_relations.sign,
        totals.authority_measure_key,
        operands.authority_measure_key as operand_key
    from figure_relations
    inner join series as totals
        on
            figure_relations.measure_id = totals.measure_id
            and coalesce(figure_relations.local_authority_code, totals.local_authority_code)
            = totals.local_authority_code
    inner join series as operands
        on
            totals.local_authority_code = operands.local_authority_code
            and figure_relations.operand_measure_id = operands.measure_id

),

printed as (

    select
        relations.relation_number,
        relations.is_least,
        relations.operands,
        relations.sign,
        relations.operand_key,
        totals.authority_measure_key,
        totals.period_number,
        totals.release_order,
        totals.total,
        totals.source_line,
        operands.total as operand_total,
        operands.is_complete as is_complete_operand,
        operands.release_order as operand_release_order,
        releases.is_of_records
    from relations
    inner join counts as totals
        on relations.authority_measure_key = totals.authority_measure_key
    inner join releases
        on totals.release_order = releases.release_order
    left join counts as operands
        on
            relations.operand_key = operands.authority_measure_key
            and totals.period_number = operands.period_number
            and totals.release_order = operands.release_order
    where totals.is_complete

),

-- What a release does not print of a period is taken from the latest release that does; what is
-- printed, from none that is counted from records.
latest as (

    select
        counts.authority_measure_key,
        counts.period_number,
        releases.is_of_records,
        max(counts.release_order) as release_order
    from counts
    inner join releases
        on counts.release_order = releases.release_order
    group by counts.authority_measure_key, counts.period_number, releases.is_of_records

),

elsewhere as (

    select
        printed.relation_number,
        printed.is_least,
        printed.operands,
        printed.sign,
        printed.operand_key,
        printed.authority_measure_key,
        printed.period_number,
        printed.release_order,
        printed.total,
        printed.source_line,
        counts.total as operand_total,
        counts.is_complete as is_complete_operand,
        counts.release_order as operand_release_order,
        printed.is_of_records
    from printed
    inner join latest
        on
            printed.operand_key = latest.authority_measure_key
            and printed.period_number = latest.period_number
            and printed.is_of_records = latest.is_of_records
    inner join counts
        on {{ same_release_and_measure('latest', 'counts') }}
    where printed.operand_release_order is null

),

pairs as (

    select * from printed
    where operand_release_order is not null

    union all

    select * from elsewhere

),

compared as (

    select
        relation_number,
        authority_measure_key,
        period_number,
        release_order,
        max(total) as total,
        max(source_line) as source_line,
        max(is_least) as is_least,
        cast(sum(sign * operand_total) as decimal(18, 2)) as expected
    from pairs
    where
        -- Parts known in part are still a least sum.
        is_complete_operand or (is_least and operand_total is not null)
    group by relation_number, authority_measure_key, period_number, release_order
    having max(is_least) or count(*) = max(operands)

),

failing as (

    select * from compared
    where total < expected or (not is_least and total <> expected)

),

-- Words for the few that fail: for all they would take longer than the comparison.
operand_lists as (

    select
        failing.relation_number,
        failing.authority_measure_key,
        failing.period_number,
        failing.release_order,
        max(relations.check_id) as check_id,
        {{ ordered_string_agg(
            "case relations.sign when -1 then 'less ' else '' end || "
            ~ within_a_sentence('measures.measure_name')
            ~ " || ' ' || "
            ~ format_number('pairs.operand_total')
            ~ " || case when pairs.operand_release_order <> failing.release_order"
            ~ " then ' in ' || releases.release_id else '' end",
            'relations.sign desc, measures.measure_name asc'
        ) }} as operand_list
    from failing
    inner join pairs
        on
            failing.relation_number = pairs.relation_number
            and failing.authority_measure_key = pairs.authority_measure_key
            and failing.period_number = pairs.period_number
            and failing.release_order = pairs.release_order
    inner join relations
        on
            pairs.relation_number = relations.relation_number
            and pairs.authority_measure_key = relations.authority_measure_key
            and pairs.operand_key = relations.operand_key
    inner join measures
        on relations.operand_measure_id = measures.measure_id
    inner join releases
        on pairs.operand_release_order = releases.release_order
    group by
        failing.relation_number,
        failing.authority_measure_key,
        failing.period_number,
        failing.release_order

),

final as (

    select
        operand_lists.check_id,
        releases.release_id,
        series.local_authority_code,
        periods.period_id,
        series.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'count' as unit,
        failing.source_line,
        failing.total as printed_value,
        failing.expected as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || {{ format_number('failing.total') }}
        || ', against ' || operand_lists.operand_list as detail
    from failing
    inner join series
        on failing.authority_measure_key = series.authority_measure_key
    inner join periods
        on failing.period_number = periods.period_number
    inner join releases
        on failing.release_order = releases.release_order
    inner join operand_lists
        on
            failing.relation_number = operand_lists.relation_number
            and failing.authority_measure_key = operand_lists.authority_measure_key
            and failing.period_number = operand_lists.period_number
            and failing.release_order = operand_lists.release_order

)

select * from final
