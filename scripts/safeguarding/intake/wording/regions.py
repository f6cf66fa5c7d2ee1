"""Split a sheet into parts that are beside each other, and make views of their cells.

Each cell of a view keeps its place in the user's sheet, so that every message names the cell that
the user sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import LeftOut
from safeguarding.intake.wording.context import COLUMN, SPAN, STATUS
from safeguarding.intake.wording.headings import period_of, quarter_of, split_period
from safeguarding.intake.wording.vocabulary import Vocabulary, is_number

# Headings of columns that are not the council's own figures. Other headings are read as words.
_NO_FIGURES = re.compile(
    r"(?!net\b)(?:(?:% |percentage |numerical )?(?:rag|rating|status|trend|direction|dot|polarity"
    r"|tolerance|variance|varies|difference|diff|change|increase|decrease|rank|ranking|quartile|band"
    r"|comments?|commentary|narrative|notes?|lead|owner|frequency|benchmark|sparkline"
    r"|(?:good|better|high|low|best) is.*|(?:higher|lower|bigger|smaller) is.*"
    r"|(?:what )?good (?:looks like|to be).*|on track|progress|improv\w+|\+/-|\u00b1)"
    r"\b.*|.*\b(?:change|variance|difference|rag|direction of travel|vs\.?|versus)\b.*"
    r"|target.*|.*\btarget)",
    re.IGNORECASE,
)
_PARTS_OF_A_YEAR = {"part_of_year", "year_to_date", "quarter"}
MOST_HEADINGS = 3  # rows above figures
_NEAR = 3  # columns behind the first of a table within which its periods stand


@dataclass(frozen=True)
class Cell:
    """A cell of a view: its text, and where it stands in the sheet that is viewed."""

    text: str
    row: int
    column: int


Row = Sequence[Cell | None]


class Table(NamedTuple):
    """The rows of a view, how many rows above the table they include, and its last row."""

    above: int
    end: int
    rows: list[Row]


def cells(line: Line, columns: Iterable[int]) -> list[Cell | None]:
    """Return cells of a row, including blank ones."""
    return [Cell(line.cells[at] if at < len(line.cells) else "", line.number, at) for at in columns]


def view(sheet: Sheet, rows: Iterable[Row]) -> Sheet:
    """Make a sheet of rows of cells; gaps between rows stay gaps."""
    lines: list[Line] = []
    origin, faults, marks, paragraphs = {}, {}, {}, {}
    number = last = 0
    for row in rows:
        first = next(filter(None, row), None)
        if not first:
            continue
        number += 1 if first.row <= last + 1 else 2
        last = first.row
        at = (first.row, first.column)
        for index, cell in enumerate(row):
            at = (cell.row, cell.column) if cell else at
            origin[number, index] = sheet.at(*at)
            if cell and at in sheet.faults:
                faults[number, index] = sheet.faults[at]
            if cell and at in sheet.marks:
                marks[number, index] = sheet.marks[at]
        if first.row in sheet.paragraphs:
            paragraphs[number] = sheet.paragraphs[first.row]
        lines.append(Line(number, tuple(cell.text if cell else "" for cell in row)))
    return replace(
        sheet, lines=lines, origin=origin, faults=faults, marks=marks, paragraphs=paragraphs
    )


class Region:
    """A sheet, or a part of it beside others.

    Attributes:
        left_out: The numbers that no view of it has.
    """

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary) -> None:
        """Read its rows."""
        self.sheet = sheet
        self.lines = sheet.lines
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.left_out: list[LeftOut] = []

    def values(self, line: Line) -> list[int]:
        """Return the columns of a row with numbers or markers."""
        return [at for at, text in line.filled.items() if self.vocabulary.is_value(text)]

    def knows(self, text: str) -> bool:
        """Check whether a text is a label of any table."""
        return any(self.vocabulary.knows(table_id, text) for table_id in self.vocabulary.tables)

    def is_text(self, line: Line, first: int = 0) -> bool:
        """Check whether a row has only words from a column on."""
        return not any(
            (self.vocabulary.is_value(text) and text not in "-#") or period_of(text)
            for at, text in line.filled.items()
            if at >= first
        )

    def above(self, start: int) -> Iterator[Line]:
        """Yield the rows above one that may be its headings, the nearest first."""
        return reversed(self.lines[max(0, start - MOST_HEADINGS) : start])

    def reason(self, text: str) -> str:
        """Explain why the figures below a text are not the council's own; empty if they are."""
        text = one_line((split_period(text) or ("", text))[1])
        if not text:
            return ""
        if self.contexts.words_in(text, COLUMN).get(STATUS) or _NO_FIGURES.fullmatch(text):
            return f"'{text}' above it: it is not one of the council's own figures."
        return ""

    def part_of_year(self, text: str) -> str:
        """Explain why figures of part of a year are left out; empty for a complete year."""
        words = (split_period(text) or ("", text))[1]
        if self.contexts.words_in(words, COLUMN).get(SPAN, {}).keys() & _PARTS_OF_A_YEAR:
            return f"'{text}' above it: figures for part of a year are not stored."
        return ""

    def leave_out(self, row: Row, reason: str) -> None:
        """Leave out the numbers of some cells."""
        for cell in row:
            if cell and is_number(cell.text):
                place = self.sheet.place(cell.row, cell.column)
                self.left_out.append(LeftOut(place, one_line(cell.text), reason))

    def split(self) -> list[Region]:
        """Split it where one table is beside another; the rows above belong to both."""
        width = max((len(line.cells) for line in self.lines), default=0)
        headings = [line for line in self.lines if any(map(period_of, line.filled.values()))]
        starts = [0]
        for at in range(2, width) if headings else ():
            if self._begins_table(headings, starts[-1], at):
                starts.append(at)
        if len(starts) == 1:
            return [self]
        top = headings[0].number
        bottom = max(line.number for line in self.lines if self.values(line))
        regions = []
        for start, end in zip(starts, [*starts[1:], width], strict=True):
            rows = []
            for line in self.lines:
                is_for_all = list(line.filled) == [0] and not top <= line.number <= bottom
                row = cells(line, [0] if is_for_all else range(start, min(end, len(line.cells))))
                rows += [row] if any(cell and cell.text for cell in row) else []
            regions.append(Region(view(self.sheet, rows), self.vocabulary))
        return regions

    def _begins_table(self, headings: Sequence[Line], start: int, at: int) -> bool:
        """Check whether a column begins another table: labels or periods beside figures."""
        if not any(period_of(line.cell(index)) for line in headings for index in range(start, at)):
            return False
        its = [line for line in self.lines if at in line.filled]
        if not its or any(self.vocabulary.is_value(line.filled[at]) for line in its):
            return False
        own = [line.filled[at] for line in its if self.vocabulary.is_value(line.cell(at + 1))]
        if own and all(period_of(text) or quarter_of(text) for text in own):
            return len(own) > 1
        later = any(
            period_of(line.cell(index))
            for line in headings
            for index in range(at + 1, at + 1 + _NEAR)
            if not period_of(line.cell(at))
        )
        known = list(map(self.knows, own))
        is_apart = not any(line.cell(at - 1) for line in self.lines)
        return later and (any(known) if is_apart else bool(known) and all(known))
