"""Run the SQL of a build straight in DuckDB.

Usage: python -m benchmarks.straight TARGET DATABASE [outputs]; with `outputs` only the models that
`outputs` need, without any test.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import yaml
from jinja2 import Template

from benchmarks.contents import conformed_facts
from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.seed_files import PROJECT


def outputs() -> tuple[str, ...]:
    """What polars is timed on: facts, the latest release, revisions, the three dearest checks."""
    checks = ("check_jump", "check_figure_relations", "check_percentage_of_base")
    return (*conformed_facts(), "int_latest_figures", "fct_revisions", *checks)


def main(target: str, database: str, part: str = "") -> None:
    """Load the seeds, make every model and run every data test, with the settings of a build."""
    compiled = CompiledProject(Path(target), PROJECT)
    if part:
        make_outputs(compiled, Path(target), database)
        return
    with compiled.build(compiled.read_seeds(), database, settings_of_build()) as connection:
        for name, rows in compiled.failing_tests(connection):
            sys.exit(f"{name}: {rows[0]}")


def make_outputs(compiled: CompiledProject, target: Path, database: str) -> None:
    """Make the tables and views that the outputs read, then each output as a table."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    by_name = {node["name"]: key for key, node in nodes.items()}
    needed: set[str] = set()
    waiting = [by_name[name] for name in outputs()]
    while waiting:
        key = waiting.pop()
        if key in nodes and key not in needed:
            needed.add(key)
            waiting += nodes[key]["depends_on"].get("nodes", [])
    names = {nodes[key]["name"] for key in needed}
    compiled.nodes = [node for node in compiled.nodes if node.name in names]
    with compiled.build(compiled.read_seeds(), database, settings_of_build()) as connection:
        for name in outputs():
            # Polars writes no messages either.
            sql = f"from ({nodes[by_name[name]]['compiled_code']})"
            wording = "* exclude (detail)" if name.startswith("check_") else "*"
            if name.startswith(("check_", "int_")):
                connection.execute(f"create table main.{name} as select {wording} {sql}")


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
