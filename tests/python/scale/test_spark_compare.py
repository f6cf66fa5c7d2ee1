"""A difference between two builds is found, whatever it is; two equal builds show none."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from scale import build_comparison
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
FIRST_ONLY = "marts.fct: 1 rows are in the first build only, such as"
SECOND_ONLY = "marts.fct: 1 rows are in the second build only, such as"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with a table and a view on it."""
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.fct as {ROWS}")
        connection.execute("create view marts.seen as select s from warehouse.marts.fct")
    return path


@pytest.fixture
def spark(built: Path, tmp_path: Path) -> Path:
    """The same build in Spark's layout."""
    copy_tables(built, tmp_path / "spark")
    return tmp_path / "spark"


def differences(built: Path, spark: Path) -> list[str]:
    """What is said of both builds, without the examples."""
    found = build_comparison.compare(built, spark)
    said = [message for comparison in found for message in comparison.differences]
    return [message for message in said if "    {" not in message]


def rewrite(spark: Path, query: str, name: str = "fct") -> None:
    with duckdb.connect() as connection:
        write_table(connection, spark, "marts", name, query)


def test_equal_builds_have_no_difference(built: Path, spark: Path) -> None:
    assert list(build_comparison.compare(built, spark)) == [Comparison("marts.fct", 4, ())]


def test_two_files(built: Path, tmp_path: Path) -> None:
    """Of the same name, as two builds with DuckDB are."""
    other = tmp_path / built.name
    shutil.copy(built, other)
    assert list(build_comparison.compare(built, other)) == [Comparison("marts.fct", 4, ())]
    with duckdb.connect(str(other)) as connection:
        connection.execute("update marts.fct set s = 'e' where i = 3")
        connection.execute("create table marts.left_over as select 1 as n")
    assert differences(built, other) == [
        FIRST_ONLY,
        SECOND_ONLY,
        "marts.left_over is not in the first build.",
    ]


def test_order_of_rows_and_columns_does_not_matter(built: Path, spark: Path) -> None:
    rewrite(spark, f"select s, f, day, t, d, b, i from ({ROWS}) order by i desc")
    assert differences(built, spark) == []


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
    assert differences(built, spark) == [FIRST_ONLY, SECOND_ONLY]


def test_examples_are_of_the_right_side(built: Path, spark: Path) -> None:
    rewrite(spark, f"select * replace (if(i = 3, 31, b)::bigint as b) from ({ROWS})")
    (found,) = build_comparison.compare(built, spark)
    assert found.differences[::2] == (FIRST_ONLY, SECOND_ONLY)
    first, second = found.differences[1::2]
    assert "'i': 3, 'b': 30, 'd': Decimal('0.00'), 't': None" in first
    assert "'i': 3, 'b': 31, 'd': Decimal('0.00'), 't': None" in second


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"select distinct * from ({ROWS})", FIRST_ONLY),
        (f"from ({ROWS}) union all from ({ROWS}) where i = 1", SECOND_ONLY),
        *[
            (
                f"select * replace ({column}::{kind} as {column}) from ({ROWS})",
                f"marts.fct: column {column}: {was} in the first build, {kind} in the second",
            )
            for column, was, kind in (
                ("i", "INTEGER", "BIGINT"),
                ("d", "DECIMAL(9,2)", "DECIMAL(18,2)"),
                ("day", "DATE", "VARCHAR"),
            )
        ],
    ],
)
def test_a_row_or_type_that_differs_is_found(
    built: Path, spark: Path, query: str, message: str
) -> None:
    rewrite(spark, query)
    assert differences(built, spark) == [message]


def test_a_column_on_one_side_is_found(built: Path, spark: Path) -> None:
    rewrite(spark, f"select * exclude (f), 1 as extra from ({ROWS})")
    assert differences(built, spark) == [
        "marts.fct: column f: DOUBLE in the first build, none in the second",
        "marts.fct: column extra: none in the first build, INTEGER in the second",
    ]


def test_a_table_on_one_side_is_found(built: Path, spark: Path) -> None:
    (spark / "marts.db" / "fct").rename(spark / "gone")
    rewrite(spark, ROWS, name="left_over")
    assert differences(built, spark) == [
        "marts.fct is not in the second build.",
        "marts.left_over is not in the first build.",
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
    assert found == Comparison("marts.fct", 4, ())


def test_a_table_without_a_file_is_no_equal_of_an_empty_one(built: Path, spark: Path) -> None:
    for file in (spark / "marts.db" / "fct").glob("*.parquet"):
        file.unlink()
    (message,) = differences(built, spark)
    assert "found no Parquet file" in message
