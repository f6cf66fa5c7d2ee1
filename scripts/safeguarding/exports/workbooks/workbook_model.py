"""What a statistical workbook holds, whatever file format it is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from textwrap import wrap

LANGUAGE = "en-GB"
COVER_SHEET = "Cover"
ONE_TABLE = "This worksheet contains one table."
COVER_WIDTH = 105  # characters
LINE_HEIGHT, HEADING_HEIGHT, TITLE_HEIGHT = 16, 24, 26  # points
PLACES = Decimal("0.1")  # what readers see; below 1 a second place says much, unless it is 0
DECIMALS = re.compile(r"[+-]?(?:[\d,]*[1-9][\d,]*\.\d{2,}|0\.00+|0\.[1-9]0+)")
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Link:
    """Text that leads somewhere."""

    text: str
    target: str  # a web address, or `#` and the name of a sheet


class Signed(Decimal):
    """A figure with a sign before it that says what there is to know of it."""

    sign: str

    def __new__(cls, value: int | Decimal, sign: str) -> Signed:
        """Make it of a figure and its sign."""
        made = super().__new__(cls, value)
        made.sign = sign
        return made


Cell = str | int | Decimal | Link


@dataclass(frozen=True)
class Column:
    """A column of a sheet's table."""

    header: str
    width: int  # in characters of the text
    is_figure: bool = False  # figures are aligned right


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table; a `Decimal` is shown with the decimal places that it has."""

    name: str
    table_name: str  # that the table is marked up with
    title: str  # what is in the table; stands in A1
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[str, ...] = (ONE_TABLE,)  # what to know before reading it, a row for each
    note_references: tuple[str, ...] = ()  # to the sheet Notes, on the whole table

    @property
    def heading(self) -> str:
        """The title with its references to notes."""
        return " ".join((self.title, *self.note_references))


@dataclass(frozen=True)
class Workbook:
    """A whole workbook; the texts of the cover have a row each."""

    title: str
    author: str
    published: date  # day of the latest release; the document's date
    introduction: tuple[str | Link, ...]
    about: tuple[str | Link, ...]  # where the figures come from and how to read them
    contact: tuple[str | Link, ...]
    sheets: tuple[Sheet, ...]  # after the cover
    label: str = ""  # for the head of every printed page: whom it is for, if not the public

    def labelled(self, label: str, warning: str) -> Workbook:
        """The same workbook with a word, if there is one, before its title and each sheet's.

        The cover says with the warning what the word means.
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
    if isinstance(cell, str):
        return cell
    number = f"{cell:,.{decimal_places(cell)}f}"
    return f"{cell.sign} {number}" if isinstance(cell, Signed) else number


def readable(shown: str) -> str:
    """Give a figure with the decimal places that it deserves: `95.90` as `95.9`.

    Pages, documents and charts all ask here; files and notes on sources have it as printed.
    """
    if not DECIMALS.fullmatch(shown.replace(MINUS, "-")):
        return shown
    value = Decimal(shown.replace(MINUS, "-").replace(",", ""))
    sign = "+" if shown.startswith("+") else ""
    number = f"{value.quantize(PLACES, ROUND_HALF_UP):,f}"
    return sign + (number.replace("-", MINUS) if MINUS in shown else number)


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
