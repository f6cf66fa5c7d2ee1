"""Which models are exported, and what dbt knows of them.

A model is exported if its own `config.meta` says so (`export: true`); its description, columns,
units and key are those of its contract. Nothing about a table is written down a second time here.

Publishing keeps dbt's manifest in the warehouse itself: exports describe what was published,
whatever dbt has parsed, selected or cleaned since.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.published.facts import Fact

Manifest = dict[str, Any]

# Where the published warehouse is; said here, so that its readers need not load dbt.
WAREHOUSE = Path(os.environ.get("WAREHOUSE_PATH", "warehouse.duckdb"))
KEPT_IN = ("project", "manifest")  # schema and table
# Where the builder's folders stand, and when dbt ran: nobody else's business, and never the same.
PRIVATE = {
    "build_path",
    "compiled_code",
    "compiled_path",
    "created_at",
    "external_location",
    "extra_ctes",
    "generated_sql_file",
    "root_path",
}
OF_A_RUN = {"generated_at", "invocation_id", "invocation_started_at", "run_started_at", "env"}
OF_A_PERSON = {"project_id", "user_id"}


@dataclass(frozen=True)
class Column:
    """A column of an exported table.

    Attributes:
        name: Its name.
        data_type: Its type in the contract, lower case, e.g. `bigint` or `decimal(9,2)`.
        description: What it holds, with its unit.
        references: Table and column that its values are keys of, or None.
    """

    name: str
    data_type: str
    description: str
    references: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """An exported table: a model of schema `marts`.

    Attributes:
        name: Its name.
        description: What it holds, and what one row is.
        columns: Its columns, in order.
        primary_key: Names of the columns of its key; its rows are exported in their order.
        declaration: Of a conformed fact: what its model declares of its figures, as JSON.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    declaration: str = ""

    @property
    def fact(self) -> Fact | None:
        """What its columns of figures hold; None if it is no conformed fact.

        Raises:
            LookupError: The declaration is not complete.
        """
        return Fact.of(self.name, self.declaration) if self.declaration else None


def exported_tables(manifest: Path) -> list[Table]:
    """Tables to export, by name, from the `manifest.json` of a build.

    Raises:
        FileNotFoundError: There is no manifest: build first.
    """
    return tables_of(json.loads(manifest.read_text(encoding="utf-8")))


def tables_of(manifest: Manifest) -> list[Table]:
    """Tables to export, by name, as a manifest describes them."""
    nodes = manifest["nodes"]
    references = _references(nodes)
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    chosen = [node for node in models if node["config"].get("meta", {}).get("export")]
    return sorted((_table(node, references) for node in chosen), key=lambda table: table.name)


def keep(manifest: Path, database: Path) -> None:
    """Put a build's manifest into the database that was made by it, without what is private.

    Raises:
        OSError, duckdb.Error: The manifest cannot be read, or the database not be written.
    """
    content = public(json.loads(manifest.read_text(encoding="utf-8")))
    packed = zlib.compress(json.dumps(content, sort_keys=True).encode())
    schema, table = KEPT_IN[0], ".".join(KEPT_IN)
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create or replace table {table} (content blob not null)")
        # As a literal: a parameter makes duckdb import pandas.
        connection.execute(f"insert into {table} values (from_hex('{packed.hex()}'))")
        connection.execute(
            f"comment on table {table} is 'What dbt knew of the project when this file was built:"
            " its manifest, which exports are described from. One row.'"
        )
        connection.execute(f"comment on column {table}.content is 'JSON, compressed with zlib.'")
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint")


def kept(connection: duckdb.DuckDBPyConnection) -> Manifest | None:
    """The manifest that a warehouse keeps; none in one that an earlier version built."""
    try:
        row = connection.execute(f"select content from {'.'.join(KEPT_IN)}").fetchone()
    except duckdb.CatalogException:
        return None
    return dict(json.loads(zlib.decompress(row[0]))) if row else None


def public(manifest: Manifest) -> Manifest:
    """A manifest without folders of the builder's machine, and without the time of the run."""
    content = dict(_without(manifest, PRIVATE))
    content["metadata"] = {
        key: value
        for key, value in content.get("metadata", {}).items()
        if key not in OF_A_RUN | OF_A_PERSON
    }
    # The name of a source read from files is the place of the files.
    for source in content.get("sources", {}).values():
        source["relation_name"] = None
    return content


def _without(value: Any, keys: set[str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _without(each, keys) for key, each in value.items() if key not in keys}
    return [_without(each, keys) for each in value] if isinstance(value, list) else value


def _table(node: Mapping[str, Any], references: Mapping[tuple[str, str], tuple[str, str]]) -> Table:
    columns = tuple(
        Column(
            name=column["name"],
            data_type=column["data_type"].lower(),
            description=column["description"],
            references=references.get((node["name"], column["name"])),
        )
        for column in node["columns"].values()
    )
    key = _primary_key(node)
    return Table(node["name"], node["description"], columns, key, _declaration(node, columns, key))


def _declaration(node: Mapping[str, Any], columns: Sequence[Column], key: Sequence[str]) -> str:
    """What a model declares of its figures; empty if it is no conformed fact."""
    fact = node["config"].get("meta", {}).get("fact")
    if fact is None:
        return ""
    content = {
        "fact": fact,
        # A conformed fact has one row for each authority, period and, where it has any, category.
        "categories": next(
            (
                (column.name, column.references[0])
                for column in columns
                if column.references and column.name in key[2:]
            ),
            None,
        ),
        "columns": {name: column["meta"] for name, column in node["columns"].items()},
    }
    return json.dumps(content, sort_keys=True)


def _primary_key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for constraint in node["constraints"]:
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    return tuple(
        column["name"]
        for column in node["columns"].values()
        if any(constraint["type"] == "primary_key" for constraint in column["constraints"])
    )


def _references(nodes: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Foreign keys, as the tests `keys` state them."""
    found = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "keys":
            model = nodes[node["attached_node"]]["name"]
            arguments = test["kwargs"].get("arguments", test["kwargs"])
            for key in arguments.get("references", []):
                parent = key["to"].removeprefix("ref('").removesuffix("')")
                field = key.get("field", key["column"])
                found[(model, key["column"])] = (parent, field)
    return found
