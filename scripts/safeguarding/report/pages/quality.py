"""The quality statement: what the figures are fit for, how they are revised, what is not met.

Its points stand in `quality_points.csv`, with the names of figures in braces.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.published.marts import records, written
from safeguarding.published.standings import Standing, changed_between, changed_by, counted
from safeguarding.report.report_model import Page, Row, Section, Table, slug_of
from safeguarding.warehouse.compiled_project import literal

POINTS = Path(__file__).parent / "quality_points.csv"
REVISIONS = "Revisions policy"  # the part that the cases of revisions belong to
MONTHS_OF_A_YEAR = 12
Point = dict[str, str]  # subject, state, statement, evidence

OWN = "local_authority_code = coalesce($authority, local_authority_code)"
STANDINGS = f"select standing from marts.fct_figures where {OWN} and not is_calculated"
FIGURES = f"""
from (
    select
        count(*) as figures,
        count(*) filter (standing in ('unreconciled', 'incomplete', 'contradicted')) as doubtful,
        count(*) filter (standing = 'provisional') as provisional,
        count(revision_cases) filter (standing = 'provisional') as with_cases
    from marts.fct_figures where {OWN} and not is_calculated
), (
    select
        count(*) filter (verdict in ('equal', 'close', 'differs')) as compared,
        count(*) filter (verdict = 'equal') as equal,
        count(*) filter (verdict = 'close') as close,
        count(*) filter (verdict = 'differs') as differ
    from marts.fct_reconciliation where {OWN} and is_same_definition
), (
    select
        count(*) as contradictions,
        count(*) filter (is_explained) as explained,
        count(*) filter (is_explained is not true and known_issue_id is not null) as examined,
        count(*) filter (is_explained is not true and known_issue_id is null) as open
    from marts.fct_quality_findings where {OWN} and severity = 'error'
), (select count(*) as breaks from marts.dim_series_break where {OWN}
), (select count(*) as revised from marts.fct_revisions where {OWN})
"""
RELEASES = f"""
select distinct financial_year, published_date from marts.dim_release
where release_id in (select release_id from marts.fct_observations where {OWN})
order by 1, 2
"""
CASES = f"""
select distinct measure_name, revision_cases, least_revision_pct, greatest_revision_pct
from marts.fct_figures inner join marts.dim_measure using (measure_id)
where {OWN} and revision_cases is not null and not is_calculated
order by 1
"""


def statement(
    connection: duckdb.DuckDBPyConnection, authority: str | None = None
) -> dict[str, list[Point]]:
    """Give the points of each part, by its heading, with figures read from a warehouse.

    Args:
        connection: A database whose schema `marts` holds the published tables; only read.
        authority: ONS code of the one authority that it is about; all if None.

    Raises:
        duckdb.Error: A table is lacking.
    """
    own = literal(authority) if authority else "null"

    def rows(query: str) -> list[dict[str, Any]]:
        return records(connection.execute(query.replace("$authority", own)))

    figures = {
        **rows(FIGURES)[0],
        "standings": counted(Standing(row["standing"]) for row in rows(STANDINGS)),
        "timeliness": " ".join(_timeliness(**row) for row in rows(RELEASES)),
    }
    parts: dict[str, list[Point]] = {}
    with POINTS.open(encoding="utf-8", newline="") as file:
        for point in csv.DictReader(file):
            point["statement"] = point["statement"].format_map(figures)
            parts.setdefault(point.pop("part"), []).append(point)
    parts[REVISIONS] += [_case(**row) for row in rows(CASES)]
    return parts


def table_of(points: Sequence[Point]) -> Iterator[list[str]]:
    """Give a part as rows, the headings first; with its state only where that is the question."""
    columns = ["subject", "state", "statement", "evidence"]
    if not any(point["state"] for point in points):
        columns.remove("state")
    yield [column.capitalize() for column in columns]
    yield from ([point[column] for column in columns] for point in points)


def statement_page(parts: Mapping[str, list[Point]]) -> Page:
    """Give the statement as a page of a report; how figures are revised stands on another."""
    sections = (
        points_section(heading, points) for heading, points in parts.items() if heading != REVISIONS
    )
    return Page("quality-statement", "Quality statement", tuple(sections))


def points_section(heading: str, points: Sequence[Point]) -> Section:
    """Give a part of the statement as a section of a page."""
    headers, *rows = table_of(points)
    cells = tuple(Row(row[0], tuple(cell.replace("`", "") for cell in row[1:])) for row in rows)
    return Section(heading, tables=(Table(slug_of(heading), heading, tuple(headers), cells),))


def _timeliness(financial_year: str, published_date: date) -> str:
    return (
        f"The report of {financial_year} was published on {written(published_date)}, "
        f"{_months_after(financial_year, published_date)} months after the year's end."
    )


def _months_after(year: str, day: date) -> int:
    """Give whole months from a financial year's end, 31 March, to a day."""
    end = date(int(year[:4]) + 1, 3, 31)
    months = (day.year - end.year) * MONTHS_OF_A_YEAR + day.month - end.month
    return months if (day.month, day.day) == (3, 31) else months - (day.day < end.day)


def _case(measure_name: str, revision_cases: int, **bounds: Any) -> Point:  # noqa: ANN401
    least, greatest = bounds.values()
    told = (
        f"The one last quarter that was printed again {changed_by(greatest)}. One case says little"
        " of what the next revision will be."
        if revision_cases == 1
        else f"Of {revision_cases} last quarters that were printed again, "
        f"{changed_between(least, greatest)}."
    )
    evidence = "`fct_figures.revision_cases`"
    return {"subject": measure_name, "state": "", "statement": told, "evidence": evidence}
