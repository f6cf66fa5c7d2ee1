"""Report where the time of a build goes. A report, not a test: machines are noisy, ratios tell.

Usage: make bench ARGS="[--runs N] [--only PART] [--sizes N] [--sets FOLDER]"

The parts: the build of the seeds with its export, the check of a new release, the loading of DfE's
files, the report of many authorities, the national set.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import large_workbook, report_pages, scale, straight
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands
from safeguarding.exports.workbooks import workbook
from safeguarding.published.catalogue import Table, exported_tables
from safeguarding.warehouse.seed_files import PROJECT

# What a build would be without findings, claims and revisions, and what only they read.
WITHOUT_TRUST = (
    "--exclude", "fct_quality_findings", "fct_narrative_claims", "fct_revisions", "int_counts",
    "int_count_totals", "int_implied_populations", "path:seeds/claims", "known_issues",
    "quality_checks", "percentage_bases", "figure_relations",
)  # fmt: skip
# What a build would be without DfE's figures beside the reports'.
WITHOUT_OFFICIAL = (
    "--exclude", "path:models/marts/official", "path:models/staging/official",
    "path:seeds/official", "path:models/intermediate/official", "fct_reconciliation",
    "reconciliation_notes", "official_totals_agree", "official_statistics_are_whole",
)  # fmt: skip
DFE_FILES = PROJECT.parent / "shared" / "dfe"
DBT = Path(sys.executable).with_name("dbt")


def main() -> None:
    """Time each command `--runs` times in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=3, help="times to run each (default 3)")
    parser.add_argument(
        "--only",
        choices=("build", "release", "official", "report", "scale"),
        help="one part alone",
    )
    parser.add_argument(
        "--sizes",
        type=int,
        default=len(scale.SIZES),
        help="of the national set, the smallest so many; the largest takes half an hour",
    )
    parser.add_argument(
        "--sets",
        type=Path,
        metavar="FOLDER",
        help="where the generated sets of the national set are kept for the next time",
    )
    options = parser.parse_args()
    runs, only = options.runs, options.only
    os.chdir(PROJECT)
    if only in (None, "build"):
        bench_build(runs)
    if only in (None, "release"):
        report_release(runs)
    if only in (None, "official"):
        report_official(runs)
    if only in (None, "report"):
        report_pages_of_many()
    if only in (None, "scale"):
        report_scale(options.sizes, options.sets)


def bench_build(runs: int) -> None:
    """Time the build of the seeds and the export of what was built."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "target"
        environment = os.environ | {
            "DBT_TARGET_PATH": str(target),
            "WAREHOUSE_PATH": str(Path(folder) / "warehouse.duckdb"),
        }

        def dbt(*arguments: str) -> None:
            subprocess.run(
                [DBT, "--quiet", "--log-level-file", "none", *arguments],
                env=environment,
                check=True,
            )

        def cold() -> None:
            shutil.rmtree(target, ignore_errors=True)
            dbt("build")

        times: dict[str, list[float]] = {}
        for run in range(runs):
            note(times, "start-up: import dbt", partial(start_up, "dbt.cli.main"))
            note(times, "dbt parse --no-partial-parse", lambda: dbt("parse", "--no-partial-parse"))
            note(times, "dbt build from nothing", cold)
            note(times, "without the trust layer (warm)", lambda: dbt("build", *WITHOUT_TRUST))
            note(
                times, "without official statistics (warm)", lambda: dbt("build", *WITHOUT_OFFICIAL)
            )
            note(times, "dbt build again (warm)", lambda: dbt("build"))
            database = target.with_name(f"straight-{run}.duckdb")
            again = partial(straight.main, str(target), str(database))
            note(times, "the same SQL straight in DuckDB", again)
        report(times, target)
        report_export(runs, target, Path(folder) / "warehouse.duckdb", Path(folder))


def report_export(runs: int, target: Path, warehouse: Path, folder: Path) -> None:
    """Print the export's time beside what it cannot do without, each in this one process."""
    tables = exported_tables(target / "manifest.json")
    formats = tuple(name for name in export_commands.FORMATS if name != "docs")
    job = export_commands.Job(warehouse, folder / "out", formats, (), Audience.PUBLIC)
    export_commands.export(job)
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        note(times, "full export", lambda: export_commands.export(job))
        note(times, "raw COPY and the two workbooks", lambda: raw_export(tables, job.output))
    full, raw = (statistics.median(seconds) for seconds in times.values())
    print(
        f"\nFull export {full:.2f} s, raw COPY and the two workbooks {raw:.2f} s: {full / raw:.2f}"
    )


def raw_export(tables: Sequence[Table], exports: Path) -> None:
    """Copy each table to Parquet and CSV as DuckDB does it, and write the workbooks."""
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(str(exports / export_commands.DATABASE), read_only=True) as connection,
    ):
        for table in tables:
            for form in ("parquet", "csv"):
                path = Path(folder) / f"{table.name}.{form}"
                connection.execute(f"copy marts.{table.name} to '{path}' (format {form})")
        workbook.write_workbooks(connection, Path(folder))


def report_release(runs: int) -> None:
    """Print how long the check of a filled workbook of 5,000 rows takes, as a user runs it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "SYNTHETIC.xlsx"
        large_workbook.write(path)
        command = [sys.executable, "scripts/release.py", "check", str(path), "--format", "json"]
        times: dict[str, list[float]] = {}

        def check() -> None:
            answer = subprocess.run(command, check=False, capture_output=True, text=True)
            if answer.returncode == 2 or not answer.stdout.startswith("{"):  # noqa: PLR2004
                sys.exit(f"The check did not run: {answer.stdout}{answer.stderr}")

        for _ in range(runs):
            note(times, "start-up: import duckdb", partial(start_up, "duckdb"))
            note(times, "check", check)
    start, seconds = (statistics.median(values) for values in times.values())
    print(
        f"\nrelease.py check of {large_workbook.ROWS:,} rows in a workbook {seconds:.2f} s;"
        f" Python and duckdb alone {start:.2f} s"
    )


def report_official(runs: int) -> None:
    """Print how long DfE's files take to load, if they are there: they are not in the project."""
    if not DFE_FILES.is_dir():
        print(f"\nDfE's files are not at {DFE_FILES}: their loading is not timed.")
        return
    command = [sys.executable, "scripts/official_statistics.py", "load", str(DFE_FILES)]
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            load = [*command, "--output", folder]
            run = partial(subprocess.run, load, check=True, stdout=subprocess.DEVNULL)
            note(times, "load", run)
    (seconds,) = times.values()
    print(f"\nofficial_statistics.py load of all DfE's files: {statistics.median(seconds):.2f} s")


def report_pages_of_many() -> None:
    """Print the time and memory that the report of few and of many authorities takes."""
    sizes = []
    for authorities in report_pages.AUTHORITIES:
        with tempfile.TemporaryDirectory() as folder:
            sizes.append(report_pages.measure(authorities, Path(folder)))
    report_pages.report(sizes)


def report_scale(most: int, sets: Path | None) -> None:
    """Print what the national set takes, at up to four sizes."""
    sizes = []
    for authorities, years in scale.SIZES[:most]:
        with tempfile.TemporaryDirectory() as folder:
            kept = (sets or Path(folder) / "sets").resolve()
            kept.mkdir(parents=True, exist_ok=True)
            sizes.append(scale.measure(authorities, years, Path(folder), kept))
    scale.report(sizes)


def start_up(module: str) -> None:
    """Start Python and import a module: what every command of its begins with."""
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


def note(times: dict[str, list[float]], what: str, run: Callable[[], object]) -> None:
    """Run once and write down the seconds it took."""
    start = time.perf_counter()
    run()
    times.setdefault(what, []).append(time.perf_counter() - start)


def report(times: dict[str, list[float]], target: Path) -> None:
    """Print medians, ranges, the ratio to `dbt parse` and dbt's own account by kind of node."""
    parse = statistics.median(times["dbt parse --no-partial-parse"])
    print(f"{'median of ' + str(len(next(iter(times.values())))):40} seconds   range      / parse")
    for what, seconds in times.items():
        middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
        print(f"{what:40} {middle:7.2f}   {least:.2f}-{most:.2f}  {middle / parse:6.2f}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    by_kind: dict[str, list[float]] = {}
    for result in results:
        by_kind.setdefault(result["unique_id"].split(".")[0], []).append(result["execution_time"])
    print("\nThe last warm build by kind of node (two threads, so the sums exceed the clock):")
    for kind, seconds in sorted(by_kind.items(), key=lambda item: -sum(item[1])):
        print(
            f"  {kind:10} {len(seconds):4} nodes {sum(seconds):6.2f} s,"
            f" {1000 * sum(seconds) / len(seconds):5.0f} ms each"
        )


if __name__ == "__main__":
    main()
