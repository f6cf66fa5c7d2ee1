"""A build on Spark without Spark: Parquet files that DuckDB writes in Spark's layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from scale.spark_tables import quoted


def write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, schema: str, name: str, query: str
) -> Path:
    """Write a query's rows as a table of one file; its folder is returned."""
    place = folder / f"{schema}.db" / name
    place.mkdir(parents=True, exist_ok=True)
    file = place / "part-00000-c000.snappy.parquet"
    connection.execute(f"copy ({query}) to '{file}' (format parquet)")
    (place / "_SUCCESS").touch()
    return place


def write_partition(
    connection: duckdb.DuckDBPyConnection, place: Path, partition: str, query: str
) -> Path:
    """Write a query's rows as a partition (`column=value`) of a table; its file is returned."""
    (place / partition).mkdir(parents=True)
    file = place / partition / "part-00000.c000.snappy.parquet"
    connection.execute(f"copy ({query}) to '{file}' (format parquet)")
    return file


def copy_tables(warehouse: Path, folder: Path) -> None:
    """Lay out the tables of a DuckDB file as Spark would."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute("use warehouse")
        named = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
        ).fetchall()
        for schema, name in named:
            write_table(connection, folder, schema, name, f"from {quoted(schema)}.{quoted(name)}")


def write_target(target: Path, nodes: list[dict[str, Any]]) -> None:
    """Write what dbt says of a project of these nodes."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").write_text(
        json.dumps({"nodes": {node["name"]: node for node in nodes}}), encoding="utf-8"
    )


def model(name: str, columns: dict[str, str], key: str = "", required: str = "") -> dict[str, Any]:
    """A node of dbt's manifest: a mart with a contract and descriptions."""

    def constraints(column: str) -> list[dict[str, str]]:
        kinds = {"primary_key": column == key, "not_null": column in required.split()}
        return [{"type": kind} for kind, holds in kinds.items() if holds]

    return {
        "name": name,
        "alias": name,
        "schema": "marts",
        "resource_type": "model",
        "description": f"About {name}, the council's.",
        "config": {
            "materialized": "table",
            "contract": {"enforced": True},
            "persist_docs": {"relation": True, "columns": True},
        },
        "constraints": [],
        "columns": {
            column: {
                "name": column,
                "data_type": data_type,
                "description": f"About {column}.",
                "constraints": constraints(column),
            }
            for column, data_type in columns.items()
        },
    }
