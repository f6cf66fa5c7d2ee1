"""An order for SYNTHETIC releases, and the tables of numbers that they are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb
import pandas as pd

from support.synthetic_releases.councils import Council
from support.synthetic_releases.figures import Book, Key
from support.synthetic_releases.timetable import Timetable

Format = Literal["parquet", "csv"]

REGISTERS = {
    "releases": "release_id title publisher published_date financial_year licence source_url"
    " is_published",
    "expected_row_counts": "release_id table_id figures missing",
    "adjudications": "release_id local_authority_code measure_id category_id period_id unit"
    " source_line reason",
    "known_issues": "known_issue_id check_id release_id local_authority_code period_id measure_id"
    " category_id printed_value expected_value covers standing reason evidence",
    "printed_precision": "local_authority_code measure_id period_id unit decimals reason",
    "series_breaks": "release_id local_authority_code measure_id category_id period_id reason",
    "reconciliation_notes": "note_id release_id local_authority_code period_id measure_id"
    " category_id unit report_value official_value covers standing reason evidence",
    "narrative_claims": "claim_id reading_number release_id local_authority_code paragraph"
    " source_line statement word_id claimed_value claimed_decimals comparison reading evidence"
    " formula measure_id category_id unit period_id less_measure_id base_measure_id"
    " base_category_id base_unit base_period_id stated_value stated_line explanation",
}
# Where each table stands in a release: its number and the line before its first row.
TABLES = {
    "contacts_and_referrals": ("15.1", 80),
    "section_47_and_assessments": ("16", 100),
    "child_protection_plans": ("17", 110),
    "children_looked_after": ("18", 130),
    "care_flows": ("18.2", 140),
    "uasc_arrivals": ("19.1", 150),
    "uasc_care_leavers": ("19.2", 160),
    "headline_figures": ("", 170),
}
UNITS = ("count", "percent", "rate_per_10000")


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        authorities: Number of authorities, the first by code.
        timetable: Which releases each publishes.
        seed: The same seed makes the same figures.
        output: New folder for the extracts.
        form: Format of the files.
        planted_share: Share of the figures to be made wrong.
        revised_share: Share of provisional counts that the next release changes.
        is_explained: Whether known issues explain the planted errors.
    """

    authorities: int
    timetable: Timetable
    seed: int
    output: Path
    form: Format = "parquet"
    planted_share: float = 0.0
    revised_share: float = 0.02
    is_explained: bool = True


@dataclass(frozen=True)
class Made:
    """What was made: numbers of rows."""

    releases: int
    figures: int
    missing: int
    revisions: int
    planted: int
    findings: int


@dataclass
class Work:
    """The tables of numbers that everything is written from."""

    connection: duckdb.DuckDBPyConnection
    order: Order
    councils: Sequence[Council]
    book: Book
    series: list[Key] = field(default_factory=list)
    breaks: Mapping[int, int] = field(default_factory=dict)


def copy(work: Work, name: str, query: str) -> None:
    """Write what a query gives as the one file of an extract."""
    folder = work.order.output / name
    folder.mkdir()
    form = work.order.form
    options = "format csv, header" if form == "csv" else "format parquet"
    work.connection.execute(f"copy ({query}) to '{folder / f'part-0.{form}'}' ({options})")


def make_table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Make a table out of rows; those columns that may be blank keep their type."""
    frame = pd.DataFrame(rows)
    for column in ("text", "line"):
        if column in frame:
            frame[column] = frame[column].astype("string" if column == "text" else "Int64")
    connection.register("frame", frame)
    connection.execute(f"create table {name} as select * from frame")
    connection.unregister("frame")


def make_text_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Make `register_<name>` out of rows, every column text, a blank being null."""
    typed = ", ".join(f"{column} varchar" for column in columns)
    connection.execute(f"create table register_{name} ({typed})")
    if rows:
        connection.executemany(
            f"insert into register_{name} values ({', '.join('?' * len(columns))})",
            [[str(row.get(column, "")) or None for column in columns] for row in rows],
        )


def number_of(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one whole number that a query gives."""
    return int(connection.execute(query).fetchall()[0][0])
