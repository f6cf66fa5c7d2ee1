"""Publish the marts: Parquet, CSV, DuckDB, workbooks, open data, data package, catalogue.

Everything is made in a folder beside the old exports and moved into place when all of it is there:
a reader finds the old files or the new, whole ones. What goes wrong leaves the old ones. What
remains in the folder is made from one warehouse, for one audience.

Usage: python scripts/export_marts.py [--only TABLE ...] [--format FORMAT ...] [--output FOLDER]
       [--audience public|internal]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import Progress

from safeguarding import progress
from safeguarding.disclosure import control
from safeguarding.disclosure.control import Audience
from safeguarding.exports import (
    catalogue_page,
    datapackage,
    open_data,
    output_folder,
    table_files,
)
from safeguarding.exports.output_folder import ExportError, workspace_in
from safeguarding.homes import places
from safeguarding.published import catalogue, stamp
from safeguarding.published.catalogue import WAREHOUSE, Manifest, Table
from safeguarding.published.holdings import Holdings, summarised
from safeguarding.published.labels import file_name, label_for, labelled
from safeguarding.warehouse import database_files

DATABASE = output_folder.DATABASE
FOLDERS = {Audience.PUBLIC: Path("exports"), Audience.INTERNAL: Path("exports-internal")}
WORKBOOK = "safeguarding.exports.workbooks.workbook"
NAMED_FOR_READERS = {"index.html", datapackage.FILE_NAME}  # what opens them knows them by name
BUILD = places.command("build")
FORMATS = ("duckdb", "parquet", "csv", "workbook", "open-data", "datapackage", "docs")


@dataclass(frozen=True)
class Job:
    """What to export.

    Attributes:
        warehouse: The warehouse that the build published.
        output: Folder of the exports.
        formats: Which of `FORMATS`.
        only: Names of tables, all if empty.
        audience: Who will read it: decides what is suppressed.
    """

    warehouse: Path
    output: Path
    formats: tuple[str, ...]
    only: tuple[str, ...]
    audience: Audience


@dataclass(frozen=True)
class Outcome:
    """What an export did to its folder; paths are below it.

    Attributes:
        made: Files that it put there.
        removed: Files of an earlier export from another warehouse.
        foreign: Files that no export made, left as they are.
    """

    made: list[str]
    removed: list[str]
    foreign: list[str]


def export(job: Job, progress: Callable[[str], None] = lambda _: None) -> Outcome:
    """Make every format in a folder of its own, then move the files into place.

    Args:
        job: What to export.
        progress: Told what is being made.

    Raises:
        ExportError: There is nothing to export, another export runs, the folder is another
            audience's, or the folder or disk does not let it; the old exports are as they were.
    """
    manifest = manifest_of(job.warehouse)
    tables = chosen_tables(manifest, job)
    with workspace_in(job.output) as workspace:
        holdings = Holdings.read(job.output)
        holdings.admit(job.audience)
        try:
            origin = _digest(job.warehouse)
            made = make(job, tables, manifest, workspace, progress)
            return move_into_place(made, workspace, holdings, job.audience, origin)
        except (OSError, ValueError, LookupError, duckdb.Error) as error:
            reason = database_files.explain(error, job.output)
            raise ExportError(f"The exports have not been changed. {reason}") from error


def manifest_of(warehouse: Path) -> Manifest:
    """What the warehouse keeps of dbt's manifest.

    Raises:
        ExportError: It cannot be read, or is none that this version built.
    """
    try:
        with database_files.reading(warehouse, BUILD) as connection:
            manifest = catalogue.kept(connection)
    except OSError as error:
        raise ExportError(str(error)) from error
    if manifest is None:
        raise ExportError(
            f"{warehouse} does not say what is in it: it is no warehouse, or an earlier version"
            f" built it. Run {BUILD} first."
        )
    return manifest


def chosen_tables(manifest: Manifest, job: Job) -> list[Table]:
    """Tables that the models' own configuration and `--only` name.

    Raises:
        ExportError: There are none, or a name is none of an exported table.
    """
    tables = catalogue.tables_of(manifest)
    names = [table.name for table in tables]
    if not names:
        raise ExportError(f"No model of {job.warehouse} is marked for export (meta: export).")
    unknown = sorted(set(job.only) - set(names))
    if unknown:
        raise ExportError(f"No table {', '.join(unknown)}. There are: {', '.join(names)}.")
    return [table for table in tables if not job.only or table.name in job.only]


def make(
    job: Job,
    tables: Sequence[Table],
    manifest: Manifest,
    workspace: Path,
    progress: Callable[[str], None],
) -> list[Path]:
    """Make the formats in `workspace`; all are made from the database that disclosure lets out."""
    progress("disclosure control")
    label = label_for(job.audience)
    tables = [replace(each, description=labelled(each.description, label)) for each in tables]
    database = workspace / file_name(DATABASE, label)
    with ThreadPoolExecutor(1) as beside:
        if "workbook" in job.formats:  # its packages take long to load: DuckDB works meanwhile
            beside.submit(import_module, WORKBOOK)
        control.write_released_database(job.warehouse, tables, job.audience, database)
        tables = control.released_tables(tables)
        stamp.write_stamp(database, tables, job.audience)
    made = [database] if "duckdb" in job.formats else []
    with (
        database_files.reading(database, BUILD) as connection,
        connection.cursor() as cursor,
        ThreadPoolExecutor(1) as beside,
    ):
        connection.execute("set threads = 1")  # for each of the two that are at work
        stamp.verify(connection)
        # What DuckDB writes alone, beside what Python makes.
        written: dict[str, Callable[[], list[Path]]] = {
            "parquet": lambda: table_files.write_parquet(
                cursor, tables, _folder(workspace, "parquet")
            ),
            "csv": lambda: table_files.write_csv(cursor, tables, _folder(workspace, "csv")),
        }
        waiting = {name: beside.submit(written[name]) for name in written if name in job.formats}
        steps: dict[str, Callable[[], list[Path]]] = {
            "workbook": lambda: import_module(WORKBOOK).write_workbooks(connection, workspace),
            "open-data": lambda: open_data.write_open_data(
                connection, _folder(workspace, "open-data")
            ),
            "docs": lambda: [
                catalogue_page.write_page(
                    manifest, job.warehouse, _folder(workspace, "docs") / "index.html", label
                )
            ],
            **{name: future.result for name, future in waiting.items()},
        }
        for name, step in steps.items():
            if name in job.formats:
                progress(name)
                made += [_named(path, label) for path in step()]
        if "datapackage" in job.formats:
            progress("datapackage")
            made.append(datapackage.write_datapackage(tables, connection, workspace, made))
    return made


def _named(path: Path, label: str) -> Path:
    """Give a file the name that tells for whom it is, when it is passed on alone."""
    if not label or path.name in NAMED_FOR_READERS:
        return path
    return path.rename(path.with_name(file_name(path.name, label)))


def _folder(workspace: Path, name: str) -> Path:
    folder = workspace / name
    folder.mkdir(exist_ok=True)
    return folder


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def move_into_place(
    made: Sequence[Path], workspace: Path, holdings: Holdings, audience: Audience, origin: str
) -> Outcome:
    """Rename each file over its predecessor, the database last: each is the old or the new one.

    Then what is of an earlier warehouse is removed.
    """
    ordered = sorted(made, key=lambda path: path.suffix == Path(DATABASE).suffix)
    for path in ordered:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    names = [path.relative_to(workspace).as_posix() for path in ordered]
    holdings.refuse_overwriting(names)
    holdings.announce(audience, names)
    for path, name in zip(ordered, names, strict=True):
        place = holdings.folder / name
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700)
            place.parent.chmod(database_files.mode_in(place.parent.parent, is_folder=True))
        database_files.take_permissions(path, place)
        if path.suffix == Path(DATABASE).suffix:
            database_files.replace(path, place)
            with database_files.reading(place, places.command("export")) as connection:
                stamp.verify(connection)
        else:
            path.replace(place)
    removed = holdings.settle(dict.fromkeys(names, origin), origin)
    if datapackage.FILE_NAME in names:  # with the report of the same warehouse, if it is there
        datapackage.list_report(holdings.folder, output_folder.REPORT)
    return Outcome(names, removed, holdings.foreign())


def parse(arguments: list[str] | None) -> Job:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Publish the marts.",
        epilog="Default: every format of every table, for the public. A folder of exports is for"
        " one audience and is made from one warehouse: older files made from another are removed"
        " and named, the report included, with --only and --format too. Files that no export made"
        " are kept and named. Anyone who can read the folder can read what is written to it.",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="TABLE", help="these tables only")
    parser.add_argument(
        "--format", nargs="+", default=FORMATS, choices=FORMATS, help="these formats only"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="folder to write to (default: exports, or exports-internal for the audience internal)",
    )
    parser.add_argument(
        "--audience",
        choices=[audience.value for audience in Audience],
        default="public",
        help="who will read it: decides which small counts are suppressed. What is not for the"
        " public says INTERNAL on every sheet and page and in the names of files",
    )
    options = parser.parse_args(arguments)
    audience = Audience(options.audience)
    return Job(
        warehouse=WAREHOUSE,
        output=options.output or FOLDERS[audience],
        formats=tuple(options.format),
        only=tuple(options.only),
        audience=audience,
    )


def main(arguments: list[str] | None = None) -> int:
    """Export and say what is where; 1 if it failed."""
    job = parse(arguments)
    os.chdir(places.outputs())
    console = Console(stderr=True)
    is_silent = progress.is_quiet() or not console.is_terminal
    try:
        with Progress(console=console, transient=True, disable=is_silent) as bar:
            task = bar.add_task("exporting", total=len(job.formats) + 1)

            def show(what: str) -> None:
                bar.update(task, description=what, advance=1)

            outcome = export(job, show)
    except ExportError as error:
        print(f"- {error}", file=sys.stderr)
        return 1
    print(f"{job.output}: {len(outcome.made)} files for the audience {job.audience}.")
    if outcome.removed:
        print(f"Removed, as made from an earlier warehouse: {summarised(outcome.removed)}.")
    if outcome.foreign:
        print(f"Left as they are, as no export made them: {summarised(outcome.foreign)}.")
    return 0
