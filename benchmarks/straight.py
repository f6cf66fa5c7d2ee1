"""Run the SQL of a build straight in DuckDB: python -m benchmarks.straight TARGET DATABASE."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml
from jinja2 import Template

from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.seed_files import PROJECT


def main(target: str, database: str) -> None:
    """Load the seeds, make every model and run every data test, with the settings of a build."""
    compiled = CompiledProject(Path(target), PROJECT)
    settings = settings_of_build()
    with compiled.build(compiled.read_seeds(), database, settings) as connection:
        for name, rows in compiled.failing_tests(connection):
            sys.exit(f"{name}: {rows[0]}")


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
