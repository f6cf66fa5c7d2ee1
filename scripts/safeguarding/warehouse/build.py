"""Build the warehouse, and print a summary or what stopped the build.

Usage: python scripts/build.py [--target duckdb|spark] [--dbt PROGRAM]
    [--extracts FOLDER [--extracts-format parquet|csv] [--reconcile]]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from safeguarding import progress
from safeguarding.homes import places
from safeguarding.published.catalogue import WAREHOUSE
from safeguarding.warehouse import dbt_builds, journal, seed_files
from safeguarding.warehouse.engines import ENGINES, Engine
from safeguarding.warehouse.failures import first_causes, message_of
from safeguarding.warehouse.replacement import NotReplacedError

LOCKED = "Could not set lock on file"  # DuckDB's words
MOST_EXAMPLES = 10
DEFAULT = "duckdb"  # the target of profiles.yml


def main(arguments: list[str] | None = None) -> int:
    """Check the input files, run `dbt build` and report; return 0 if all passed, 1 if not."""
    options = _parser().parse_args(arguments)
    os.chdir(seed_files.PROJECT)
    engine = ENGINES[options.target]()
    try:
        dbt = dbt_builds.program(options.dbt)
        if dbt and options.target != DEFAULT:
            return report_failure([f"--target {options.target} needs dbt 1: leave --dbt out."])
        journal.recover(seed_files.PROJECT)
        found = [*engine.problems(), *seed_files.problems()]
    except dbt_builds.NoDbtError as error:
        return report_failure([str(error)])
    except (OSError, *journal.ERRORS) as error:
        return report_failure([journal.in_words(error)])
    if found:
        return report_failure(found)
    try:
        return build_extracts(engine, dbt, options) if options.extracts else build(engine, dbt)
    except OSError as error:
        return report_failure([journal.in_words(error)])
    finally:
        engine.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Build the warehouse.")
    parser.add_argument(
        "--target", choices=ENGINES, default=DEFAULT, help="engine to build on (docs/spark.md)"
    )
    parser.add_argument(
        "--extracts",
        type=lambda text: Path(text).resolve(),
        metavar="FOLDER",
        help="read publications from a folder of files in place of the seeds",
    )
    parser.add_argument("--extracts-format", choices=ENGINES[DEFAULT].formats, default="parquet")
    parser.add_argument(
        "--reconcile",
        action="store_true",
        help="compare extracts with official statistics (left out, as they may be invented)",
    )
    parser.add_argument(
        "--dbt",
        metavar="PROGRAM",
        help="dbt program to build with, such as dbt 2 (default: dbt 1 of this Python, or dbt)",
    )
    return parser


def build(engine: Engine, dbt: str | None, *arguments: str) -> int:
    """Run dbt, and replace the warehouse if everything passed."""
    progress.say("Building the warehouse")
    # The default target is not named, as in `dbt test`: another name makes dbt read all files
    # again.
    is_default = engine.name == DEFAULT and "DBT_TARGET" not in os.environ
    target = () if is_default else ("--target", engine.name)
    outcome = dbt_builds.build(dbt, [*target, *arguments])
    if not outcome.passed:
        return report_failure(list(explain(outcome, engine)))
    try:
        engine.replace_warehouse(WAREHOUSE)
    except (OSError, duckdb.Error, NotReplacedError) as error:
        return report_failure([f"{WAREHOUSE} could not be written: {error}"])
    print(summary(WAREHOUSE))
    return 0


def build_extracts(engine: Engine, dbt: str | None, options: argparse.Namespace) -> int:
    """Build from a folder of extracts."""
    try:
        from scale import extract_files  # noqa: PLC0415 - only the repository has it
    except ImportError:
        say = "--extracts: the installed package cannot read extracts. Build from the repository."
        return report_failure([say])

    folder, file_format = options.extracts, options.extracts_format
    if file_format not in engine.formats:
        return report_failure(
            [
                f"--extracts-format: found {file_format}, expected {' or '.join(engine.formats)},"
                f" which {engine.name} reads."
            ]
        )
    if problems := list(extract_files.problems(folder, file_format)):
        return report_failure(problems)
    values = {
        "extracts_path": folder.as_posix(),
        "extracts_format": file_format,
        "reconcile_with_official": options.reconcile,
    }
    engine.start_afresh()
    return build(engine, dbt, "--vars", json.dumps(values))


def report_failure(messages: list[str]) -> int:
    """Print what stopped the build, and that the last good warehouse is untouched."""
    for message in messages:
        print(f"- {message}", file=sys.stderr)
    kept = f"{WAREHOUSE} has not been changed." if WAREHOUSE.exists() else ""
    print(f"The build stopped. {kept}".rstrip(), file=sys.stderr)
    return 1


def explain(outcome: dbt_builds.Outcome, engine: Engine) -> Iterator[str]:
    """Explain what failed in a dbt build, by seed rows if a test names them."""
    if outcome.said:
        yield plainly(outcome.said)
    returned = [(node.name, engine.rows(node.query)) for node in outcome.failed if node.query]
    causes, consequences = first_causes(returned)
    for test, rows in causes:
        yield from [message_of(test, row) for row in rows[:MOST_EXAMPLES]]
        if len(rows) > MOST_EXAMPLES:
            yield f"... and {len(rows) - MOST_EXAMPLES} more from {test}."
    # If a model could not be made, the tests before it say why, if any do.
    is_explained = len(causes) > 0
    for node in outcome.failed:
        if not node.query and not (is_explained and node.kind == "model"):
            yield plainly(f"{node.path}: {node.message}")
    if consequences:
        also = "1 more test" if len(consequences) == 1 else f"{len(consequences)} more tests"
        yield f"{also} failed, perhaps for the same reason. The next build checks again."


def plainly(message: str) -> str:
    """Return an error of dbt's, or what to do if that is known."""
    if LOCKED in message:
        return (
            "Another program is building, or has a file of the build open. Wait until it has"
            " finished, or close the file there, then try again."
        )
    return message


def summary(built: Path) -> str:
    """Summarise what is in the warehouse and the next step."""
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
        explained, examined, still_open = one(
            "select count(*) filter (where is_explained),"
            " count(known_issue_id) filter (where not is_explained),"
            " count(*) filter (where known_issue_id is null)"
            " from marts.fct_quality_findings"
        )
    counts = ", ".join(f"{number} {severity}" for severity, number in findings) or "none"
    if findings:
        counts += (
            f"; {explained} explained, {examined} examined without finding the cause,"
            f" {still_open} open"
        )
    return "\n".join(
        [
            f"{WAREHOUSE}: {in_tables} figures from tables and {in_text} from text,"
            f" {missing} missing, {first} to {last}."
            f" Releases: {releases}. Authorities: {authorities}.",
            f"Findings: {counts}. Details: {places.command('audit')}",
            *_look_next(in_tables + in_text + missing > 0),
        ]
    )


def _look_next(has_figures: bool) -> list[str]:
    if places.is_home():
        return [f"Next: {'safeguarding report' if has_figures else places.FIRST_FILE}"]
    return [
        "Next: see the tables in schema `marts`, and docs/questions.md. For example:",
        "  .venv/bin/python -c \"import duckdb; duckdb.connect('warehouse.duckdb',"
        " read_only=True).sql('from marts.fct_care_flows').show()\"",
    ]
