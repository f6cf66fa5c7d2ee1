"""A folder of extracts to measure with: a warehouse's raw tables."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.contents import FAMILIES
from scale import extract_files


def seeds_as_extracts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the seeds of publications as a folder of extracts.

    Args:
        connection: To a warehouse that was built from seeds; it may be read-only.
        folder: Where to write; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = " union all ".join(
        f"select '{name}' as table_id, * from raw.{name}" for name in FAMILIES
    )
    extract_files.write_figures(connection, figures, folder)
    for name in extract_files.registers():
        destination = folder / name / "part-0.parquet"
        destination.parent.mkdir()
        connection.execute(f"copy (from raw.{name}) to '{destination}' (format parquet)")
