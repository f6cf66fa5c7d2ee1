"""What the tests share: the project as built, and copies of it to break."""

from __future__ import annotations

import copy
import gc
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from safeguarding.exports import export_commands
from safeguarding.intake import desk
from safeguarding.report import report_commands
from safeguarding.warehouse.compiled_project import CompiledProject, Row
from support import browser_checks
from support.made_once import made_once, shared_folder
from support.report_reading import YEARS, Figures, Pages, figures_of
from support.shared_build import SharedBuild

PROJECT = Path(__file__).resolve().parents[2]
Seeds = dict[str, list[Row]]


@pytest.fixture(scope="session")
def compiled() -> CompiledProject:
    """The project's SQL, to run in memory; a build there lasts until the next one."""
    return SharedBuild.beside(PROJECT)


class Judging:
    """What new figures are judged by, in a database that all judgements share."""

    of = SharedBuild.beside


@pytest.fixture(autouse=True)
def judged_upon_one_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "CompiledProject", Judging)


@pytest.fixture(scope="session")
def seeds_as_they_are(compiled: CompiledProject) -> Seeds:
    return compiled.read_seeds()


@pytest.fixture
def seeds(seeds_as_they_are: Seeds) -> Seeds:
    """All seeds, to change before building."""
    return copy.deepcopy(seeds_as_they_are)


@pytest.fixture(scope="session")
def warehouse() -> duckdb.DuckDBPyConnection:
    """The warehouse that the build published, read-only."""
    return duckdb.connect(str(PROJECT / "warehouse.duckdb"), read_only=True)


# Begun first: a run ends late if one process begins such a file when the other has nothing left.
LONGEST = (
    "test_wheel", "test_report_browser", "test_report_published", "test_compiled_project",
    "test_audiences", "test_added_measure", "test_home", "test_report_pack",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, each file's tests in their order."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_sessionfinish() -> None:
    """Leave little to look through for those who look for leaks at the end.

    All that dbt and DuckDB left takes seconds, and a worker that takes more than five to end is
    interrupted by its controller, which shows as a warning of a run in which all passed.
    """
    gc.collect()
    gc.freeze()


def copy_project(destination: Path) -> Path:
    """Copy what a build needs (and the last good warehouse) to a folder of its own."""
    for name in ("models", "macros", "seeds", "tests", "scripts"):
        shutil.copytree(
            PROJECT / name, destination / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    settings = ("dbt_project.yml", "profiles.yml", "selectors.yml", ".dbtignore")
    for name in (*settings, "warehouse.duckdb"):
        shutil.copy(PROJECT / name, destination / name)
    parsed = Path("target") / "partial_parse.msgpack"  # as in a folder that was built before
    if (PROJECT / parsed).exists():
        (destination / "target").mkdir(exist_ok=True)
        shutil.copy(PROJECT / parsed, destination / parsed)
    return destination


def run_build(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/build.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="session")
def project_copy(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], Path]:
    """A function that makes a fresh copy of the project."""
    return lambda: copy_project(tmp_path_factory.mktemp("project"))


def row_of(seeds: Seeds, seed: str, **keys: str) -> Row:
    """The one row of a seed that has these values."""
    rows = [row for row in seeds[seed] if all(row[key] == value for key, value in keys.items())]
    assert len(rows) == 1, f"{len(rows)} rows of {seed} have {keys}"
    return rows[0]


@pytest.fixture(scope="session")
def report_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports with the published database, open data and the report of the real figures.

    All processes of a run share them: a test that changes a file copies it first.
    """

    def make(folder: Path) -> None:
        output = ["--output", str(folder)]
        assert export_commands.main([*output, "--format", "duckdb", "open-data"]) == 0
        assert report_commands.main(output) == 0

    return made_once(shared_folder(tmp_path_factory) / "report-exports", make)


@pytest.fixture(scope="session", autouse=True)
def one_base_of_all_processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What judges figures is built once in a run, too."""
    SharedBuild.shared = shared_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def measured_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with new measures, built, exported and reported, for all processes."""
    from support import measured_project  # noqa: PLC0415 - it takes from this module

    def make(folder: Path) -> None:
        measured_project.make(copy_project(folder), tmp_path_factory.mktemp("files"))

    return made_once(shared_folder(tmp_path_factory) / "measured-project", make)


@pytest.fixture(scope="module", params=YEARS)
def year(request: pytest.FixtureRequest) -> str:
    """Each year of the report of the real figures."""
    return str(request.param)


@pytest.fixture(scope="module")
def pages(report_exports: Path, year: str) -> Pages:
    """The pages of a year."""
    return Pages(report_exports / "report" / "hampshire" / year)


@pytest.fixture(scope="module")
def marts(report_exports: Path) -> duckdb.DuckDBPyConnection:
    """The marts that the report was written from."""
    return duckdb.connect(str(report_exports / "safeguarding.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def figures(marts: duckdb.DuckDBPyConnection) -> Figures:
    """What the pages are compared with."""
    return figures_of(marts)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser to open the pages in."""
    if not browser_checks.chromium():
        pytest.skip("no Chromium is installed to open the pages in")
    with browser_checks.browser() as running:
        yield running
