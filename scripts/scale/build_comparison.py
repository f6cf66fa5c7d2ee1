"""Compare two builds cell by cell: DuckDB's file with another, or with the folder of one on Spark.

Rows are multisets, columns go by name, types must be the same. All is done inside DuckDB.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from safeguarding.published import catalogue
from safeguarding.warehouse.compiled_project import literal, rows_of
from scale import spark_tables
from scale.spark_tables import quoted

MOST_EXAMPLES = 3
MEMORY = "4GB"  # what does not fit goes to the disk
SURPLUS = '"surplus "'  # with the blank no column's name


@dataclass(frozen=True)
class Comparison:
    """What was found of one table: its rows in the first build, and a message for a difference."""

    name: str
    rows: int
    differences: tuple[str, ...]


Key = tuple[str, str]  # schema and table
Sources = Mapping[Key, Callable[[], str]]  # SQL that reads each table


def compare(first: Path, second: Path) -> Iterator[Comparison]:
    """Compare every table of two builds, by name; views are steps to what stands in tables.

    Args:
        first: The DuckDB file of the first build.
        second: That of the second, or its warehouse folder if Spark built it
            (`<target>/spark/warehouse`).

    Raises:
        duckdb.Error: A file cannot be read.
    """
    with tempfile.TemporaryDirectory() as spilled, duckdb.connect(":memory:") as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = {literal(spilled)}")
        ours = _tables(connection, first, "first")
        theirs = _folders(second) if second.is_dir() else _tables(connection, second, "second")
        # What a published file keeps of the project's description is no table of either build.
        for key in sorted({*ours, *theirs} - {catalogue.KEPT_IN}):
            name = ".".join(key)
            rows = len(connection.sql(f"from {ours[key]()}")) if key in ours else 0
            messages = _differences(connection, ours.get(key), theirs.get(key))
            yield Comparison(name, rows, tuple(f"{name}{message}" for message in messages))


def _tables(connection: duckdb.DuckDBPyConnection, file: Path, alias: str) -> Sources:
    connection.execute(f"attach {literal(str(file))} as {alias} (read_only)")
    found = connection.execute(
        f"select schema_name, table_name from duckdb_tables() where database_name = '{alias}'"
    ).fetchall()
    return {(s, t): partial(".".join, (alias, quoted(s), quoted(t))) for s, t in found}


def _folders(warehouse: Path) -> Sources:
    places = spark_tables.folders(warehouse)
    return {key: partial(spark_tables.source, place, {}) for key, place in places.items()}


def _differences(
    connection: duckdb.DuckDBPyConnection,
    ours: Callable[[], str] | None,
    theirs: Callable[[], str] | None,
) -> Iterator[str]:
    if not ours or not theirs:
        yield f" is not in the {'second' if ours else 'first'} build."
        return
    try:
        first, second = ours(), theirs()
    except spark_tables.TableError as error:
        yield f": {error}"
        return
    types = [spark_tables.types_of(connection, source) for source in (first, second)]
    names = {**types[0], **types[1]}
    for name in names:
        one, other = (of.get(name, "none") for of in types)
        if one != other:
            yield f": column {name}: {one} in the first build, {other} in the second"
    shared = {n: types[0][n] == types[1][n] for n in names if n in types[0] and n in types[1]}
    if shared:
        yield from _rows_apart(connection, first, second, shared)


def _rows_apart(
    connection: duckdb.DuckDBPyConnection, first: str, second: str, shared: Mapping[str, bool]
) -> Iterator[str]:
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
    for side, sign in (("first", ">"), ("second", "<")):
        only = f"from apart where {SURPLUS} {sign} 0"
        (rows,) = connection.sql(f"select sum(abs({SURPLUS})) {only}").fetchone() or (None,)
        if rows:
            yield f": {int(rows):,} rows are in the {side} build only, such as"
            examples = f"select * exclude ({SURPLUS}) {only} order by all limit {MOST_EXAMPLES}"
            yield from (f"    {row}" for row in rows_of(connection.sql(examples)))
