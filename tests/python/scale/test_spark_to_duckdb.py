"""A green build on Spark is published as the DuckDB build would be, anything else is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.exports import export_commands
from safeguarding.warehouse.replacement import NotReplacedError
from scale import build_comparison, spark_to_duckdb
from support.files.spark_folder import (
    copy_tables,
    model,
    write_partition,
    write_table,
    write_target,
)

COLUMNS = {"code": "string", "n": "bigint", "share": "decimal(9,2)"}
ROWS = "select 'E10000014' as code, 5::bigint as n, 1.50::decimal(9, 2) as share"
CATALOGUE = """
    select schema_name, table_name, column_name, data_type, is_nullable,
        columns.comment, tables.comment
    from duckdb_columns() as columns
    inner join duckdb_tables() as tables using (schema_name, table_name)
    where schema_name in ('raw', 'staging', 'intermediate', 'marts')
    order by schema_name, table_name, column_index
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A green build of one table."""
    folder = tmp_path / "target"
    write_target(folder, [model("fct", COLUMNS, key="code", required="n")])
    rewrite(folder, ROWS)
    return folder


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A warehouse that is there already."""
    path = tmp_path / "warehouse.duckdb"
    path.write_text("the last good build")
    return path


def rewrite(target: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        return write_table(connection, target / "spark" / "warehouse", "marts", "fct", query)


def refused(target: Path, published: Path) -> str:
    """Why a build was not published; nothing must have changed."""
    before = set(published.parent.iterdir())
    with pytest.raises(NotReplacedError) as refusal:
        spark_to_duckdb.write_warehouse(target, published)
    assert published.read_text() == "the last good build"
    assert set(published.parent.iterdir()) == before
    return str(refusal.value)


@pytest.fixture(scope="module")
def own_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own tables, laid out as Spark's and published from there."""
    target = tmp_path_factory.mktemp("target")
    copy_tables(PROJECT / "warehouse.duckdb", target / "spark" / "warehouse")
    shutil.copy(PROJECT / "target" / "manifest.json", target)
    spark_to_duckdb.write_warehouse(target, target / "warehouse.duckdb")
    return target


def test_the_projects_own_build_comes_out_the_same(
    warehouse: duckdb.DuckDBPyConnection, own_build: Path
) -> None:
    """Types, required columns, comments and cells are those of the file that DuckDB built."""
    made = own_build / "warehouse.duckdb"
    expected = warehouse.execute(CATALOGUE).fetchall()
    assert expected
    with duckdb.connect(str(made), read_only=True) as connection:
        assert connection.execute(CATALOGUE).fetchall() == expected
    found = list(build_comparison.compare(made, own_build / "spark" / "warehouse"))
    assert len(found) == len({row[:2] for row in expected})
    assert not any(comparison.differences for comparison in found)


def test_exports_are_the_same_from_either_warehouse(
    own_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each table of the exported database is stamped with its rows and their checksum."""
    stamps = []
    for name, path in {"duckdb": PROJECT, "spark": own_build}.items():
        monkeypatch.setattr(export_commands, "WAREHOUSE", path / "warehouse.duckdb")
        output = tmp_path / name
        assert export_commands.main(["--output", str(output), "--format", "duckdb"]) == 0
        with duckdb.connect(str(output / export_commands.DATABASE), read_only=True) as connection:
            stamps.append(connection.sql("from marts.publication order by all").fetchall())
    assert stamps[0]
    assert stamps[0] == stamps[1]


def test_the_log_of_the_file_before_goes_with_it(target: Path, published: Path) -> None:
    """DuckDB would replay it onto the new file, as it goes by its name alone."""
    published.unlink()
    session = (
        f"import duckdb, os; c = duckdb.connect({str(published)!r});"
        "c.execute('create schema marts; create table marts.fct as select 0 as n; checkpoint');"
        "c.execute('create view marts.added as select 1 as x'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", session], check=False)
    log = published.with_name(f"{published.name}.wal")
    assert log.stat().st_size > 0
    spark_to_duckdb.write_warehouse(target, published)
    assert not log.exists()
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.sql("select n from marts.fct").fetchall() == [(5,)]
        views = connection.sql("from duckdb_views() where not internal").fetchall()
    assert views == []


def test_a_type_that_is_not_the_contracts_is_refused(target: Path, published: Path) -> None:
    """An insert would cast it without notice."""
    rewrite(target, f"select * replace (n::integer as n, 1.5::double as share) from ({ROWS})")
    message = refused(target, published)
    assert "marts.fct is not what its contract says" in message
    assert "column n: found INTEGER, expected BIGINT" in message
    assert "column share: found DOUBLE, expected DECIMAL(9,2)" in message


def test_a_missing_or_surplus_column_is_refused(target: Path, published: Path) -> None:
    rewrite(target, f"select * exclude (n), 1 as extra from ({ROWS})")
    message = refused(target, published)
    assert "column n: found none, expected BIGINT" in message
    assert "column extra: found INTEGER, expected none" in message


def test_a_key_that_two_rows_share_is_refused(target: Path, published: Path) -> None:
    rewrite(target, f"from ({ROWS}) union all select * replace (6::bigint as n) from ({ROWS})")
    assert "found 2 rows with code E10000014, expected one" in refused(target, published)


@pytest.mark.parametrize("column", ["n", "code"])
def test_a_required_column_without_a_value_is_refused(
    target: Path, published: Path, column: str
) -> None:
    rewrite(target, f"select * replace (if(false, {column}, null) as {column}) from ({ROWS})")
    assert f"fct.{column}" in refused(target, published)


def test_a_table_that_is_not_there_is_refused(target: Path, published: Path) -> None:
    shutil.rmtree(target / "spark" / "warehouse" / "marts.db" / "fct")
    assert "marts.fct: found no folder" in refused(target, published)


def test_an_empty_table_has_the_contracts_columns(target: Path, published: Path) -> None:
    place = rewrite(target, f"from ({ROWS}) where false")
    for _ in ("a file without rows", "no file"):
        spark_to_duckdb.write_warehouse(target, published)
        with duckdb.connect(str(published), read_only=True) as connection:
            described = connection.sql("describe from marts.fct").fetchall()
            assert {row[0]: row[1] for row in described} == {
                "code": "VARCHAR",
                "n": "BIGINT",
                "share": "DECIMAL(9,2)",
            }
            assert connection.sql("select count(*) from marts.fct").fetchone() == (0,)
        for file in place.glob("*.parquet"):
            file.unlink()


def test_a_partitioned_table_is_read_where_it_lies(target: Path, published: Path) -> None:
    """Its partition's column stands last in Spark's files, first in the contract, and is text."""
    place = rewrite(target, ROWS)
    for file in place.glob("*.parquet"):
        file.unlink()
    with duckdb.connect() as connection:
        for code, number in {"E10000014": 5, "0012": 6}.items():
            query = f"select 1.50::decimal(9, 2) as share, {number}::bigint as n"
            write_partition(connection, place, f"code={code}", query)
    spark_to_duckdb.write_warehouse(target, published)
    with duckdb.connect(str(published), read_only=True) as connection:
        found = connection.sql("select code, n from marts.fct order by n").fetchall()
        assert found == [("E10000014", 5), ("0012", 6)]
        names = [row[0] for row in connection.sql("describe from marts.fct").fetchall()]
    assert names == list(COLUMNS)


def test_an_empty_table_without_contract_or_file_has_sparks_columns(
    tmp_path: Path, published: Path
) -> None:
    target = tmp_path / "target"
    node = model("int_empty", {"code": "string"})
    node["config"]["contract"]["enforced"] = False
    write_target(target, [node])
    (target / "spark" / "warehouse" / "marts.db" / "int_empty").mkdir(parents=True)
    assert "found no Parquet file" in refused(target, published)
    spark = SimpleNamespace(
        table={"`marts`.`int_empty`": SimpleNamespace(dtypes=[("n", "int"), ("s", "string")])}.get
    )
    spark_to_duckdb.write_warehouse(target, published, spark)
    with duckdb.connect(str(published), read_only=True) as connection:
        described = connection.sql("describe from marts.int_empty").fetchall()
    assert [row[:2] for row in described] == [("n", "INTEGER"), ("s", "VARCHAR")]
