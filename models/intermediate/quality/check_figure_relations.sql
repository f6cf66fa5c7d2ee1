with

counts as (

    select * from {{ ref('int_count_totals') }}

),

figure_relations as (

    select
        *,
        count(*) over (partition by check_id, measure_id) as operands
    from {{ ref('figure_relations') }}

),

measures as (

    select * from {{ ref('measures') }}

),

compared as (

    select
        figure_relations.check_id,
        figure_relations.relation,
        totals.release_id,
        totals.local_authority_code,
        totals.period_id,
        totals.measure_id,
        totals.source_line,
        totals.total,
        cast(sum(cast(figure_relations.sign as integer) * operands.total) as decimal(18, 2))
            as expected,
        string_agg(
            case figure_relations.sign when '-1' then 'less ' else '' end
            || lower(measures.measure_name) || ' ' || {{ spoken('operands.total') }}, ', '
            order by figure_relations.sign desc, measures.measure_name asc
        ) as operand_list
    from figure_relations
    inner join counts as totals
        on figure_relations.measure_id = totals.measure_id
    inner join counts as operands
        on
            totals.release_id = operands.release_id
            and totals.local_authority_code = operands.local_authority_code
            and totals.period_id = operands.period_id
            and figure_relations.operand_measure_id = operands.measure_id
    inner join measures
        on operands.measure_id = measures.measure_id
    where
        totals.is_complete
        -- Parts known in part are still a least sum.
        and (operands.is_complete or figure_relations.relation = 'at_least')
    group by
        figure_relations.check_id,
        figure_relations.relation,
        figure_relations.operands,
        totals.release_id,
        totals.local_authority_code,
        totals.period_id,
        totals.measure_id,
        totals.source_line,
        totals.total
    having figure_relations.relation = 'at_least' or count(*) = figure_relations.operands

),

final as (

    select
        check_id,
        release_id,
        local_authority_code,
        period_id,
        measure_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        'count' as unit,
        source_line,
        total as printed_value,
        expected as expected_value,
        cast(0 as decimal(18, 4)) as tolerance,
        'printed as ' || {{ spoken('total') }} || ', against ' || operand_list as detail
    from compared
    where
        (relation = 'equals' and total <> expected)
        or (relation = 'at_least' and total < expected)

)

select * from final
