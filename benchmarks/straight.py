"""Run the SQL of a build straight in DuckDB.

Usage: python -m benchmarks.straight TARGET DATABASE [polars|pandas]; with a twin's name, only what
it makes: those columns of the marts, those checks, what they are made from, and all their tests.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2 import Template

from benchmarks.contents import DEAREST_CHECKS, KEYS, columns_of
from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.seed_files import PROJECT

# The checks that the twin with pandas leaves out.
OTHER_CHECKS = ("check_official_difference", "check_role_not_printed", "check_uasc_stock_and_flows")


def main(target: str, database: str, twin: str = "") -> None:
    """Load the seeds, make every model and run every data test, with the settings of a build."""
    compiled = CompiledProject(Path(target), PROJECT)
    if twin:
        narrow(compiled, Path(target), twin)
    run = compiled.build(compiled.read_seeds(), database, settings_of_build())
    with run as connection:
        if not twin:
            for name, rows in compiled.failing_tests(connection):
                sys.exit(f"{name}: {rows[0]}")
            return
        made = sum(is_passed(connection, node.name, node.sql) for node in tests_of(compiled))
        print(f"{made} tests passed")


def tests_of(compiled: CompiledProject) -> list[Any]:
    """The data tests there are."""
    return [node for node in compiled.nodes if node.kind == "test"]


def is_passed(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> bool:
    """Whether a test passed; False if it is about a column that the twin does not make.

    Raises:
        SystemExit: It found something.
    """
    try:
        rows = connection.execute(sql).fetchmany(1)
    except duckdb.BinderException:
        return False
    if rows:
        sys.exit(f"{name}: {rows[0]}")
    return True


def is_made(name: str, twin: str) -> bool:
    """Whether a model is made as it is: checks that the twin has not are made empty."""
    if not name.startswith("check_"):
        return True
    return name in DEAREST_CHECKS if twin == "polars" else name not in OTHER_CHECKS


def narrow(compiled: CompiledProject, target: Path, twin: str) -> None:
    """Leave only what a twin makes, what that is made from, and tests of these."""
    nodes: Mapping[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))[
        "nodes"
    ]
    by_name = {node["name"]: key for key, node in nodes.items()}
    empty = {
        name
        for name, key in by_name.items()
        if nodes[key]["resource_type"] == "model" and not is_made(name, twin)
    }
    needed: set[str] = set()
    waiting = [by_name[name] for name in KEYS]
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in needed:
            needed.add(key)
            if nodes[key]["name"] not in empty:
                waiting += nodes[key]["depends_on"].get("nodes", [])
    names = {nodes[key]["name"] for key in needed}
    for node in nodes.values():
        on = {each for each in node["depends_on"].get("nodes", []) if each in nodes}
        if node["resource_type"] == "test" and on and on <= needed:
            names.add(node["name"])
    types = types_of(target / "warehouse.duckdb")
    compiled.nodes = [
        replace(node, sql=sql_of(node.relation, types), is_view=False)
        if node.name in empty
        else replace(node, sql=f"select {', '.join(columns_of(node.name))} from ({node.sql})")
        if node.name in KEYS
        else node
        for node in compiled.nodes
        if node.name in names
    ]


def types_of(warehouse: Path) -> dict[str, dict[str, str]]:
    """Type by column of every table and view of a build, by its name without quotes."""
    types: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table, column, kind in connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        ).fetchall():
            types.setdefault(table, {})[column] = kind
    return types


def sql_of(relation: str, types: Mapping[str, Mapping[str, str]]) -> str:
    """A query without rows, of the columns that a model has."""
    columns = types[relation.replace('"', "")].items()
    return (
        f"select {', '.join(f'cast(null as {kind}) as {name}' for name, kind in columns)} limit 0"
    )


def settings_of_build() -> dict[str, str]:
    """DuckDB's settings in the profile that dbt builds with, by name."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profile["safeguarding_warehouse"]["outputs"]["duckdb"]["settings"]
    return {
        name: Template(str(value)).render(env_var=os.environ.get)
        for name, value in settings.items()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
