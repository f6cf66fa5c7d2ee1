"""The published tables in a database of their own, to change."""

from __future__ import annotations

from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[3]


def copy_marts(
    database: Path | None = None, *statements: str, only: set[str] | None = None
) -> duckdb.DuckDBPyConnection:
    """Copy the marts of the project's warehouse and change the copy.

    Args:
        database: The file to make, again if it is there; in memory if None.
        statements: What to change.
        only: Names of the tables to copy; all if None.

    Returns:
        The copy; a file is open for reading only.
    """
    if database:
        database.unlink(missing_ok=True)
    connection = duckdb.connect(str(database or ":memory:"))
    connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as source (read_only)")
    connection.execute("create schema marts; create schema project")
    connection.execute("create table project.manifest as from source.project.manifest")
    for (table,) in connection.execute(
        "select table_name from duckdb_tables()"
        " where database_name = 'source' and schema_name = 'marts'"
    ).fetchall():
        if only is None or table in only:
            connection.execute(f"create table marts.{table} as from source.marts.{table}")
    for statement in statements:
        connection.execute(statement)
    if database is None:
        return connection
    connection.close()
    return duckdb.connect(str(database), read_only=True)
