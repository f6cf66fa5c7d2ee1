"""A build of what changed gives the same tables as a build of everything.

The comparison is with the same SQL run straight in DuckDB on the same folder, from nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

import incremental
from compiled_project import CompiledProject, literal
from conftest import PROJECT
from synthetic_releases.extracts import write
from synthetic_releases.timetable import Timetable
from synthetic_releases.work import Order

FIRST, SECOND, THIRD = "E06000001", "E06000002", "E06000003"
LATE = (FIRST, "synthetic-e06000001-2022-23-q3")
NEW = (SECOND, "synthetic-e06000002-2023-24")
REVISED = (THIRD, "synthetic-e06000003-2023-24-q2")
REGISTERS = ("releases", "expected_row_counts")


@dataclass(frozen=True)
class Extracts:
    """A folder of extracts, and what was taken out of it."""

    folder: Path
    aside: Path

    def file(self, release: tuple[str, str]) -> Path:
        (path,) = self.place(self.folder, release).glob("*.parquet")
        return path

    @staticmethod
    def place(folder: Path, release: tuple[str, str]) -> Path:
        authority, name = release
        return folder / f"figures/local_authority_code={authority}/release_id={name}"

    def take(self, release: tuple[str, str]) -> None:
        """Take a release out, with its rows of the registers."""
        self.move(release, self.folder, self.aside)
        for register in REGISTERS:
            everything = f"read_parquet('{self.folder / register}/*.parquet')"
            for wanted, path in (
                ("=", self.aside / f"{register}-{release[1]}.parquet"),
                ("<>", self.folder / register / "kept.parquet"),
            ):
                duckdb.sql(
                    f"copy (from {everything} where release_id {wanted} '{release[1]}')"
                    f" to '{path}.new' (format parquet)"
                )
            for old in (self.folder / register).glob("*.parquet"):
                old.unlink()
            for path in (
                self.aside / f"{register}-{release[1]}.parquet",
                self.folder / register / "kept.parquet",
            ):
                Path(f"{path}.new").rename(path)

    def put_back(self, release: tuple[str, str]) -> None:
        """Put a release back, its rows of the registers in files of their own."""
        self.move(release, self.aside, self.folder)
        for register in REGISTERS:
            name = f"{register}-{release[1]}.parquet"
            (self.aside / name).rename(self.folder / register / name)

    def move(self, release: tuple[str, str], source: Path, target: Path) -> None:
        self.place(target, release).parent.mkdir(parents=True, exist_ok=True)
        self.place(source, release).rename(self.place(target, release))

    def print_instead(self, release: tuple[str, str], table: str, old: str, new: str) -> None:
        """Write a release's file again, with other text for the figures of a table."""
        path = self.file(release)
        condition = f"table_id = '{table}' and value_as_printed = {literal(old)}"
        source = f"read_parquet('{path}', hive_partitioning = false)"
        (found,) = duckdb.sql(f"select count(*) from {source} where {condition}").fetchone() or (0,)
        assert found
        duckdb.sql(
            "copy (select * replace (case when"
            f" {condition} then {literal(new)} else value_as_printed end as value_as_printed)"
            f" from {source}) to '{path}.new' (format parquet)"
        )
        Path(f"{path}.new").rename(path)

    def leave_out(self, release: tuple[str, str], table: str, period: str) -> None:
        """Write a release's file again without a period of a table."""
        path = self.file(release)
        source = f"read_parquet('{path}', hive_partitioning = false)"
        condition = f"table_id = '{table}' and period_label = '{period}'"
        (found,) = duckdb.sql(f"select count(*) from {source} where {condition}").fetchone() or (0,)
        assert found
        duckdb.sql(f"copy (from {source} where not ({condition})) to '{path}.new' (format parquet)")
        Path(f"{path}.new").rename(path)

    def printed(self, release: tuple[str, str], table: str) -> str:
        """A number that a release prints in a table."""
        (text,) = duckdb.sql(
            f"select max(value_as_printed) from read_parquet('{self.file(release)}')"
            f" where table_id = '{table}' and unit = 'count'"
            " and regexp_full_match(value_as_printed, '[0-9]+')"
        ).fetchone() or ("",)
        return str(text)


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    """SYNTHETIC releases of three authorities over three years, two of them not yet there."""
    made = Extracts(tmp_path_factory.mktemp("made") / "extracts", tmp_path_factory.mktemp("aside"))
    write(Order(authorities=3, timetable=Timetable(3), seed=11, output=made.folder))
    made.take(LATE)
    made.take(NEW)
    return made


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("built")
    return os.environ | {
        "DBT_TARGET_PATH": str(folder / "target"),
        "WAREHOUSE_PATH": str(folder / "warehouse.duckdb"),
    }


Build = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def build(extracts: Extracts, environment: dict[str, str]) -> Build:
    """A function that builds the folder as it is now."""
    command = [sys.executable, "scripts/build.py", "--extracts", str(extracts.folder)]
    return lambda: subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def whole(extracts: Extracts, tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """The SQL of a build of everything."""
    target = tmp_path_factory.mktemp("whole")
    values = {"extracts_path": str(extracts.folder), "reconcile_with_official": False}
    subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--quiet", "--log-level-file", "none", "compile", "--vars", json.dumps(values)),
        ],
        cwd=PROJECT,
        env=os.environ | {"DBT_TARGET_PATH": str(target)},
        check=True,
    )
    return CompiledProject(target, PROJECT)


def differences(whole: CompiledProject, warehouse: str) -> Iterator[str]:
    """Tables that are not as a build of everything makes them: all but the seeds."""
    with whole.build(whole.read_seeds()) as connection:
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        tables = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'warehouse'"
            " and schema_name in ('staging', 'intermediate', 'marts')"
        ).fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            sides = (f"built.{table}", f"warehouse.{table}")
            for one, other in (sides, sides[::-1]):
                (rows,) = connection.sql(
                    f"select count(*) from (from {one} except all from {other})"
                ).fetchone() or (0,)
                if rows:
                    yield f"{rows} rows of {one} are not in {other}"


def test_each_kind_of_change(
    extracts: Extracts, build: Build, whole: CompiledProject, environment: dict[str, str]
) -> None:
    warehouse = environment["WAREHOUSE_PATH"]

    def built_anew(*authorities: str) -> None:
        run = build()
        assert run.returncode == 0, run.stderr
        if authorities:
            assert f"{len(authorities)} authorities ({', '.join(authorities)})" in run.stdout
        else:
            assert "Everything is built" in run.stdout
        assert list(differences(whole, warehouse)) == []

    built_anew()
    extracts.put_back(NEW)
    built_anew(SECOND)
    extracts.put_back(LATE)
    built_anew(FIRST)
    revised = extracts.printed(REVISED, "uasc_care_leavers")
    extracts.print_instead(REVISED, "uasc_care_leavers", revised, str(int(revised) + 1))
    built_anew(THIRD)
    extracts.take(NEW)
    built_anew(SECOND)
    assert "Nothing changed" in build().stdout
    with duckdb.connect(warehouse, read_only=True) as connection:
        before = connection.sql("from marts.fct_observations").fetchall()
    # A release that fails a test is not published, and is built again when it is right.
    extracts.print_instead(LATE, "care_flows", extracts.printed(LATE, "care_flows"), "7O")
    extracts.leave_out(LATE, "uasc_care_leavers", "Jan-Mar 2022")
    failed = build()
    assert failed.returncode == 1
    assert "found '7O', expected a number, or a marker" in failed.stderr
    # A test that any table can have looks at what was made anew, too.
    assert (
        "int_figures: between 2019-20 Q3 and 2022-23 Q3 there should be 13 periods, found 12"
        in (failed.stderr)
    )
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.sql("from marts.fct_observations").fetchall() == before
    extracts.take(LATE)
    shutil.rmtree(extracts.place(extracts.folder, REVISED).parent)
    for register in REGISTERS:
        for path in (extracts.folder / register).glob("*.parquet"):
            kept = (
                f"select * from read_parquet('{path}') where not contains(release_id, 'e06000003')"
            )
            duckdb.sql(f"copy ({kept}) to '{path}.new' (format parquet)")
            Path(f"{path}.new").rename(path)
    built_anew(FIRST, THIRD)
    # Half a file stops the build before dbt, and leaves everything as it was.
    published = Path(warehouse).read_bytes()
    path = extracts.file((FIRST, "synthetic-e06000001-2023-24"))
    path.write_bytes(path.read_bytes()[:500])
    broken = build()
    assert broken.returncode == 1
    assert f"{path}: cannot be read as parquet" in broken.stderr
    assert Path(warehouse).read_bytes() == published


def test_what_a_build_touches(tmp_path: Path) -> None:
    folder = tmp_path / "extracts"
    write(Order(authorities=2, timetable=Timetable(1, annual_only=True), seed=1, output=folder))
    inputs = incremental.inputs_of(folder, "parquet", {})
    ledger = incremental.Ledger.of(inputs, "as built")
    ledger.write(tmp_path / "ledger.json")
    read = incremental.Ledger.read(tmp_path / "ledger.json")
    assert read == ledger
    assert incremental.plan(inputs, read, "as built", False).touched == ()
    for reason, other, warehouse, seen in (
        ("no earlier build", None, "as built", inputs),
        ("no earlier build", read, "", inputs),
        ("another build came between", read, "built again", inputs),
        (
            "the project or an option changed",
            read,
            "as built",
            incremental.inputs_of(folder, "parquet", {"reconcile": True}),
        ),
    ):
        found = incremental.plan(seen, other, warehouse, False)
        assert found.touched is None
        assert reason in found.reason
    # What a failed build touched is touched again, also an authority that is gone by then.
    failed = ledger.without([FIRST, "E06000099"], "as left")
    assert incremental.plan(inputs, failed, "as left", False).touched == (FIRST,)
    gone = incremental.Inputs(
        inputs.project,
        {key: value for key, value in inputs.releases.items() if key[0] != FIRST},
        {key: value for key, value in inputs.registers.items() if key[1] != FIRST},
    )
    assert incremental.plan(gone, ledger.without([FIRST], "x"), "x", False).touched == (FIRST,)
    assert "authority came or went" in incremental.plan(gone, ledger, "as built", True).reason


def test_a_row_of_a_register_touches_its_authority(tmp_path: Path) -> None:
    folder = tmp_path / "extracts"
    write(Order(authorities=2, timetable=Timetable(1, annual_only=True), seed=1, output=folder))
    ledger = incremental.Ledger.of(incremental.inputs_of(folder, "parquet", {}), "as built")

    def plan_after(register: str, changes: str) -> incremental.Plan:
        path = folder / register / "part-0.parquet"
        shutil.copy(path, tmp_path / "kept.parquet")
        duckdb.sql(
            f"copy (select {changes} from '{tmp_path / 'kept.parquet'}') to '{path}'"
            " (format parquet)"
        )
        found = incremental.plan(
            incremental.inputs_of(folder, "parquet", {}), ledger, "as built", False
        )
        shutil.copy(tmp_path / "kept.parquet", path)
        return found

    of_second = "case when release_id like '%e06000002%' then '2020-01-01' else published_date end"
    moved = plan_after("releases", f"* replace ({of_second} as published_date)")
    assert moved.touched == (SECOND,)
    assert moved.changed == ()
