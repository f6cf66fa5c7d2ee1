"""Tables laid out as reports print them: periods across, rows down.

A row is missing a figure (not without one) where it has figures of that unit in other periods. A
row in which nothing stands is a heading for the rows below it, unless its label is known: then its
figures are missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from releases.checks import PERCENT, percentages_as_fractions, total_row, value_problem
from releases.families import families
from releases.grid import Line, Sheet, one_line, unsafe_text
from releases.headings import (
    ANY_UNIT,
    COUNT,
    PAIR,
    RATE,
    SECOND,
    Heading,
    is_heading,
    read_heading,
    unit_said,
    units_below,
)
from releases.long_sheets import Answers
from releases.model import Extract, Figure, Problem, Question
from releases.periods import EXPECTED
from releases.vocabulary import ANY_PERIOD, Vocabulary, is_number, row_label_key

_PERIODS_ACROSS = (
    "Write the periods into the row above the figures, each into one cell,"
    " or use the template for this table."
)


def read_printed(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    """Read every table of a sheet.

    Returns:
        Its figures; a question where the table's family or a label is ambiguous. A sheet without
        figures gives nothing; figures without periods above them are a problem.
    """
    extract = Extract()
    starts = [index for index, line in enumerate(sheet.lines) if is_heading(sheet, line)]
    before = sheet.lines[: starts[0]] if starts else sheet.lines
    if homeless := next((line for line in before if _has_figures(line)), None):
        extract.problems.append(
            Problem(
                sheet.place(homeless.number),
                f"figures beside '{one_line(_first_text(homeless))[:40]}' without periods above",
                EXPECTED[ANY_PERIOD] + " above each column",
                _PERIODS_ACROSS,
            )
        )
    for start, end in itertools.pairwise([*starts, len(sheet.lines)]):
        rows = sheet.lines[start + 1 : end]
        if any(is_number(line.cell(index)) for line in rows for index in range(len(line.cells))):
            extract.merge([_read_table(sheet, sheet.lines[start], rows, vocabulary, answers)])
    return extract


def _has_figures(line: Line) -> bool:
    numbers = [is_number(line.cell(index)) for index in range(1, len(line.cells))]
    return sum(numbers) > 1


def _first_text(line: Line) -> str:
    return next(filter(None, map(line.cell, range(len(line.cells)))), "")


def _read_table(
    sheet: Sheet, line: Line, rows: Sequence[Line], vocabulary: Vocabulary, answers: Answers
) -> Extract:
    heading, problems = read_heading(sheet, line, rows)
    if not heading:
        return Extract(problems=problems)
    names = (heading.title, sheet.title)
    table_id = answers.family(*names, *([] if sheet.name else [sheet.file]))
    labels = [_plain_label(heading, row) for row in rows]
    periods = [span.label for span in heading.spans]
    likely = families(vocabulary, names, list(filter(None, labels)), periods, answers.authority)
    if not table_id and len(likely) > 1:
        place = sheet.place(line.number)
        printed = heading.title or sheet.title
        return Extract(questions=[Question(place, "", printed, likely)])
    table = vocabulary.tables.get(table_id or likely[0])
    if not table:
        return Extract()  # an answer that is no table: said where the answers are looked at
    if table.period_type not in (heading.period_type, ANY_PERIOD):
        place = sheet.place(line.number, heading.label_columns)
        found = f"'{heading.spans[0].printed}' above the table {table.table_id}"
        return Extract(problems=[Problem(place, found, EXPECTED[table.period_type])])
    return _TableReader(sheet, heading, table.table_id, vocabulary, answers).read(rows)


def _plain_label(heading: Heading, row: Line) -> str:
    texts = [one_line(row.cell(index)) for index in range(heading.label_columns)]
    return " ".join(filter(None, texts))


@dataclass(frozen=True)
class _Row:
    """A row with figures: its label, the row of the warehouse it means, and its unit hints."""

    line: Line
    label: str
    row_id: str | None
    units: tuple[str, ...]
    said: str | None
    said_above: str | None

    def values(self, heading: Heading, offset: int) -> list[str]:
        return [one_line(self.line.cell(span.first + offset)) for span in heading.spans]


class _TableReader:
    """Reads the rows of one table; collects figures, problems and questions in their order."""

    def __init__(
        self,
        sheet: Sheet,
        heading: Heading,
        table_id: str,
        vocabulary: Vocabulary,
        answers: Answers,
    ) -> None:
        self.sheet = sheet
        self.heading = heading
        self.table_id = table_id
        self.vocabulary = vocabulary
        self.answers = answers
        self.extract = Extract()
        self.column_units: tuple[str, ...] = (
            (COUNT, SECOND) if heading.width == PAIR else (ANY_UNIT,)
        )
        self.said_above: str | None = None
        self.asked: set[str] = set()
        self.seen: dict[tuple[str, str | None], tuple[int, str]] = {}

    def read(self, rows: Sequence[Line]) -> Extract:
        for line in rows:
            units = units_below(self.sheet, self.heading, line)
            if units:
                self.column_units, problem = units
                self.extract.problems += [problem] if problem else []
            elif self._is_plain(line):
                self._read_row(line)
        fractions = percentages_as_fractions(
            self.extract.figures, self.sheet.place(self.heading.line.number)
        )
        self.extract.problems += [fractions] if fractions else []
        return self.extract

    def _is_plain(self, line: Line) -> bool:
        problems = []
        for index, text in enumerate(line.cells):
            problem = self.sheet.fault_problem(line.number, index)
            problem = problem or unsafe_text(self.sheet.place(line.number, index), text)
            problems += [problem] if problem else []
        self.extract.problems += problems
        return not problems

    def _read_row(self, line: Line) -> None:
        label = self._label(line)
        cells = range(self.heading.label_columns, len(line.cells))
        filled = [index for index in cells if line.cell(index)]
        numbers = [index for index in filled if is_number(line.cell(index))]
        if label and not filled and not self._means(label):
            self.said_above = unit_said(label)
            return
        if not label:
            if numbers:
                self._shifted(line, filled)
            return
        if total := total_row(self.vocabulary, self.table_id, label, self.answers.authority):
            self._problem(line, 0, *total)
            return
        if filled and filled[-1] >= self.heading.end:
            found = f"'{line.cell(filled[-1])}' behind the last period"
            advice = (
                "Look whether the row moved, or a heading is missing; delete what is no figure."
            )
            self._problem(line, filled[-1], found, "a figure under each period", advice)
            return
        self._ask(line, label)
        row = self._row(line, label)
        if self._is_new(row):
            self._take_figures(row)

    def _row(self, line: Line, label: str) -> _Row:
        said = None
        if ":" in label:
            said = self.said_above = unit_said(label.rpartition(":")[0])
        row_id = self._means(label)
        units = self.vocabulary.tables[self.table_id].rows[row_id].units if row_id else ()
        return _Row(line, label, row_id, units, said or unit_said(label), self.said_above)

    def _take_figures(self, row: _Row) -> None:
        """Add the row's figures under every period; where one is missing, a blank."""
        units = self._units(row)
        if isinstance(units, Problem):
            self.extract.problems.append(units)
            return
        for span in self.heading.spans:
            for offset, unit in units.items():
                index = span.first + offset
                figure = Figure(
                    table_id=self.table_id,
                    source_table=self._source_table(row.line),
                    source_line=str(row.line.number),
                    source_cell=str(index + 1),
                    row_label=row.label,
                    period_as_printed=span.printed,
                    period_label=span.label,
                    unit=unit,
                    value_as_printed=one_line(row.line.cell(index)),
                    note="",
                    place=self.sheet.place(row.line.number, index),
                    places={
                        "row_label": self.sheet.place(row.line.number, 0),
                        "period_label": self.sheet.place(self.heading.line.number, index),
                    },
                )
                self.extract.figures.append(figure)
                problem = value_problem(figure)
                self.extract.problems += [problem] if problem else []

    def _units(self, row: _Row) -> dict[int, str] | Problem:
        """The unit of each column of a period that has figures in the row, by its offset."""
        filled = [
            offset for offset in range(self.heading.width) if any(row.values(self.heading, offset))
        ]
        if row.units == (COUNT,) or (not row.units and self._is_lone_count(row, filled)):
            if len(filled) > 1:
                place = self.sheet.place(row.line.number, self.heading.label_columns)
                found = f"two figures for each period of '{row.label}'"
                return Problem(place, found, "one count", "Leave one of the two cells empty.")
            return {(filled or [0])[0]: COUNT}
        units: dict[int, str] = {}
        for offset in filled or range(self.heading.width):
            unit = self._unit(row, offset, alone=len(filled) == 1)
            if not unit:
                place = self.sheet.place(row.line.number, self.heading.label_columns + offset)
                found = f"figures of '{row.label}' that may be {' or '.join(row.units)}"
                advice = "Write percentages with their sign, or 'Number', '%' and 'Rate' above."
                return Problem(place, found, "figures of one unit", advice)
            units[offset] = unit
        return units

    def _is_lone_count(self, row: _Row, filled: list[int]) -> bool:
        """Whether an unknown row has one number for each pair, as totals are printed."""
        signed = any("%" in text for offset in filled for text in row.values(self.heading, offset))
        return self.heading.width == PAIR and len(filled) == 1 and not signed and not row.said

    def _unit(self, row: _Row, offset: int, *, alone: bool) -> str | None:
        """The unit of a column of the row; nothing where it is open."""
        unit = self.column_units[offset]
        if unit not in (SECOND, ANY_UNIT):
            return unit
        texts = row.values(self.heading, offset)
        usual = row.units or (COUNT, PERCENT, RATE)
        possible = [one for one in usual if one != COUNT or self.heading.width == 1]
        signed = any("%" in text for text in texts)
        said = (row.said, PERCENT if signed else None, row.said_above)
        if stated := next((unit for unit in said if unit and unit in possible), None):
            return stated
        if unit == ANY_UNIT:
            whole = all("." not in text for text in texts)
            return COUNT if whole and COUNT in possible else None
        if not row.units:
            return None if alone else PERCENT
        return possible[0] if len(possible) == 1 and not alone else None

    def _means(self, label: str) -> str | None:
        """The row that a label means, by the vocabulary or by the author's answer."""
        authority = self.answers.authority
        candidates = self.vocabulary.candidates(self.table_id, label, authority)
        if self.answers.settles(label, candidates):
            return self.answers.labels[label]
        return self.vocabulary.row_id(self.table_id, label, authority)

    def _label(self, line: Line) -> str:
        """The row's label; that of its last cell where the cells before only name its group."""
        label = _plain_label(self.heading, line)
        last = one_line(line.cell(self.heading.label_columns - 1))
        authority = self.answers.authority
        if last and not self.vocabulary.knows(self.table_id, label, authority):
            return last if self.vocabulary.knows(self.table_id, last, authority) else label
        return label

    def _ask(self, line: Line, label: str) -> None:
        candidates = self.vocabulary.candidates(self.table_id, label, self.answers.authority)
        if candidates and label not in self.asked and not self.answers.settles(label, candidates):
            place = self.sheet.place(line.number, 0)
            self.extract.questions.append(Question(place, self.table_id, label, candidates))
            self.asked.add(label)

    def _is_new(self, row: _Row) -> bool:
        key = row.row_id or row_label_key(row.label), row.said_above
        first, label = self.seen.setdefault(key, (row.line.number, row.label))
        if first == row.line.number:
            return True
        same = "again" if label == row.label else f"which means the same as '{label}'"
        self._problem(
            row.line,
            0,
            f"'{row.label}', {same}",
            f"one row for it (row {first} has it)",
            "Delete one, or add them together if they are parts of it.",
        )
        return False

    def _shifted(self, line: Line, filled: list[int]) -> None:
        text = line.cell(filled[0])
        if is_number(text):
            self._problem(line, 0, "figures without a label", "the label of the row")
        else:
            self._problem(
                line,
                filled[0],
                f"'{text[:40]}' under the period {self.heading.spans[0].printed}",
                "a figure",
                "The row stands to the right of its headings, and its last figure may be lost:"
                " move it back and complete it from the publication.",
            )

    def _problem(self, line: Line, column: int, *words: str) -> None:
        self.extract.problems.append(Problem(self.sheet.place(line.number, column), *words))

    def _source_table(self, line: Line) -> str:
        paragraph = self.sheet.paragraphs.get(line.number, "")
        return paragraph or self.heading.title or self.sheet.title
