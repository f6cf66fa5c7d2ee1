"""What a statistical workbook holds, whatever file format it is written in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from textwrap import wrap

LANGUAGE = "en-GB"
COVER_SHEET = "Cover"
COVER_WIDTH = 105  # characters
LINE_HEIGHT, HEADING_HEIGHT, TITLE_HEIGHT = 16, 24, 26  # points


@dataclass(frozen=True)
class Link:
    """Text that leads somewhere.

    Attributes:
        text: What is shown.
        target: A web address, or `#` and the name of a sheet.
    """

    text: str
    target: str


Cell = str | int | Decimal | Link


@dataclass(frozen=True)
class Column:
    """A column of a sheet's table.

    Attributes:
        header: Its heading.
        width: Its width, in characters of the text.
        is_figure: Whether figures stand in it (they are aligned right).
    """

    header: str
    width: int
    is_figure: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table.

    Attributes:
        name: Name of the sheet.
        table_name: Name that the table is marked up with.
        title: What is in the table; stands in A1.
        lines: What to know before reading the table, a row for each; at least one.
        columns: The table's columns.
        rows: Its cells. A `Decimal` is shown with the decimal places that it has.
        note_references: References to the sheet Notes that concern the whole table.
    """

    name: str
    table_name: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note_references: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The title with its references to notes."""
        return " ".join((self.title, *self.note_references))


@dataclass(frozen=True)
class Workbook:
    """A whole workbook.

    Attributes:
        title: Title of the document and its cover.
        author: Who made it.
        published: Day of the latest release; the document's date.
        introduction: What it is, a row of the cover for each.
        about: Where the figures come from and how to read them.
        contact: Whom to ask.
        sheets: The sheets after the cover, in order.
        label: A word for the head of every printed page, on whom the workbook is for; mostly none.
    """

    title: str
    author: str
    published: date
    introduction: tuple[str | Link, ...]
    about: tuple[str | Link, ...]
    contact: tuple[str | Link, ...]
    sheets: tuple[Sheet, ...]
    label: str = ""

    def labelled(self, label: str, warning: str) -> Workbook:
        """The same workbook with a word before its title and that of each sheet, if there is one.

        Args:
            label: The word.
            warning: What it means; stands on the cover.
        """
        if not label:
            return self
        return replace(
            self,
            title=f"{label}: {self.title}",
            introduction=(f"{label}. {warning}", *self.introduction),
            sheets=tuple(replace(each, title=f"{label}: {each.title}") for each in self.sheets),
            label=label,
        )

    @property
    def cover(self) -> tuple[tuple[str, tuple[str | Link, ...]], ...]:
        """The cover's sections, under the headings that gptables gives them."""
        return (
            ("Introductory information", self.introduction),
            ("About these data", self.about),
            ("Contact", self.contact),
        )


@lru_cache(maxsize=65_536)  # the same few labels are asked for again and again
def plain(text: str) -> str:
    """One line of text that no spreadsheet program and no library reads as anything else.

    Control characters go, runs of white space become one space. `](` and `$$` are parted, because
    gptables reads them as a link and as a reference to a note.
    """
    printable = "".join(
        " " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text
    )
    parted = printable.replace("](", "] (").replace("$$", "$ $").replace("$$", "$ $")
    return " ".join(parted.split())


def shown(cell: Cell) -> str:
    """What a reader sees in a cell."""
    if isinstance(cell, Link):
        return cell.text
    return cell if isinstance(cell, str) else f"{cell:,.{decimal_places(cell)}f}"


def decimal_places(value: int | Decimal) -> int:
    """Decimal places that a figure is shown with."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def cover_heights(workbook: Workbook) -> Iterator[int]:
    """Heights of the cover's rows, in points."""
    yield TITLE_HEIGHT
    for _, lines in workbook.cover:
        yield HEADING_HEIGHT
        for line in lines:
            yield _height([(line, COVER_WIDTH)])


def sheet_heights(sheet: Sheet) -> Iterator[int]:
    """Heights of a sheet's rows, in points; only those of the table wrap."""
    yield TITLE_HEIGHT
    yield from (LINE_HEIGHT for _ in sheet.lines)
    widths = [column.width for column in sheet.columns]
    headers: tuple[Cell, ...] = tuple(column.header for column in sheet.columns)
    for row in (headers, *sheet.rows):
        yield _height(zip(row, widths, strict=True))


def _height(cells: Iterable[tuple[Cell, int]]) -> int:
    return LINE_HEIGHT * max(len(wrap(shown(cell), width)) for cell, width in cells)
