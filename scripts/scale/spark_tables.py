"""The tables of a build on Spark, as they lie in its folder, and how DuckDB reads them.

Spark keeps a table as Parquet files in `<warehouse>/<schema>.db/<table>/`, one that is partitioned
as folders `<column>=<value>` below it. A view has no files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.warehouse.compiled_project import literal

DATABASE_SUFFIX = ".db"
MATERIALIZED = {"table", "seed"}
# Spark's names of types to DuckDB's, where they differ.
TYPES = {"string": "varchar", "int": "integer", "timestamp_ntz": "timestamp", "float": "real"}

Schema = Mapping[str, str]  # type by column, in order


class TableError(Exception):
    """A table cannot be read; the message names it, what was found and what was expected."""


@dataclass(frozen=True)
class Table:
    """A table as the project declares it.

    Attributes:
        schema: Its schema.
        name: Its name.
        contract: Type by column, in order, as DuckDB names it; nothing without a contract.
        required: Columns that the contract keeps nulls out of.
        primary_key: Columns of its key, none if it has none.
        comment: Its description where the project keeps it in the database, or blank.
        comments: The same of its columns.
    """

    schema: str
    name: str
    contract: Schema
    required: frozenset[str]
    primary_key: tuple[str, ...]
    comment: str
    comments: Mapping[str, str]


def declared(manifest: Path) -> list[Table]:
    """Tables that the project builds, from the `manifest.json` of a build; views are left out."""
    nodes: Mapping[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    built = [
        node
        for node in nodes.values()
        if node["resource_type"] in {"model", "seed"}
        and node["config"]["materialized"] in MATERIALIZED
    ]
    return sorted((_table(node) for node in built), key=lambda table: (table.schema, table.name))


def _table(node: Mapping[str, Any]) -> Table:
    persisted = node["config"].get("persist_docs") or {}
    columns = node["columns"].values() if persisted.get("columns") else ()
    comments = {column["name"]: column["description"] for column in columns}
    comment = node["description"] if persisted.get("relation") else ""
    has_contract = (node["config"].get("contract") or {}).get("enforced")
    columns = node["columns"].values() if has_contract else ()
    types = {column["name"]: duckdb_type(column["data_type"]) for column in columns}
    key = _primary_key(node)
    required = {c["name"] for c in columns if c["name"] in key or "not_null" in _kinds(c)}
    return Table(node["schema"], node["alias"], types, frozenset(required), key, comment, comments)


def _primary_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for constraint in node.get("constraints") or []:
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    return tuple(c["name"] for c in node["columns"].values() if "primary_key" in _kinds(c))


def _kinds(column: Mapping[str, Any]) -> set[str]:
    return {constraint["type"] for constraint in column["constraints"]}


def duckdb_type(data_type: str) -> str:
    """DuckDB's name of a type of Spark's or of a contract, upper case: `string` is `VARCHAR`."""
    lower = data_type.lower().replace(" ", "")
    return TYPES.get(lower, lower.replace("numeric", "decimal")).upper()


def folders(warehouse: Path) -> dict[tuple[str, str], Path]:
    """Folder by schema and table, of every table that lies in Spark's warehouse folder."""
    return {
        (schema.name.removesuffix(DATABASE_SUFFIX), table.name): table
        for schema in sorted(warehouse.glob(f"*{DATABASE_SUFFIX}"))
        for table in sorted(schema.iterdir())
        if table.is_dir() and not table.name.startswith((".", "_"))
    }


def parquet_files(folder: Path) -> list[Path]:
    """A table's files, without those that a broken write left (in `_temporary` and the like)."""
    return [
        path
        for path in sorted(folder.rglob("*.parquet"))
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    ]


def source(folder: Path, schema: Schema) -> str:
    """SQL that reads a table where it lies, with exact types, also where it has no file.

    Args:
        folder: The table's folder, `<warehouse>/<schema>.db/<table>`.
        schema: Type by column as DuckDB names it, as far as known.

    Raises:
        TableError: There is no file and no schema either.
    """
    files = parquet_files(folder)
    if not files:
        if not schema:
            raise TableError(
                f"{folder}: found no Parquet file, expected at least one, as nothing else says the"
                " table's columns. Build it again."
            )
        columns = ", ".join(f"cast(null as {kind}) as {quoted(n)}" for n, kind in schema.items())
        return f"(select {columns} where false)"
    between = files[0].relative_to(folder).parts[:-1]
    names = [part.partition("=")[0] for part in between if "=" in part]
    listed = ", ".join(literal(str(path)) for path in files)
    if not names:
        return f"read_parquet([{listed}], hive_partitioning = false)"
    # Unless it is told, DuckDB takes the code 001 for the number 1.
    types = ", ".join(f"{literal(name)}: {schema.get(name, 'VARCHAR')}" for name in names)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{{types}}})"


def types_of(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """Type by column, in order, of what a piece of SQL reads."""
    found = connection.sql(f"describe from {source}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in found}


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
