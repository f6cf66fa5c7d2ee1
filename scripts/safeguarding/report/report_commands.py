"""The report pack: pages, a Word document and tables for each authority and financial year.

Reads the published database that `export_marts.py` writes, so that nothing can be shown that
disclosure control does not let out, and writes the folder `report` beside it. The folder is
made apart and put in place at once; what goes wrong leaves the old one. A database that is not for
the public makes a report that says so on every page.

Usage: python scripts/build_report.py [--authority CODE ...] [--year YEAR ...]
       [--format FORMAT ...] [--output FOLDER] [--template FILE] [--jobs NUMBER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import Progress

from safeguarding import progress
from safeguarding.disclosure.control import Audience
from safeguarding.exports import datapackage
from safeguarding.exports.output_folder import (
    DATABASE,
    REPORT,
    ExportError,
    replace_folder,
    workspace_in,
)
from safeguarding.homes import places
from safeguarding.published import stamp
from safeguarding.published.holdings import UNKNOWN, Holdings
from safeguarding.published.labels import file_name, label_for
from safeguarding.published.marts import Marts
from safeguarding.report.documents.document_template import (
    TEMPLATE,
    TemplateError,
    open_template,
)
from safeguarding.report.drawing import chart_theme
from safeguarding.report.kept import KEPT, Kept
from safeguarding.report.pack import editions
from safeguarding.report.pages import site
from safeguarding.report.publication import FORMATS, write_authority
from safeguarding.report.report_model import Edition
from safeguarding.warehouse import database_files

EXPORT = places.command("export")
FEW = 3  # authorities that are written sooner than more processes start


@dataclass(frozen=True)
class Job:
    """What to report."""

    output: Path  # folder of the exports: holds the published database, and `report` afterwards
    authorities: tuple[str, ...]  # ONS codes, all if empty
    years: tuple[str, ...]  # financial years, all if empty
    formats: tuple[str, ...]  # which of `FORMATS`
    processes: int  # how many to use at most
    template: Path = TEMPLATE  # the .docx that says how the Word document looks
    kept: Path = KEPT  # folder of what earlier reports were made of

    @property
    def database(self) -> Path:
        """The published database: its name tells for whom it is."""
        places = (self.output / file_name(DATABASE, label_for(each)) for each in Audience)
        return next((each for each in places if each.exists()), self.output / DATABASE)


def report(job: Job, progress: Callable[[int, int], None] = lambda *_: None) -> list[Edition]:
    """Write the report of every edition asked for.

    `progress` is told how many authorities are written, and of how many.

    Raises:
        ExportError: There is no published database, or nothing to report, or the template cannot
            be used, or the folder or disk does not let it; the old report is as it was.
    """
    try:
        open_template(job.template)
    except (TemplateError, OSError) as error:
        raise ExportError(str(error)) from error
    with workspace_in(job.output, is_made=False) as workspace:
        try:
            audience = check(job.database)
            holdings = Holdings.read(job.output)
            holdings.admit(audience)
            chosen = chosen_editions(job)
            folder = workspace / REPORT
            written = sorted(
                write_all(job, chosen, folder, progress),
                key=lambda each: (each.authority, each.financial_year),
            )
            write_front(job, written, folder, label_for(audience))
            put_in_place(folder, holdings, audience, job)
            Kept(job.kept).tidy()
        except (OSError, ValueError, duckdb.Error, BrokenProcessPool) as error:
            place = job.database if isinstance(error, duckdb.Error) else job.output
            reason = database_files.explain(error, place, EXPORT if place != job.output else "")
            raise ExportError(f"{job.output / REPORT} was not changed. {reason}") from error
    return written


def check(database: Path) -> Audience:
    """Make sure that a database is as it was exported, and read for whom it is.

    Raises:
        ExportError: It does not say, or its name says otherwise.
        OSError: It is missing, cannot be read, or was changed since.
    """
    with database_files.reading(database, EXPORT) as connection:
        audience = stamp.audience_of(connection)
        if audience is None:
            raise ExportError(
                f"{database} does not say for whom it is: it was not exported by this version."
                f" Run {EXPORT}."
            )
        stamp.verify(connection)
    if database.name != file_name(DATABASE, label_for(audience)):
        raise ExportError(
            f"{database} is for the audience {audience}; its name says another. Run {EXPORT}."
        )
    return audience


def put_in_place(folder: Path, holdings: Holdings, audience: Audience, job: Job) -> None:
    """Replace the report by a new one, and write down what it was made from.

    Files that people placed in the old one are kept, in the same place.

    Raises:
        ExportError: A file of the old one is open in a program that does not let it go.
        OSError: A file cannot be moved.
    """
    place, workspace = job.output / REPORT, folder.parent
    names = [
        path.relative_to(workspace).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    holdings.refuse_overwriting(names)
    for name in holdings.foreign():
        if is_of_report(name):
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(job.output / name, workspace / name)
    origin = holdings.files.get(job.database.name, UNKNOWN)
    holdings.announce(audience, names)
    replace_folder(folder, place, workspace)
    others = {path: each for path, each in holdings.files.items() if not is_of_report(path)}
    holdings.files = others | dict.fromkeys(names, origin)
    holdings.write()
    datapackage.list_report(job.output, REPORT)


def is_of_report(path: str) -> bool:
    """Tell whether a path below the folder of exports is one of the report."""
    return path.startswith(f"{REPORT}/")


def chosen_editions(job: Job) -> list[Edition]:
    """Give the editions that are asked for.

    Raises:
        ExportError: Nothing is asked for that there is.
        OSError: The database cannot be read, or lacks a table.
    """
    with database_files.reading(job.database, EXPORT) as connection:
        known = editions(connection)
    if not known:
        raise ExportError(f"{job.database} holds no figures to report.")
    for option, asked, there in (
        ("--authority", job.authorities, {each.authority_code for each in known}),
        ("--year", job.years, {each.financial_year for each in known}),
    ):
        unknown = sorted(set(asked) - there)
        if unknown:
            raise ExportError(
                f"{option} {', '.join(unknown)}: no release prints figures for it. There are: "
                f"{', '.join(sorted(there))}."
            )
    chosen = [
        each
        for each in known
        if (not job.authorities or each.authority_code in job.authorities)
        and (not job.years or each.financial_year in job.years)
    ]
    if not chosen:
        raise ExportError(
            f"--authority {', '.join(job.authorities)}: no release of {', '.join(job.years)} prints"
            " figures for it."
        )
    return chosen


def write_all(
    job: Job, chosen: Sequence[Edition], folder: Path, progress: Callable[[int, int], None]
) -> Iterator[Edition]:
    """Write all editions, authority by authority, in several processes where there are many."""
    groups = [list(group) for _, group in groupby(chosen, key=lambda each: each.authority_code)]
    write = partial(
        write_authority,
        job.database,
        folder=folder,
        formats=job.formats,
        template=job.template,
        kept=Kept(job.kept),
    )
    if len(groups) <= FEW or job.processes == 1:
        for number, group in enumerate(groups, start=1):
            yield from write(group)
            progress(number, len(groups))
        return
    with ProcessPoolExecutor(min(job.processes, len(groups))) as pool:
        waiting = [pool.submit(write, group) for group in groups]
        for number, done in enumerate(as_completed(waiting), start=1):
            yield from done.result()
            progress(number, len(groups))


def write_front(job: Job, written: Iterable[Edition], folder: Path, label: str) -> None:
    """Write the front page and what all pages share."""
    with duckdb.connect(str(job.database), read_only=True) as connection:
        licences = dict.fromkeys(row["licence"] for row in Marts(connection).releases)
    site.write_index(written, folder, "; ".join(filter(None, licences)), label)
    site.write_assets(folder / "assets", chart_theme.style_sheet(), label)


def parse(arguments: list[str] | None) -> Job:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Write the report: pages, a Word document, tables.",
        epilog="Default: everything, from exports/safeguarding.duckdb to exports/report/.",
    )
    parser.add_argument("--authority", nargs="+", default=[], metavar="CODE", help="ONS codes")
    parser.add_argument("--year", nargs="+", default=[], help="financial years, such as 2022-23")
    parser.add_argument("--format", nargs="+", default=FORMATS, choices=FORMATS)
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("exports"),
        help="folder of exports; exports-internal for the report that is not for the public",
    )
    parser.add_argument(
        "--template",
        type=Path,
        default=TEMPLATE,
        metavar="FILE",
        help="Word document (.docx) whose styles, header and footer the report takes; make it from"
        f" a copy of {TEMPLATE.relative_to(TEMPLATE.parents[4])}",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes to use at most"
    )
    options = parser.parse_args(arguments)
    return Job(
        output=options.output,
        authorities=tuple(options.authority),
        years=tuple(options.year),
        formats=tuple(options.format),
        processes=max(1, options.jobs),
        template=options.template.resolve(),
    )


def main(arguments: list[str] | None = None) -> int:
    """Report and say where it is; 1 if it failed."""
    job = parse(arguments)
    os.chdir(places.outputs())
    console = Console(stderr=True)
    is_silent = progress.is_quiet() or not console.is_terminal
    try:
        with Progress(console=console, transient=True, disable=is_silent) as bar:
            task = bar.add_task("reporting", total=None)

            def show(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            written = report(job, show)
    except ExportError as error:
        print(f"- {error}", file=sys.stderr)
        return 1
    pages = sum(each.pages for each in written)
    reports = "1 report" if len(written) == 1 else f"{len(written)} reports"
    print(f"{job.output / REPORT / 'index.html'}: {pages} pages, {reports}.")
    return 0
