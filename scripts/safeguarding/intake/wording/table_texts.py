"""Collect the texts around a printed table: title, notes, subheadings and headings of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import Extract, LeftOut, Place
from safeguarding.intake.wording.context import (
    COLUMN,
    FILE,
    NOTE,
    REMARK,
    SHEET,
    SUBHEADING,
    TITLE,
    Statement,
    holds_figure,
)
from safeguarding.intake.wording.headings import Block, Heading, Span
from safeguarding.intake.wording.marks import qualifier
from safeguarding.intake.wording.periods import last_day
from safeguarding.intake.wording.vocabulary import is_number


class TableTexts:
    """The texts around a table's figures, as they are found row by row.

    Attributes:
        around: Texts about the whole table, the nearest first.
        columns: Texts above columns, each with the first column that it is about.
        subheading: The text above the rows that are being read.
    """

    def __init__(self, sheet: Sheet, heading: Heading, block: Block, extract: Extract) -> None:
        """Read the texts outside the rows; those with a number are listed as left out."""
        self.sheet = sheet
        self.heading = heading
        self.block = block
        self.around = list(self._read(extract))
        # A date above a column means that its figures are counted on that day.
        self.columns: list[tuple[int, Statement]] = [
            (span.first, Statement(last_day(span.label), self.place_of(span), COLUMN))
            for span in heading.spans
            if span.is_day
        ]
        self.subheading: Statement | None = None

    def place_of(self, span: Span) -> Place:
        """Return the place of a period in the heading."""
        return self.sheet.place(self.heading.line.number, span.first)

    def _read(self, extract: Extract) -> Iterator[Statement]:
        """Yield the texts about the whole table, the nearest first, without numbers."""
        for scope, lines in ((NOTE, self.block.notes), (TITLE, reversed(self.block.above))):
            for line in lines:
                for index, text in enumerate(map(one_line, line.cells)):
                    if not text or is_number(text):
                        continue
                    place = self.sheet.place(line.number, index if self.sheet.name else None)
                    has_figure = holds_figure(text)
                    yield Statement(text, place, REMARK if has_figure and scope == NOTE else scope)
                    if has_figure:
                        reason = "It is text: only figures under periods are stored."
                        extract.left_out.append(LeftOut(place, text, reason))
            if scope == NOTE:
                place = self.sheet.place(self.heading.line.number, 0)
                yield Statement(one_line(self.heading.title), place, TITLE)
        if self.sheet.name:
            yield Statement(self.sheet.name, self.sheet.place(), SHEET)
        is_csv = self.sheet.file.lower().endswith(".csv")
        stem = self.sheet.file.rpartition(".")[0]
        yield Statement(stem, Place(self.sheet.file), SHEET if is_csv else FILE)

    def qualifier(self, own: Sequence[Statement], span: Span) -> str:
        """Return `provisional` if words around a figure or the mark of its period say so."""
        mark = self.sheet.marks.get((self.heading.line.number, span.first), "")
        texts = [one.text for one in (*own, *self.around)]
        return qualifier([mark, *self.heading.about(span, texts)])

    def note_columns(self, line: Line) -> None:
        """Record the words of a second row of headings, each for the columns from it on."""
        for index in range(self.heading.label_columns, len(line.cells)):
            if text := one_line(line.cell(index)):
                place = self.sheet.place(line.number, index)
                self.columns.insert(0, (index, Statement(text, place, COLUMN)))

    def note_group(self, line: Line, label: str) -> None:
        """Record the text before the label as the name of the rows from there on."""
        group = ""
        if ":" in label:
            group = label.rpartition(":")[0]
        for index in range(self.heading.label_columns - 1):
            text = one_line(line.cell(index))
            group = text if text and text != label else group
        if group:
            self.subheading = Statement(group, self.sheet.place(line.number, 0), SUBHEADING)

    def note_subheading(self, line: Line, label: str) -> None:
        """Record a label without figures as the subheading of the rows below it."""
        self.subheading = Statement(label, self.sheet.place(line.number, 0), SUBHEADING)

    def about(self, own: Sequence[Statement], column: int) -> list[Statement]:
        """Return the texts about a figure, the nearest first: its row's own, then others."""
        lines = {statement.place.row for _, statement in self.columns}
        over = [
            next(
                statement
                for index, statement in sorted(self.columns, key=lambda one: -one[0])
                if statement.place.row == number and index <= column
            )
            for number in sorted(lines, reverse=True)
            if any(s.place.row == number and index <= column for index, s in self.columns)
        ]
        return [*own, *over, *self.around]
