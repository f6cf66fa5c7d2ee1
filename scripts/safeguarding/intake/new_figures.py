"""Define the contents of a file of new figures, wherever it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Row = dict[str, str]

# The tables of a release beside its figures: rows that go into the seeds of the same names.
REGISTERS = ("series_breaks", "known_issues", "adjudications", "printed_precision")
RELEASE = "releases"
_ANSWERS = (".yml", ".yaml")


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a user's file.

    Attributes:
        file: Name of the file as the user gave it, or relative to the folder that they gave.
        sheet: Name of the workbook's sheet; empty for other files.
        row: Row of the sheet or line of the file, counted from 1; 0 for the whole sheet or file.
        column: The column's letter (workbooks) or heading (CSV), or the key (answers); empty for
            the whole row.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Return the place as a user would look it up."""
        parts = [self.file]
        parts += [f"sheet '{self.sheet}'"] if self.sheet else []
        is_answer = self.file.lower().endswith(_ANSWERS)
        row, column = ("line", "key") if is_answer else ("row", "column")
        parts += [f"{row} {self.row}"] if self.row else []
        parts += [f"{column} {self.column}"] if self.column else []
        return ", ".join(parts)


class Asks(StrEnum):
    """What a question is about."""

    LABEL = "label"
    TABLE = "table"
    YEARS = "years"
    RELEASE = "release"
    COUNCIL = "council"


@dataclass(frozen=True)
class Question:
    """Something that the file leaves open, and that only its author can answer.

    Attributes:
        place: Where it stands, the first place of several.
        table_id: Table family of a label, else empty.
        printed: The label as printed, the name of the table, the year, or the name of a field.
        candidates: What it may mean, as it is to be answered; for an unknown label the nearest.
        asks: What it is about; a label where there is a table family, else the family itself.
        names: The candidates in words.
        where: In how many cells and in which rows it stands, in words; empty if in one place.
        expected: What is to be answered where there are no candidates.
    """

    place: Place
    table_id: str
    printed: str
    candidates: tuple[str, ...]
    asks: Asks = Asks.TABLE
    names: tuple[str, ...] = ()
    where: str = ""
    expected: str = ""

    def __post_init__(self) -> None:
        """Ask about a label if there is a table."""
        if self.table_id:
            object.__setattr__(self, "asks", Asks.LABEL)


@dataclass(frozen=True, order=True)
class Problem:
    """Something in a file that is refused: what was found, what was expected, what to do.

    Attributes:
        place: Where it stands.
        found: What was found, in words or quoted.
        expected: What was expected.
        advice: What to do about it; may be empty where `expected` says it all.
        questions: What the author may answer in its stead.
    """

    place: Place
    found: str
    expected: str
    advice: str = ""
    questions: tuple[Question, ...] = field(default=(), compare=False, kw_only=True)

    def __str__(self) -> str:
        """Return it as one sentence, the place first."""
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.place}: found {self.found}, expected {self.expected}.{advice}"


@dataclass(frozen=True)
class Figure:
    """One printed figure, as it will stand in its seed, with its place in the user's file.

    All values are text as printed; whether they can be understood is judged by the warehouse's SQL.

    Attributes:
        table_id: Table family, one of `published_tables`: the seed that the figure belongs to.
        source_table: Number or name of the table in the publication, or the sheet's name.
        source_line: Line of the publication or row of the sheet, counted from 1; where several
            labels have their figures in one row, that row and the label's column: 4003.
        source_cell: Cell within the row, counted from 1.
        row_label: Label of the row as printed.
        period_as_printed: Heading of the column as printed.
        period_label: The period in the form that the warehouse reads: `2022-23`, `Apr-Jun 2022`.
        unit: `count`, `percent` or `rate_per_10000`.
        value_as_printed: The figure as printed, or the marker in its place.
        note: Anything that the user noted beside it.
        place: Where it stands in the user's file.
        places: Where its `row_label`, `period_label` and `unit` stand, if elsewhere.
        block: The printed table that it stands in, by the place of its heading.
        qualifier: `provisional` where the publication says so.
    """

    table_id: str
    source_table: str
    source_line: str
    source_cell: str
    row_label: str
    period_as_printed: str
    period_label: str
    unit: str
    value_as_printed: str
    note: str
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    def place_of(self, column: str) -> Place:
        """Find where the value of a column of the figure's seed stands in the user's file."""
        return self.places.get(column, self.place)

    block: str = ""
    qualifier: str = ""

    def as_row(self, release_id: str, local_authority_code: str) -> Row:
        """Return the row of the figure seed, in the order of its columns."""
        return {
            "release_id": release_id,
            "local_authority_code": local_authority_code,
            "source_table": self.source_table,
            "source_line": self.source_line,
            "source_cell": self.source_cell,
            "row_label": self.row_label,
            "period_as_printed": self.period_as_printed,
            "period_label": self.period_label,
            "unit": self.unit,
            "value_as_printed": self.value_as_printed,
            "qualifier": self.qualifier,
            "note": self.note,
        }


@dataclass(frozen=True, order=True)
class LeftOut:
    """Something with a number in it that is not stored, and why.

    Attributes:
        place: Where it stands.
        printed: The text of the cell.
        reason: Why it is not stored, as a sentence.
        expected: What would be stored in its place.
        answered: The table and label that were left out, if the author said so.
    """

    place: Place
    printed: str
    reason: str
    expected: str = "a figure under a period, beside the label of a row that is known"
    answered: tuple[str, str] = ("", "")


@dataclass
class Extract:
    """Everything that was read from what a user gave, and everything wrong with it.

    Attributes:
        release: The release's own record, by column of the seed `releases`, with
            `local_authority_code` beside it; holds only what the file says.
        figures: The figures, in the order of the file.
        registers: Rows for the registers of the release (REGISTERS), each with its place.
        problems: Everything that is refused.
        questions: What is ambiguous.
        left_out: What has a number and is not stored.
        parts: Tables and labels of rows that are parts of one of ours.
    """

    release: Row = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    registers: dict[str, list[tuple[Place, Row]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    parts: set[tuple[str, str]] = field(default_factory=set)

    def merge(self, others: Iterable[Extract]) -> Extract:
        """Join this and other parts of the same release."""
        for other in others:
            self.release |= {key: value for key, value in other.release.items() if value}
            self.figures += other.figures
            for name, rows in other.registers.items():
                self.registers.setdefault(name, []).extend(rows)
            self.problems += other.problems
            self.questions += other.questions
            self.left_out += other.left_out
            self.parts |= other.parts
        return self
