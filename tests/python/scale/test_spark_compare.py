"""A difference between two builds is found, whatever it is; two equal builds show none."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from scale import build_comparison, spark_tables
from scale.build_comparison import Comparison
from support.files.spark_folder import copy_tables, write_partition, write_table

ROWS = """
    select * from (values
        (1::integer, 10::bigint, 1.50::decimal(9, 2), true, date '2023-03-31', 'a', 0.1::double),
        (2, 20, null, false, null, 'É', 'nan'),
        (2, 20, null, false, null, 'É', 'nan'),
        (3, 30, 0.00, null, date '2022-03-31', '', 0)
    ) as rows (i, b, d, t, day, s, f)
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A DuckDB file with a table and a view on it."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.fct as {ROWS}")
        connection.execute("create schema staging")
        connection.execute("create view staging.stg as select s from warehouse.marts.fct")
    return path


@pytest.fixture
def spark(built: Path, tmp_path: Path) -> Path:
    """The same build in Spark's layout, its views beside it."""
    copy_tables(built, tmp_path / "spark")
    copy_tables(built, tmp_path / "views", kind="VIEW")
    return tmp_path / "spark"


def compared(built: Path, spark: Path) -> dict[str, Comparison]:
    found = build_comparison.compare(built, spark, spark.with_name("views"))
    return {comparison.name: comparison for comparison in found}


def rewrite(spark: Path, query: str, name: str = "fct") -> None:
    with duckdb.connect() as connection:
        write_table(connection, spark, "marts", name, query)


def test_equal_builds_have_no_difference(built: Path, spark: Path) -> None:
    found = compared(built, spark)
    assert {name: comparison.rows for name, comparison in found.items()} == {
        "fct": (4, 4),
        "stg": (4, 4),
    }
    assert all(comparison.is_equal for comparison in found.values())
    assert not [
        line for comparison in found.values() for line in build_comparison.messages(comparison)
    ]


def test_order_of_rows_and_columns_does_not_matter(built: Path, spark: Path) -> None:
    rewrite(spark, f"select s, f, day, t, d, b, i from ({ROWS}) order by i desc")
    assert compared(built, spark)["fct"].is_equal


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("s", "'e'"),
        ("s", "null::varchar"),
        ("d", "0.00::decimal(9, 2)"),
        ("t", "true"),
        ("day", "date '2023-03-30'"),
        ("f", "0.1::double"),
    ],
)
def test_one_cell_is_found(built: Path, spark: Path, column: str, value: str) -> None:
    """The third row only: the second is the same, so that multisets are told apart as well."""
    rewrite(
        spark,
        f"from ({ROWS} limit 2) union all"
        f" select * replace ({value} as {column}) from ({ROWS} limit 1 offset 2)"
        f" union all from ({ROWS} limit 1 offset 3)",
    )
    found = compared(built, spark)["fct"]
    assert not found.types
    assert (found.only_first.rows, found.only_second.rows) == (1, 1)


def test_examples_are_of_the_right_side(built: Path, spark: Path) -> None:
    rewrite(spark, f"select * replace (if(i = 3, 31, b)::bigint as b) from ({ROWS})")
    found = compared(built, spark)["fct"]
    common = {"i": 3, "d": Decimal("0.00"), "t": None, "day": date(2022, 3, 31), "s": "", "f": 0.0}
    assert (found.only_first.rows, found.only_second.rows) == (1, 1)
    assert found.only_first.examples == ({**common, "b": 30},)
    assert found.only_second.examples == ({**common, "b": 31},)
    assert next(build_comparison.messages(found)) == (
        "marts.fct: 1 rows are in the first build only, such as"
    )


def test_a_row_too_many_or_too_few_is_found(built: Path, spark: Path) -> None:
    rewrite(spark, f"select distinct * from ({ROWS})")
    found = compared(built, spark)["fct"]
    assert (found.rows, found.only_first.rows, found.only_second.rows) == ((4, 3), 1, 0)
    rewrite(spark, f"from ({ROWS}) union all from ({ROWS}) where i = 1")
    found = compared(built, spark)["fct"]
    assert (found.rows, found.only_first.rows, found.only_second.rows) == ((4, 5), 0, 1)


@pytest.mark.parametrize(
    ("column", "kind", "message"),
    [
        ("i", "bigint", "column i: INTEGER in the first build, BIGINT in the second"),
        (
            "d",
            "decimal(18, 2)",
            "column d: DECIMAL(9,2) in the first build, DECIMAL(18,2) in the second",
        ),
        ("day", "varchar", "column day: DATE in the first build, VARCHAR in the second"),
    ],
)
def test_another_type_is_found(
    built: Path, spark: Path, column: str, kind: str, message: str
) -> None:
    rewrite(spark, f"select * replace ({column}::{kind} as {column}) from ({ROWS})")
    found = compared(built, spark)["fct"]
    assert not found.is_equal
    assert found.types == (message,)
    assert (found.only_first.rows, found.only_second.rows) == (0, 0)


def test_a_column_on_one_side_is_found(built: Path, spark: Path) -> None:
    rewrite(spark, f"select * exclude (f), 1 as extra from ({ROWS})")
    assert compared(built, spark)["fct"].types == (
        "column f: DOUBLE in the first build, none in the second",
        "column extra: none in the first build, INTEGER in the second",
    )


def test_a_table_on_one_side_is_found(built: Path, spark: Path) -> None:
    rewrite(spark, ROWS, name="left_over")
    (spark.with_name("views") / "staging.db" / "stg").rename(spark / "gone")
    found = compared(built, spark)
    assert found["left_over"].rows == (None, 4)
    assert found["stg"].rows == (4, None)
    assert not found["left_over"].is_equal
    assert not found["stg"].is_equal
    assert list(build_comparison.messages(found["stg"])) == [
        "staging.stg is not in the second build."
    ]


def test_a_partitioned_table_is_read_with_its_column(tmp_path: Path) -> None:
    built = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(built)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct as from (values"
            " ('001', 1), ('E10000014', 2), (null, 3), ('a/b c%', 4)) as rows (code, n)"
        )
        for partition, number in {
            "code=001": 1,
            "code=E10000014": 2,
            "code=__HIVE_DEFAULT_PARTITION__": 3,
            "code=a%2Fb c%25": 4,
        }.items():
            place = tmp_path / "spark" / "marts.db" / "fct"
            write_partition(connection, place, partition, f"select {number} as n")
        # What a broken write leaves is no part of the table.
        write_partition(connection, place, "_temporary/0/code=E10000014", "select 9 as n")
        write_partition(connection, place, ".spark-staging-1/code=001", "select 9 as n")
    (found,) = build_comparison.compare(built, tmp_path / "spark")
    assert found == Comparison("marts", "fct", (4, 4))


def test_an_empty_table_without_files_needs_its_schema(built: Path, spark: Path) -> None:
    with duckdb.connect(str(built)) as connection:
        connection.execute("create table marts.empty (code varchar, n bigint)")
    (spark / "marts.db" / "empty").mkdir()
    found = compared(built, spark)["empty"]
    assert not found.is_equal
    assert "found no Parquet file" in found.types[0]
    schemas = spark.with_name("views") / spark_tables.SCHEMAS
    schemas.write_text(json.dumps({"marts": {"empty": {"n": "BIGINT", "code": "VARCHAR"}}}))
    assert compared(built, spark)["empty"] == Comparison("marts", "empty", (0, 0))
    schemas.write_text(json.dumps({"marts": {"empty": {"n": "INTEGER", "code": "VARCHAR"}}}))
    assert compared(built, spark)["empty"].types
