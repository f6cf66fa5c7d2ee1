"""Read tables laid out as reports print them: periods across, rows down.

A row is missing a figure if it has figures of that unit in other periods. A row with only a label
is
a heading for the rows below it, unless its label is known: then its figures are missing. The words
around a row must fit what it is stored as.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from safeguarding.intake.answers import LEAVE_OUT, Answers, rows_left_out
from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import Extract, Figure, LeftOut, Problem, Question
from safeguarding.intake.wording.families import families
from safeguarding.intake.wording.headings import (
    Block,
    is_heading,
    read_heading,
)
from safeguarding.intake.wording.periods import EXPECTED, period_label, table_period_type
from safeguarding.intake.wording.printed_rows import TableReader
from safeguarding.intake.wording.row_tables import Allotment
from safeguarding.intake.wording.views import views
from safeguarding.intake.wording.vocabulary import (
    ANY_PERIOD,
    Vocabulary,
    is_number,
)

PERIODS_ACROSS = (
    "Write the periods in the row above the figures, each in one cell,"
    " or use the template for this table."
)
NO_PERIOD = "It has no period above it."
_CALENDAR_YEAR = re.compile(r"(19|20)[0-9]{2}")
_LONGEST_HEAD = 100  # of a line of a report above a table; a longer one is a paragraph


def read_printed(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    """Read every table of a sheet.

    Returns:
        Its figures, and a question if the table's family or a label is ambiguous. A sheet without
        figures gives nothing; figures without periods above them are a problem.
    """
    extract = Extract()
    for view in views(sheet, vocabulary):
        extract.merge([_read_view(view.sheet, vocabulary, answers)])
        extract.left_out += view.left_out
    extract.figures = _on_lines_apart(extract.figures)
    return extract


def _on_lines_apart(figures: Sequence[Figure]) -> list[Figure]:
    """Number the lines of rows that are side by side or transposed, as if each had a line.

    The second label in row 4 that has its figures from column C on is on line 4003.
    """
    firsts: dict[str, dict[tuple[str, str], int]] = {}
    for figure in figures:
        labels = firsts.setdefault(figure.source_line, {})
        label, column = (figure.table_id, figure.row_label), int(figure.source_cell)
        labels[label] = min(column, labels.get(label, column))
    apart = []
    for figure in figures:
        labels = firsts[figure.source_line]
        column = labels[figure.table_id, figure.row_label]
        line = figure.source_line + (f"{column:03}" if column > min(labels.values()) else "")
        apart.append(figure if line == figure.source_line else replace(figure, source_line=line))
    return apart


def _read_view(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    extract = Extract()
    blocks = list(_blocks(sheet, vocabulary))
    before = blocks[0].above if blocks else sheet.lines
    extract.problems += _without_periods(sheet, before, vocabulary)
    extract.left_out += _without_period(sheet, before)
    for block in blocks:
        if any(_is_row(row, vocabulary) for row in block.rows):
            extract.merge([_read_table(sheet, block, vocabulary, answers)])
    return extract


def _blocks(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[Block]:
    starts = [index for index, line in enumerate(sheet.lines) if is_heading(sheet, line)]
    # A report's running text is not about a table; the lines directly above it are.
    heads = [line for line in sheet.above if len(_first_text(line)) <= _LONGEST_HEAD]
    above: Sequence[Line] = [*heads, *(sheet.lines[: starts[0]] if starts else ())]
    for start, end in itertools.pairwise([*starts, len(sheet.lines)]):
        is_last = end == len(sheet.lines)
        lines = sheet.lines[start + 1 : end]
        last = max(
            (index for index, line in enumerate(lines) if _is_row(line, vocabulary)), default=-1
        )
        tail = lines[last + 1 :]
        own = len(tail) if is_last else _of_the_table_above(lines, last + 1, vocabulary)
        below: Sequence[Line] = ()
        if is_last and lines:
            below = sheet.below[: _of_the_table_above([lines[-1], *sheet.below], 1, vocabulary)]
        known = _known_without_figures(tail[:own], vocabulary)
        yield Block(
            above,
            sheet.lines[start],
            [*lines[: last + 1], *known],
            [*(line for line in tail[:own] if line not in known), *below],
        )
        above = tail[own:]


def _is_row(line: Line, vocabulary: Vocabulary) -> bool:
    return any(vocabulary.is_value(text) for at, text in line.filled.items() if at)


def _known_without_figures(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Line]:
    """Find rows at the end of a table with a known label and no figures."""
    return [
        line
        for line in lines
        if any(vocabulary.is_listed(table, _first_text(line)) for table in vocabulary.tables)
    ]


def _of_the_table_above(lines: Sequence[Line], start: int, vocabulary: Vocabulary) -> int:
    """Count how many lines of text belong to the table above them, not to the one below.

    Lines that begin like notes do, and lines directly below the last row if a gap follows.
    """
    count = 0
    for before, line in itertools.pairwise(lines[max(start - 1, 0) :]):
        rest = lines[start + count :]
        touches = line.number == before.number + 1
        gap_follows = any(two.number > one.number + 1 for one, two in itertools.pairwise(rest))
        is_note = vocabulary.contexts.is_note(_first_text(line))
        if not is_note and not (touches and gap_follows):
            break
        count += 1
    return count


def _without_periods(sheet: Sheet, lines: Sequence[Line], vocabulary: Vocabulary) -> list[Problem]:
    """Report figures above every heading, or in a sheet without headings."""
    for line in lines:
        numbers = [text for at, text in line.filled.items() if at and is_number(text)]
        first = _first_text(line)
        period = period_label(first)
        if len(numbers) > 1 or (numbers and period):
            beside = f"figures beside '{one_line(first)[:40]}' without periods above"
            advice = PERIODS_ACROSS
            if period:
                beside += ": the periods run down the rows"
                advice = "Turn the table: periods across, rows down; or use the template."
            elif all(_CALENDAR_YEAR.fullmatch(number) for number in numbers):
                beside = f"years such as '{numbers[0]}' above the figures"
                advice = "Write financial years in full and in order: 2022-23."
            expected = EXPECTED[ANY_PERIOD] + " above each column"
            return [Problem(sheet.place(line.number), beside, expected, advice)]
    return []


def _without_period(sheet: Sheet, lines: Sequence[Line]) -> Iterator[LeftOut]:
    for line in lines:
        for index, text in enumerate(line.cells):
            if is_number(text) and not _CALENDAR_YEAR.fullmatch(text):
                yield LeftOut(sheet.place(line.number, index), text, NO_PERIOD)


def _first_text(line: Line) -> str:
    return next(iter(line.filled.values()), "")


def _read_table(sheet: Sheet, block: Block, vocabulary: Vocabulary, answers: Answers) -> Extract:
    line, rows = block.heading, block.rows
    heading, problems = read_heading(sheet, line, rows)
    if not heading:
        return Extract(problems=problems)
    names = (heading.title, sheet.title)
    table_id = answers.family(*names, *([] if sheet.name else [sheet.file]))
    allotment = Allotment(sheet, heading, block, vocabulary=vocabulary, answers=answers)
    periods = [span.label for span in heading.spans]
    labels = list(filter(None, allotment.labels()))
    likely = families(vocabulary, names, labels, periods, answers.authority)
    if table_id == LEAVE_OUT:
        return Extract(left_out=rows_left_out(sheet, rows, heading.title))
    table = vocabulary.tables.get(table_id or likely[0])
    if not table:
        return Extract()  # an answer that is not a table is reported with the answers
    allotted = allotment.of_one(table) if table_id else allotment.allotted(likely)
    if not allotted:
        place = sheet.place(line.number)
        printed = heading.title or sheet.title
        return Extract(questions=[Question(place, "", printed, likely)])
    extract = allotted.extract
    for name, mine in allotted.rows.items():
        table = vocabulary.tables[name]
        if table.period_type not in (table_period_type(periods[0]), ANY_PERIOD):
            place = sheet.place(line.number, heading.label_columns)
            found = f"'{heading.spans[0].printed}' above the table {table.table_id}"
            return Extract(problems=[Problem(place, found, EXPECTED[table.period_type])])
        reader = TableReader(
            sheet, heading, block, mine, table=table, vocabulary=vocabulary, answers=answers
        )
        extract.merge([reader.read()])
    # The reader of each table reports the texts around several tables.
    extract.problems = list(dict.fromkeys(extract.problems))
    extract.left_out = list(dict.fromkeys(extract.left_out))
    return extract
