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

printed as (

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
        totals.total,
        operands.total as operand_total,
        operands.is_complete as is_complete_operand,
        operands.release_id as operand_release_id
    from figure_relations
    inner join counts as totals
        on
            figure_relations.measure_id = totals.measure_id
            and coalesce(figure_relations.local_authority_code, totals.local_authority_code)
            = totals.local_authority_code
    left join counts as operands
        on
            totals.release_id = operands.release_id
            and totals.local_authority_code = operands.local_authority_code
            and totals.period_id = operands.period_id
            and figure_relations.operand_measure_id = operands.measure_id
    where totals.is_complete

),

-- What a release does not print of a period is taken from the latest release that does.
elsewhere as (

    select
        printed.check_id,
        printed.relation,
        printed.operands,
        printed.operand_measure_id,
        printed.sign,
        printed.release_id,
        printed.local_authority_code,
        printed.period_id,
        printed.measure_id,
        printed.source_line,
        printed.total,
        counts.total as operand_total,
        counts.is_complete as is_complete_operand,
        counts.release_id as operand_release_id
    from printed
    inner join counts
        on
            printed.local_authority_code = counts.local_authority_code
            and printed.period_id = counts.period_id
            and printed.operand_measure_id = counts.measure_id
    where printed.operand_release_id is null
    qualify
        row_number() over (
            partition by
                printed.check_id,
                printed.release_id,
                printed.local_authority_code,
                printed.period_id,
                printed.measure_id,
                printed.operand_measure_id
            order by counts.release_order desc
        ) = 1

),

pairs as (

    select * from printed
    where operand_release_id is not null

    union all

    select * from elsewhere

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
