"""Check that the seed files can be read at all, before dbt loads them.

What the figures mean is checked by dbt tests. This looks only at what would stop the loading or,
worse, load wrongly: the encoding, the header and the number of cells of each row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent.parent


def declared_columns(project: Path = PROJECT) -> dict[Path, list[str]]:
    """Columns that each seed should have.

    Returns:
        For each CSV file below `seeds/`, the names under its `column_types`, in order: from its
        own data sheet, or for a figure seed from `dbt_project.yml`.

    Raises:
        KeyError: A seed declares no columns anywhere.
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
    """Say what is wrong with the seed files: file, row, what was found, what was expected."""
    for path, columns in declared_columns(project).items():
        name = path.relative_to(project).as_posix()
        yield from (f"{name}{problem}" for problem in _file_problems(path, columns))


def _file_problems(path: Path, columns: list[str]) -> Iterator[str]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.start + 1].hex()
        yield f" row {number}: found byte 0x{found}, expected UTF-8. Save the file as CSV UTF-8."
        return
    if text.startswith("\ufeff"):
        yield " row 1: found a byte-order mark, expected none. Save the file as UTF-8 without BOM."
        return
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows, [])
    if header != columns:
        yield f" row 1: found columns {_listed(header)}, expected {_listed(columns)}."
        return
    for row in rows:
        if len(row) != len(columns):
            yield f" row {rows.line_num}: found {len(row)} cells, expected {len(columns)}."


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _load_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
