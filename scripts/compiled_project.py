"""Run the SQL that dbt compiled straight in DuckDB, without dbt.

A build of a few hundred figures spends nearly all its time in dbt itself. What wants many builds
(the tests that break something on purpose, the benchmark) runs the same SQL here instead, in a
database of its own in memory.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, str]


@dataclass(frozen=True)
class Node:
    """A seed, model or test of dbt's manifest.

    Attributes:
        name: Its name.
        kind: dbt's resource type: `seed`, `model` or `test`.
        relation: Qualified name without the database, e.g. `"marts"."dim_period"`.
        sql: The compiled query; empty for a seed.
        is_view: Whether dbt makes a view of it.
        path: File it comes from, relative to the project.
        columns: Seeds: the names of the columns that the data sheet declares, in order.
    """

    name: str
    kind: str
    relation: str
    sql: str
    is_view: bool
    path: Path
    columns: tuple[str, ...] = ()

    @property
    def is_official(self) -> bool:
        """Whether it is one of official statistics: large, and no report's figure changes it."""
        return "official" in self.path.parts or self.path.name.startswith("official_")


class CompiledProject:
    """The project as `dbt build` last compiled it.

    Args:
        target: dbt's target folder, with the `manifest.json` of a build.
        project: The project's root, where the seeds are.

    Raises:
        FileNotFoundError: There is no manifest: build first.
    """

    def __init__(self, target: Path, project: Path) -> None:
        """Read the manifest and put its nodes in the order they depend on each other."""
        self.project = project
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        nodes: dict[str, Any] = manifest["nodes"]
        self.nodes = [_node(nodes[key]) for key in _in_order(nodes)]
        # Whether it was compiled to read a folder of extracts in place of the seeds.
        self.reads_extracts = any(
            parent.split(".")[2:3] == ["extracts"]
            for node in nodes.values()
            for parent in node.get("depends_on", {}).get("nodes", [])
            if parent.startswith("source.")
        )

    def read_seeds(self) -> dict[str, list[Row]]:
        """Rows of every seed, by its name; every value text."""
        seeds = {}
        for node in self.nodes:
            if node.kind == "seed":
                with (self.project / node.path).open(encoding="utf-8", newline="") as file:
                    seeds[node.name] = list(csv.DictReader(file))
        return seeds

    def load_seeds(
        self, connection: duckdb.DuckDBPyConnection, seeds: Mapping[str, list[Row]]
    ) -> None:
        """Make a table of text columns for each seed, a blank cell being null."""
        for node in self.nodes:
            if node.kind == "seed":
                _create_schema(connection, node.relation)
                load_rows(connection, node.relation, node.columns, seeds[node.name])

    def run_models(self, connection: duckdb.DuckDBPyConnection, official: bool = False) -> None:
        """Make every model, in order, from the seeds that are there.

        Paths in the SQL are below the project.

        Args:
            connection: Where the seeds are.
            official: Whether to make those of official statistics too: they take ten times as long
                as all the others.
        """
        connection.execute(f"set file_search_path = {literal(str(self.project))}")
        for node in self.nodes:
            if node.kind == "model" and node.sql and (official or not node.is_official):
                _create_schema(connection, node.relation)
                kind = "view" if node.is_view else "table"
                connection.execute(f"create or replace {kind} {node.relation} as {node.sql}")

    def build(
        self,
        seeds: Mapping[str, list[Row]],
        path: str = ":memory:",
        settings: Mapping[str, str] | None = None,
    ) -> duckdb.DuckDBPyConnection:
        """Build from `seeds` and return the connection to it.

        A file has everything; in memory, official statistics are left out.

        Args:
            seeds: Rows of every seed, by its name.
            path: Where to build.
            settings: DuckDB's, by name, if not its own.
        """
        connection = connect(path)
        for name, value in (settings or {}).items():
            connection.execute(f"set {name} = {literal(value)}")
        self.load_seeds(connection, seeds)
        self.run_models(connection, official=path != ":memory:")
        return connection

    def failures(
        self, connection: duckdb.DuckDBPyConnection, name_part: str
    ) -> list[dict[str, Any]]:
        """Rows that the data tests return whose names contain `name_part`.

        Those of the models of official statistics are left out, as the models are, unless named.

        Raises:
            LookupError: No test is so named, so that a check of it would assert nothing.
        """
        tests = [
            node
            for node in self.nodes
            if node.kind == "test"
            and name_part in node.name
            and (not node.is_official or name_part.startswith("official"))
        ]
        if not tests:
            raise LookupError(f"no dbt test has '{name_part}' in its name")
        return [row for test in tests for row in rows_of(connection.sql(test.sql))]

    def failing_tests(
        self, connection: duckdb.DuckDBPyConnection
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Name and rows of each data test that returns any, but those of official statistics."""
        for node in self.nodes:
            if node.kind == "test" and not node.is_official:
                rows = rows_of(connection.sql(node.sql))
                if rows:
                    yield node.name, rows


def rows_of(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    """Rows of a relation by the names of its columns."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def connect(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Connect to a database whose catalog has the name that the compiled SQL uses."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach '{path}' as warehouse")
    connection.execute("use warehouse")
    return connection


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Iterable[str],
    rows: list[Row],
) -> None:
    """Make a table of text columns out of rows, a blank value being null."""
    names = list(columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        types = ", ".join(f"'{name}': 'varchar'" for name in names)
        connection.execute(
            f"create or replace table {relation} as"
            f" select * from read_csv({literal(str(path))}, header = true, columns = {{{types}}})"
        )


def literal(text: str) -> str:
    """A text as SQL writes it. For what is asked often: a parameter makes duckdb import pandas."""
    return "'" + text.replace("'", "''") + "'"


def _create_schema(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    connection.execute(f"create schema if not exists {relation.partition('.')[0]}")


def _node(raw: Mapping[str, Any]) -> Node:
    is_ephemeral = raw["config"].get("materialized") == "ephemeral"
    return Node(
        name=raw["name"],
        kind=raw["resource_type"],
        relation=f'"{raw["schema"]}"."{raw["alias"]}"',
        sql="" if is_ephemeral else (raw.get("compiled_code") or ""),
        is_view=raw["config"].get("materialized") == "view",
        path=Path(raw["original_file_path"]),
        columns=tuple(raw["config"].get("column_types") or {}),
    )


def _in_order(nodes: Mapping[str, Any]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key in nodes and key not in ordered:
            for parent in nodes[key].get("depends_on", {}).get("nodes", []):
                visit(parent)
            ordered[key] = None

    for key in nodes:
        visit(key)
    return list(ordered)
