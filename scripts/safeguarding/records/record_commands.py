"""Count the figures of an annual report from a council's own records.

Usage: python scripts/records.py build --records FOLDER --authority CODE --period 2021-22
       [--source ssd ...] [--clock start|referral] [--extracted DATE] [--aggregates FILE]
       [--findings FILE] [--keep FOLDER]
       python scripts/records.py explain --measure MEASURE (the same options)

The records are read from a folder outside the repository, counted by the rules of models/records in
a database that is removed afterwards, and only figures leave it.
"""

from __future__ import annotations

import argparse
import csv
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.homes import places
from safeguarding.intake.desk import Status
from safeguarding.records import computed_release
from safeguarding.records.canonical import Column
from safeguarding.records.counting import Counted, count
from safeguarding.records.request import CLOCKS, RecordsError, Request
from safeguarding.records.sources import SOURCES
from safeguarding.warehouse.compiled_project import NotCompiledError
from safeguarding.warehouse.journal import ERRORS, in_words
from safeguarding.warehouse.seed_files import PROJECT, UnreadableSeedsError

COLUMNS = ("measure_id", "category_id", "period_id", "unit", "value")
FINDING_COLUMNS = (
    "check_id", "severity", "record_table", "field", "records", "first_file", "first_row",
    "measure_ids", "effect",
)  # fmt: skip
RECORD_COLUMNS = (
    "measure_id", "category_id", "period_id", "record_table", "source_file", "source_row",
)  # fmt: skip


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Figures from records of people.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    build = commands.add_parser("build", help="count figures")
    explain = commands.add_parser("explain", help="list the records that a figure was counted from")
    for command in (build, explain):
        command.add_argument(
            "--records", type=Path, required=True, metavar="FOLDER", help="where the records are"
        )
        command.add_argument(
            "--source",
            action="append",
            choices=SOURCES,
            help="kind of records; may be given again; by default what the folder has",
        )
        command.add_argument("--authority", required=True, help="the council's ONS code")
        command.add_argument("--period", required=True, help="the financial year, 2021-22")
        command.add_argument(
            "--clock", choices=CLOCKS, default="start", help="where assessments are counted from"
        )
        command.add_argument(
            "--extracted", type=_date, metavar="DATE", help="day of the extract; by default today"
        )
    build.add_argument(
        "--aggregates",
        type=Path,
        metavar="FILE",
        help="write the figures to a CSV file; without it they are loaded as a release",
    )
    build.add_argument("--findings", type=Path, metavar="FILE", help="CSV file for the findings")
    build.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the working database in this folder"
    )
    explain.add_argument("--measure", required=True, help="such as cpp_repeat")
    return parser.parse_args(arguments)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"found '{text}', expected a day as year-month-day, such as 2022-06-30"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 if it cannot be carried out."""
    options = parse(arguments)
    # What was read is removed when the command is ended, too.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options)
    except (Exception, KeyboardInterrupt) as error:  # a traceback would cite what was read
        return _refuse(_explained(error))
    finally:
        signal.signal(signal.SIGTERM, before)


def _explained(error: BaseException) -> list[str]:
    """Say why a command was not carried out, in no word that may be a record's."""
    if isinstance(error, RecordsError | UnreadableSeedsError):
        return error.problems
    if isinstance(error, (NotCompiledError, OSError, *ERRORS)):
        return [in_words(error)]
    if isinstance(error, KeyboardInterrupt):
        return ["Stopped. Nothing is left of the records."]
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return ["Memory or disk ran out. Free some, or set DUCKDB_MEMORY_LIMIT, then try again."]
    return [
        f"This is a fault of the program ({type(error).__name__}). Send the command line and this"
        " message to the maintainers, without any record."
    ]


def _refuse(problems: Iterable[str]) -> int:
    for words in problems:
        print(f"- {words}", file=sys.stderr)
    print("Nothing was written.", file=sys.stderr)
    return 1


def _run(options: argparse.Namespace) -> int:
    request = Request(
        folder=options.records,
        authority=options.authority,
        period=options.period,
        extracted=options.extracted or datetime.now(tz=UTC).date(),
        clock=options.clock,
    )
    if options.command == "explain":
        counted = count(PROJECT, request, options.source or (), explain=options.measure)
        if not counted.records:
            known = sorted({figure["measure_id"] for figure in counted.figures})
            raise RecordsError([_none_counted(options.measure, request.period, known)])
        _write_rows(sys.stdout, RECORD_COLUMNS, counted.records)
        return 0
    counted = count(PROJECT, request, options.source or (), keep=options.keep)
    if options.aggregates:
        _write(options.aggregates, COLUMNS, counted.figures)
    if options.findings:
        _write(options.findings, FINDING_COLUMNS, counted.findings)
    for line in said(counted):
        print(line, file=sys.stderr)
    if options.aggregates:
        print(f"{options.aggregates}: {len(counted.figures)} figures of {request.period}.")
        return 0
    return _load(request, counted)


def _load(request: Request, counted: Counted) -> int:
    """Load what was counted as a release, and say what came of it; 1 if it was not loaded."""
    outcome = computed_release.load(PROJECT, request, counted)
    if outcome.status is Status.ALREADY_LOADED:
        print(f"{request.extract_id} is loaded already, with the same figures.")
        return 0
    if outcome.status is not Status.READY:
        stops = outcome.judgement.stops if outcome.judgement else []
        found = outcome.judgement.unexplained if outcome.judgement else []
        messages = [finding["message"] for finding in found]
        advice = (
            [f"If the records are of another day than {request.extracted}, say so: --extracted."]
            if outcome.problems
            else []
        )
        return _refuse([*map(str, outcome.problems), *advice, *stops, *messages])
    number = len(outcome.added[computed_release.TABLE])
    left = len(counted.figures) - number
    print(
        f"{request.extract_id}: {number} figures loaded, {left} blank or without a row of their own"
        f" left out. To take them out again: safeguarding undo {request.extract_id}."
        f" Next: {places.command('build')}"
    )
    return 0


def _none_counted(measure: str, period: str, known: Sequence[str]) -> str:
    if measure in known:
        return f"No record counts towards {measure} in {period}: the figure is zero or blank."
    return (
        f"--measure: found '{measure}', expected a measure counted from these records:"
        f" {', '.join(known)}."
    )


def said(counted: Counted) -> Iterator[str]:
    """What to tell of records: what was left out, what is missing, what is found."""
    for read in counted.reads:
        yield from (f"- {note}" for note in read.notes)
    for table, columns in counted.missing.items():
        measures = list(dict.fromkeys(name for column in columns for name in column.needed_for))
        yield f"- {table}: {_lacking(counted, table, columns)}. Not given: {', '.join(measures)}."
    for finding in counted.findings:
        if finding["check_id"] == "column_missing":
            continue
        yield f"- {_found(finding)}"


def _lacking(counted: Counted, table: str, columns: Sequence[Column]) -> str:
    if not any(table in read.tables for read in counted.reads):
        return "these records have none"
    return f"no column {', '.join(column.name for column in columns)}"


def _found(finding: dict[str, Any]) -> str:
    if finding["records"] is None:
        return f"{finding['severity']}, {finding['measure_ids']}: {finding['effect']}."
    number = f"{finding['records']:,} record{'' if finding['records'] == 1 else 's'}"
    of_field = f" ({finding['field']})" if finding["field"] else ""
    place = f"the first is row {finding['first_row']} of {finding['first_file']}"
    return (
        f"{finding['severity']}, {finding['check_id']}{of_field}, {finding['record_table']}:"
        f" {number}, {place}. {finding['effect'][:1].upper()}{finding['effect'][1:]}."
    )


def _write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write a CSV file in one step."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            _write_rows(file, columns, rows)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _write_rows(file: Any, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:  # noqa: ANN401
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row, column) for column in columns])


def _cell(row: dict[str, Any], column: str) -> str:
    value = row[column]
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.0f}" if row["unit"] == "count" else f"{value:.2f}"
    return str(value)
