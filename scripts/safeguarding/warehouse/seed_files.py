"""Read the seed files, and report what prevents one from being loaded.

dbt tests check what the figures mean. This checks only what would stop the loading or load wrongly:
the encoding, the header and the number of cells of each row. A file saved by a spreadsheet as "CSV
UTF-8" (with a byte-order mark and other line ends) is read the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from safeguarding.homes import places

PROJECT = places.project()
Row = dict[str, str]


class UnreadableSeedsError(Exception):
    """Seeds cannot be read; `problems` has a sentence for each fault."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Store the sentences."""
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def declared_columns(project: Path = PROJECT) -> dict[Path, list[str]]:
    """Return the columns that each seed should have.

    Returns:
        For each CSV file below `seeds/`, the names under its `column_types`, in order: from its
        own data sheet, or for a figure seed from `dbt_project.yml`.

    Raises:
        KeyError: A seed declares no columns anywhere.
        OSError: A seed has no data sheet.
    """
    project_config = _load_yaml(project / "dbt_project.yml")
    by_folder = project_config["seeds"][project_config["name"]]
    columns = {}
    for path in sorted((project / "seeds").rglob("*.csv")):
        sheet = _load_yaml(path.with_suffix(".yml"))["seeds"][0]
        types = sheet["config"].get("column_types") or by_folder[path.parent.name]["+column_types"]
        columns[path] = list(types)
    return columns


def problems(project: Path = PROJECT) -> Iterator[str]:
    """Report faults of the seed files: file, row, what was found, what was expected."""
    for path, columns in declared_columns(project).items():
        name = path.relative_to(project).as_posix()
        yield from (f"{name}{problem}" for problem in read(path, columns)[1])


def read(path: Path, columns: Sequence[str] = ()) -> tuple[list[Row], list[str]]:
    """Read the rows of a seed, every value text.

    Args:
        path: The seed.
        columns: The columns that it should have; by default those that it has.

    Returns:
        Its rows, and its problems, each beginning with the row so that the file's name can be put
        before it. Use the rows only if there are no problems.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return [], [
            f": it cannot be read ({error.strerror}). Change its permissions, or restore it."
        ]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.start + 1].hex()
        fault = f"found byte 0x{found}, expected UTF-8. Save the file as CSV UTF-8."
        return [], [f" row {number}: {fault}"]
    try:
        records = list(numbered(text))
    except csv.Error as error:
        return [], [f": it cannot be read as CSV ({error}). Save the file as CSV UTF-8."]
    header = records[0][1] if records else []
    if columns and header != list(columns):
        return [], [_header_problem(header, list(columns))]
    return (
        [dict(zip(header, cells, strict=False)) for _, cells in records[1:]],
        list(_cell_problems(records[1:], len(header))),
    )


def numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield records of a CSV text with the line that each ends on; the header's is 1."""
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        yield reader.line_num, cells


def _header_problem(header: list[str], columns: list[str]) -> str:
    found = f" row 1: found columns {_listed(header)}, expected {_listed(columns)}."
    if len(header) > len(columns) and [name for name in header if name] == columns:
        return f"{found} Delete the empty columns."
    if len(header) == 1 and set(header[0]) & {";", "\t"}:
        return f"{found} Save the file with commas between its cells."
    return found


def _cell_problems(records: Iterable[tuple[int, list[str]]], expected: int) -> Iterator[str]:
    for number, cells in records:
        if not any(cells):
            yield f" row {number}: found an empty row, expected none. Delete it."
        elif len(cells) != expected:
            advice = " Delete the empty cells at its end." if not any(cells[expected:]) else ""
            advice = advice if len(cells) > expected else ""
            yield f" row {number}: found {len(cells)} cells, expected {expected}.{advice}"


def _listed(names: list[str]) -> str:
    return ", ".join(name or "(empty)" for name in names) or "none"


def _load_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
