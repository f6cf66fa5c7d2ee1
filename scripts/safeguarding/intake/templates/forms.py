"""Define the sheets and columns of the template, as written and as read back."""

from __future__ import annotations

from dataclasses import dataclass

from safeguarding.intake.files.grid import Line, Sheet
from safeguarding.intake.new_figures import RELEASE, Problem
from safeguarding.intake.wording.vocabulary import nearest

LABEL, PERIOD, UNIT, VALUE, NOTE = "row_label", "period", "unit", "value", "note"
SOURCE_TABLE, SOURCE_LINE, DEFINITION = "source_table", "source_line", "definition"
README = "Read me"
LISTS = "lists"  # hidden: the choices of the drop-downs
ANNUAL, QUARTERLY = "annual", "quarterly"

RELEASE_COLUMNS = ("field", "value", "what_to_write")
RELEASE_FIELDS = {
    "release_id": "A short name for the release in lower case with hyphens, for example"
    " anytown-asr-2023-24. Do not change it later.",
    "local_authority_code": "The council's ONS code, for example E10000014.",
    "title": "The title of the publication.",
    "publisher": "Who publishes it: the council's full name.",
    "published_date": "The date of publication as year-month-day, for example 2024-12-10. For a"
    " draft, the planned date.",
    "financial_year": "The financial year that the release covers, for example 2023-24.",
    "licence": "The terms under which the figures may be used.",
    "source_url": "The web address of the publication.",
    "is_published": "yes if these figures have been published; no for a draft.",
}


@dataclass(frozen=True)
class Columns:
    """Columns of a template sheet.

    Attributes:
        names: Every column that is allowed, in order.
        required: Columns that are needed and must be filled in each row.
        hidden: Columns that the template leaves out: the release itself says what they hold.
    """

    names: tuple[str, ...]
    required: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that the template has."""
        return tuple(name for name in self.names if name not in self.hidden)


FIGURES = Columns(
    (LABEL, PERIOD, UNIT, VALUE, NOTE, SOURCE_TABLE, SOURCE_LINE, DEFINITION),
    (LABEL, PERIOD, UNIT, VALUE),
)
_OF_RELEASE = ("release_id", "local_authority_code")
REGISTER_COLUMNS = {
    "series_breaks": Columns(
        (*_OF_RELEASE, "measure_id", "category_id", "period_id", "reason"),
        ("measure_id", "period_id", "reason"),
        _OF_RELEASE,
    ),
    "known_issues": Columns(
        (
            "known_issue_id", "check_id", *_OF_RELEASE, "period_id", "measure_id", "category_id",
            "printed_value", "expected_value", "covers", "standing", "reason", "evidence",
        ),
        ("check_id", "measure_id", "reason", "evidence"),
        ("known_issue_id", *_OF_RELEASE, "covers", "standing"),
    ),
    "adjudications": Columns(
        (
            *_OF_RELEASE, "measure_id", "category_id", "period_id", "unit", "source_line",
            "reason",
        ),
        ("measure_id", "period_id", "unit", "source_line", "reason"),
        _OF_RELEASE,
    ),
    "printed_precision": Columns(
        ("local_authority_code", "measure_id", "period_id", "unit", "decimals", "reason"),
        ("period_id", "unit", "decimals", "reason"),
        ("local_authority_code",),
    ),
}  # fmt: skip
REGISTER_NOTES = {
    "series_breaks": "Figures before and from this period are on different definitions.",
    "known_issues": "A contradiction in the source that you have examined: the reason and the"
    " evidence.",
    "adjudications": "Which of two printed counts is right: name its source_line.",
    "printed_precision": "Percentages or rates printed with more decimals than they were rounded"
    " to.",
}


def heading_name(text: str) -> str:
    """Return a heading as a column name: `Row label` is `row_label`."""
    return "_".join(text.lower().split())


def looks_like(line: Line, columns: Columns) -> bool:
    """Check whether a row looks like the heading of such a sheet."""
    names = {heading_name(text) for text in line.cells}
    return len(names & set(columns.names)) > 1


def positions(sheet: Sheet, columns: Columns) -> tuple[dict[str, int], list[Problem]]:
    """Find each column of a sheet, and what is wrong with the heading.

    Columns without a heading are a problem only if they are not blank.
    """
    heading = sheet.lines[0]
    found: dict[str, int] = {}
    problems = []
    for index in range(len(heading.cells)):
        text = heading.cell(index)
        name = heading_name(text)
        place = sheet.place(heading.number, index, text)
        if name in found:
            advice = "Delete one of the two."
            problems.append(Problem(place, f"the column '{text}' twice", "one", advice))
        elif name in columns.names:
            found[name] = index
        elif name:
            expected = f"one of {', '.join(columns.shown)}"
            advice = nearest(name, columns.names) or "Delete it."
            problems.append(Problem(place, f"the column '{text}'", expected, advice))
    missing = [name for name in columns.required if name not in found]
    problems += [
        Problem(
            sheet.place(heading.number),
            f"no column '{name}'",
            f"the columns {', '.join(columns.required)}",
            "Restore its heading.",
        )
        for name in missing
    ]
    return found, problems + _unnamed(sheet)


def sheet_names(tables: tuple[str, ...]) -> tuple[str, ...]:
    """Return every name that a sheet or file of the template can have."""
    return (*tables, RELEASE, *REGISTER_COLUMNS)


def _unnamed(sheet: Sheet) -> list[Problem]:
    heading = sheet.lines[0]
    return [
        Problem(
            sheet.place(line.number, index),
            f"'{line.cell(index)[:40]}' in a column without a heading",
            "nothing outside the columns",
            "Write it in the column note, or delete it."
            " In a CSV a comma inside a cell needs quotation marks around the cell.",
        )
        for line in sheet.lines[1:]
        for index in range(len(line.cells))
        if not heading.cell(index) and line.cell(index)
    ]
