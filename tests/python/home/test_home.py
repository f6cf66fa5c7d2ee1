"""A council's own folder: new figures in, built, reported and out, the product untouched."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.homes import layout, places, work, working_project
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject
from support.files import council_files
from support.files.council_files import AUTHORITY, GIVEN, RELEASE

CALL = "import sys; from safeguarding.cli import main; sys.exit(main())"
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("DBT_", "WAREHOUSE_", "SAFEGUARDING_"))
} | {"PYTHONPATH": str(PROJECT / "scripts")}
C4 = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category,Section47,Section47_rate,"
    "Section47_child,Section47_child_rate,ICPC,ICPC_rate,ICPC_child,ICPC_child_rate,"
    "Duration_0-10_days,Duration_11-15_days,Duration_16-20_days,Duration_21+_days,"
    "Duration_25th_Percentile,Duration_median,Duration_75th_Percentile"
)
AREAS = {
    "National,E92000001,England,,,,,": 900,
    "Regional,E92000001,England,E12000008,South East,,,": 80,
    "Local authority,E92000001,England,E12000008,South East,886,E10000016,Kent": 70,
}
Done = subprocess.CompletedProcess[str]


def safeguarding(folder: Path, *arguments: object, **more: str) -> Done:
    return subprocess.run(
        [sys.executable, "-c", CALL, *map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a person keeps in a home."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and places.DERIVED not in path.parts and path.suffix != ".lock"
    }


def with_compiled(root: Path) -> Path:
    """Give a home the SQL as compiled in the repository: it is the same."""
    CompiledProject.of(PROJECT)
    target = places.read(root).project / COMPILED
    return Path(shutil.copytree(PROJECT / COMPILED, target)).parents[3]


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without figures, whose checks are compiled."""
    root = tmp_path_factory.mktemp("empty") / "rutland"
    home = layout.lay_out(root, [AUTHORITY])
    with_compiled(root)
    working_project.prepare(home)
    return root


@pytest.fixture
def home(emptied: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(emptied, tmp_path / "a council's home"))


@pytest.fixture
def printed(home: Path) -> Path:
    return council_files.printed_workbook(
        home / "inbox" / "Rutland tables.xlsx", council_files.council_figures()
    )


def test_a_home_builds_what_the_repository_builds(tmp_path: Path) -> None:
    """The demonstration, in memory: every table of the repository's warehouse, row for row."""
    assert safeguarding(tmp_path, "demo", "demonstration").returncode == 0
    home = places.read(tmp_path / "demonstration")
    with_compiled(home.root)
    working_project.prepare(home)
    project = CompiledProject.of(home.project)
    connection = project.build(project.read_seeds(), str(tmp_path / "built.duckdb"))
    connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as ours (read_only)")
    tables = connection.sql(
        "select table_name from duckdb_tables()"
        " where database_name = 'ours' and schema_name = 'marts'"
    ).fetchall()
    assert len(tables) > 20
    for (table,) in tables:
        columns = ", ".join(connection.table(f"ours.marts.{table}").columns)
        ours = f"(select {columns} from ours.marts.{table})"
        theirs = f"(select {columns} from marts.{table})"
        different = connection.sql(
            f"({ours} except all {theirs}) union all ({theirs} except all {ours})"
        ).fetchall()
        assert different == [], table


def test_new_figures_are_loaded_and_taken_out(home: Path, printed: Path) -> None:
    before = contents(home)
    below = home / "inbox"  # a home is found from below, as git finds a repository
    is_waiting = safeguarding(below).stdout.splitlines()
    assert is_waiting[2] == 'Next: safeguarding check "Rutland tables.xlsx", then load'
    checked = safeguarding(below, "check", printed.name, *GIVEN)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stderr == "Checking the figures ...\n"
    assert contents(home) == before
    loaded = safeguarding(below, "load", printed.name, *GIVEN, "--quiet")
    assert loaded.returncode == 0, loaded.stdout
    assert loaded.stderr == ""
    assert "The home's files have the new rows. Next: safeguarding build" in loaded.stdout
    assert sorted(each.name for each in (home / "figures").iterdir()) == [f"{RELEASE}.csv"]
    assert safeguarding(home).stdout.splitlines()[2] == "Next: safeguarding build"
    undone = safeguarding(home, "undo", RELEASE)
    assert undone.returncode == 0
    assert f"{RELEASE} was removed from the home's files. Next: put a file of" in undone.stdout
    kept = {name: each for name, each in contents(home).items() if name in before}
    # A council's own names for its rows stay known, as in the repository.
    kept["reference/row_label_variants.csv"] = before["reference/row_label_variants.csv"]
    assert kept == before
    assert not (home / "figures" / f"{RELEASE}.csv").exists()


@pytest.mark.parametrize("command", ["check", "load"])
def test_figures_of_another_council_are_refused(home: Path, printed: Path, command: str) -> None:
    given = [{AUTHORITY: "E06000016"}.get(each, each) for each in GIVEN]
    before = contents(home)
    done = safeguarding(home, command, printed, *given, "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    said = json.loads(done.stdout)
    (problem,) = said["problems"]
    assert (problem["found"], problem["expected"]) == (
        "figures of E06000016", f"{AUTHORITY}, as safeguarding.toml says",
    )  # fmt: skip
    assert "If figures of E06000016 belong here too, add the code" in problem["advice"]
    assert contents(home) == before


def test_nothing_is_derived_again_when_nothing_changed(home: Path) -> None:
    state = home / ".safeguarding" / "project" / "derived.json"
    before = state.stat().st_mtime_ns
    safeguarding(home, "audit")
    assert state.stat().st_mtime_ns == before
    register = home / "registers" / "series_breaks.csv"
    register.write_bytes(register.read_bytes().replace(b"\n", b"\r\n"))  # as Windows ends lines
    safeguarding(home, "audit")
    assert state.stat().st_mtime_ns > before


def test_who_holds_the_home_is_named(
    home: Path, printed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "registers" / "series_breaks.csv").unlink()  # so that there is work to do
    before = contents(home)
    with journal.lock(home):
        monkeypatch.setattr(journal, "WAIT_SECONDS", 0.1)
        said = work.prepared(places.read(home), "load", [printed])
        assert contents(home) == before | {journal.HOLDER: (home / journal.HOLDER).read_bytes()}
    assert f"({getpass.getuser()} on {socket.gethostname()} since " in said
    assert work.prepared(places.read(home), "load", [printed]) == ""  # free again


@pytest.mark.parametrize("fails", [0, 1, 2])
def test_an_undo_that_cannot_replace_a_file_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    (home / "figures" / "a.csv").write_text("a", encoding="utf-8")
    new: dict[str, bytes | None] = {
        "registers/releases.csv": b"new",
        "figures/new.csv": b"new",
        "figures/a.csv": None,
    }
    before = contents(home)
    calls = iter(range(3))
    real_replace, real_unlink = Path.replace, Path.unlink

    def refuse(path: Path) -> None:
        if path.name in {"releases.csv", "new.csv", "a.csv"} and next(calls, None) == fails:
            raise PermissionError(13, "Permission denied", str(path))

    def replace(self: Path, target: Path) -> Path:
        if "new" in self.parts:
            refuse(self)
        return real_replace(self, target)

    def unlink(self: Path, missing_ok: bool = False) -> None:
        refuse(self)
        real_unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch, journal.lock(home):
        patch.setattr(Path, "replace", replace)
        patch.setattr(Path, "unlink", unlink)
        with pytest.raises(journal.SeedsLockedError, match="could not be replaced"):
            journal.replace(home, new)
    assert contents(home) == before


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_a_load_that_died_is_finished_by_the_next_command(
    home: Path, monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    (home / "figures" / "a.csv").write_text("a", encoding="utf-8")
    calls = iter(range(3))
    real: Callable[[Path, Path], Path] = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if "new" in self.parts and next(calls, None) == dies_after:
            raise KeyboardInterrupt
        return real(self, target)

    new = {"registers/releases.csv": b"1", "figures/new.csv": b"2", "figures/a.csv": None}
    with monkeypatch.context() as patch, journal.lock(home):
        patch.setattr(Path, "replace", replace)
        try:
            journal.replace(home, new)
        except KeyboardInterrupt:
            assert dies_after < 2
    journal.recover(home)
    assert (home / "registers/releases.csv").read_bytes() == b"1"
    assert (home / "figures/new.csv").read_bytes() == b"2"
    assert not (home / "figures/a.csv").exists()


def test_official_statistics_that_a_home_loads_are_kept_in_it(home: Path, tmp_path: Path) -> None:
    """A SYNTHETIC table C4 of two years: the product's own stand beside it, before and after."""
    file = tmp_path / "c4_synthetic.csv"
    lines = [C4]
    for year in (2023, 2022):
        for area, count in AREAS.items():
            counts = f"SYNTHETIC,{count},1.5,1,1,20,0.5,1,1,{','.join('1' * 7)}"
            lines.append(f"{year},Reporting year,{area},{counts}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = safeguarding(home, "official", "load", file, "--published", "2023-10-26")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (home / "official").iterdir()) == [
        "official_files.csv", "official_releases.csv", "official_statistics.parquet",
    ]  # fmt: skip
    shutil.rmtree(home / places.DERIVED)  # as on another machine
    read = places.read(home)
    working_project.prepare(read)
    shipped = PROJECT / "seeds" / "official" / "official_statistics.parquet"
    made = str(read.project / "seeds" / "official" / shipped.name).replace("'", "''")
    loaded = duckdb.sql(f"from '{made}' except all from '{shipped}'")
    assert duckdb.sql("select distinct release_id from loaded").fetchall() == [
        ("dfe-children-in-need-2023",)
    ]
    kent = duckdb.sql(
        "select cast(value as integer) from loaded where area_code = 'E10000016'"
        " and measure_id = 'section_47_enquiries' and financial_year = '2022-23' and unit = 'count'"
    )
    assert kent.fetchall() == [(70,)]
    assert duckdb.sql(f"from '{shipped}' except all from '{made}'").fetchall() == []
    files = (read.project / "seeds" / "official" / "official_files.csv").read_text("utf-8")
    assert files.count("c4_synthetic.csv") == 1
    assert safeguarding(home, "official", "load", file).returncode == 0  # again: nothing is double
    working_project.prepare(read)
    assert len(duckdb.sql(f"from '{made}' except all from '{shipped}'")) == len(loaded)
