"""Define a sheet of text cells, the common form of every kind of file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from safeguarding.intake.new_figures import Place, Problem
from safeguarding.intake.wording.periods import period_label
from safeguarding.intake.wording.vocabulary import SPACES, is_number, trimmed

DATE = "date"
FORMULA = "formula"
ERROR = "error"
BOOLEAN = "boolean"
UNSEEN = "unseen"
MOST_ROWS = 100_000

_RUN_BY_SPREADSHEETS = ("=", "+", "@", "\t", "\r")
_HARMLESS_LIST_MARKER = re.compile(r"- \w[^|!(]*")
_LINE_BREAKS = "\n\r"
_RAISED = "\u00b9\u00b2\u00b3\u2070\u2071\u2074-\u207f"
_MARKED = re.compile(
    rf"(?P<before>[{_RAISED}]*)(?P<text>[^{_RAISED}]*[^{_RAISED}\s,])\s*(?P<after>[{_RAISED}, ]*)",
    re.DOTALL,
)
_ANY_RAISED = re.compile(f"[{_RAISED}]")
_MARKER = re.compile(r"\[\w+\]|[a-z]|\.\.|[-:*]", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What a cell of a workbook holds instead of a plain text or number.

    Attributes:
        kind: DATE, FORMULA, ERROR, BOOLEAN or UNSEEN.
        found: What it holds, in words.
        expected: What it should hold.
        advice: What to do about it.
    """

    kind: str
    found: str
    expected: str
    advice: str


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its number from 1, and its cells as people see them."""

    number: int
    cells: tuple[str, ...]

    def cell(self, index: int) -> str:
        """Return the text of a cell, counted from 0, without the white space around it."""
        if index >= len(self.cells):
            return ""
        text = self.cells[index]
        return text if text.isalnum() else trimmed(text)

    @cached_property
    def filled(self) -> Mapping[int, str]:
        """The text of each cell that is not blank, by its column."""
        return {at: text for at in range(len(self.cells)) if (text := self.cell(at))}

    @property
    def is_blank(self) -> bool:
        """Whether the row is blank."""
        return not self.filled


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a file of text cells.

    Attributes:
        file: Name of the file, as problems should call it.
        name: Name of the workbook's sheet; empty for other files.
        lines: Its rows, without blank rows at the end.
        faults: Cells that hold no plain text or number, by row number and column from 0.
        paragraphs: Number of the report's paragraph above a line, by line number.
        marks: Note marks that stood in a cell beside its text, by row number and column from 0.
        above: Lines of running text between this block of a report and the one before it.
        below: Those between this block and the next.
        origin: Where the cells of a view stand in the user's sheet, by row number and column; the
            cells of any other sheet stand where they are.
    """

    file: str
    name: str
    lines: Sequence[Line]
    faults: Mapping[tuple[int, int], Fault] = field(default_factory=dict)
    paragraphs: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    above: Sequence[Line] = ()
    below: Sequence[Line] = ()
    origin: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the sheet is called: its name, or the file's without its ending."""
        return self.name or Path(self.file).stem

    def place(self, row: int = 0, column: int | None = None, heading: str = "") -> Place:
        """Find where a cell stands.

        Args:
            row: Its row number; 0 for the whole sheet.
            column: Its column, counted from 0.
            heading: The column's heading, by which files without column letters name it.
        """
        if column is None:
            return Place(self.file, self.name, self.at(row, 0)[0])
        row, column = self.at(row, column)
        named = column_letter(column) if self.name else heading or str(column + 1)
        return Place(self.file, self.name, row, named)

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Find in which row and column of the user's sheet a cell stands."""
        return self.origin.get((row, column), (row, column))

    def fault_problem(self, row: int, column: int, heading: str = "") -> Problem | None:
        """Return the problem with a cell that holds no plain text or number."""
        fault = self.faults.get((row, column))
        if not fault:
            return None
        place = self.place(row, column, heading)
        return Problem(place, fault.found, fault.expected, fault.advice)


def without_note_marks(sheet: Sheet) -> Sheet:
    """Move raised digits beside figures, markers and periods into the sheet's note marks."""
    marks = dict(sheet.marks)
    lines = [
        _without_marks(line, marks) if _ANY_RAISED.search("".join(line.cells)) else line
        for line in sheet.lines
    ]
    return replace(sheet, lines=lines, marks=marks)


def _without_marks(line: Line, marks: dict[tuple[int, int], str]) -> Line:
    cells = list(line.cells)
    for index, text in enumerate(cells):
        match = _MARKED.fullmatch(trimmed(text)) if _ANY_RAISED.search(text) else None
        if match and (
            is_number(match["text"]) or period_label(match["text"])
            or _MARKER.fullmatch(match["text"])
        ):  # fmt: skip
            cells[index] = match["text"]
            found = unicodedata.normalize("NFKC", match["before"] + match["after"]).strip(", ")
            marks[line.number, index] = " ".join(
                filter(None, (marks.get((line.number, index)), found))
            )
    return replace(line, cells=tuple(cells))


def column_letter(column: int) -> str:
    """Return the letter of a column counted from 0: `A`, `Z`, `AA`."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_plainly_safe(text: str) -> bool:
    """Check quickly whether `unsafe_text` would accept a text."""
    return not text or (text[0].isalnum() and text.isprintable())


def unsafe_text(place: Place, text: str) -> Problem | None:
    """Explain why a text is refused: it has control characters, or would run as a formula.

    Args:
        place: Where it stands.
        text: The cell as it is, with the white space around it.
    """
    for letter in text:
        if unicodedata.category(letter) == "Cc" and letter not in "\t" + _LINE_BREAKS:
            found = f"the control character {ord(letter):#04x}"
            return Problem(place, found, "plain text", "Type the text again.")
    starts_formula = text.startswith(_RUN_BY_SPREADSHEETS) and trimmed(text)
    if starts_formula or (
        text.startswith("-")
        and text.strip("-" + SPACES)
        and not is_number(text)
        and not _HARMLESS_LIST_MARKER.fullmatch(text)
    ):
        return Problem(
            place,
            f"'{text[:40]}'",
            "a text that a spreadsheet does not run as a formula",
            f"Begin it with a character other than {text[0]!r}.",
        )
    return None


def one_line(text: str) -> str:
    """Return the text with its line breaks as spaces."""
    return re.sub(r" *[\n\r]+ *", " ", trimmed(text))
