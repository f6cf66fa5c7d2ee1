"""Load official statistics as published: DfE's CSV files, as downloaded from its site.

Usage: python scripts/official_statistics.py load PATH [--accept] [--release RELEASE]
       [--published DATE] [--output FOLDER]

PATH is a file or a folder of files. All are read before anything is written: one that cannot be
read to its last cell stops the loading, and nothing changes. New columns and groups of rows are
printed as rows for the seeds; `--accept` adds those that the values confirm.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from safeguarding.homes import places
from safeguarding.official.areas import line
from safeguarding.official.earlier import Earlier, earlier_figures
from safeguarding.official.known import (
    Known,
    OfficialFileError,
    Row,
    UnknownLayoutError,
    read_known,
)
from safeguarding.official.published_files import read_file
from safeguarding.official.tidy import Tidied, tidy
from safeguarding.official.tidy_store import STATISTICS, Stored, store
from safeguarding.warehouse import seed_files
from safeguarding.warehouse.journal import in_words
from safeguarding.warehouse.seed_files import PROJECT

OUTPUT = PROJECT / "seeds" / "official"


class Loaded(NamedTuple):
    """The result: what the folder holds now, what each file held, and rows accepted."""

    stored: Stored
    files: list[Tidied]
    accepted: Mapping[str, Sequence[Row]]


def load(
    path: Path,
    output: Path = OUTPUT,
    release_id: str | None = None,
    published_date: str = "",
    *,
    accept: bool = False,
    project: Path = PROJECT,
) -> Loaded:
    """Read published files and put their figures in a folder.

    Args:
        path: A file, or a folder of files.
        output: The folder to write to.
        release_id: Release of the files; by default from their last year.
        published_date: Day of publication, as `2024-10-31`; blank if not known.
        accept: Whether to add the rows that a file's values confirm to the project's seeds.
        project: Where the seeds are.

    Raises:
        OfficialFileError: A file cannot be used as it is; nothing was written.
    """
    if faults := list(seed_files.problems()):
        raise OfficialFileError("\n".join(faults))
    statistics = output / STATISTICS
    if not statistics.exists():
        statistics = project / "seeds" / "official" / STATISTICS
    earlier = earlier_figures(statistics)
    accepted: dict[str, list[Row]] = defaultdict(list)
    files = _files(path)
    while True:
        known = read_known(project, accepted)
        tidied, unknown, problems = _read(files, known, release_id, earlier)
        rows = [
            (proposal.seed, row)
            for error in unknown
            for proposal in error.proposals
            for row in proposal.rows
            if row not in accepted[proposal.seed]
        ]
        is_safe = all(proposal.is_safe for error in unknown for proposal in error.proposals)
        if not accept or not rows or not is_safe:
            break
        for seed, row in rows:
            if row not in accepted[seed]:
                accepted[seed].append(row)
    problems = [*(str(error) for error in unknown), *problems, *_read_twice(tidied)]
    if unknown and is_safe:
        problems.append("To add all these rows, run the command again with --accept.")
    if problems:
        raise OfficialFileError("\n".join(problems))
    for seed, added in accepted.items():
        if added:
            _append(project / seed, added)
    return Loaded(_store(tidied, known, output, published_date), tidied, accepted)


def _read(
    files: Sequence[Path], known: Known, release_id: str | None, earlier: Earlier
) -> tuple[list[Tidied], list[UnknownLayoutError], list[str]]:
    """Read files; return their figures, new rows for the seeds, and problems."""
    tidied: list[Tidied] = []
    unknown: list[UnknownLayoutError] = []
    problems: list[str] = []
    for file in files:
        try:
            tidied.append(tidy(read_file(file, known, release_id), known, earlier))
        except UnknownLayoutError as error:
            unknown.append(error)
        except OfficialFileError as error:
            problems.append(str(error))
        except csv.Error as error:
            problems.append(f"{file.name}: it cannot be read as CSV ({error}). Download it again.")
    return tidied, unknown, problems


def _append(seed: Path, rows: Sequence[Row]) -> None:
    """Add rows at the end of a seed, in one step."""
    text = seed.read_text(encoding="utf-8")
    end = "" if text.endswith("\n") else "\n"
    added = "".join(f"{line(*row.values())}\n" for row in rows)
    new = seed.with_suffix(".new")
    new.write_text(text + end + added, encoding="utf-8")
    new.replace(seed)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise OfficialFileError(f"{path}: there is no such file or folder.")
    files = sorted(p for p in path.iterdir() if p.suffix.lower() == ".csv")
    if not files:
        raise OfficialFileError(f"{path}: found no .csv file, expected DfE's data files.")
    return files


def _read_twice(tidied: Sequence[Tidied]) -> Iterator[str]:
    """Report files that hold the same table of the same release."""
    names = defaultdict(list)
    for one in tidied:
        names[(one.release_id, one.file.table.name)].append(one.file.path.name)
    for (release, table), files in names.items():
        if len(files) > 1:
            yield f"{' and '.join(files)}: both hold table {table} of {release}. Remove one."


def _store(tidied: Sequence[Tidied], known: Known, output: Path, published_date: str) -> Stored:
    try:
        output.mkdir(parents=True, exist_ok=True)
        return store(tidied, known, output, published_date)
    except (OSError, duckdb.Error) as error:
        raise OfficialFileError(f"{output} cannot be written. {in_words(error)}") from error


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Official statistics, as published by DfE.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("load", help="read published files into the project")
    command.add_argument("path", type=Path, help="a CSV file of DfE's, or a folder of them")
    command.add_argument(
        "--accept", action="store_true", help="add the rows proposed for renamed columns"
    )
    command.add_argument("--release", help="release (default: from the last year in the file)")
    command.add_argument(
        "--published", type=_date, metavar="DATE", help="date of publication, such as 2024-10-31"
    )
    command.add_argument(
        "--output",
        type=Path,
        default=OUTPUT,
        metavar="FOLDER",
        help="folder to write the figures to",
    )
    return parser.parse_args(arguments)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"found '{text}', expected a date as year-month-day, such as 2024-10-31"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Load files and print a line for each; return 1 if a file cannot be used."""
    options = parse(arguments)
    try:
        stored, tidied, accepted = load(
            options.path,
            options.output,
            options.release,
            options.published or "",
            accept=options.accept,
        )
    except (OfficialFileError, OSError) as error:
        for words in in_words(error).splitlines():
            # A row to paste has a line of its own.
            print(words if words.startswith(" ") else f"- {words}", file=sys.stderr)
        print("Nothing was written.", file=sys.stderr)
        return 1
    for seed, rows in accepted.items():
        if rows:
            print(f"{seed}: {len(rows)} rows added: {'; '.join(line(*r.values()) for r in rows)}")
    for one in tidied:
        for notice in one.notices:
            print(f"- {notice}", file=sys.stderr)
        held = f"{len(one.figures)} figures" if one.figures else f"{len(one.neighbours)} neighbours"
        print(f"{one.file.path.name}: table {one.file.table.name} of {one.release_id}, {held}.")
    print(
        f"{options.output / STATISTICS}: {stored.figures} figures, {stored.markers} of them with a"
        f" marker in place of a number. Next: {places.command('build')}"
    )
    return 0
