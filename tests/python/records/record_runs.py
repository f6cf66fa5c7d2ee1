"""Run the command on records in a folder, and read what it writes."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from safeguarding.records import record_commands

EXAMPLE = Path(__file__).parent / "worked_example"
AUTHORITY = "E10000014"
PERIOD = "2022-23"
EXTRACTED = "2023-06-30"
Key = tuple[str, str, str, str]


class Ran(NamedTuple):
    """What a command did."""

    code: int
    figures: dict[Key, str]
    findings: dict[tuple[str, str], dict[str, str]]
    out: str
    err: str

    def number(self, measure: str, period: str = PERIOD, category: str = "") -> str | None:
        return self.figures.get((measure, category, period, "count"))

    def percent(self, measure: str, period: str = PERIOD, category: str = "") -> str | None:
        return self.figures.get((measure, category, period, "percent"))


def records_of(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Copy the worked example, with some files rewritten (by table)."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("expected.csv"))
    for table, text in (changes or {}).items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


def run(records: Path, *options: str) -> Ran:
    """Build from a folder of records; options replace the usual ones."""
    output = records.parent / "figures.csv"
    found = records.parent / "findings.csv"
    for path in (output, found):
        path.unlink(missing_ok=True)
    usual = {
        "--records": str(records),
        "--authority": AUTHORITY,
        "--period": PERIOD,
        "--extracted": EXTRACTED,
        "--aggregates": str(output),
        "--findings": str(found),
    }
    given = dict(zip(options[::2], options[1::2], strict=True))
    merged = [text for pair in (usual | given).items() for text in pair]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = record_commands.main(["build", *merged])
    return Ran(code, _figures(output), _findings(found), out.getvalue(), err.getvalue())


@functools.cache
def example() -> Ran:
    """Build from the worked example as it is."""
    with tempfile.TemporaryDirectory() as folder:
        return run(records_of(Path(folder) / "records"))


def _figures(path: Path) -> dict[Key, str]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["measure_id"], row["category_id"], row["period_id"], row["unit"]): row["value"]
            for row in csv.DictReader(file)
        }


def _findings(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["check_id"], row["record_table"] or row["measure_ids"]): row for row in rows}
