"""How a table is laid out on paper: whether it fits, size of type, widths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

from safeguarding.report.report_model import Figure, Table
from safeguarding.report.text import clean

CENTIMETRE = 567  # twips
MARGIN = 2 * CENTIMETRE
POINT = 20  # twips
PADDING = 160  # twips, left and right of a cell together, with some to spare
INDENT = 140  # twips: text that follows a column of figures stands apart from them
FIGURE_COLUMN = 1_500  # twips; wider, figures stand too far from what they belong to
# In ems, the size of the type: letters of Arial, and what a column is made for at most.
AVERAGE, NARROW, USUAL, CAPITAL, BROAD = 0.5, 0.34, 0.56, 0.73, 0.89
NARROW_LETTERS, BROAD_LETTERS = frozenset("fijlrtI.,:;-'()[]/ "), frozenset("mwMW%@")
BOLD = 1.07  # width of bold letters, in parts of the usual
WIDEST_WORD, WIDEST_LABEL, WIDEST_TEXT = 9.0, 22.0, 60.0
SHORT = 0.17  # of a page: what a table may take up; longer ones stand in the workbook
LINE = 1.2  # height of a line, in parts of the type's size
ROW_PADDING = 100  # twips
PAPER_WIDTH, PAPER_HEIGHT = 11_906, 16_838  # A4, upright; twips
TEXT_WIDTH, TEXT_HEIGHT = PAPER_WIDTH - 2 * MARGIN, PAPER_HEIGHT - 2 * MARGIN
STYLE_SIZE = 9  # points: what the styles of tables have
# Size of type, and whether words of headings stay whole at a hyphen; best first.
CHOICES = ((9, True), (8, True), (8, False))


@dataclass(frozen=True)
class Layout:
    """How a table is laid out."""

    points: int  # size of its type
    widths: tuple[int, ...]  # width of each column, in twips


@dataclass(frozen=True)
class _Column:
    """How many ems a column needs at least, and how many it would like.

    `least` is with headings broken at hyphens, `whole` without.
    """

    least: float
    whole: float
    most: float
    is_figures: bool
    is_indented: bool = False

    def twips(self, ems: float, points: int) -> int:
        """Give width of so many ems of a size."""
        indent = INDENT if self.is_indented else 0
        return ceil(ems * points * POINT) + PADDING + indent


def figure_columns(table: Table) -> tuple[bool, ...]:
    """Tell for each column, whether figures stand in it."""
    columns = zip(*(row.cells for row in table.rows), strict=True)
    are_figures = [any(isinstance(cell, Figure) for cell in column) for column in columns]
    return (False, *(are_figures or [False] * (len(table.headers) - 1)))


def indented_columns(table: Table) -> tuple[bool, ...]:
    """Tell for each column, whether it holds text beside figures, which stand at its very edge."""
    are_figures = figure_columns(table)
    return (False, *(before and not each for before, each in pairwise(are_figures)))


def lay_out(table: Table, most: float = SHORT) -> Layout | None:
    """Choose type and widths so that words stay whole; None if it takes more than `most` of a page.

    Raises:
        ValueError: A row has not as many cells as there are headings after the first.
    """
    for row in table.rows:
        if len(row.cells) != len(table.headers) - 1:
            raise ValueError(
                f"Table {table.table_id}, row {row.label}: {len(row.cells)} cells after the label, "
                f"expected {len(table.headers) - 1}, one for each other heading."
            )
    rows = [
        [clean(row.label), *(clean(table.text(cell)) for cell in row.cells)] for row in table.rows
    ]
    headers = [clean(header) for header in table.headers]
    columns = [
        _column([row[index] for row in rows], header, is_figures=is_figures, is_first=index == 0)
        for index, (header, is_figures) in enumerate(
            zip(headers, figure_columns(table), strict=True)
        )
    ]
    columns = [
        replace(column, is_indented=is_indented)
        for column, is_indented in zip(columns, indented_columns(table), strict=True)
    ]
    for points, is_whole in CHOICES:
        widths = _widths(columns, points, TEXT_WIDTH, is_whole=is_whole)
        if widths and _height([headers, *rows], widths, points) < most * TEXT_HEIGHT:
            return Layout(points, tuple(widths))
    return None


def _height(rows: Sequence[Sequence[str]], widths: Sequence[int], points: int) -> float:
    return _lines(rows, widths, points) * points * LINE * POINT + len(rows) * ROW_PADDING


def _column(texts: Sequence[str], header: str, *, is_figures: bool, is_first: bool) -> _Column:
    parts = BOLD * _widest(re.findall(r"[^\s-]+-?", header))
    words = BOLD * _widest(header.split())
    if is_figures:
        longest = widest = _widest(texts) + USUAL  # room for a sign of a note
    else:
        longest = _widest({word for text in texts for word in text.split()})
        all_of_it = AVERAGE * max(map(len, texts), default=1)
        widest = min(all_of_it, WIDEST_LABEL if is_first else WIDEST_TEXT)
    least, whole = (min(max(each, longest), WIDEST_WORD) for each in (parts, words))
    return _Column(least, whole, max(whole, widest), is_figures)


def _widest(texts: Iterable[str]) -> float:
    """Give ems of the widest of some texts."""
    return max((sum(map(_ems, text)) for text in texts), default=AVERAGE)


def _ems(letter: str) -> float:
    if letter in NARROW_LETTERS:
        return NARROW
    if letter in BROAD_LETTERS:
        return BROAD
    return CAPITAL if letter.isupper() else USUAL


def _widths(columns: Sequence[_Column], points: int, room: int, *, is_whole: bool) -> list[int]:
    """Give widths that fit, or none."""
    least = [column.twips(column.whole if is_whole else column.least, points) for column in columns]
    spare = room - sum(least)
    if spare < 0:
        return []
    wanted = [
        max(0, column.twips(column.most, points) - width)
        for column, width in zip(columns, least, strict=True)
    ]
    if sum(wanted) > spare:
        total = sum(wanted)
        return [width + more * spare // total for width, more in zip(least, wanted, strict=True)]
    widths = [width + more for width, more in zip(least, wanted, strict=True)]
    figures = [index for index, column in enumerate(columns) if column.is_figures]
    for place, index in enumerate(figures):
        share = (room - sum(widths)) // (len(figures) - place)
        widths[index] += max(0, min(share, FIGURE_COLUMN - widths[index]))
    return widths


def _lines(rows: Sequence[Sequence[str]], widths: Sequence[int], points: int) -> int:
    """Estimate how many lines of text rows take."""
    letter = points * POINT * AVERAGE
    room = [max(1, int((width - PADDING) / letter)) for width in widths]
    return sum(
        max(ceil(len(text) / fits) or 1 for text, fits in zip(row, room, strict=True))
        for row in rows
    )
