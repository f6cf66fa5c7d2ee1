"""Publish the marts: Parquet, CSV, DuckDB, workbooks, open data, data package, catalogue.

Everything is made in a folder beside the old exports and moved into place when all of it is there:
a reader finds the old files or the new, whole ones. What goes wrong leaves the old ones.

Usage: python scripts/export_marts.py [--only TABLE ...] [--format FORMAT ...] [--output FOLDER]
       [--audience public|internal]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import Progress

from exports import catalogue, datapackage, disclosure, files, open_data, stamp, workbook
from exports.catalogue import Table
from exports.disclosure import Audience
from exports.staging import ExportError, output_folder
from publish import WAREHOUSE
from seed_files import PROJECT

DATABASE = "safeguarding.duckdb"
PARSED = "partial_parse.msgpack"  # what dbt knows of the project's files: saves parsing them again
FORMATS = ("duckdb", "parquet", "csv", "workbook", "open-data", "datapackage", "docs")


@dataclass(frozen=True)
class Job:
    """What to export.

    Attributes:
        warehouse: The warehouse that the build published.
        target: dbt's target folder of that build.
        output: Folder of the exports.
        formats: Which of `FORMATS`.
        only: Names of tables, all if empty.
        audience: Who will read it: decides what is suppressed.
    """

    warehouse: Path
    target: Path
    output: Path
    formats: tuple[str, ...]
    only: tuple[str, ...]
    audience: Audience


def export(job: Job, progress: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Make every format in a folder of its own, then move the files into place.

    Args:
        job: What to export.
        progress: Told what is being made.

    Returns:
        The files, as they are in place.

    Raises:
        ExportError: There is nothing to export, another export runs, or the folder or disk does not
            let it; the old exports are as they were.
    """
    tables = chosen_tables(job)
    with output_folder(job.output) as staging:
        try:
            made = make(job, tables, staging, progress)
            return move_into_place(made, staging, job.output)
        except (OSError, duckdb.Error) as error:
            raise ExportError(
                f"{job.output} was not changed: {error}. Free space or permission may be lacking."
            ) from error


def chosen_tables(job: Job) -> list[Table]:
    """Tables that the models' own configuration and `--only` name.

    Raises:
        ExportError: There is no build, or a name is none of an exported table.
    """
    manifest = job.target / "manifest.json"
    if not manifest.exists() or not job.warehouse.exists():
        raise ExportError(f"{job.warehouse} is not there. Run make build first.")
    tables = catalogue.exported_tables(manifest)
    names = [table.name for table in tables]
    unknown = sorted(set(job.only) - set(names))
    if unknown:
        raise ExportError(f"No table {', '.join(unknown)}. There are: {', '.join(names)}.")
    return [table for table in tables if not job.only or table.name in job.only]


def make(
    job: Job, tables: Sequence[Table], staging: Path, progress: Callable[[str], None]
) -> list[Path]:
    """Make the formats in `staging`; all are made from the database that disclosure lets out."""
    progress("disclosure control")
    database = staging / DATABASE
    disclosure.write_released_database(job.warehouse, tables, job.audience, database)
    tables = disclosure.released_tables(tables)
    stamp.write_stamp(database, tables)
    stamp.verify(database)
    made = [database] if "duckdb" in job.formats else []
    with duckdb.connect(str(database), read_only=True) as connection:
        steps: dict[str, Callable[[], list[Path]]] = {
            "parquet": lambda: files.write_parquet(connection, tables, _folder(staging, "parquet")),
            "csv": lambda: files.write_csv(connection, tables, _folder(staging, "csv")),
            "workbook": lambda: workbook.write_workbooks(connection, staging),
            "open-data": lambda: open_data.write_open_data(
                connection, _folder(staging, "open-data")
            ),
            "docs": lambda: [copy_docs(job.target, _folder(staging, "docs"))],
        }
        for name, step in steps.items():
            if name in job.formats:
                progress(name)
                made += step()
        if "datapackage" in job.formats:
            progress("datapackage")
            made.append(datapackage.write_datapackage(tables, connection, staging, made))
    return made


def _folder(staging: Path, name: str) -> Path:
    folder = staging / name
    folder.mkdir(exist_ok=True)
    return folder


def copy_docs(target: Path, folder: Path) -> Path:
    """Make the data catalogue: dbt's documentation as one HTML file.

    Raises:
        ExportError: dbt could not make it.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - two seconds that other formats save

    arguments = ["--quiet", "--log-level", "none", "--log-level-file", "none"]
    # Apart from the build's own target, which others may be reading.
    with tempfile.TemporaryDirectory() as own:
        if (target / PARSED).exists():
            shutil.copy(target / PARSED, own)
        outcome = dbtRunner().invoke(
            [*arguments, "docs", "generate", "--static", "--target-path", own]
        )
        if not outcome.success:
            raise ExportError(f"dbt could not write its documentation: {outcome.exception}")
        return Path(shutil.copy(Path(own) / "static_index.html", folder / "index.html"))


def move_into_place(made: Sequence[Path], staging: Path, output: Path) -> list[Path]:
    """Rename each file over its predecessor, the database last: each is the old or the new one."""
    ordered = sorted(made, key=lambda path: path.name == DATABASE)
    for path in ordered:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    places = []
    for path in ordered:
        place = output / path.relative_to(staging)
        place.parent.mkdir(exist_ok=True)
        path.replace(place)
        places.append(place)
    return places


def parse(arguments: list[str] | None) -> Job:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Publish the marts.",
        epilog="Default: every format of every table, for the public, to exports/.",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="TABLE", help="these tables only")
    parser.add_argument(
        "--format", nargs="+", default=FORMATS, choices=FORMATS, help="these formats only"
    )
    parser.add_argument("--output", type=Path, default=Path("exports"), help="folder to write to")
    parser.add_argument(
        "--audience",
        choices=[audience.value for audience in Audience],
        default="public",
        help="who will read it: decides which small counts are suppressed",
    )
    options = parser.parse_args(arguments)
    return Job(
        warehouse=WAREHOUSE,
        target=Path(os.environ.get("DBT_TARGET_PATH", "target")),
        output=options.output,
        formats=tuple(options.format),
        only=tuple(options.only),
        audience=Audience(options.audience),
    )


def main(arguments: list[str] | None = None) -> int:
    """Export and say what is where; 1 if it failed."""
    job = parse(arguments)
    os.chdir(PROJECT)
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("exporting", total=len(job.formats) + 1)

            def show(what: str) -> None:
                bar.update(task, description=what, advance=1)

            places = export(job, show)
    except ExportError as error:
        print(f"- {error}", file=sys.stderr)
        return 1
    print(f"{job.output}: {len(places)} files for the audience {job.audience}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
