"""Write what belongs to publications out of a warehouse's raw tables as an extracts folder."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.contents import FAMILIES

EXTRACTS = (
    *FAMILIES,
    "releases",
    "expected_row_counts",
    "adjudications",
    "known_issues",
    "printed_precision",
    "series_breaks",
    "reconciliation_notes",
    "narrative_claims",
)


def seeds_as_extracts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write `<folder>/<name>/<name>.parquet` for each seed of `EXTRACTS`.

    Args:
        connection: To a warehouse that was built from seeds; it may be read-only.
        folder: Where to write; made if it is not there.
    """
    for name in EXTRACTS:
        destination = folder / name / f"{name}.parquet"
        destination.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy (from raw.{name}) to '{destination}' (format parquet)")
