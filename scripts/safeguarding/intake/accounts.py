"""Account for every number in a sheet, so that nothing is left out without a reason."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import Extract, LeftOut
from safeguarding.intake.templates import forms
from safeguarding.intake.wording.headings import is_heading
from safeguarding.intake.wording.periods import likely_period, period_label
from safeguarding.intake.wording.vocabulary import is_number

_DIGIT = re.compile(r"[0-9]")
_ABOVE = "It is above the heading row of the sheet."
_NO_TABLE = "It is not part of a table: it has no row of periods above it, or no label beside it."
_BESIDE = "It is in a row of figures but outside their columns."


def left_out(sheet: Sheet, heading: Line | None, extract: Extract) -> list[LeftOut]:
    """List the cells of a sheet with a number that is not stored, each with the reason.

    A cell holds a number if it is one, or a text with a digit that names no period. It is accounted
    for if it is a figure; if its row, or the heading of its table, has a problem or question;
    if it belongs to a heading; or, unless it is a number itself, if its row has figures: then it
    is their label, note or source. In the template's layout only the column of values holds
    numbers.

    Args:
        sheet: The sheet as it was read.
        heading: The row of the template's headings, if it has any.
        extract: What came of the sheet.
    """
    stored = {(figure.place.row, int(figure.source_cell) - 1) for figure in extract.figures}
    read = {row for row, _ in stored}
    # A label, a period or a unit of a figure, wherever it stands.
    told = {place for figure in extract.figures for place in figure.places.values()}
    said = {problem.place.row for problem in extract.problems}
    asked = {question.place.row for question in extract.questions if not question.table_id}
    if 0 in said:
        return []
    starts = [heading] if heading else [line for line in sheet.lines if is_heading(sheet, line)]
    headings = {line.number for line in starts}
    first = min(headings, default=0)
    # A problem with a heading, or above the first one, affects all the rows below it.
    is_pending = not heading and any(not first or row < first for row in said)
    found = []
    for line in sheet.lines:
        if line.number in headings:
            is_pending = line.number in said | asked
        elif line.number in read:
            lone = _lone_numbers(line, heading, stored)
            found += [_left_out(sheet, line, index, _BESIDE) for index in lone]
        elif not is_pending and line.number not in said:
            reason = _ABOVE if heading and line.number < first else _NO_TABLE
            found += [_left_out(sheet, line, index, reason) for index in _numbers(line)]
    return [one for one in found if one.place not in told]


def _left_out(sheet: Sheet, line: Line, index: int, reason: str) -> LeftOut:
    return LeftOut(sheet.place(line.number, index), one_line(line.cell(index)), reason)


def _numbers(line: Line) -> list[int]:
    """Return the columns of an unread row with a digit in a text that is not a period."""
    return [
        at
        for at, text in line.filled.items()
        if _DIGIT.search(text) and not period_label(text) and not likely_period(text)
    ]


def _lone_numbers(
    line: Line, heading: Line | None, stored: Container[tuple[int, int]]
) -> list[int]:
    """Return the columns of a row of figures that hold another number."""
    columns: Sequence[int] = range(len(line.cells))
    if heading:
        names = (forms.heading_name(heading.cell(index)) for index in columns)
        columns = [index for index, name in enumerate(names) if name == forms.VALUE]
    return [
        index
        for index in columns
        if (line.number, index) not in stored and is_number(line.cell(index))
    ]
