"""Which models are exported, and what dbt knows of them.

A model is exported if its own `config.meta` says so (`export: true`); its description, columns,
units and key are those of its contract. Nothing about a table is written down a second time here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]


def exported_tables(manifest: Path) -> list[Table]:
    """Tables to export, by name, from the `manifest.json` of a build.

    Raises:
        FileNotFoundError: There is no manifest: build first.
    """
    nodes: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    references = _references(nodes)
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    chosen = [node for node in models if node["config"].get("meta", {}).get("export")]
    return sorted((_table(node, references) for node in chosen), key=lambda table: table.name)


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
    return Table(node["name"], node["description"], columns, _primary_key(node))


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
    """Foreign keys, as dbt's `relationships` tests state them."""
    found = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "relationships":
            model = nodes[node["attached_node"]]["name"]
            arguments = test["kwargs"].get("arguments", test["kwargs"])
            parent = arguments["to"].removeprefix("ref('").removesuffix("')")
            found[(model, node["column_name"])] = (parent, arguments["field"])
    return found
