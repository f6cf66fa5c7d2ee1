"""Workbooks (.xlsx) as sheets of text cells: every figure as a person sees it on the screen.

Hidden sheets, rows and columns that hold something are problems: nobody can have checked what
nobody sees, and leaving them out silently would lose figures.
"""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, is_date_format

from releases.grid import (
    BOOLEAN,
    DATE,
    ERROR,
    FORMULA,
    MOST_ROWS,
    Fault,
    Line,
    Sheet,
)
from releases.model import Place, Problem
from releases.safety import damaged, unreadable
from releases.sheet_xml import ERROR_TYPE, FORMULA_TYPE, RawCell, RawSheet, Styles, read_cells

_PLAIN_FORMAT = re.compile(r"([#,]*)0(?:\.(0+))?(%?)")
_FORMAT_NOISE = re.compile(r'\[[^\]]*\]|"[^"]*"|_.|\*.|\\.')
_SIGNIFICANT_DIGITS = 15
_LARGE = 10**_SIGNIFICANT_DIGITS
_CAN_BE_SEEN = "figures that can be seen"
_DAMAGES = (
    ValueError, IndexError, KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error,
    NotImplementedError,
)  # fmt: skip
_PASTE_VALUES = "Copy it and paste it as values."


def read_workbook(
    path: Path, name: str, skipped: tuple[str, ...] = ()
) -> tuple[list[Sheet], list[Problem]]:
    """Read every visible sheet of a workbook.

    Args:
        path: A file that `safety.file_problems` found nothing wrong with.
        name: What problems should call it.
        skipped: Names of sheets that are never read.

    Returns:
        The sheets in their order, and what keeps others from being read.
    """
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says which decorations it leaves out
            book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
        styles = _styles(book)
    except OSError as error:
        return [], [unreadable(Place(name), error)]
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        return [], [damaged(Place(name), error)]
    try:
        for worksheet in book.worksheets:
            if worksheet.title in skipped:
                continue
            place = Place(name, worksheet.title)
            try:
                with zipfile.ZipFile(path) as archive, archive.open(_part(worksheet)) as part:
                    raw = read_cells(part, styles)
            except _DAMAGES as error:
                problems.append(damaged(place, error))
                continue
            sheet = _sheet(name, worksheet.title, raw)
            if len(raw.rows) > MOST_ROWS:
                problems.append(_too_long(sheet, len(raw.rows)))
            elif worksheet.sheet_state != "visible" and sheet.lines:
                problems.append(_hidden_sheet(sheet))
            else:
                sheets.append(sheet)
                problems += _hidden_cells(sheet, raw.hidden_rows, raw.hidden_columns)
    finally:
        book.close()
    return sheets, problems


def displayed(number: float, number_format: str) -> str:
    """A number as a spreadsheet shows it in a format of noughts, commas and per cent sign.

    Any other format shows it as it was typed: in the shortest form, without exponent.
    """
    value = Decimal(f"{number:.{_SIGNIFICANT_DIGITS}g}" if isinstance(number, float) else number)
    plain = _FORMAT_NOISE.sub("", number_format.split(";", maxsplit=1)[0]).strip()
    match = _PLAIN_FORMAT.fullmatch(plain)
    if not match or abs(number) >= _LARGE:
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    thousands, decimals, per_cent = match.groups()
    scaled = value * 100 if per_cent else value
    rounded = scaled.quantize(Decimal(1).scaleb(-len(decimals or "")), ROUND_HALF_UP)
    return f"{rounded:{',' if ',' in thousands else ''}f}{per_cent}"


def _styles(book: Any) -> Styles:  # noqa: ANN401 - openpyxl has no types
    formats = [
        BUILTIN_FORMATS.get(style.numFmtId, "General")
        if style.numFmtId < BUILTIN_FORMATS_MAX_SIZE
        else book._number_formats[style.numFmtId - BUILTIN_FORMATS_MAX_SIZE]
        for style in book._cell_styles
    ]
    texts = book.worksheets[0]._shared_strings if book.worksheets else []
    return Styles(texts, formats, [is_date_format(text) for text in formats], book.epoch)


def _part(worksheet: Any) -> str:  # noqa: ANN401
    path: str = worksheet._worksheet_path
    return path.lstrip("/")


def _sheet(file: str, name: str, raw: RawSheet) -> Sheet:
    lines = []
    faults = {}
    for number, cells in sorted(raw.rows.items()):
        texts = [""] * (max(cells) + 1)
        for column, cell in cells.items():
            texts[column], fault = _text(cell)
            if fault:
                faults[number, column] = fault
        line = Line(number, tuple(texts))
        if not line.is_blank:
            lines.append(line)
    return Sheet(file, name, lines, faults)


def _text(cell: RawCell) -> tuple[str, Fault | None]:
    value = cell.value
    text, fault = str(value), None
    if cell.data_type == FORMULA_TYPE:
        fault = Fault(FORMULA, f"the formula '{text}'", "a value", _PASTE_VALUES)
    elif cell.data_type == ERROR_TYPE:
        advice = "Correct the formula that it came from, then paste the value."
        fault = Fault(ERROR, f"the error {text}", "a value", advice)
    elif isinstance(value, bool):
        found = f"the truth value {text.upper()}"
        text, fault = text.lower(), Fault(BOOLEAN, found, "text or a number", "Type it again.")
    elif isinstance(value, datetime.datetime):
        text = value.date().isoformat()
        fault = _date(text)
    elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        fault = _date(text)
    elif isinstance(value, int | float):
        text = displayed(value, cell.number_format)
    return text, fault


def _date(text: str) -> Fault:
    advice = "Format the cell as text, then type it again."
    return Fault(DATE, f"the date '{text}'", "text or a number", advice)


def _hidden_cells(sheet: Sheet, rows: set[int], columns: set[int]) -> Iterator[Problem]:
    """One problem for the hidden rows with something in them, and one for each such column.

    A hidden column may have a heading: the template's columns that may stay empty have one.
    """
    hidden = [line.number for line in sheet.lines if line.number in rows]
    if hidden:
        found = f"{len(hidden)} hidden rows ({', '.join(map(str, hidden[:10]))})"
        yield Problem(sheet.place(hidden[0]), found, _CAN_BE_SEEN, "Unhide them or delete them.")
    for column in sorted(columns):
        first = next((line for line in sheet.lines[1:] if line.cell(column)), None)
        if first:
            found = f"'{first.cell(column)[:40]}' in a hidden column"
            place = sheet.place(first.number, column)
            yield Problem(place, found, _CAN_BE_SEEN, "Unhide the column or delete it.")


def _hidden_sheet(sheet: Sheet) -> Problem:
    advice = "Unhide it, or delete it if it is not part of the release."
    return Problem(sheet.place(), "a hidden sheet", _CAN_BE_SEEN, advice)


def _too_long(sheet: Sheet, rows: int) -> Problem:
    advice = "Keep only the figures of the release."
    return Problem(sheet.place(), f"more than {rows - 1:,} rows", f"at most {MOST_ROWS:,}", advice)
