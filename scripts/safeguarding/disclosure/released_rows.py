"""Write the SQL of the rows and texts of a table that an audience may see.

Hidden figures are in the temporary tables `hidden`, `controlled` and `figures` that
`disclosure.hidden_figures` makes; the SQL calls the table's rows `rows`.
"""

from __future__ import annotations

from safeguarding.disclosure.known_counts import CALCULATED, TOTAL
from safeguarding.published.catalogue import Column, Table

# Tables whose texts hold figures: a row that may hold an unreleased figure is left out.
_OF_A_FACT = """
        exists (
            select * from hidden
            where
                hidden.scope = 'fact'
                and hidden.local_authority_code = rows.local_authority_code
                and hidden.period_id = rows.period_id
                and hidden.category_id is not distinct from rows.category_id
                and hidden.unit in (rows.unit, {unit})
                and hidden.measure_id in (rows.measure_id, rows.measure_id || '{total}', {net})
        )"""
LEFT_OUT = {
    "dim_series_break": """
        exists (select * from controlled where controlled.release_id = rows.release_id)""",
    # The rest is the total less the categories: it would reveal a hidden category.
    "fct_cpp_by_category": """
        rows.cpp_category_id = 'not_printed'
        and exists (
            select * from hidden
            where
                hidden.scope = 'fact'
                and hidden.measure_id like 'cpp_started%'
                and hidden.local_authority_code = rows.local_authority_code
                and hidden.period_id = rows.period_id
        )""",
    "fct_figures": _OF_A_FACT.format(
        unit="'calculated'", total=TOTAL, net=f"rows.measure_id || '{CALCULATED}'"
    ),
    "fct_best_figures": _OF_A_FACT.format(unit="rows.unit", total=TOTAL, net="rows.measure_id"),
    # A year total needs all four quarters, so it says no more than they do.
    "fct_metrics": f"""
        exists (
            select * from hidden
            where
                hidden.scope = 'fact'
                and hidden.local_authority_code = rows.local_authority_code
                and case rows.metric_kind when 'year total' then hidden.period_id[:7]
                    else hidden.period_id end = rows.period_id
                and (
                    hidden.category_id is not distinct from rows.category_id
                    and hidden.unit = rows.unit
                    and hidden.measure_id in (rows.measure_id, rows.measure_id || '{TOTAL}')
                    or hidden.category_id is null
                    and hidden.measure_id
                        in (rows.base_measure_id, rows.base_measure_id || '{TOTAL}')
                )
        )""",
    "fct_revisions": """
        exists (
            select * from controlled
            where controlled.release_id in (rows.earlier_release_id, rows.later_release_id)
        )""",
    # A check may compare with any figure up to its own period, of any release.
    "fct_quality_findings": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and figures.period_id[:7] <= rows.period_id[:7]
        )""",
    # A figure for the year may be the sum of quarters or categories of several releases.
    "fct_reconciliation": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and figures.period_id[:7] = rows.period_id
        )""",
    # Of a computed figure and the printed one beside it, which may be of another measure.
    "fct_three_ways": f"""
        exists (
            select * from hidden
            where
                hidden.local_authority_code = rows.local_authority_code
                and hidden.period_id = rows.period_id
                and hidden.category_id is not distinct from rows.category_id
                and hidden.unit in (rows.unit, 'calculated')
                and replace(replace(hidden.measure_id, '{TOTAL}', ''), '{CALCULATED}', '') in (
                    rows.measure_id,
                    (
                        select read.compared_with_measure_id from raw.record_definitions as read
                        where read.measure_id = rows.measure_id
                    )
                )
        )""",
    # A claim is computed from the figures known when it was published.
    "fct_narrative_claims": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            inner join marts.dim_release as theirs on figures.release_id = theirs.release_id
            inner join marts.dim_release as its on rows.release_id = its.release_id
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and theirs.published_date <= its.published_date
        )""",
}


# Free text of a controlled release, which may say anything, and its replacement.
REPLACED_TEXTS = {
    "dim_release": {
        # Of what a title says, only that no child is behind the figures.
        "title": """
            case
                when contains(rows.title, 'SYNTHETIC') then 'Unpublished SYNTHETIC records'
                else 'Unpublished report'
            end""",
        "publisher": "'Not published'",
        "licence": "null",
        "source_url": "null",
    },
    "fct_observations": {
        "row_label": """
            coalesce(
                (
                    select min(labels.row_name) from raw.published_rows as labels
                    where
                        labels.table_id = rows.table_id
                        and labels.measure_id = rows.measure_id
                        and labels.category_id is not distinct from rows.category_id
                        and labels.unit = rows.unit
                ),
                rows.measure_id
            )""",
        "source_table": "rows.table_id",
        "value_as_printed": """
            case
                when regexp_full_match(rows.value_as_printed, '[-+0-9., %]*')
                    then rows.value_as_printed
            end""",
        "qualifier": "null",
        "period_as_printed": "rows.period_id",
        "note": "null",
        "standing_reason": "null",
    },
    "fct_figures": {"standing_reason": "null"},
}


def row_filter(table: Table) -> str:
    """Return the SQL condition that leaves out rows of a table."""
    return f"where not ({LEFT_OUT[table.name]})" if table.name in LEFT_OUT else ""


def released_text(table: Table, column: Column) -> str:
    """Return the SQL of a column, with its text replaced for controlled releases."""
    replaced = REPLACED_TEXTS.get(table.name, {}).get(column.name)
    if replaced is None:
        return f"rows.{column.name}"
    return (
        "case when rows.release_id in (select controlled.release_id from controlled)"
        f" then {replaced} else rows.{column.name} end as {column.name}"
    )
