"""Explain the rows that data tests return, by the seeds behind them, first causes only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from safeguarding.homes import working_project
from safeguarding.warehouse import seed_files

Row = dict[str, Any]
Failure = tuple[str, list[Row]]  # a test's name, and rows that it returned
RELEASES = "releases_are_understood"
UNDERSTOOD = (
    RELEASES,
    "measures_are_declared",
    "figures_are_readable",
    "registers_are_understood",
    "claims_are_understood",
)
APART = "official"  # not caused by any council's seed


def first_causes(failures: Iterable[Failure]) -> tuple[list[Failure], list[str]]:
    """Leave out failures that only follow from others.

    If a value cannot be read, every figure that depends on it is missing elsewhere: in counts,
    series and explanations. If a release cannot be read, it is unknown to its figures.

    Returns:
        The failures to show, and the names of the tests that may fail because of them.
    """
    failures = list(failures)
    unknown = {row["release_id"] for test, rows in failures if test == RELEASES for row in rows}
    causes = []
    for test, rows in failures:
        left = [row for row in rows if test == RELEASES or not _hangs_on(row, unknown)]
        if test in UNDERSTOOD and left:
            causes.append((test, left))
    if not causes:
        return failures, []
    apart = [(test, rows) for test, rows in failures if test.startswith(APART)]
    shown = {test for test, _ in causes + apart}
    return causes + apart, [test for test, _ in failures if test not in shown]


def _hangs_on(row: Row, releases: set[Any]) -> bool:
    return row.get("column_name") == "release_id" and row.get("found") in releases


def message_of(test: str, row: Row, project: Path = Path()) -> str:
    """Explain a row that a data test returned, by the seeds below the project or of a home."""
    if row.get("seed_file"):
        return working_project.in_home(seed_message(row, project), project)
    if row.get("message"):
        return working_project.in_home(str(row["message"]), project)
    named = ", ".join(f"{key} {value}" for key, value in row.items() if value is not None)
    return f"The test {test} failed for {named or 'an empty row'}."


def seed_message(row: Row, project: Path) -> str:
    """Name the file, row and column of a seed's value that cannot be used.

    The row is the one that agrees in every column that the test and the file share.
    """
    root, name = working_project.kept_file(project, row["seed_file"], row.get("release_id"))
    path = root / name
    if not path.is_file():
        return extract_message(row)
    header, *records = seed_files.numbered(path.read_bytes().decode("utf-8-sig"))
    numbers = [
        str(number)
        for number, cells in records
        if all(
            (cell or None) == row[name]
            for name, cell in zip(header[1], cells, strict=False)
            if name in row
        )
    ]
    where = f"row {' and '.join(numbers)}, " if numbers else ""
    return (
        f"{name} {where}column {row['column_name']}: "
        f"found {found_in(row)}, expected {row['expected']}."
    )


def extract_message(row: Row) -> str:
    """Describe an extract's row by its contents: its files have no line numbers."""
    said = ("seed_file", "column_name", "found", "expected")
    where = ", ".join(f"{key} {value}" for key, value in row.items() if key not in said and value)
    return (
        f"{row['seed_file']} ({where}), column {row['column_name']}: found {found_in(row)},"
        f" expected {row['expected']}."
    )


def found_in(row: Row) -> str:
    """Return the value in the column that a test names, in words or quoted."""
    return "nothing" if row["found"] is None else f"'{row['found']}'"
