"""Build the warehouse, and say in a few lines what is in it or what stopped the build.

Usage: python scripts/build.py [--target duckdb|spark]
    [--extracts FOLDER [--extracts-format parquet|csv] [--reconcile] [--full]]
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
import incremental
import seed_files
from engines import ENGINES, Engine
from publish import WAREHOUSE, NotPublishedError
from releases import store

FAILED = {RunStatus.Error, TestStatus.Error, TestStatus.Fail}
MOST_EXAMPLES = 10
MOST_NAMED = 5
# What an incremental build looks at: everything that follows from publications.
FROM_EXTRACTS = ("--select", "source:extracts+")


def main(arguments: list[str] | None = None) -> int:
    """Check the input files, run `dbt build` and report; 0 if all passed, 1 if not."""
    options = _parser().parse_args(arguments)
    os.chdir(seed_files.PROJECT)
    os.environ.pop("TOUCHED_AUTHORITIES", None)
    engine = ENGINES[options.target]()
    try:
        store.recover(seed_files.PROJECT)
    except (store.SeedsChangedError, store.SeedsBusyError) as error:
        return report_failure([str(error)])
    found = [*engine.problems(), *seed_files.problems()]
    if found:
        return report_failure(found)
    try:
        return build_extracts(engine, options) if options.extracts else build(engine)
    finally:
        engine.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Build the warehouse.")
    parser.add_argument(
        "--target", choices=ENGINES, default="duckdb", help="what builds it (docs/spark.md)"
    )
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
    parser.add_argument(
        "--full",
        action="store_true",
        help="build extracts from nothing, not only what changed since the last build",
    )
    return parser


def build(engine: Engine, *arguments: str) -> int:
    """Run dbt, and publish what it built if everything passed."""
    print("Building the warehouse ...", flush=True)
    outcome = dbtRunner().invoke(
        [
            *("--quiet", "--no-use-colors", "--log-level", "none"),
            *("build", "--target", engine.name),
            *arguments,
        ]
    )
    engine.release()
    if not outcome.success:
        return report_failure(list(explain(outcome, engine)))
    return published(engine)


def published(engine: Engine) -> int:
    """Publish what was built, and say what is in it."""
    try:
        engine.publish(WAREHOUSE)
    except (OSError, duckdb.Error, NotPublishedError) as error:
        return report_failure([f"{WAREHOUSE} could not be written: {error}"])
    print(summary(WAREHOUSE))
    return 0


def build_extracts(engine: Engine, options: argparse.Namespace) -> int:
    """Build from a folder of extracts, of what was built before only what changed."""
    folder, file_format = options.extracts, options.extracts_format
    if file_format not in engine.formats:
        return report_failure(
            [
                f"--extracts-format: found {file_format}, expected {' or '.join(engine.formats)},"
                f" which {engine.name} reads."
            ]
        )
    if problems := list(extract_files.problems(folder, file_format, releases=[])):
        return report_failure(problems)
    values = {
        "extracts_path": folder.as_posix(),
        "extracts_format": file_format,
        "reconcile_with_official": options.reconcile,
    }
    path = engine.built.with_name(f"{engine.built.name}.ledger.json")
    ledger = None if options.full else incremental.Ledger.read(path)
    inputs = incremental.inputs_of(folder, file_format, values)
    found = incremental.plan(inputs, ledger, incremental.stamp(engine.built), options.reconcile)
    if problems := list(extract_files.release_problems(found.changed, file_format)):
        return report_failure(problems)
    if ledger and found.touched == ():
        print("Nothing changed since the last build.")
        return published(engine)
    print(_what(found, options.full), flush=True)
    arguments = ["--vars", json.dumps(values)]
    if found.touched is None:
        engine.start_afresh()
    else:
        os.environ["TOUCHED_AUTHORITIES"] = " ".join(found.touched)
        arguments += FROM_EXTRACTS
    # Until the build is done, what it touches is not to be relied on.
    path.unlink(missing_ok=True)
    result = build(engine, *arguments)
    built = incremental.Ledger.of(inputs, incremental.stamp(engine.built))
    if result == 0:
        built.write(path)
    elif ledger and found.touched is not None:
        ledger.without(found.touched, built.warehouse).write(path)
    return result


def _what(plan: incremental.Plan, is_asked: bool) -> str:
    if plan.touched is None:
        reason = "as asked" if is_asked else plan.reason
        return f"Everything is built: {reason}."
    named = ", ".join(plan.touched[:MOST_NAMED])
    more = len(plan.touched) - MOST_NAMED
    named += f" and {more} more" if more > 0 else ""
    return (
        f"Built anew: what changed, {len(plan.changed)} releases new or not as they were, with all"
        f" figures of {len(plan.touched)} authorities ({named})."
    )


def report_failure(messages: list[str]) -> int:
    """Print what stopped the build, and that the last good warehouse is untouched."""
    for message in messages:
        print(f"- {message}", file=sys.stderr)
    kept = f"{WAREHOUSE} is as the last good build left it." if WAREHOUSE.exists() else ""
    print(f"The build stopped. {kept}".rstrip(), file=sys.stderr)
    return 1


def explain(outcome: dbtRunnerResult, engine: Engine) -> Iterator[str]:
    """Say what failed in a dbt build, in terms of the seed rows where a test names them."""
    if outcome.exception is not None:
        yield str(outcome.exception)
        return
    if not isinstance(outcome.result, RunExecutionResult):
        return
    failed = [result for result in outcome.result if result.status in FAILED]
    for result in failed:
        if result.status == TestStatus.Fail and result.node.resource_type == "test":
            yield from failing_rows(engine, result)
        else:
            yield f"{result.node.original_file_path}: {result.message}"


def failing_rows(engine: Engine, result: RunResult) -> Iterator[str]:
    """Messages of the rows that a dbt test returned: its own, or where it stands if it has none."""
    rows = engine.rows(str(getattr(result.node, "compiled_code", "")))
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
