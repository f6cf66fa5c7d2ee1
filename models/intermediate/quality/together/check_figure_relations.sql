with

counts as (

    select * from {{ ref('int_count_totals') }}

),

figure_relations as (

    select
        *,
        count(*) over (
            partition by check_id, measure_id, local_authority_code
        ) as operands
    from {{ ref('stg_figure_relations') }}

),

measures as (

    select * from {{ ref('stg_measures') }}

),

-- What a release does not print of a period is taken from the latest release that does.
latest as (

    select
        *,
        release_order = max(release_order) over (
            partition by local_authority_code, period_id, measure_id
        ) as is_latest
    from counts

),

asked as (

    select
        figure_relations.check_id,
        figure_relations.relation,
        figure_relations.operands,
        figure_relations.operand_measure_id,
        figure_relations.sign,
        totals.release_id,
        totals.local_authority_code,
        totals.period_id,
        totals.measure_id,
        totals.source_line,
        totals.total
    from figure_relations
    inner join counts as totals
        on
            figure_relations.measure_id = totals.measure_id
            and coalesce(figure_relations.local_authority_code, totals.local_authority_code)
            = totals.local_authority_code
    where totals.is_complete

),

pairs as (

    select
        asked.*,
        operands.total as operand_total,
        operands.is_complete as is_complete_operand,
        operands.release_id as operand_release_id
    from asked
    inner join latest as operands
        on
            asked.local_authority_code = operands.local_authority_code
            and asked.period_id = operands.period_id
            and asked.operand_measure_id = operands.measure_id
            and (asked.release_id = operands.release_id or operands.is_latest)
    qualify
        row_number() over (
            partition by
                asked.check_id,
                asked.release_id,
                asked.local_authority_code,
                asked.period_id,
                asked.measure_id,
                asked.operand_measure_id
            order by case when asked.release_id = operands.release_id then 0 else 1 end asc
        ) = 1

),

compared as (

    select
        check_id,
        relation,
        operands,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        source_line,
        total,
        cast(sum(sign * operand_total) as decimal(18, 2)) as expected
    from pairs
    where
        -- Parts known in part are still a least sum.
        is_complete_operand or (relation = 'at_least' and operand_total is not null)
    group by
        check_id,
        relation,
        operands,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        source_line,
        total
    having relation = 'at_least' or count(*) = operands

),

failing as (

    select * from compared
    where
        (relation = 'equals' and total <> expected)
        or (relation = 'at_least' and total < expected)

),

-- Words for the few that fail: for all they would take longer than the comparison.
operand_lists as (

    select
        failing.check_id,
        failing.release_id,
        failing.local_authority_code,
        failing.period_id,
        failing.measure_id,
        {{ ordered_string_agg(
            "case pairs.sign when -1 then 'less ' else '' end || lower(measures.measure_name) || ' ' || "
            ~ format_number('pairs.operand_total')
            ~ " || case when pairs.operand_release_id <> failing.release_id"
            ~ " then ' in ' || pairs.operand_release_id else '' end",
            'pairs.sign desc, measures.measure_name asc'
        ) }} as operand_list
    from failing
    inner join pairs
        on
            failing.check_id = pairs.check_id
            and failing.release_id = pairs.release_id
            and failing.local_authority_code = pairs.local_authority_code
            and failing.period_id = pairs.period_id
            and failing.measure_id = pairs.measure_id
    inner join measures
        on pairs.operand_measure_id = measures.measure_id
    group by
        failing.check_id,
        failing.release_id,
        failing.local_authority_code,
        failing.period_id,
        failing.measure_id

),

final as (

    select
        failing.check_id,
        failing.release_id,
        failing.local_authority_code,
        failing.period_id,
        failing.measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'count' as unit,
        failing.source_line,
        failing.total as printed_value,
        failing.expected as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || {{ format_number('failing.total') }}
        || ', against ' || operand_lists.operand_list as detail
    from failing
    inner join operand_lists
        on
            failing.check_id = operand_lists.check_id
            and failing.release_id = operand_lists.release_id
            and failing.local_authority_code = operand_lists.local_authority_code
            and failing.period_id = operand_lists.period_id
            and failing.measure_id = operand_lists.measure_id

)

select * from final
