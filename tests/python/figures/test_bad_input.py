"""A malformed seed stops the build with a message, and the last good warehouse stays as it was."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import run_build

FLOWS = "seeds/figures/care_flows.csv"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def without_column(lines: list[str]) -> list[str]:
    return [line.replace(",unit,", ",").replace(",count,", ",") for line in lines]


@pytest.fixture
def broken(project_copy: Callable[[], Path]) -> Path:
    return project_copy()


def test_file_that_cannot_be_loaded(broken: Path) -> None:
    edit(broken / FLOWS, without_column)
    assert_stopped(broken, f"{FLOWS} row 1: found columns release_id, local_authority_code,")


@pytest.fixture(scope="module")
def stopped_build(project_copy: Callable[[], Path]) -> str:
    """One build of a seed with a fault of each kind; what it said."""

    def change(lines: list[str]) -> list[str]:
        faults = {
            5: ("Enterin g full time care", "Entring full time care"),
            9: (",166,", ",16b,"),
            12: ("Oct-Dec 2020", "Oct-Dez 2020"),
        }
        for row, (old, new) in faults.items():
            number = next(i for i, line in enumerate(lines) if i >= row and old in line)
            lines[number] = lines[number].replace(old, new, 1)
        return [*lines, lines[-1]]

    project = project_copy()
    edit(project / FLOWS, change)
    return assert_stopped(project, "care_flows.csv")


@pytest.mark.parametrize(
    "message",
    [
        "column row_label: found 'Entring full time care', expected a label of this table, listed",
        "column value_as_printed: found '16b', expected a number, or a marker listed in",
        "column period_label: found 'Oct-Dez 2020', expected a period that exists",
        f"{FLOWS} row 118 and 119, column source_line: found 'the same line, label, period and unit"
        " more than once', expected one row for each figure",
    ],
    ids=["unknown label", "unreadable number", "unknown period", "doubled row"],
)
def test_figure_that_cannot_be_read(stopped_build: str, message: str) -> None:
    assert message in stopped_build


def test_messages_name_the_row(stopped_build: str) -> None:
    assert f"{FLOWS} row 6, column row_label: found 'Entring" in stopped_build


def test_plain_dbt_build_publishes_nothing(broken: Path) -> None:
    before = digest(broken / "warehouse.duckdb")
    outcome = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build", "--quiet"],
        cwd=broken,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert outcome.returncode == 0
    assert (broken / "target" / "warehouse.duckdb").exists()
    assert digest(broken / "warehouse.duckdb") == before


def assert_stopped(project: Path, message: str) -> str:
    """The build of `project` fails with `message`, no traceback, and leaves the warehouse alone."""
    before = digest(project / "warehouse.duckdb")
    outcome = run_build(project)
    assert outcome.returncode == 1, outcome.stdout
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "warehouse.duckdb has not been changed" in outcome.stderr
    assert digest(project / "warehouse.duckdb") == before
    return outcome.stderr
