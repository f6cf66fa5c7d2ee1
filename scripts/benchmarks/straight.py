"""Run the SQL of a build straight in DuckDB: python -m benchmarks.straight TARGET DATABASE."""

from __future__ import annotations

import sys
from pathlib import Path

from compiled_project import CompiledProject
from seed_files import PROJECT


def main(target: str, database: str) -> None:
    """Load the seeds, make every model and run every data test."""
    compiled = CompiledProject(Path(target), PROJECT)
    with compiled.build(compiled.read_seeds(), database) as connection:
        for name, rows in compiled.failing_tests(connection):
            sys.exit(f"{name}: {rows[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
