"""Build the warehouse, and say in a few lines what is in it or what stopped the build.

Usage: python scripts/build.py [--extracts FOLDER [--extracts-format parquet|csv] [--reconcile]]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.artifacts.schemas.run import RunExecutionResult, RunResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

import extract_files
import publish
import seed_files
from compiled_project import rows_of
from publish import WAREHOUSE, close_connections
from releases import store

BUILT = Path(os.environ.get("DBT_TARGET_PATH", "target")) / "warehouse.duckdb"
FAILED = {RunStatus.Error, TestStatus.Error, TestStatus.Fail}
MOST_EXAMPLES = 10


def main(arguments: list[str] | None = None) -> int:
    """Check the input files, run `dbt build` and report; 0 if all passed, 1 if not."""
    parser = argparse.ArgumentParser(description="Build the warehouse.")
    parser.add_argument(
        "--extracts",
        type=lambda text: Path(text).resolve(),
        metavar="FOLDER",
        help="read publications from a folder of files in place of the seeds",
    )
    parser.add_argument("--extracts-format", choices=extract_files.FORMATS, default="parquet")
    parser.add_argument(
        "--reconcile",
        action="store_true",
        help="compare extracts with official statistics (left out, as they may be invented)",
    )
    options = parser.parse_args(arguments)
    os.chdir(seed_files.PROJECT)
    try:
        store.recover(seed_files.PROJECT)
    except (store.SeedsChangedError, store.SeedsBusyError) as error:
        return report_failure([str(error)])
    found = list(seed_files.problems())
    variables = []
    if options.extracts:
        found += extract_files.problems(options.extracts, options.extracts_format)
        values = {
            "extracts_path": options.extracts.as_posix(),
            "extracts_format": options.extracts_format,
            "reconcile_with_official": options.reconcile,
        }
        variables = ["--vars", json.dumps(values)]
    if found:
        return report_failure(found)
    print("Building the warehouse ...", flush=True)
    outcome = dbtRunner().invoke(
        ["--quiet", "--no-use-colors", "--log-level", "none", "build", *variables]
    )
    close_connections()
    if not outcome.success:
        return report_failure(list(explain(outcome)))
    try:
        publish.publish(BUILT, WAREHOUSE)
    except (OSError, duckdb.Error) as error:
        return report_failure([f"{WAREHOUSE} could not be written: {error}"])
    print(summary(WAREHOUSE))
    return 0


def report_failure(messages: list[str]) -> int:
    """Print what stopped the build, and that the last good warehouse is untouched."""
    for message in messages:
        print(f"- {message}", file=sys.stderr)
    kept = f"{WAREHOUSE} is as the last good build left it." if WAREHOUSE.exists() else ""
    print(f"The build stopped. {kept}".rstrip(), file=sys.stderr)
    return 1


def explain(outcome: dbtRunnerResult) -> Iterator[str]:
    """Say what failed in a dbt build, in terms of the seed rows where a test names them."""
    if outcome.exception is not None:
        yield str(outcome.exception)
        return
    if not isinstance(outcome.result, RunExecutionResult):
        return
    failed = [result for result in outcome.result if result.status in FAILED]
    with duckdb.connect(str(BUILT), read_only=True) as connection:
        for result in failed:
            if result.status == TestStatus.Fail and result.node.resource_type == "test":
                yield from failing_rows(connection, result)
            else:
                yield f"{result.node.original_file_path}: {result.message}"


def failing_rows(connection: duckdb.DuckDBPyConnection, result: RunResult) -> Iterator[str]:
    """Messages of the rows that a dbt test returned: its own, or where it stands if it has none."""
    rows = rows_of(connection.sql(str(getattr(result.node, "compiled_code", ""))))
    for row in rows[:MOST_EXAMPLES]:
        yield test_message(result.node.name, row)
    if len(rows) > MOST_EXAMPLES:
        yield f"... and {len(rows) - MOST_EXAMPLES} more of {result.node.name}."


def test_message(test: str, row: dict[str, Any]) -> str:
    """What a row that a data test returned says of the seeds."""
    if "seed_file" in row:
        return seed_message(row)
    return str(row.get("message") or f"{test}: {row}")


def seed_message(row: dict[str, Any]) -> str:
    """Name the file, row and column of a seed's value that cannot be used.

    The row is the one that agrees with every column that test and file have in common.
    """
    if not Path(row["seed_file"]).is_file():
        return extract_message(row)
    numbers = [
        str(number)
        for number, seed_row in seed_rows(Path(row["seed_file"]))
        if all((seed_row[key] or None) == row[key] for key in seed_row.keys() & row.keys())
    ]
    found = "nothing" if row["found"] is None else f"'{row['found']}'"
    return (
        f"{row['seed_file']} row {' and '.join(numbers) or '?'}, column {row['column_name']}: "
        f"found {found}, expected {row['expected']}."
    )


def extract_message(row: dict[str, Any]) -> str:
    """Name an extract's row by what stands in it: its files have no lines to count."""
    said = ("seed_file", "column_name", "found", "expected")
    where = ", ".join(f"{key} {value}" for key, value in row.items() if key not in said and value)
    found = "nothing" if row["found"] is None else f"'{row['found']}'"
    return (
        f"{row['seed_file']} ({where}), column {row['column_name']}: found {found},"
        f" expected {row['expected']}."
    )


def seed_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a seed with the line of the file that each ends on (the header is line 1)."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield reader.line_num, row


def summary(built: Path) -> str:
    """What is in the warehouse and where to look next, in a few lines."""
    with duckdb.connect(str(built), read_only=True) as connection:

        def one(query: str) -> tuple[Any, ...]:
            return connection.sql(query).fetchone() or ()

        in_tables, in_text, missing, first, last = one(
            "select count(value) filter (where table_id <> 'headline_figures'),"
            " count(value) filter (where table_id = 'headline_figures'),"
            " count(*) - count(value), min(period_id), max(period_id)"
            " from marts.fct_observations"
        )
        releases, authorities = one(
            "select count(distinct release_id), count(distinct local_authority_code)"
            " from marts.fct_observations"
        )
        findings = connection.sql(
            "select severity, count(*) from marts.fct_quality_findings group by 1 order by 1"
        ).fetchall()
    counts = ", ".join(f"{number} {severity}" for severity, number in findings)
    return "\n".join(
        [
            f"{WAREHOUSE}: {in_tables} figures of tables and {in_text} of text as printed,"
            f" {missing} missing, {first} to {last}."
            f" Releases: {releases}. Authorities: {authorities}.",
            f"Findings of the checks: {counts}; every error is explained. Details: make audit",
            "Look next: the tables of schema `marts`, and the questions in README.md. For example:",
            "  .venv/bin/python -c \"import duckdb; duckdb.connect('warehouse.duckdb',"
            " read_only=True).sql('from marts.fct_care_flows').show()\"",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
