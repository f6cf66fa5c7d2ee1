"""The cells of one sheet of a workbook, straight from its XML.

openpyxl's own quick reader does not tell which rows and columns are hidden, and takes longer.
Text, numbers and dates are told apart by the same rules.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel

from releases.grid import MOST_ROWS

FORMULA_TYPE, ERROR_TYPE = "f", "e"
_MOST_COLUMNS = 16_384
_TRUE = ("1", "true")
_TEXTS = ("v", "f", "t")

Value = str | float | bool | datetime.date | datetime.time | datetime.timedelta


@dataclass(frozen=True)
class RawCell:
    """A cell that holds something: its value, its type in the file and its number format."""

    value: Value
    data_type: str
    number_format: str


@dataclass
class RawSheet:
    """A sheet's cells by row (from 1) and column (from 0), and what of it is hidden."""

    rows: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Styles:
    """What cells refer to by number: the texts, formats and calendar of the workbook.

    Attributes:
        texts: Shared texts.
        formats: Number format of each cell style.
        are_dates: Whether each cell style shows a number as a date or time.
        epoch: The day that dates are counted from.
    """

    texts: Sequence[str]
    formats: Sequence[str]
    are_dates: Sequence[bool]
    epoch: datetime.datetime


def read_cells(part: IO[bytes], styles: Styles) -> RawSheet:
    """Read the cells of a sheet, up to one row more than a sheet may have.

    Raises:
        ValueError: It is no such sheet, or declares entities.
        IndexError: It refers to a text or style that is not there.
    """
    reader = _Reader(styles)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.ParseFile(part)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    except _EnoughError:
        pass
    return reader.sheet


class _EnoughError(Exception):
    """There are more rows than a sheet may have."""


def _refuse(*_: object) -> None:
    raise ValueError("a document type")


class _Reader:
    """Follows the XML of a sheet: rows, cells, and within them value, formula or text."""

    def __init__(self, styles: Styles) -> None:
        self.sheet = RawSheet()
        self.styles = styles
        self.row = 0
        self.column = -1
        self.attributes: dict[str, str] = {}
        self.found: dict[str, str] = {}
        self.inside = ""
        self.is_phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
            if attributes.get("hidden") in _TRUE:
                self.sheet.hidden_rows.add(self.row)
        elif name == "c":
            place = attributes.get("r", "")
            self.column = _column(place) if place else self.column + 1
            self.attributes, self.found = attributes, {}
        elif name in _TEXTS:
            self.inside = name
            self.found.setdefault(name, "")
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes["min"]), int(attributes["max"])
            self.sheet.hidden_columns |= set(range(first - 1, min(last, _MOST_COLUMNS)))

    def text(self, text: str) -> None:
        if self.inside and not self.is_phonetic:
            self.found[self.inside] += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in _TEXTS:
            self.inside = ""
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "c" and self.found:
            cell = self._cell()
            if cell:
                self.sheet.rows.setdefault(self.row, {})[self.column] = cell
                if len(self.sheet.rows) > MOST_ROWS:
                    raise _EnoughError

    def _cell(self) -> RawCell | None:
        kind = self.attributes.get("t", "n")
        style = int(self.attributes.get("s", "0"))
        number_format = self.styles.formats[style] if self.styles.formats else "General"
        text = self.found.get("t" if kind == "inlineStr" else "v", "")
        if "f" in self.found:
            return RawCell(f"={self.found['f']}", FORMULA_TYPE, number_format)
        if not text:
            return None
        value: Value = text
        if kind == "s":
            value = self.styles.texts[int(text)]
        elif kind == "b":
            value = text in _TRUE
        elif kind == "n":
            value = self._number(text, style)
        elif kind == "d":
            value = datetime.datetime.fromisoformat(text)
        return RawCell(value, kind, number_format) if value != "" else None

    def _number(self, text: str, style: int) -> Value:
        number = float(text) if set(text) & set(".eE") else int(text)
        if not math.isfinite(number):
            raise ValueError("a number without end")
        if not (self.styles.are_dates and self.styles.are_dates[style]):
            return number
        try:
            date: Value = from_excel(number, self.styles.epoch)
        except (ValueError, OverflowError):  # before or beyond the calendar
            return number
        return date


def _column(place: str) -> int:
    number = 0
    for letter in place.upper():
        if not (letter.isascii() and letter.isalpha()):
            break
        number = number * 26 + ord(letter) - ord("A") + 1
        if number > _MOST_COLUMNS:
            raise ValueError(f"a column beyond {_MOST_COLUMNS}")
    return number - 1
