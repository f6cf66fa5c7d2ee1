"""A green build on Spark becomes the DuckDB file that exports, reports and analysts read.

`warehouse.replacement` puts it in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.warehouse import replacement
from safeguarding.warehouse.compiled_project import literal
from scale import spark_tables
from scale.spark_tables import Schema, Table, TableError, quoted

PUBLISHED = ("raw", "staging", "intermediate", "marts")
MEMORY = "2GB"  # what does not fit goes to a folder beside the new file


def write_warehouse(
    target: Path,
    warehouse: Path,
    session: Any = None,  # noqa: ANN401 - pyspark may be missing
) -> None:
    """Put the tables of a green build on Spark in the warehouse's place, in one step.

    Args:
        target: dbt's target folder of the build, with its tables below `spark/warehouse`.
        warehouse: The file to replace.
        session: The build's `pyspark.sql.SparkSession`, asked for the columns of a table that has
            neither a contract nor a file.

    Raises:
        replacement.NotReplacedError: A table is not what its contract says.
        OSError, duckdb.Error: The file could not be written. The warehouse is as it was, as ever.
    """
    manifest = target / replacement.MANIFEST
    chosen = [t for t in spark_tables.declared(manifest) if t.schema in PUBLISHED]
    write = partial(write_database, target / "spark" / "warehouse", chosen, session)
    try:
        replacement.replace_atomically(write, warehouse, manifest)
    except (TableError, duckdb.ConstraintException) as error:
        raise replacement.NotReplacedError(f"{warehouse} was not replaced: {error}") from error


def write_database(
    folder: Path,
    chosen: Sequence[Table],
    session: Any,  # noqa: ANN401
    target: Path,
) -> None:
    """Make a DuckDB file of Spark's tables, read where they lie and never held in memory.

    Args:
        folder: Spark's warehouse folder.
        chosen: The tables, as the project declares them.
        session: A Spark session with the build's catalogue, or None.
        target: The file to make.

    Raises:
        TableError: A table is missing, or not what its contract says.
        duckdb.Error: A file could not be read or written.
    """
    places = spark_tables.folders(folder)
    size = sum(
        p.stat().st_size for place in places.values() for p in spark_tables.parquet_files(place)
    )
    block = f" (block_size {replacement.BLOCK_SIZE})" if size <= replacement.LARGE else ""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = {literal(f'{target}.tmp')}")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach {literal(str(target))} as fresh{block}")
        connection.execute("begin")
        for schema in PUBLISHED:
            connection.execute(f"create schema fresh.{schema}")
        for table in chosen:
            key = (table.schema, table.name)
            if key not in places:
                raise TableError(
                    f"{table.schema}.{table.name}: found no folder of it in {folder}, expected one"
                    " for each table of the build. Build again."
                )
            types: Schema = table.contract
            if session and not types and not spark_tables.parquet_files(places[key]):
                columns = session.table("`{}`.`{}`".format(*key)).dtypes
                types = {name: spark_tables.duckdb_type(kind) for name, kind in columns}
            _write_table(connection, table, places[key], types)
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint fresh")


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: Table, place: Path, schema: Schema
) -> None:
    name = f"fresh.{quoted(table.schema)}.{quoted(table.name)}"
    source = spark_tables.source(place, schema)
    found = spark_tables.types_of(connection, source)
    types = table.contract or found
    # Their order does not matter.
    differences = [
        f"column {column}: found {found.get(column, 'none')}, expected {types.get(column, 'none')}"
        for column in {**types, **found}
        if found.get(column) != types.get(column)
    ]
    if differences:
        raise TableError(
            f"{table.schema}.{table.name} is not what its contract says: {'; '.join(differences)}."
        )
    columns = ", ".join(
        f"{quoted(n)} {kind}{' not null' if n in table.required else ''}"
        for n, kind in types.items()
    )
    connection.execute(f"create table {name} ({columns})")
    connection.execute(f"insert into {name} by name from {source}")
    _check_key(connection, table, name)
    if table.comment:
        connection.execute(f"comment on table {name} is {literal(table.comment)}")
    for column, comment in table.comments.items():
        if comment and column in types:
            connection.execute(f"comment on column {name}.{quoted(column)} is {literal(comment)}")


def _check_key(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> None:
    """Find a key that two rows share: Spark keeps none apart, and an index here costs memory."""
    if not table.primary_key:
        return
    key = ", ".join(quoted(column) for column in table.primary_key)
    repeated = connection.execute(
        f"select {key}, count(*) from {name} group by {key} having count(*) > 1 limit 1"
    ).fetchone()
    if repeated:
        raise TableError(
            f"{table.schema}.{table.name}: found {repeated[-1]} rows with"
            f" {', '.join(table.primary_key)} {', '.join(map(str, repeated[:-1]))}, expected one,"
            " as it is the primary key."
        )
