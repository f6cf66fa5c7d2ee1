"""Add a council's new figures: template, check, load, undo.

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
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from typer.core import TyperGroup

from safeguarding.homes import places
from safeguarding.intake import answers_file, desk, record, seed_rows
from safeguarding.intake.answers import LEAVE_OUT
from safeguarding.intake.command_failures import CommandError, explained
from safeguarding.intake.desk import Outcome, Request, Status
from safeguarding.intake.judgement import stub_issues
from safeguarding.intake.new_figures import Asks, Question, Row
from safeguarding.intake.outcome_json import as_json
from safeguarding.intake.outcome_text import counted, print_outcome
from safeguarding.intake.templates import template
from safeguarding.intake.templates.forms import ANNUAL, QUARTERLY
from safeguarding.intake.templates.release_periods import periods_until, release_period
from safeguarding.intake.wording.periods import CALENDAR, ENDING, FINANCIAL
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.warehouse.seed_files import PROJECT

CANNOT_RUN, WRONG, UNEXPLAINED, STOPPED = 2, 1, 3, 130
EXIT = {
    Status.READY: 0,
    Status.ALREADY_LOADED: 0,
    Status.PROBLEMS: WRONG,
    Status.QUESTIONS: WRONG,
    Status.CONTRADICTIONS: UNEXPLAINED,
    Status.FAILED: CANNOT_RUN,
}


class Commands(TyperGroup):
    """Run commands so that each ends with a sentence or a JSON object, whatever happens."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:  # noqa: ANN401
        """Run the command that the arguments name, and end the process with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            with self.make_context("release.py", with_answers_named(arguments)) as context:
                self.invoke(context)
            code = 0
        except typer.Exit as end:
            code = end.exit_code
        except (KeyboardInterrupt, typer.Abort):
            say = "Stopped. Nothing was left half done: run the command again."
            code = fail(say, arguments, STOPPED)
        except (BrokenPipeError, SystemExit):  # the second is what rich makes of the first
            # The reader of the output is gone; Python would try again at its end.
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            code = CANNOT_RUN
        except Exception as error:
            code = fail(explained(error), arguments, CANNOT_RUN)
        sys.exit(code)


app = typer.Typer(
    cls=Commands,
    help="Add a council's new figures, or remove them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Kind(StrEnum):
    """Which tables a release has."""

    ANNUAL = ANNUAL
    QUARTERLY = QUARTERLY


class TemplateFormat(StrEnum):
    """The file format of a template."""

    XLSX = "xlsx"
    CSV = "csv"


class OutputFormat(StrEnum):
    """Whether a person or a program reads the answer."""

    TEXT = "text"
    JSON = "json"


class Years(StrEnum):
    """The kind of year that one number names."""

    FINANCIAL = FINANCIAL
    ENDING = ENDING
    CALENDAR = CALENDAR


Format = Annotated[
    OutputFormat, typer.Option("--format", help="Text for a person, JSON for a program.")
]


@app.command("template")
def write_template(
    *,
    release: Annotated[str, typer.Option(help="Short name, e.g. anytown-asr-2023-24.")],
    authority: Annotated[str, typer.Option(help="ONS code, e.g. E10000014.")],
    kind: Annotated[Kind, typer.Option(help="Annual report, or quarterly figures only.")],
    file_format: Annotated[TemplateFormat, typer.Option("--format")] = TemplateFormat.XLSX,
    period: Annotated[
        str, typer.Option(help="Latest year or quarter. Default: the one in the release's name.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="File or folder to write. Default: named after the release.")
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
    typer.echo(f"{path} is ready to fill in. Then: {places.release_command(f'check {path}')}")


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
    publisher: Annotated[str, typer.Option(help="Publisher. Default: the council's name.")] = "",
    published_date: Annotated[str, typer.Option(help="Date of publication, e.g. 2024-12-10.")] = "",
    financial_year: Annotated[
        str, typer.Option(help="Financial year that it covers, e.g. 2023-24.")
    ] = "",
    licence: Annotated[str, typer.Option(help="Licence of the figures.")] = "",
    source_url: Annotated[str, typer.Option(help="Web address of the publication.")] = "",
    is_published: Annotated[
        bool | None,
        typer.Option("--published/--unpublished", help="Has it been published?"),
    ] = None,
    authority_name: Annotated[str, typer.Option(help="Name of a council that is new here.")] = "",
    region_code: Annotated[str, typer.Option(help="ONS code of the new council's region.")] = "",
    dfe_code: Annotated[
        str, typer.Option(help="DfE's three-digit number for the new council.")
    ] = "",
    label: Annotated[
        list[str] | None,
        typer.Option(
            help="What a label means: 'LA=housing' or 'LA=leave out'. Once for each label."
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="Which table a sheet or file is: 'Sheet1=care_flows'."),
    ] = None,
    years: Annotated[
        Years | None, typer.Option(help="What a year such as 2022 means throughout the file.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="File of answers (YAML), as check --ask writes it.")
    ] = None,
    registers: Annotated[
        Path | None,
        typer.Option(help="Folder with rows for known_issues, adjudications, series_breaks (CSV)."),
    ] = None,
) -> Request:
    """Make a request from the options of a command."""
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
        years=years or "",
        answers=answers,
    )


def takes_request(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of `as_request` to a command, and pass it the request."""
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
    write_questions: Annotated[
        bool,
        typer.Option(
            "--ask",
            help="Write the open questions to the file of answers: that of --answers, or else"
            " answers.yml beside the file.",
        ),
    ] = False,
    output: Format = OutputFormat.TEXT,
) -> None:
    """List every problem and change in a file. Saves nothing."""
    target = request.answers or request.path.parent / answers_file.NAME
    if write_questions and not request.answers and target.exists():
        raise CommandError(
            f"{target} already exists and may hold answers. To keep them and add open"
            f" questions, give --answers {target}; otherwise give --answers another name."
        )
    if write_questions and not target.exists():
        request = replace(request, answers=None)
    outcome = answered(request, desk.examine, OutputFormat.JSON if write_questions else output)
    closing = "Nothing was saved: this was a check."
    if write_questions and not outcome.answers_are_wrong:
        closing = write_answers(target, request.path, outcome)
    if stubs and outcome.judgement:
        write_stubs(stubs, outcome)
    answer(outcome, output, closing)


@app.command()
@takes_request
def load(request: Request, *, output: Format = OutputFormat.TEXT) -> None:
    """Check new figures and add them to the seeds: all or none."""
    outcome = answered(request, desk.load, output)
    done = (
        f"{places.kept_in()} have the new rows{places.told_by_git()}."
        f" Next: {places.command('build')}"
        if outcome.status is Status.READY
        else f"{places.kept_in()} have not been changed."
    )
    answer(outcome, output, done)


@app.command()
def undo(
    release: Annotated[str, typer.Argument(help="Name of the release.", show_default=False)],
    output: Format = OutputFormat.TEXT,
) -> None:
    """Remove a release from the seeds."""
    removed = desk.undo(PROJECT, release)
    if output is OutputFormat.JSON:
        typer.echo(json.dumps({"status": "undone", "release_id": release, "removed": removed}))
        return
    for name, count in removed.items():
        typer.echo(f"{count:6} rows removed from {name}")
    kept_in = places.kept_in().lower()
    is_left = any(desk.loaded_releases(PROJECT)) or not places.is_home()
    following = places.command("build") if is_left else places.FIRST_FILE
    typer.echo(f"{release} was removed from {kept_in}. Next: {following}")


def answer(outcome: Outcome, output: OutputFormat, closing: str) -> None:
    """Print the result, and end with its exit code."""
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
    """Run; at a terminal, ask the open questions and run again."""
    outcome = run(PROJECT, request)
    if outcome.status is Status.QUESTIONS and output is OutputFormat.TEXT and is_terminal():
        of_tables, families, years = dict(request.of_tables), dict(request.families), request.years
        for question in outcome.questions:
            if question.asks is Asks.YEARS:
                years = ask(question)
            elif question.asks is Asks.LABEL:
                of_tables[question.table_id, question.printed] = ask(question)
            else:
                families[question.printed] = ask(question)
        outcome = run(
            PROJECT, replace(request, of_tables=of_tables, families=families, years=years)
        )
    return outcome


def is_terminal() -> bool:
    """Check whether somebody can be asked."""
    return sys.stdin.isatty()


def ask(question: Question) -> str:
    """Ask which of the candidates is meant."""
    where = f" ({question.where})" if question.where else ""
    typer.echo(f"{question.place}{where}: '{question.printed}' could mean")
    choices = dict(zip(question.candidates, question.names, strict=True))
    if question.asks is not Asks.YEARS:
        choices[LEAVE_OUT] = "its figures are not stored"
    for number, (candidate, name) in enumerate(choices.items(), start=1):
        typer.echo(f"  {number}  {candidate}: {name}")
    chosen = typer.prompt("Which is it?", type=click.IntRange(1, len(choices)))
    return list(choices)[int(chosen) - 1]


def fail(message: str, arguments: Sequence[str], code: int) -> int:
    """Explain why the command did not run, in text or JSON; return the exit code."""
    if asks_for_json(arguments):
        answer = as_json(Outcome(Status.FAILED, {})) | {"message": message}
        typer.echo(json.dumps(answer, indent=2))
    else:
        typer.echo(message, err=True)
    return code


def with_answers_named(arguments: Sequence[str]) -> list[str]:
    """Read a file name after `--ask` as that of the file of answers."""
    named: list[str] = []
    for argument in arguments:
        is_file = argument.lower().endswith((".yml", ".yaml"))
        if named[-1:] == ["--ask"] and is_file:
            named += ["--answers", argument]
        elif argument.startswith("--ask="):
            named += ["--ask", "--answers", argument.removeprefix("--ask=")]
        else:
            named.append(argument)
    return named


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Check whether arguments, valid or not, ask for an answer in JSON."""
    following = zip(arguments, [*arguments[1:], ""], strict=True)
    formats = [
        value if name == "--format" else name.removeprefix("--format=")
        for name, value in following
        if name == "--format" or name.startswith("--format=")
    ]
    return formats[-1:] == [OutputFormat.JSON.value]


def write_answers(target: Path, path: Path, outcome: Outcome) -> str:
    """Write the answers so far and blanks for open questions; return what to do next."""
    questions = outcome.open_questions
    text = answers_file.as_yaml(str(path), str(target), outcome.given, questions)
    try:
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CommandError(f"{target} could not be written: {error.strerror}.") from error
    outcome.answers_file = str(target)
    if not questions:
        return f"{target} has your answers; there are no more questions."
    blanks = counted(len(questions), "blank")
    return f"Fill in {blanks} of {target}, then check again with --answers {target}."


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
        say = f"{path} already exists and may hold reasons: give --stubs another folder."
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
