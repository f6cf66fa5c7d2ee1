-- The number of figures in each table of each release is known from the publication itself, and so
-- is the number of claims in its text: a row lost or doubled on the way in shows here, and a change
-- of the numbers shows in review. Extracts say nothing of their number of claims.
{%- set registers = {
    'narrative_claims': not var('extracts_path'),
    'reconciliation_notes': reconciles_with_official() and not var('extracts_path'),
} %}

with

found as (

    select
        releases.release_id,
        figures.table_id,
        count(figures.value) as figures,
        count(*) - count(figures.value) as missing
    from {{ ref('int_keyed_figures') }} as figures
    inner join {{ ref('stg_releases') }} as releases
        on figures.release_order = releases.release_order
    group by releases.release_id, figures.table_id

    {% for register, is_counted in registers.items() if is_counted %}
        union all

        select
            release_id,
            '{{ register }}' as table_id,
            count(*) as figures,
            0 as missing
        from {{ ref('stg_' ~ register) }}
        group by release_id
    {% endfor %}

),

expected as (

    select
        release_id,
        table_id,
        figures,
        missing
    from {{ ref('stg_expected_row_counts') }}
    where
        true
        {% for register, is_counted in registers.items() if not is_counted %}
            and table_id <> '{{ register }}'
        {% endfor %}

)

select
    case coalesce(found.table_id, expected.table_id)
        when 'narrative_claims' then {{ extract_file('claims', "'narrative_claims'") }}
        when 'reconciliation_notes' then {{ extract_file('registers', "'reconciliation_notes'") }}
        else {{ extract_file('figures', named('coalesce(found.table_id, expected.table_id)')) }}
    end || ': release '
    || {{ named('coalesce(found.release_id, expected.release_id)') }} || ' has '
    || cast(coalesce(found.figures, 0) as {{ dbt.type_string() }}) || ' figures and '
    || cast(coalesce(found.missing, 0) as {{ dbt.type_string() }})
    || ' missing, but ' || {{ extract_file('registers', "'expected_row_counts'") }} || ' expects '
    || coalesce(cast(expected.figures as {{ dbt.type_string() }}), 'nothing') || ' and '
    || coalesce(cast(expected.missing as {{ dbt.type_string() }}), 'nothing') || '.' as message
from found
full outer join expected
    on
        found.release_id = expected.release_id
        and found.table_id = expected.table_id
where
    found.figures is distinct from expected.figures
    or found.missing is distinct from expected.missing
