"""Compare two builds cell by cell: DuckDB's file with the folder of a build on Spark.

Rows are multisets, columns go by name, types must be the same. All is done inside DuckDB.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.published import catalogue
from scale import spark_tables
from scale.spark_tables import literal, quoted

MOST_EXAMPLES = 3
MEMORY = "4GB"  # what does not fit goes to the disk
# Views of a published file name its catalog.
CATALOG = "warehouse"
SURPLUS = '"surplus "'  # with the blank no column's name


@dataclass(frozen=True)
class Difference:
    """Rows that one side has more often than the other.

    Attributes:
        rows: How many.
        examples: The first few, value by column.
    """

    rows: int
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Comparison:
    """What was found of one table or view.

    Attributes:
        schema: Its schema.
        name: Its name.
        rows: Rows of the first and of the second build; None where it is not there.
        types: What differs of the columns and types, a message each.
        only_first: Rows that only the first build has.
        only_second: Rows that only the second build has.
    """

    schema: str
    name: str
    rows: tuple[int | None, int | None]
    types: tuple[str, ...] = ()
    only_first: Difference = Difference(0, ())
    only_second: Difference = Difference(0, ())

    @property
    def is_equal(self) -> bool:
        """Whether both sides have it, with the same columns, types and rows."""
        return (
            None not in self.rows
            and not self.types
            and self.only_first.rows == self.only_second.rows == 0
        )


def compare(warehouse: Path, spark: Path, views: Path | None = None) -> Iterator[Comparison]:
    """Compare every table and view of two builds, by name.

    Args:
        warehouse: The DuckDB file of the first build.
        spark: The warehouse folder of the second, `<target>/spark/warehouse`.
        views: Folder that `tables.write_views` wrote the views and schemas of the second to;
            without it views are left out: what they are steps to stands in tables.

    Raises:
        duckdb.Error: A file cannot be read.
    """
    schemas = spark_tables.read_schemas(views) if views else {}
    places = spark_tables.folders(spark) | (spark_tables.folders(views) if views else {})
    with tempfile.TemporaryDirectory() as spilled, duckdb.connect(":memory:") as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = {literal(spilled)}")
        connection.execute(f"attach {literal(str(warehouse))} as {CATALOG} (read_only)")
        connection.execute(f"use {CATALOG}")
        first = {
            (schema, name): f"{CATALOG}.{quoted(schema)}.{quoted(name)}"
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where table_catalog = ? and (table_type = 'BASE TABLE' or ?)",
                [CATALOG, views is not None],
            ).fetchall()
        }
        # What a published file keeps of the project's description is no table of either build.
        keys = {key for key in first.keys() | places.keys() if key != catalogue.KEPT_IN}
        for key in sorted(keys):
            yield _compare(connection, key, first.get(key), places.get(key), schemas.get(key, {}))


def _compare(
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, str],
    first: str | None,
    place: Path | None,
    schema: spark_tables.Schema,
) -> Comparison:
    try:
        second = spark_tables.source(place, schema) if place else None
    except spark_tables.TableError as error:
        return Comparison(*key, (_count(connection, first), 0), (str(error),))
    rows = (_count(connection, first), _count(connection, second))
    if first is None or second is None:
        return Comparison(*key, rows)
    types = (_types(connection, first), _types(connection, second))
    names = {**types[0], **types[1]}
    messages = tuple(
        f"column {name}: {types[0].get(name, 'none')} in the first build,"
        f" {types[1].get(name, 'none')} in the second"
        for name in names
        if types[0].get(name) != types[1].get(name)
    )
    shared = {name: types[0][name] == types[1][name] for name in names if _in_both(name, types)}
    if not shared:
        return Comparison(*key, rows, messages)
    only = _rows_apart(connection, first, second, shared)
    return Comparison(*key, rows, messages, *only)


def _in_both(name: str, types: tuple[spark_tables.Schema, spark_tables.Schema]) -> bool:
    return name in types[0] and name in types[1]


def _rows_apart(
    connection: duckdb.DuckDBPyConnection, first: str, second: str, shared: Mapping[str, bool]
) -> tuple[Difference, Difference]:
    """Rows of each side that the other lacks: `except all` both ways, in one pass.

    Args:
        connection: Where both can be read.
        first: SQL of the first.
        second: SQL of the second.
        shared: Columns of both; whether they have one type, else they are compared as text.
    """
    columns = ", ".join(
        quoted(name) if is_same else f"cast({quoted(name)} as varchar) as {quoted(name)}"
        for name, is_same in shared.items()
    )
    names = ", ".join(quoted(name) for name in shared)
    connection.execute(
        f"""
        create or replace temp table apart as
        select {names}, sum({SURPLUS}) as {SURPLUS}
        from (
            select {columns}, 1 as {SURPLUS} from {first}
            union all
            select {columns}, -1 as {SURPLUS} from {second}
        )
        group by {names}
        having sum({SURPLUS}) <> 0
        """
    )
    return _difference(connection, "> 0"), _difference(connection, "< 0")


def _difference(connection: duckdb.DuckDBPyConnection, side: str) -> Difference:
    kept = f"from apart where {SURPLUS} {side}"
    (rows,) = connection.execute(
        f"select cast(coalesce(sum(abs({SURPLUS})), 0) as bigint) {kept}"
    ).fetchone() or (0,)
    found = connection.execute(
        f"select * exclude ({SURPLUS}) {kept} order by all limit {MOST_EXAMPLES}"
    )
    names = [column[0] for column in found.description or ()]
    examples = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return Difference(int(rows), tuple(examples))


def _count(connection: duckdb.DuckDBPyConnection, source: str | None) -> int | None:
    if source is None:
        return None
    (rows,) = connection.execute(f"select count(*) from {source}").fetchone() or (0,)
    return int(rows)


def _types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    found = connection.execute(f"describe from {source}").fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def messages(found: Comparison) -> Iterator[str]:
    """Say what differs of a table, a line each; nothing if it is equal."""
    name = f"{found.schema}.{found.name}"
    for side, rows in zip(("first", "second"), found.rows, strict=True):
        if rows is None:
            yield f"{name} is not in the {side} build."
    yield from (f"{name}: {message}" for message in found.types)
    for side, only in (("first", found.only_first), ("second", found.only_second)):
        if only.rows:
            yield f"{name}: {only.rows:,} rows are in the {side} build only, such as"
            yield from (f"    {example}" for example in only.examples)
