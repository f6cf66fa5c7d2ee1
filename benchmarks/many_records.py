"""SYNTHETIC records of many council-years: made, and counted by their SQL straight in DuckDB.

Usage: python -m benchmarks.many_records count FOLDER COUNCIL_YEARS
       python -m benchmarks.many_records read CENSUS
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from safeguarding.records import cin_census, counting, ssd_files
from safeguarding.records.canonical import Store, read_columns
from safeguarding.records.request import Request
from safeguarding.warehouse.compiled_project import CompiledProject, literal
from safeguarding.warehouse.seed_files import PROJECT
from support.hampshire_targets import HAMPSHIRE
from support.record_files import write_census, write_ssd
from support.synthetic_records import Targets, generate

SHARE = 4  # Hampshire has so many times the records of a council of usual size
PERIOD, DAY = "2021-22", date(2022, 6, 30)
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
        request = Request(written, "E10000014", PERIOD, DAY)
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
            copies = f"{source}, range({council_years}) as copies(copy)"
            connection.execute(
                f"copy (select {keyed}{period} from {copies})"
                f" to {literal(str(path))} (format parquet)"
            )
    unfinished.rename(folder)


def rows_in(folder: Path) -> int:
    """How many rows of records a set has."""
    with duckdb.connect() as connection:
        files = f"{folder}/ssd_*/*.parquet"
        query = f"select sum(num_rows) from parquet_file_metadata({literal(files)})"
        return int(connection.sql(query).fetchall()[0][0])


def make_census(path: Path, times: int) -> None:
    """Write the census of one council with its children so many times."""
    write_census(generate(usual_council()), path, HAMPSHIRE.start)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("<Child>"), text.rindex("</Children>")
    with path.open("w", encoding="utf-8") as file:
        file.write(text[:begin])
        for _ in range(times):
            file.write(text[begin:end])
        file.write(text[end:])


def read_census(path: Path) -> None:
    """Read a census into a folder that is removed."""
    request = Request(path.parent, "E10000014", PERIOD, DAY)
    with counting.working_folder() as work, counting.connect(work) as connection:
        folder = work / counting.RECORDS
        store = Store(connection, folder, read_columns(PROJECT), request.extract_id)
        cin_census.read_censuses([path], request, "850", store)


def count(folder: Path, council_years: int) -> None:
    """Count the figures of a set, and check that each council-year has those of the first."""
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
    if sys.argv[1] == "read":
        read_census(Path(sys.argv[2]))
    else:
        count(Path(sys.argv[2]), int(sys.argv[3]))
