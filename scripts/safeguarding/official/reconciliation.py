"""Write every comparison of a report with official statistics as a page.

Usage: python -m safeguarding.official.reconciliation [--warehouse FILE] [--report FILE]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.published.catalogue import WAREHOUSE
from safeguarding.warehouse.compiled_project import rows_of
from safeguarding.warehouse.seed_files import PROJECT

REPORT = PROJECT / "docs" / "reconciliation.md"
VERDICTS = ("equal", "close", "differs", "suppressed", "only in report", "only in DfE")
PER_CENT = 100

COMPARED = """
    with categories as (
        select
            referral_source_id as category_id,
            referral_source_name as category_name,
            sort_order
        from marts.dim_referral_source
        union all
        select cpp_category_id, cpp_category_name, sort_order from marts.dim_cpp_category
    )

    select
        local_authority_name, measure_name, category_name, period_id, unit, made_of,
        report_value, official_value, marker, is_official_calculated, verdict,
        is_same_definition, definition_note, note_id, explanation
    from marts.fct_reconciliation
    inner join marts.dim_local_authority using (local_authority_code)
    inner join marts.dim_measure using (measure_id)
    left join categories using (category_id)
    order by
        local_authority_name, measure_id, sort_order nulls first, unit, category_name, period_id
"""
TOLERANCE = "select parameter from raw.quality_checks where check_id = 'differs_from_official'"
NOT_COMPARED = """
    select measure_name, category_id, unit, note
    from raw.official_correspondences
    inner join marts.dim_measure using (measure_id)
    where official_measure_id is null
    order by measure_name, unit
"""
MADE_OF = {
    "figure": "",
    "categories": "; the report's categories added up",
    "quarters": "; the report's quarters added up",
}


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page, from a warehouse.

    Args:
        connection: One to a warehouse that a build published.

    Raises:
        duckdb.Error: It has no reconciliation.
    """
    rows = rows_of(connection.sql(COMPARED))
    (tolerance,) = connection.sql(TOLERANCE).fetchone() or ("",)
    lines = [
        "# Reports beside official statistics",
        "",
        "What each council's latest report prints and what DfE publishes for the same thing, from",
        "`fct_reconciliation`. Written by `make pages`; a test compares it",
        "with the warehouse.",
        "",
        "Nothing is filled in: where a report lost a figure, DfE's is beside the gap. `equal`",
        "allows what rounding can make, `close` a difference of at most",
        f"{format_number(PER_CENT * Decimal(tolerance))}% of DfE's figure. DfE's figures marked *"
        " are calculated from its",
        "counts. Source: Department for Education, Open Government Licence v3.0.",
        "",
        "| verdict | comparisons |",
        "|---|---|",
        *(f"| {verdict} | {_count(rows, verdict)} |" for verdict in VERDICTS),
        "",
    ]
    name = ""
    for title, group in _groups(rows):
        if group[0]["local_authority_name"] != name:
            name = group[0]["local_authority_name"]
            lines += [f"## {name}", ""]
        lines += [f"### {title}", ""]
        if group[0]["definition_note"]:
            lines += [str(group[0]["definition_note"]), ""]
        lines += ["| year | report | DfE | verdict | explanation |", "|---|---|---|---|---|"]
        lines += [_line(row) for row in group] + [""]
    lines += ["## What has no counterpart", "", "| measure | unit | why |", "|---|---|---|"]
    for row in rows_of(connection.sql(NOT_COMPARED)):
        of = f" ({row['category_id']})" if row["category_id"] else ""
        lines.append(f"| {row['measure_name']}{of} | {row['unit']} | {row['note']} |")
    return "\n".join(lines) + "\n"


def _count(rows: Sequence[dict[str, Any]], verdict: str) -> int:
    return sum(row["verdict"] == verdict for row in rows)


def _groups(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield a heading for each authority, measure, category and unit, and its rows."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        category = f": {row['category_name']}" if row["category_name"] else ""
        unit = "number" if row["unit"] == "count" else row["unit"]
        title = f"{row['measure_name']}{category} ({unit}{MADE_OF[row['made_of']]})"
        groups.setdefault((row["local_authority_name"], title), []).append(row)
    for (_, title), group in groups.items():
        yield title, group


def _line(row: dict[str, Any]) -> str:
    report = "" if row["report_value"] is None else format_number(row["report_value"])
    official = row["marker"] or ""
    if row["official_value"] is not None:
        official = format_number(row["official_value"]) + (
            "*" if row["is_official_calculated"] else ""
        )
    why = row["explanation"] or ""
    if row["verdict"] == "differs" and not why:
        why = "unexplained" if row["is_same_definition"] else "different definition"
    return f"| {row['period_id']} | {report} | {official} | {row['verdict']} | {why} |"


def format_number(number: Decimal) -> str:
    """Format a number without trailing zeros, with thousands separators: `1,460`, `21.8`."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; return 0, or 2 if there is no warehouse."""
    parser = argparse.ArgumentParser(description="Reports beside official statistics, as a page.")
    parser.add_argument("--warehouse", type=Path, default=PROJECT / WAREHOUSE)
    parser.add_argument("--report", type=Path, default=REPORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        with duckdb.connect(str(options.warehouse), read_only=True) as connection:
            content = page(connection)
    except duckdb.Error as error:
        print(f"{options.warehouse} could not be read: {error}. Run make build first.",
              file=sys.stderr)  # fmt: skip
        return 2
    options.report.write_text(content, encoding="utf-8")
    print(f"{options.report} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
