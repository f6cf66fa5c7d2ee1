"""Print the outcome of a request for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from safeguarding.intake.answers import LEAVE_OUT
from safeguarding.intake.desk import Outcome, Status
from safeguarding.intake.judgement import Judgement
from safeguarding.intake.new_figures import Asks, LeftOut, Question

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
MOST_ROWS = 40
MOST_PROBLEMS = 200
MOST_LEFT_OUT = 5


def headline(outcome: Outcome) -> str:
    """Return the outcome in a sentence."""
    name = outcome.release["release_id"] or "The release"
    judgement = outcome.judgement
    if outcome.status is Status.READY:
        figures = sum(int(row["figures"]) for row in outcome.added["expected_row_counts"])
        return f"{name}: {figures} figures, no problems found."
    if outcome.status is Status.ALREADY_LOADED:
        return f"{name} is already loaded with the same figures: nothing to do."
    if outcome.status is Status.CONTRADICTIONS:
        assert judgement
        return (
            f"{name} has {counted(len(judgement.unexplained), 'contradiction')} without an"
            " explanation. Correct figures that are not as published, and explain the others in"
            " known_issues (check --stubs FOLDER writes the rows; load FILE --registers FOLDER"
            " adds them)."
        )
    problems = len(outcome.problems) + (len(judgement.stops) if judgement else 0)
    to_do = [f"{counted(problems, 'problem')} to fix"] if problems else []
    if outcome.questions:
        to_do.append(f"{counted(len(outcome.questions), 'question')} to answer")
    return f"{name}: {' and '.join(to_do)}."


def counted(number: int, word: str) -> str:
    """Put a number before its word."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def in_words(question: Question) -> str:
    """Describe an open question and how to answer it."""
    where = f" ({question.where})" if question.where else ""
    candidates = ", ".join(
        f"{candidate} is {name}"
        for candidate, name in zip(question.candidates, question.names, strict=True)
    )
    said = (
        f"{question.place}{where}: '{question.printed}' could mean"
        f" {' or '.join(question.candidates)}. Say which: {as_option(question)}. {candidates}"
    )
    if question.asks is Asks.YEARS:
        return f"{said}. One answer covers the whole file."
    return f"{said}. To leave it out: {as_option(question, LEAVE_OUT)}."


def as_option(question: Question, answer: str = "") -> str:
    """Return the option that answers a question, by default with its first candidate."""
    answer = answer or question.candidates[0]
    if question.asks is Asks.YEARS:
        return f"--years {answer}"
    option = "--label" if question.asks is Asks.LABEL else "--table"
    return f'{option} "{question.printed}={answer}"'


def print_outcome(outcome: Outcome, closing: str) -> None:
    """Print problems, questions, findings, numbers left out, and the headline."""
    console = Console(soft_wrap=True, highlight=False)
    for problem in outcome.problems[:MOST_PROBLEMS]:
        console.print(f"[red]-[/] {escape(str(problem))}")
    if (more := len(outcome.problems) - MOST_PROBLEMS) > 0:
        console.print(f"... and {more} more (--format json lists them all).")
    for question in outcome.questions:
        console.print(f"[yellow]?[/] {escape(in_words(question))}")
    if outcome.open_questions and not outcome.answers_file:
        console.print("check FILE --ask writes these into a file to fill in (answers.yml).")
    if outcome.judgement:
        is_open = bool(outcome.problems or outcome.questions)
        _print_judgement(outcome.judgement, console, is_open=is_open)
    _print_left_out(outcome.left_out, console)
    console.print(f"{escape(headline(outcome))} {closing}")


def _print_left_out(left_out: list[LeftOut], console: Console) -> None:
    if not left_out:
        return
    console.print(f"Numbers left out: {len(left_out)}.")
    for left in left_out[:MOST_LEFT_OUT]:
        console.print(escape(f"  {left.place}: '{left.printed}'. {left.reason}"))
    if (more := len(left_out) - MOST_LEFT_OUT) > 0:
        console.print(f"  ... and {more} more (--format json lists all).")


def _print_judgement(judgement: Judgement, console: Console, *, is_open: bool) -> None:
    """Print what would stop a build, then new and revised figures, then findings."""
    for message in judgement.stops:
        console.print(f"[red]-[/] {escape(message)}")
    if is_open:
        return
    compared = judgement.compared
    console.print(
        f"New: {compared['new']}. Unchanged: {compared['repeated']}."
        f" Revised: {compared['revised']}. On a new definition: {compared['redefined']}."
    )
    if judgement.revisions:
        console.print(_revisions_table(judgement), soft_wrap=False)
        if (more := len(judgement.revisions) - MOST_ROWS) > 0:
            console.print(f"... and {more} more (--format json).")
    for finding in judgement.findings:
        explained = f" Explained: {finding['explanation']}" if finding["explanation"] else ""
        colour, severity = COLOURS[finding["severity"]], finding["severity"]
        console.print(f"[{colour}]{severity}[/] {escape(finding['message'] + explained)}")


def _revisions_table(judgement: Judgement) -> Table:
    """Return the first revisions as a table."""
    table = Table(title="Revisions", title_justify="left")
    for heading in ("figure", "period", "unit", "earlier", "later", "change", "change_pct"):
        table.add_column(heading, justify="left" if heading in ("figure", "period") else "right")
    for row in judgement.revisions[:MOST_ROWS]:
        category = f" ({row['category_id']})" if row["category_id"] else ""
        cells = (
            row["measure_id"] + category,
            row["period_id"],
            row["unit"],
            f"{row['earlier_value']:f}",
            f"{row['later_value']:f}",
            f"{row['change']:+f}",
            row["change_pct"],
        )
        table.add_row(*(escape(str(cell)) for cell in cells))
    return table
