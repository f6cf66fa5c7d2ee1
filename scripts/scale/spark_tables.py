"""The tables of a build on Spark, as they lie in its folder, and how DuckDB reads them.

Spark keeps a table as Parquet files in `<warehouse>/<schema>.db/<table>/`, one that is partitioned
as folders `<column>=<value>` below it. A view has no files; `write_views` makes some.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATABASE_SUFFIX = ".db"
SCHEMAS = "schemas.json"
MATERIALIZED = {"table", "seed"}
# Spark's names of types to DuckDB's, where they differ.
TYPES = {"string": "varchar", "int": "integer", "timestamp_ntz": "timestamp", "float": "real"}

# Type by column, in order; by schema and table.
Schema = Mapping[str, str]
Schemas = Mapping[tuple[str, str], Schema]


class TableError(Exception):
    """A table cannot be read; the message names it, what was found and what was expected."""


@dataclass(frozen=True)
class Column:
    """A column as the project declares it.

    Attributes:
        name: Its name.
        data_type: Its type by contract, as DuckDB names it; None without a contract.
        is_required: Whether the contract keeps nulls out.
        comment: Its description where the project keeps it in the database, or None.
    """

    name: str
    data_type: str | None
    is_required: bool
    comment: str | None


@dataclass(frozen=True)
class Table:
    """A table as the project declares it.

    Attributes:
        schema: Its schema.
        name: Its name.
        columns: Columns of the contract, in order; without a contract those that are described.
        primary_key: Columns of its key, none if it has none.
        has_contract: Whether `columns` are all, and have types.
        comment: Its description where the project keeps it in the database, or None.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    has_contract: bool
    comment: str | None

    @property
    def contract(self) -> dict[str, str]:
        """Type by column, in order; nothing without a contract."""
        if not self.has_contract:
            return {}
        return {column.name: column.data_type or "" for column in self.columns}


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
    has_contract = bool((node["config"].get("contract") or {}).get("enforced"))
    key = _primary_key(node)
    columns = tuple(
        Column(
            name=column["name"],
            data_type=duckdb_type(column["data_type"]) if has_contract else None,
            is_required=has_contract
            and (column["name"] in key or "not_null" in _kinds(column["constraints"])),
            comment=(column["description"] or None) if persisted.get("columns") else None,
        )
        for column in node["columns"].values()
    )
    comment = (node["description"] or None) if persisted.get("relation") else None
    return Table(node["schema"], node["alias"], columns, key, has_contract, comment)


def _primary_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for constraint in node.get("constraints") or []:
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    return tuple(
        column["name"]
        for column in node["columns"].values()
        if "primary_key" in _kinds(column["constraints"])
    )


def _kinds(constraints: Iterable[Mapping[str, Any]]) -> set[str]:
    return {constraint["type"] for constraint in constraints}


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
    names = partition_columns(folder, files[0])
    listed = ", ".join(literal(str(path)) for path in files)
    if not names:
        return f"read_parquet([{listed}], hive_partitioning = false)"
    # Unless it is told, DuckDB takes the code 001 for the number 1.
    types = ", ".join(f"{literal(name)}: {schema.get(name, 'VARCHAR')}" for name in names)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{{types}}})"


def partition_columns(folder: Path, file: Path) -> list[str]:
    """Columns whose values are in the names of folders between a table and its file."""
    parts = file.relative_to(folder).parts[:-1]
    return [part.partition("=")[0] for part in parts if "=" in part]


def write_views(session: Any, folder: Path) -> None:  # noqa: ANN401 - pyspark may be missing
    """Write what a Spark session's views return as files, and what its columns are.

    The views are laid out as tables are; `schemas.json` holds the types of views and tables.

    Args:
        session: A `pyspark.sql.SparkSession` with the build's catalogue.
        folder: Folder to write to.
    """
    schemas: dict[str, dict[str, Schema]] = {}
    for schema in sorted(database.name for database in session.catalog.listDatabases()):
        for table in session.catalog.listTables(schema):
            if table.isTemporary:
                continue
            schemas.setdefault(schema, {})[table.name] = schema_of(session, schema, table.name)
            if table.tableType == "VIEW":
                rows = session.table(f"`{schema}`.`{table.name}`")
                place = folder / f"{schema}{DATABASE_SUFFIX}" / table.name
                rows.write.mode("overwrite").parquet(place.resolve().as_uri())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMAS).write_text(json.dumps(schemas, indent=1), encoding="utf-8")


def schema_of(session: Any, schema: str, name: str) -> Schema:  # noqa: ANN401
    """Types of a table or view as DuckDB names them, by a Spark session's catalogue."""
    columns = session.table(f"`{schema}`.`{name}`").dtypes
    return {column: duckdb_type(kind) for column, kind in columns}


def read_schemas(folder: Path) -> Schemas:
    """Types that `write_views` wrote to a folder; none if it wrote none."""
    file = folder / SCHEMAS
    if not file.exists():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return {
        (schema, name): types for schema, named in found.items() for name, types in named.items()
    }


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
