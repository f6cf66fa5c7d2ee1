"""SYNTHETIC records of many council-years: made, and counted by their SQL straight in DuckDB.

Usage: python -m benchmarks.many_records FOLDER COUNCIL_YEARS; makes the set if it is not there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from safeguarding.records import counting, ssd_files
from safeguarding.records.canonical import Store, read_columns
from safeguarding.records.request import Request
from safeguarding.warehouse.compiled_project import CompiledProject, literal
from safeguarding.warehouse.seed_files import PROJECT
from support.hampshire_targets import HAMPSHIRE
from support.record_files import write_ssd
from support.synthetic_records import Targets, generate

SHARE = 4  # Hampshire has so many times the records of a council of usual size
OF_EXTRACT = ("record_extracts", "record_gaps")


def usual_council() -> Targets:
    """Targets of a council of usual size; plans and care as Hampshire's, which are few rows."""
    cut = {
        name: getattr(HAMPSHIRE, name) // SHARE
        for name in (
            "contacts", "re_referrals", "open_cases", "enquiries", "enquiries_with_conference",
            "conferences", "assessments", "assessments_in_time",
        )
    }  # fmt: skip
    sources = {name: number // SHARE for name, number in HAMPSHIRE.sources.items()}
    return replace(HAMPSHIRE, sources=sources, **cut)


def make(folder: Path, council_years: int) -> None:
    """Read one council's year, and write it so many times under keys of its own each."""
    if folder.exists():
        return
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    columns = read_columns(PROJECT)
    with tempfile.TemporaryDirectory() as work, duckdb.connect() as connection:
        written, one = Path(work) / "ssd", Path(work) / "one"
        write_ssd(generate(usual_council()), written)
        request = Request(written, "E10000014", "2021-22", date(2022, 6, 30))
        store = Store(connection, one, columns, request.extract_id)
        store.finish(request, [ssd_files.read_tables(written, store)])
        for table in (*columns, *OF_EXTRACT):
            source = f"read_parquet({literal(str(one / table / '*.parquet'))})"
            names = [name for name, *_ in connection.sql(f"describe from {source}").fetchall()]
            keyed = ", ".join(
                f"copy || '-' || {name} as {name}" if name.endswith("_id") else name
                for name in names
                if name != "period_id"
            )
            period = ", period_id" if "period_id" in names else ""
            (unfinished / table).mkdir(parents=True)
            path = unfinished / table / "1.parquet"
            connection.execute(
                f"copy (select {keyed}{period} from {source}, range({council_years}) as copies(copy))"
                f" to {literal(str(path))} (format parquet)"
            )
    unfinished.rename(folder)


def rows_in(folder: Path) -> int:
    """How many rows of records a set has."""
    with duckdb.connect() as connection:
        files = f"{folder}/ssd_*/*.parquet"
        query = f"select sum(num_rows) from parquet_file_metadata({literal(files)})"
        return int(connection.sql(query).fetchall()[0][0])


def main(folder: Path, council_years: int) -> None:
    """Count the figures of a set, and check that each council-year has those of the first."""
    make(folder, council_years)
    compiled = CompiledProject.of(PROJECT, counting.COMPILED, *counting.OPTIONS)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        (Path(work) / counting.RECORDS).symlink_to(folder.resolve())
        with counting.connect(Path(work)) as connection:
            counting.make_models(compiled, connection)
            differing = connection.sql(
                "select measure_id from records.records_aggregates"
                " group by measure_id, category_id, period_id, unit"
                f" having count(distinct value) > 1 or count(*) <> {council_years}"
            ).fetchall()
    if differing:
        sys.exit(f"differs between council-years that are the same: {differing}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
