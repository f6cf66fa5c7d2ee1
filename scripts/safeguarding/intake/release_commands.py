"""Take a council's new figures in: template, check, load, undo.

Usage: python scripts/release.py --help

Exit codes: 0 no problem; 1 the file has problems, or leaves a question open; 2 the command could
not run, or its answer could not be written; 3 the figures can be read, but contradict themselves
without an explanation; 130 it was stopped (Ctrl-C).

With `--format json` the answer is one JSON object on standard output, whatever happens.
"""

from __future__ import annotations

import csv
import inspect
import io
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import click
import duckdb
import typer
from typer.core import TyperGroup

from safeguarding.intake import desk, record, seed_rows
from safeguarding.intake.desk import Outcome, Request, Status
from safeguarding.intake.judgement import stub_issues
from safeguarding.intake.new_figures import Question, Row
from safeguarding.intake.outcome_json import as_json
from safeguarding.intake.outcome_text import print_outcome
from safeguarding.intake.templates import template
from safeguarding.intake.templates.layout import ANNUAL, QUARTERLY
from safeguarding.intake.templates.release_periods import periods_until, release_period
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import NotCompiledError
from safeguarding.warehouse.seed_files import PROJECT, UnreadableSeedsError

CANNOT_RUN, WRONG, UNEXPLAINED, STOPPED = 2, 1, 3, 130
EXIT = {
    Status.READY: 0,
    Status.ALREADY_LOADED: 0,
    Status.PROBLEMS: WRONG,
    Status.QUESTIONS: WRONG,
    Status.CONTRADICTIONS: UNEXPLAINED,
    Status.FAILED: CANNOT_RUN,
}


class CommandError(Exception):
    """The command cannot run; the message says why and what to do."""


# What keeps a command from running, and says so itself.
EXPECTED = (
    CommandError,
    NotCompiledError,
    UnreadableSeedsError,
    desk.UnknownReleaseError,
    *journal.ERRORS,
)


class Commands(TyperGroup):
    """Run commands so that each ends with a sentence or a JSON object, whatever happens."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:  # noqa: ANN401
        """Run the command that the arguments name, and end the process with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            with self.make_context("release.py", list(arguments)) as context:
                self.invoke(context)
            code = 0
        except typer.Exit as end:
            code = end.exit_code
        except (KeyboardInterrupt, typer.Abort):
            say = "Stopped. Nothing was half done: run the command again."
            code = fail(say, arguments, STOPPED)
        except (BrokenPipeError, SystemExit):  # the second is what rich makes of the first
            # Who was to read the answer is gone; Python would try again at its end.
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            code = CANNOT_RUN
        except Exception as error:
            code = fail(explained(error), arguments, CANNOT_RUN)
        sys.exit(code)


app = typer.Typer(
    cls=Commands,
    help="Take a council's new figures in, or out again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Kind(StrEnum):
    """Which tables a release has."""

    ANNUAL = ANNUAL
    QUARTERLY = QUARTERLY


class TemplateFormat(StrEnum):
    """What a template is written as."""

    XLSX = "xlsx"
    CSV = "csv"


class OutputFormat(StrEnum):
    """Who reads the answer: a person or a program."""

    TEXT = "text"
    JSON = "json"


Format = Annotated[OutputFormat, typer.Option("--format", help="For a person or a program.")]


@app.command("template")
def write_template(
    *,
    release: Annotated[str, typer.Option(help="Short name, e.g. anytown-asr-2023-24.")],
    authority: Annotated[str, typer.Option(help="ONS code, e.g. E10000014.")],
    kind: Annotated[Kind, typer.Option(help="Annual report, or quarterly figures only.")],
    file_format: Annotated[TemplateFormat, typer.Option("--format")] = TemplateFormat.XLSX,
    period: Annotated[
        str, typer.Option(help="Latest year or quarter; else as the release's name has it.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="Where to write; else named after the release.")
    ] = None,
) -> None:
    """Write a workbook or CSV files to fill in."""
    if expected := record.wrong_with_name(release):
        raise CommandError(f"--release: found '{release}', expected {expected}.")
    vocabulary = Vocabulary.of(PROJECT)
    latest = release_period(period or release)
    if latest is None:
        raise CommandError(
            'The release\'s name has no period: give --period 2023-24, or --period "2023-24 Q1".'
        )
    councils = {
        row["local_authority_code"]: row["local_authority_name"]
        for row in seed_rows.read(PROJECT / "seeds/reference/local_authorities.csv")
    }
    known: Row = {
        "release_id": release,
        "local_authority_code": authority,
        "publisher": councils.get(authority, ""),
        "financial_year": latest[:7],
    }
    path = output or Path(f"{release}.xlsx" if file_format is TemplateFormat.XLSX else release)
    if path.exists():
        raise CommandError(
            f"{path} already exists. Give another name with --output, or move it away."
        )
    write = (
        template.write_workbook if file_format is TemplateFormat.XLSX else template.write_csv_folder
    )
    try:
        write(path, vocabulary, known, kind.value, periods_until(latest))
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror}.") from error
    typer.echo(f"{path} is ready to be filled in. Then: make release ARGS='check {path}'")


def as_request(
    path: Annotated[
        Path,
        typer.Argument(
            help="A filled workbook (.xlsx), a folder of CSV files, one CSV file, or a report's"
            " text with its tables separated by tabs (.txt).",
            show_default=False,
        ),
    ],
    *,
    release: Annotated[str, typer.Option(help="Short name, e.g. anytown-asr-2023-24.")] = "",
    authority: Annotated[str, typer.Option(help="ONS code, e.g. E10000014.")] = "",
    title: Annotated[str, typer.Option(help="Title of the publication.")] = "",
    publisher: Annotated[str, typer.Option(help="Who publishes it; else the council's name.")] = "",
    published_date: Annotated[str, typer.Option(help="Day of publication, e.g. 2024-12-10.")] = "",
    financial_year: Annotated[str, typer.Option(help="Year that it is about, e.g. 2023-24.")] = "",
    licence: Annotated[str, typer.Option(help="Terms of use of the figures.")] = "",
    source_url: Annotated[str, typer.Option(help="Where the publication is found.")] = "",
    is_published: Annotated[
        bool | None,
        typer.Option("--published/--unpublished", help="Has it been published?"),
    ] = None,
    authority_name: Annotated[str, typer.Option(help="Name of a council that is new here.")] = "",
    region_code: Annotated[str, typer.Option(help="ONS code of the new council's region.")] = "",
    dfe_code: Annotated[
        str, typer.Option(help="DfE's three-digit number of the new council.")
    ] = "",
    label: Annotated[
        list[str] | None,
        typer.Option(help="What a label means: 'LA=housing'. May be given again."),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="Which table a sheet or file is: 'Sheet1=care_flows'."),
    ] = None,
    registers: Annotated[
        Path | None,
        typer.Option(help="Folder with rows for known_issues, adjudications, series_breaks (CSV)."),
    ] = None,
) -> Request:
    """Make a request of the options of a command."""
    given = {
        "release_id": release,
        "local_authority_code": authority,
        "title": title,
        "publisher": publisher,
        "published_date": published_date,
        "financial_year": financial_year,
        "licence": licence,
        "source_url": source_url,
        "is_published": "" if is_published is None else str(is_published).lower(),
    }
    council = {
        "local_authority_name": authority_name,
        "region_code": region_code,
        "dfe_la_code": dfe_code,
    }
    return Request(
        path=path,
        release={key: value for key, value in given.items() if value},
        authority=council if any(council.values()) else {},
        labels=pairs(label, "--label"),
        families=pairs(table, "--table"),
        registers=registers,
    )


def takes_request(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `as_request`, and the request that they make."""
    shared = inspect.signature(as_request, eval_str=True).parameters
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    def run(**options: Any) -> None:  # noqa: ANN401 - as the signature below says
        request = as_request(**{name: options.pop(name) for name in shared})
        command(request, **options)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature([*shared.values(), *own])  # type: ignore[attr-defined]
    return run


@app.command()
@takes_request
def check(
    request: Request,
    *,
    stubs: Annotated[
        Path | None,
        typer.Option(help="Folder to write known_issues.csv into, for you to give the reasons."),
    ] = None,
    output: Format = OutputFormat.TEXT,
) -> None:
    """List every problem and change in a file. Saves nothing."""
    outcome = answered(request, desk.examine, output)
    if stubs and outcome.judgement:
        write_stubs(stubs, outcome)
    answer(outcome, output, "Nothing was saved: this was a check.")


@app.command()
@takes_request
def load(request: Request, *, output: Format = OutputFormat.TEXT) -> None:
    """Check new figures and add them to the seeds: all or none."""
    outcome = answered(request, desk.load, output)
    done = (
        "The seeds have the new rows (git diff shows them). Next: make build"
        if outcome.status is Status.READY
        else "The seeds have not been changed."
    )
    answer(outcome, output, done)


@app.command()
def undo(
    release: Annotated[str, typer.Argument(help="Name of the release.", show_default=False)],
    output: Format = OutputFormat.TEXT,
) -> None:
    """Take a release out of the seeds again."""
    removed = desk.undo(PROJECT, release)
    if output is OutputFormat.JSON:
        typer.echo(json.dumps({"status": "undone", "release_id": release, "removed": removed}))
        return
    for name, count in removed.items():
        typer.echo(f"{count:6} rows taken out of {name}")
    typer.echo(f"{release} is out of the seeds. Next: make build")


def answer(outcome: Outcome, output: OutputFormat, closing: str) -> None:
    """Print what came of it, and end with its exit code."""
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(as_json(outcome), indent=2, default=str))
    else:
        print_outcome(outcome, closing)
    raise typer.Exit(EXIT[outcome.status])


def pairs(options: list[str] | None, name: str) -> dict[str, str]:
    """Read `printed=meaning` options as a mapping."""
    answers = {}
    for option in options or []:
        printed, sign, meaning = option.rpartition("=")
        if not sign or not printed or not meaning:
            raise CommandError(
                f"{name} '{option}' cannot be read. Write it as {name} \"printed=meaning\"."
            )
        answers[printed] = meaning
    return answers


def answered(
    request: Request, run: Callable[[Path, Request], Outcome], output: OutputFormat
) -> Outcome:
    """Run, and at a terminal ask what the file leaves open and run again."""
    outcome = run(PROJECT, request)
    is_terminal = sys.stdin.isatty() and output is OutputFormat.TEXT
    if outcome.status is Status.QUESTIONS and is_terminal:
        labels, families = dict(request.labels), dict(request.families)
        for question in outcome.questions:
            (labels if question.table_id else families)[question.printed] = ask(question)
        outcome = run(PROJECT, replace(request, labels=labels, families=families))
    return outcome


def ask(question: Question) -> str:
    """Ask which of the candidates is meant."""
    typer.echo(f"{question.place}: '{question.printed}' could mean")
    for number, candidate in enumerate(question.candidates, start=1):
        typer.echo(f"  {number}  {candidate}")
    chosen = typer.prompt("Which is it?", type=click.IntRange(1, len(question.candidates)))
    return question.candidates[int(chosen) - 1]


def fail(message: str, arguments: Sequence[str], code: int) -> int:
    """Say why the command did not run, in text or JSON; returns the exit code."""
    if asks_for_json(arguments):
        answer = as_json(Outcome(Status.FAILED, {})) | {"message": message}
        typer.echo(json.dumps(answer, indent=2))
    else:
        typer.echo(message, err=True)
    return code


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Tell whether arguments, which may be wrong otherwise, ask for an answer in JSON."""
    following = zip(arguments, [*arguments[1:], ""], strict=True)
    formats = [
        value if name == "--format" else name.removeprefix("--format=")
        for name, value in following
        if name == "--format" or name.startswith("--format=")
    ]
    return formats[-1:] == [OutputFormat.JSON.value]


def explained(error: Exception) -> str:
    """Explain why a command did not run; the traceback of a program fault goes to a file."""
    if isinstance(error, EXPECTED):
        return str(error)
    if hasattr(error, "format_message"):  # the command line itself, as typer understands it
        return f"{error.format_message()} See: release.py --help"
    if isinstance(error, OSError):
        return journal.in_words(error)
    if isinstance(error, duckdb.Error):
        return (
            "The warehouse could not be built in memory. Run make build, which says what is wrong"
            f" with the seeds. DuckDB says: {str(error).splitlines()[0]}"
        )
    kept = kept_fault()
    where = f"The details are in {kept}: send that file" if kept else "Send this message"
    return (
        "This is a fault of the program, not of your file"
        f" ({type(error).__name__}: {error}). {where} to the maintainers of this project."
    )


def kept_fault() -> Path | None:
    """Write the traceback of the error at hand to a file of its own; None if nowhere can be."""
    for folder in (PROJECT / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", prefix="fault-", suffix=".log", dir=folder, delete=False
            ) as file:
                file.write(traceback.format_exc())
            return Path(file.name)
        except OSError:
            continue
    return None


def write_stubs(folder: Path, outcome: Outcome) -> None:
    """Write the contradictions as rows of the register, for the user to add the reasons."""
    assert outcome.judgement
    rows = stub_issues(outcome.judgement)
    if not rows:
        return
    path = folder / "known_issues.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    except FileExistsError as error:
        say = f"{path} already exists, perhaps with reasons in it: give --stubs another folder."
        raise CommandError(say if path.exists() else f"{folder} is not a folder.") from error
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror}.") from error


def main(arguments: list[str] | None = None) -> None:
    """Run the command line from wherever it is called: paths are the caller's."""
    os.environ.setdefault("TERM", "dumb")
    if sys.stdout is None:  # closed by the caller: the exit code still tells
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name, or a console's code page, may not be able to show every letter.
        sys.stdout.reconfigure(errors="backslashreplace")
    app(arguments)
