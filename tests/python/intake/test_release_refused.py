"""A release that is not understood changes nothing, and is told so with its place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from conftest import PROJECT
from safeguarding.intake import release_commands as command
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject
from support.files import council_files
from support.files.bad_files import BAD_FILES, Bad
from support.files.council_files import AUTHORITY, GIVEN, digest
from support.synthetic.synthetic_council import Figures


@pytest.fixture(scope="module")
def copy_of_project(project_copy: Callable[[], Path], compiled: CompiledProject) -> Path:
    copy = project_copy()
    shutil.copytree(PROJECT / COMPILED, copy / COMPILED)
    return copy


@pytest.fixture
def untouched(copy_of_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project that nothing may change, at which the command line is at work."""
    monkeypatch.setattr(command, "PROJECT", copy_of_project)
    return copy_of_project


@pytest.fixture
def content() -> Figures:
    return council_files.council_figures()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"--release": "../../etc/passwd"}, "found the release_id '../../etc/passwd'"),
        ({"--release": "Anytown 2023"}, "lower-case letters and digits"),
        ({"--release": "hampshire-asr-2021-22"}, "alone, as loaded before"),
        ({"--authority": "E1000014"}, "Did you mean 'E10000014'?"),
        ({"--authority": "Rutland"}, f"The code of Rutland is {AUTHORITY}"),
        ({"--published-date": "20/11/2023"}, "published_date '20/11/2023'"),
        ({"--published-date": "2023-02-30"}, "published_date '2023-02-30'"),
        ({"--published-date": "2999-01-01"}, "a date in the past"),
        ({"--published-date": ""}, "no published_date"),
        ({"--financial-year": "2022-24"}, "financial_year '2022-24'"),
        ({"--financial-year": "Apr-Jun 2022"}, "financial_year 'Apr-Jun 2022'"),
        ({"--title": ""}, "give --title"),
        ({"--source-url": "javascript:alert(1)"}, "begins with https://"),
        ({"--label": "Police"}, "Write it as --label"),
        ({"--label": "Polise=police"}, "no row labelled 'Polise'"),
        ({"--label": "6: Police=constabulary"}, "'constabulary' as the meaning of '6: Police'"),
        ({"--table": "Care flows=flows"}, "flows"),
    ],
    ids=str,
)
def test_wrong_option(
    untouched: Path, tmp_path: Path, content: Figures, options: dict[str, str], message: str
) -> None:
    before = digest(untouched)
    path = council_files.printed_workbook(tmp_path / "Rutland tables.xlsx", content)
    given = dict(zip([*GIVEN[::2]], [*GIVEN[1::2], ""], strict=True)) | options
    published = given.pop("--published")
    assert published == ""
    arguments = [part for pair in given.items() for part in pair]
    refused = CliRunner().invoke(command.app, ["load", str(path), *arguments, "--published"])
    assert refused.exit_code in (command.WRONG, command.CANNOT_RUN)
    assert message in refused.output
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
    assert digest(untouched) == before


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_bad_file_changes_nothing(untouched: Path, tmp_path: Path, bad: Bad) -> None:
    """Every bad file of the readers' tests, given to the command: its error and exit code."""
    before = digest(untouched)
    arguments = ["load", str(bad.build(tmp_path)), *GIVEN]
    refused = CliRunner().invoke(command.app, arguments)
    assert refused.exit_code == command.WRONG, refused.output
    assert isinstance(refused.exception, SystemExit)
    assert bad.place in refused.output
    assert digest(untouched) == before


def cell(sheet: str, row: int, column: int, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet].cell(row, column).value = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (cell("UASC arrivals", 2, 3, "~"), ["sheet 'UASC arrivals', row 2", "a marker listed"]),
        (cell("UASC arrivals", 2, 3, "1,23"), ["row 2", "value '1,23'", "a number"]),
        (cell("UASC arrivals", 2, 3, "7%"), ["sheet 'UASC arrivals', row 2", "7%"]),
        (cell("S47 and assessments", 2, 3, "12.345%"), ["row 2", "no more than two decimals"]),
        (cell("Care flows", 3, 1, "Leving care"), ["row 3", "Did you mean", "--label"]),
        (cell("UASC arrivals", 2, 3, "10.5"), ["which is not a whole number"]),
        (cell("UASC arrivals", 2, 3, "-4"), ["a figure that cannot be negative"]),
        (cell("S47 and assessments", 2, 3, "102%"), ["outside 0 to 100"]),
        (cell("UASC arrivals", 2, 3, "007"), ["with a leading zero: check for a mistyped digit"]),
    ],
    ids=[
        "unknown marker", "misplaced comma", "per cent of a count", "three decimals",
        "misspelt label", "half a child", "negative", "above 100", "zeros before",
    ],
)  # fmt: skip
def test_figures_that_the_warehouse_refuses(
    *,
    untouched: Path,
    tmp_path: Path,
    content: Figures,
    change: Callable[[Workbook], None],
    says: list[str],
) -> None:
    before = digest(untouched)
    path = council_files.printed_workbook(tmp_path / "wrong.xlsx", content)
    book = load_workbook(path)
    change(book)
    book.save(path)
    refused = CliRunner().invoke(command.app, ["load", str(path), *GIVEN])
    assert refused.exit_code in (command.WRONG, command.UNEXPLAINED), refused.output
    assert isinstance(refused.exception, SystemExit)
    for part in says:
        assert part in refused.output
    assert digest(untouched) == before


def test_release_command_speaks_in_the_terminal(untouched: Path) -> None:
    """As a user runs it: a file that is not there, and the exit code that says so."""
    result = subprocess.run(
        [sys.executable, "scripts/release.py", "check", "not there.xlsx"],
        cwd=untouched,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == command.WRONG
    assert "not there.xlsx" in result.stdout
    assert "Traceback" not in result.stderr
