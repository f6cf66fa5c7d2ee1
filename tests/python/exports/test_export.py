"""What is published can be read by every tool, is what the marts say, and is never half there."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import sqlalchemy

from conftest import PROJECT
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands, output_folder, table_files
from safeguarding.published.catalogue import Table, exported_tables
from support.open_data_screener import faults

FACTS = ["fct_care_flows", "fct_referrals_by_source", "fct_cpp_by_category", "fct_observations"]
NOBODY = 65534
# What is published and read without pause: few tables, so that two cores can do it often.
WATCHED = ("fct_contacts_and_referrals", "fct_uasc", *FACTS)
READERS = 8
PUBLICATIONS = 4
KILLS = 5

# A reader as an analyst's script would be: it reconnects and checks that every table is the one
# that the stamp of its file tells of.
READER = """
import sys, pathlib, time
import duckdb
path, stop = sys.argv[1], pathlib.Path(sys.argv[2])
reads = 0
stamps = set()
while not stop.exists():
    with duckdb.connect(path, read_only=True) as connection:
        rows = connection.sql("select table_name, row_count, checksum from marts.publication")
        seen = []
        for name, row_count, checksum in rows.fetchall():
            found = connection.sql(
                f"select count(*), cast(sum(hash(t)) as varchar) from marts.{name} as t"
            ).fetchone()
            assert found == (row_count, checksum), (name, found, row_count, checksum)
            seen.append(checksum)
        assert seen
        stamps.add(tuple(seen))
    reads += 1
print(reads, len(stamps))
"""


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return exported_tables(PROJECT / "target" / "manifest.json")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All formats but the catalogue, as `make export` writes them."""
    folder = tmp_path_factory.mktemp("exports")
    formats = [name for name in export_commands.FORMATS if name != "docs"]
    assert export_commands.main(["--output", str(folder), "--format", *formats]) == 0
    return folder


@pytest.fixture
def published(exports: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(exports / "safeguarding.duckdb"), read_only=True)


def mart_rows(warehouse: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[object, ...]]:
    """Rows of the mart itself, in the order of its key."""
    columns = ", ".join(column.name for column in table.columns)
    key = ", ".join(table.primary_key)
    return warehouse.sql(f"select {columns} from marts.{table.name} order by {key}").fetchall()


def plain(value: object) -> object:
    """A value as tools that have no decimals or dates of their own give it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - not a number
        return None
    return value


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_database_holds_the_marts(
    tables: list[Table],
    published: duckdb.DuckDBPyConnection,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for table in tables:
        columns = ", ".join(column.name for column in table.columns)
        rows = published.sql(f"select {columns} from marts.{table.name}").fetchall()
        assert rows == mart_rows(warehouse, table), table.name


def test_database_is_documented_and_keyed(
    tables: list[Table], published: duckdb.DuckDBPyConnection
) -> None:
    silent = published.sql(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'marts' and coalesce(comment, '') = ''"
    ).fetchall()
    assert silent == []
    keyed = published.sql(
        "select table_name, constraint_column_names from duckdb_constraints()"
        " where constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    for table in tables:
        assert (table.name, list(table.primary_key)) in keyed
    schemas = published.sql("select distinct schema_name from duckdb_tables()").fetchall()
    assert schemas == [("marts",)]


def test_parquet_by_pyarrow_and_polars(
    tables: list[Table], exports: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for table in tables:
        path = exports / "parquet" / f"{table.name}.parquet"
        names = [column.name for column in table.columns]
        expected = mart_rows(warehouse, table)
        arrow = pq.read_table(path).select(names)
        assert [tuple(row.values()) for row in arrow.to_pylist()] == expected, table.name
        assert pl.read_parquet(path).select(names).rows() == expected, table.name
        assert b"description" in pq.read_metadata(path).metadata


@pytest.mark.parametrize("name", FACTS)
def test_parquet_by_pandas(
    name: str, tables: list[Table], exports: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (table,) = [table for table in tables if table.name == name]
    frame = pd.read_parquet(exports / "parquet" / f"{name}.parquet")
    frame = frame[[column.name for column in table.columns]].astype(object)
    found = [tuple(plain(value) for value in row) for row in frame.itertuples(index=False)]
    expected = [tuple(plain(value) for value in row) for row in mart_rows(warehouse, table)]
    assert found == expected


def test_csv_cell_by_cell(
    tables: list[Table], exports: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for table in tables:
        content = (exports / "csv" / f"{table.name}.csv").read_bytes()
        has_mark = content.startswith(table_files.BYTE_ORDER_MARK)
        assert has_mark != content.isascii(), table.name
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        names = [column.name for column in table.columns]
        found = [[row[name] for name in names] for row in rows]
        expected = [[as_text(value) for value in row] for row in mart_rows(warehouse, table)]
        assert found == expected, table.name


def test_sqlalchemy(
    tables: list[Table], exports: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """As Superset and notebooks connect."""
    engine = sqlalchemy.create_engine(
        f"duckdb:///{exports / 'safeguarding.duckdb'}", connect_args={"read_only": True}
    )
    with engine.connect() as connection:
        for table in tables:
            columns = ", ".join(column.name for column in table.columns)
            query = sqlalchemy.text(f"select {columns} from marts.{table.name}")
            rows = [tuple(row) for row in connection.execute(query)]
            assert rows == mart_rows(warehouse, table), table.name


def test_nothing_changed_means_the_same_bytes(exports: Path, tmp_path: Path) -> None:
    formats = ["parquet", "csv", "workbook", "open-data"]
    assert export_commands.main(["--output", str(tmp_path), "--format", *formats]) == 0
    again = [path for path in tmp_path.rglob("*") if path.is_file() and path.name[0] != "."]
    assert len(again) > 2 * len(FACTS)
    for path in again:
        assert path.read_bytes() == (exports / path.relative_to(tmp_path)).read_bytes(), path


def test_formulas_are_disarmed(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "-26", "+5%", "fine"]
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema marts; create table marts.t (label varchar)")
        connection.executemany("insert into marts.t values (?)", [[text] for text in texts])
        table_files.write_csv(connection, [Table("t", "", (), ())], tmp_path)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [row["label"] for row in csv.DictReader(file)]
    dangerous = ["'=1+1", "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "'\t=1"]
    assert found == [*dangerous, "-26", "+5%", "fine"]


def test_data_package_is_valid(exports: Path) -> None:
    """As its readers would check it: schemas, keys, row counts and checksums of what is there."""
    report = frictionless.validate(str(exports / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])
    described = {task.place for task in report.tasks}
    written = {path for path in digests(exports) if path != "datapackage.json"}
    assert written <= described | {path for path in written if path.endswith(".meta.csv")}


def test_no_id_is_read_as_a_number(exports: Path) -> None:
    """`0130257995894e09` would be: a spreadsheet takes it for a number with an exponent."""
    checked = 0
    for path in (exports / "csv").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for name, cell in row.items():
                    if name.endswith("_id") and cell:
                        assert not re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", cell, re.I), (
                            path,
                            cell,
                        )
                        checked += 1
    assert checked > 10_000


def test_open_data_keeps_the_rules(exports: Path) -> None:
    data = [path for path in (exports / "open-data").glob("*.csv") if ".meta" not in path.name]
    assert data
    assert [fault for path in data for fault in faults(path)] == []


def test_catalogue_asks_nothing_of_the_network(tmp_path: Path) -> None:
    assert export_commands.main(["--output", str(tmp_path), "--format", "docs"]) == 0
    page = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert "fct_care_flows" in page
    assert (
        "doc.safeguarding_warehouse.__overview__" in page
    )  # dbt's page shows it in place of its own
    assert re.findall(r'(?:src|href)="https?://(?!\[::1\])[^"]*"', page) == []


def test_neither_exports_nor_report_load_dbt(tmp_path: Path) -> None:
    """It takes as long as a tenth of all exports."""
    script = (
        "import sys; from safeguarding.exports import export_commands;"
        " from safeguarding.report import report_commands;"
        f" assert export_commands.main(['--output', {str(tmp_path)!r}, '--format', 'docs']) == 0;"
        " print([name for name in sys.modules if name.startswith('dbt.')])"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.splitlines()[-1] == "[]"


def test_only_and_unknown_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--output", str(tmp_path), "--format", "csv", "--only"]
    assert export_commands.main([*arguments, "fct_uasc"]) == 0
    assert [path.name for path in (tmp_path / "csv").iterdir()] == ["fct_uasc.csv"]
    assert export_commands.main([*arguments, "fct_usac"]) == 1
    message = capsys.readouterr().err
    assert "No table fct_usac. There are: bridge_statistical_neighbours, " in message
    assert "dim_cpp_category, " in message


def run_export(
    output: Path, *arguments: str, preexec_fn: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/export_marts.py", "--output", str(output), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=preexec_fn,
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture
def old_exports(exports: Path, tmp_path: Path) -> Path:
    """Exports of before, to be left alone."""
    folder = tmp_path / "exports"
    shutil.copytree(exports, folder, ignore=shutil.ignore_patterns(".*"))
    return folder


def assert_refused(outcome: subprocess.CompletedProcess[str], output: Path, old: object) -> None:
    assert outcome.returncode == 1, outcome.stdout
    assert str(output) in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert digests(output) == old


@pytest.mark.parametrize("size", [20_000, 200_000, 1_000_000])
def test_disk_full(size: int, old_exports: Path) -> None:
    """No file may grow beyond a size, as on a full disk: at several moments of the export."""
    old = digests(old_exports)
    outcome = run_export(
        old_exports,
        "--format", "duckdb", "parquet", "csv", "workbook",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    assert_refused(outcome, old_exports, old)


def test_folder_that_cannot_be_written(old_exports: Path) -> None:
    old = digests(old_exports)
    for folder in (old_exports, *old_exports.parents[:3]):
        folder.chmod(0o755)
    old_exports.chmod(0o555)
    # Nothing is closed to root, who therefore becomes nobody once all is imported.
    drop = f"os.seteuid({NOBODY})" if os.getuid() == 0 else "pass"
    program = (
        "import os, sys; from safeguarding.exports.export_commands import main;"
        f" {drop}; sys.exit(main(sys.argv[1:]))"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program, "--output", str(old_exports), "--format", "duckdb", "csv"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    old_exports.chmod(0o755)
    assert_refused(outcome, old_exports, old)


def test_two_exports_at_once(old_exports: Path) -> None:
    with output_folder.workspace_in(old_exports):
        outcome = run_export(old_exports)
    assert outcome.returncode == 1
    assert "Another export" in outcome.stderr


@pytest.fixture(scope="module")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, int], None]:
    """A function that publishes a warehouse in which tables are marked by a number."""
    folder = tmp_path_factory.mktemp("warehouses")

    def run(output: Path, number: int) -> None:
        warehouse = marked_warehouse(folder, number)
        job = export_commands.Job(warehouse, output, ("duckdb",), WATCHED, Audience.PUBLIC)
        export_commands.export(job)

    return run


def marked_warehouse(folder: Path, number: int) -> Path:
    """A copy of the warehouse, another one for each number."""
    path = folder / str(number) / "warehouse.duckdb"
    if not path.exists():
        path.parent.mkdir()
        shutil.copy(PROJECT / "warehouse.duckdb", path)
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "update marts.fct_contacts_and_referrals set initial_contacts = ?", [number]
            )
            connection.execute("update marts.fct_uasc set uasc_care_leavers = ?", [number])
    return path


def test_readers_never_wait_nor_see_half(
    publish: Callable[[Path, int], None], tmp_path: Path
) -> None:
    publish(tmp_path, 100)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(tmp_path / "safeguarding.duckdb"), str(stop)]
    with ThreadPoolExecutor(READERS) as pool:
        readers = [
            pool.submit(subprocess.run, command, capture_output=True, text=True, check=False)
            for _ in range(READERS)
        ]
        time.sleep(1)
        for number in range(PUBLICATIONS):
            publish(tmp_path, 200 + number)
        stop.touch()
        outcomes = [reader.result() for reader in readers]
    assert [outcome.stderr for outcome in outcomes if outcome.returncode] == []
    counted = [tuple(map(int, outcome.stdout.split())) for outcome in outcomes]
    assert all(reads > 0 for reads, _ in counted)
    assert max(versions for _, versions in counted) > 1


def timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


KILLED = """
import sys
from pathlib import Path
from safeguarding.exports import export_commands
from safeguarding.disclosure.control import Audience
warehouse, output = map(Path, sys.argv[1:3])
only = tuple(sys.argv[3:])
job = export_commands.Job(warehouse, output, ("duckdb",), only, Audience.PUBLIC)
print("ready", flush=True)
sys.stdin.readline()
export_commands.export(job)
print("done", flush=True)
"""


def test_killed_export_leaves_a_whole_file(
    publish: Callable[[Path, int], None], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`kill -9` at moments spread over an export: the file is the old one or the new."""
    output = tmp_path / "exports"
    publish(output, 1)
    length = timed(lambda: publish(output, 1))
    new = marked_warehouse(tmp_path_factory.mktemp("new"), 2)
    seen = set()
    for moment in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(new), str(output), *WATCHED],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": "scripts"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(1.4 * length * moment / KILLS)
        process.kill()
        process.communicate()
        seen.add(whole_version(output / "safeguarding.duckdb"))
        publish(output, 1)
        assert not (output / output_folder.UNFINISHED).exists()
    assert seen <= {1, 2}
    assert 1 in seen


def whole_version(path: Path) -> int:
    """The number that marks a published database, once every table agrees with its stamp."""
    with duckdb.connect(str(path), read_only=True) as connection:
        for name, rows, checksum in connection.sql(
            "select table_name, row_count, checksum from marts.publication"
        ).fetchall():
            found = connection.sql(
                f"select count(*), cast(sum(hash(t)) as varchar) from marts.{name} as t"
            ).fetchone()
            assert found == (rows, checksum)
        (number,) = connection.sql(
            "select max(initial_contacts) from marts.fct_contacts_and_referrals"
        ).fetchone() or (0,)
    return int(number)
