"""Workbooks (.xlsx) as sheets of text cells: every figure as a person sees it on the screen.

Hidden sheets, rows and columns that hold something are problems: nobody can have checked what
nobody sees, and leaving them out silently would lose figures.
"""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl

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

_PLAIN_FORMAT = re.compile(r"([#,]*)0(?:\.(0+))?(%?)")
_FORMAT_NOISE = re.compile(r'\[[^\]]*\]|"[^"]*"|_.|\*.|\\.')
_HIDDEN_ROW = re.compile(rb"<row\b[^>]*>")
_HIDDEN_COLUMN = re.compile(rb"<col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(r|min|max|hidden)="([^"]*)"')
_TRUE = (b"1", b"true")
_SIGNIFICANT_DIGITS = 15
_CAN_BE_SEEN = "figures that can be seen"
_PASTE_VALUES = "Copy it and paste it as values."

RawCell = tuple[object, str, str]


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
    except OSError as error:
        return [], [unreadable(Place(name), error)]
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        return [], [damaged(Place(name), error)]
    try:
        for worksheet in book.worksheets:
            if worksheet.title in skipped:
                continue
            try:
                rows, hidden = _raw_rows(worksheet), _hidden(path, worksheet)
            except Exception as error:  # as above; cells are parsed as they are asked for
                problems.append(damaged(Place(name, worksheet.title), error))
                continue
            sheet = _sheet(name, worksheet.title, rows)
            if len(rows) > MOST_ROWS:
                problems.append(_too_long(sheet, len(rows)))
            elif worksheet.sheet_state != "visible" and sheet.lines:
                problems.append(_hidden_sheet(sheet))
            else:
                sheets.append(sheet)
                problems += _hidden_cells(sheet, *hidden)
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
    if not match:
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    thousands, decimals, per_cent = match.groups()
    scaled = value * 100 if per_cent else value
    rounded = scaled.quantize(Decimal(1).scaleb(-len(decimals or "")), ROUND_HALF_UP)
    return f"{rounded:{',' if ',' in thousands else ''}f}{per_cent}"


def _raw_rows(worksheet: Any) -> list[tuple[int, list[RawCell]]]:  # noqa: ANN401
    """Rows in which something stands, with their numbers, up to one more than are read."""
    worksheet.reset_dimensions()  # what the file says of its own size may be wrong
    rows: list[tuple[int, list[RawCell]]] = []
    for number, row in enumerate(worksheet.iter_rows(), start=1):
        cells = [_raw_cell(cell) for cell in row]
        if any(value is not None for value, _, _ in cells):
            rows.append((number, cells))
            if len(rows) > MOST_ROWS:
                break
    return rows


def _raw_cell(cell: Any) -> RawCell:  # noqa: ANN401
    value, data_type = cell.value, cell.data_type
    # Looking a format up is slow, and only numbers are shown by it.
    return value, data_type, cell.number_format if data_type == "n" and value is not None else ""


def _hidden(path: Path, worksheet: Any) -> tuple[set[int], set[int]]:  # noqa: ANN401
    """Numbers of the hidden rows (from 1) and columns (from 0), which openpyxl does not tell."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read(worksheet._worksheet_path.lstrip("/"))
    rows, columns = set(), set()
    if b"hidden=" in content:
        for tag in _HIDDEN_ROW.findall(content):
            attributes = dict(_ATTRIBUTE.findall(tag))
            if attributes.get(b"hidden") in _TRUE and b"r" in attributes:
                rows.add(int(attributes[b"r"]))
        for tag in _HIDDEN_COLUMN.findall(content):
            attributes = dict(_ATTRIBUTE.findall(tag))
            if attributes.get(b"hidden") in _TRUE:
                columns |= set(range(int(attributes[b"min"]) - 1, int(attributes[b"max"])))
    return rows, columns


def _sheet(file: str, name: str, rows: list[tuple[int, list[RawCell]]]) -> Sheet:
    lines = []
    faults = {}
    for number, raw in rows:
        texts = []
        for column, cell in enumerate(raw):
            text, fault = _text(*cell)
            texts.append(text)
            if fault:
                faults[number, column] = fault
        line = Line(number, tuple(texts))
        if not line.is_blank:
            lines.append(line)
    return Sheet(file, name, lines, faults)


def _text(value: object, data_type: str, number_format: str) -> tuple[str, Fault | None]:
    text, fault = "" if value is None else str(value), None
    if data_type == "f":
        fault = Fault(FORMULA, f"the formula '{text}'", "a value", _PASTE_VALUES)
    elif data_type == "e":
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
        text = displayed(value, number_format)
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
