"""Read workbooks (.xlsx) as sheets of text cells: every figure as a person sees it.

Hidden contents are a problem: a hidden sheet, row or column, or a figure hidden by its format or
colour. Nobody can have checked them, and leaving them out silently would lose figures.
"""

from __future__ import annotations

import datetime
import math
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.utils.escape import unescape

# openpyxl's own reader of sheets, row by row. Its worksheets would delete what merged cells cover,
# and would make a cell for each that an empty merged range covers, however many.
from openpyxl.worksheet._reader import INLINE_STRING, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

from safeguarding.intake.files.cell_looks import BACKGROUND, Looks, rule_hits
from safeguarding.intake.files.grid import (
    BOOLEAN,
    DATE,
    ERROR,
    FORMULA,
    MOST_ROWS,
    UNSEEN,
    Fault,
    Line,
    Sheet,
)
from safeguarding.intake.files.number_formats import GENERAL, displayed, displayed_text, shown_in
from safeguarding.intake.files.safety import damaged, unreadable
from safeguarding.intake.new_figures import LeftOut, Place, Problem
from safeguarding.intake.wording.vocabulary import is_number

_CAN_BE_SEEN = "figures that can be seen"
_PASTE_VALUES = "Copy it and paste it as values."
_TRUE = ("1", "true", "on")
_RAISED = ("superscript", "subscript")
_NOTE_MARK = re.compile(r"[\s\[(]*(?:note )?(?:[0-9]{1,2}|[a-z]|[*\u2020\u2021\u00a7#]+)[\])\s]*")
_NOTE_MARKS = re.compile(rf"{_NOTE_MARK.pattern}(?:[,;]{_NOTE_MARK.pattern})*", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_VALUE_IN_XML = re.compile(rb"<(?:x:)?(?:v(?: [^>]*)?>[^<]|is(?: [^>]*[^/])?>)")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLAIN_TEXT = f"{{{SHEET_MAIN_NS}}}t"
_NARROWEST, _LOWEST = 0.5, 2.0  # characters, points: less shows nothing
_ALONE = "a note mark without a figure"
_MOST_SHAPES = 10_000
_MOST_COLUMNS = 16_384


@dataclass(frozen=True)
class _Part:
    """A sheet: its name, whether it is `visible`, and the part of the file with its cells."""

    name: str
    state: str
    path: str


@dataclass
class _Cells:
    """What was read of a sheet.

    Attributes:
        texts: Text of each cell by row (from 1) and column (from 0).
        faults: Cells that hold no plain text or number, or that cannot be seen.
        marks: Note marks that were set apart.
        numbers: What cells with a digit hold.
    """

    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: dict[tuple[int, int], object] = field(default_factory=dict)


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's reader of a sheet, without rich text for plain text."""

    def parse_cell(self, element: Any) -> dict[str, Any]:  # noqa: ANN401
        """Read a cell: its place, value, type and style."""
        inline = element.find(INLINE_STRING)
        if inline is not None and len(inline) == 1 and inline[0].tag == _PLAIN_TEXT:
            element.set("t", "str")
            inline.tag, inline.text = VALUE_TAG, inline[0].text
        cell: dict[str, Any] = super().parse_cell(element)
        return cell


def read_workbook(
    path: Path, name: str, skipped: tuple[str, ...] = ()
) -> tuple[list[Sheet], list[Problem], list[LeftOut]]:
    """Read every visible sheet of a workbook.

    Args:
        path: A file that `safety.file_problems` found nothing wrong with.
        name: What problems should call it.
        skipped: Names of sheets that hold no figures.

    Returns:
        The sheets in their order, what keeps others from being read, and the numbers on sheets
        that are skipped.
    """
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    left_out: list[LeftOut] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says which decorations it leaves out
        try:
            reader = ExcelReader(path, read_only=True, keep_links=False, rich_text=True)
        except OSError as error:
            return [], [unreadable(Place(name), error)], []
        except Exception as error:  # openpyxl lets through whatever its parsers raise
            return [], [damaged(Place(name), error)], []
        with reader.archive:
            try:
                looks, parts = _open(reader)
            except Exception as error:  # the same
                return [], [damaged(Place(name), error)], []
            problems += _lost_sheets(reader, parts, name)
            for part in parts:
                sheet, found = _read_sheet(reader, part, looks, name)
                if part.name in skipped:
                    left_out += _numbers(sheet) if sheet else []
                elif sheet and sheet.lines and part.state != "visible":
                    problems.append(_hidden_sheet(sheet.place()))
                else:
                    problems += found
                    sheets += [sheet] if sheet else []
    return sheets, problems, left_out


def _open(reader: Any) -> tuple[Looks, list[_Part]]:  # noqa: ANN401 - openpyxl has no types
    """Read all of a workbook but its sheets, which openpyxl would read through for their size."""
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    reader.read_theme()
    apply_stylesheet(reader.archive, reader.wb)
    parts = [
        _Part(sheet.name, sheet.state, rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if rel.target in reader.valid_files and "chartsheet" not in rel.Type
    ]
    return Looks(reader.wb), parts


def _read_sheet(
    reader: Any,  # noqa: ANN401
    part: _Part,
    looks: Looks,
    file: str,
) -> tuple[Sheet | None, list[Problem]]:
    place = Place(file, part.name)
    cells = _Cells()
    try:
        parser = _parser(reader, part.path)
        written = len(_VALUE_IN_XML.findall(reader.archive.read(part.path)))
        found = _fill(cells, parser, looks)
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        return None, [damaged(place, error)]
    if len(cells.texts) > MOST_ROWS:
        return None, [_too_long(place)]
    if found < written:
        return None, [damaged(place, f"{written - found} values outside its rows")]
    _hide_zeros(cells, parser)
    merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
    rules = looks.hiding_rules(parser.formatting)
    if len(merged) + len(rules) > _MOST_SHAPES:
        return None, [_too_many_shapes(place)]
    _cover(cells, merged)
    sheet = _sheet(file, part.name, cells)
    return sheet, [
        *_hidden_cells(sheet, _hidden_rows(parser, cells.texts), _hidden_columns(parser)),
        *_hiding_rules(sheet, cells, rules),
    ]


def _parser(reader: Any, part: str) -> Any:  # noqa: ANN401
    book = reader.wb
    return _Parser(
        reader.archive.open(part),
        reader.shared_strings,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
        rich_text=True,
    )


def _fill(cells: _Cells, parser: Any, looks: Looks) -> int:  # noqa: ANN401
    """Read the cells of a sheet, up to one row more than a sheet may have; how many hold a value.

    Raises:
        ValueError: A number is not finite, or a column does not exist.
        IndexError: A cell refers to a style or text that is not there.
    """
    found = 0
    for number, row in parser.parse():
        for cell in row:
            value = cell["value"]
            if value is None:
                continue
            found += 1
            column = cell["column"] - 1
            if column >= _MOST_COLUMNS:
                raise ValueError(f"a column beyond {_MOST_COLUMNS}")
            text, fault, mark = _shown(value, cell["data_type"], cell["style_id"], looks)
            if not text:
                continue
            key = (number, column)
            cells.texts.setdefault(number, {})[column] = text
            if fault:
                cells.faults[key] = fault
            if mark:
                cells.marks[key] = mark
            if isinstance(value, int | float) or _DIGIT.search(text):
                cells.numbers[key] = value
        if len(cells.texts) > MOST_ROWS:
            return found
    return found


def _shown(
    value: Any,  # noqa: ANN401
    data_type: str,
    style: int,
    looks: Looks,
) -> tuple[str, Fault | None, str]:
    """Return what a cell shows, its fault if any, and its note marks."""
    if data_type == "s" and value != "":
        return _text(value, style, looks)
    text, fault = str(value), None
    if data_type == "f":
        text = value if isinstance(value, str) else getattr(value, "text", None) or "=TABLE()"
        fault = Fault(FORMULA, f"the formula '{text}'", "a value", _PASTE_VALUES)
    elif data_type == "e":
        advice = "Correct the formula that it came from, then paste the value."
        fault = Fault(ERROR, f"the error {text}", "a value", advice)
    elif isinstance(value, bool):
        found = f"the logical value {text.upper()}"
        text, fault = text.lower(), Fault(BOOLEAN, found, "text or a number", "Type it again.")
    elif isinstance(value, int | float):
        text, fault = _number(value, style, looks)
    elif value != "":
        text = value.date().isoformat() if isinstance(value, datetime.datetime) else text
        fault = _date(text)
    return text, fault, ""


def _text(value: Any, style: int, looks: Looks) -> tuple[str, Fault | None, str]:  # noqa: ANN401
    if isinstance(value, str):
        text, mark, why = unescape(value), "", looks.hidden(style) if value.strip() else ""
    else:
        text, mark, why = _rich_text(value, style, looks)
    if looks.is_raised(style) and _DIGIT.search(text):
        why = why or _ALONE
    number_format = looks.number_format(style)
    shown = displayed_text(text, number_format) or ""
    if text.strip() and not shown.strip():
        return text, _unshown(f"'{text[:40]}'", number_format), mark
    return shown, _unseen(why, text), mark


def _number(number: float, style: int, looks: Looks) -> tuple[str, Fault | None]:
    if not math.isfinite(number):
        raise ValueError("a number that is not finite")
    number_format, why = looks.number_format(style), looks.hidden(style)
    plain = displayed(number, GENERAL) or ""
    shown = plain if number_format == GENERAL else displayed(number, number_format)
    if not shown:
        return plain, _unshown(f"the number {plain}", number_format, is_hidden=shown == "")
    if looks.is_raised(style):
        why = why or _ALONE
    if number_format != GENERAL and looks.is_invisible(style, shown_in(number, number_format)):
        why = why or BACKGROUND
    return shown, _unseen(why, shown)


def _rich_text(runs: Iterable[Any], style: int, looks: Looks) -> tuple[str, str, str]:
    """Return the text of the runs without note marks, the marks, and why a run cannot be read."""
    text, marks, why = "", [], ""
    for run in runs:
        font = None if isinstance(run, str) else run.font
        part = unescape(str(run))
        if not part.strip():
            text += part
            continue
        why = why or (looks.hidden(style) if font is None else looks.hidden_run(font, style))
        if font is not None and font.vertAlign in _RAISED and _NOTE_MARKS.fullmatch(part):
            marks.append(part.strip())
        else:
            text += part
    if marks and not text.strip():
        return " ".join(marks), "", why or _ALONE
    return text, " ".join(marks), why


def _unseen(why: str, text: str) -> Fault | None:
    if not why:
        return None
    advice = "Type it again in plain black letters, or delete it if it is not part of the release."
    return Fault(UNSEEN, f"'{text[:40]}', {why}", "text or a number that can be read", advice)


def _unshown(what: str, number_format: str, *, is_hidden: bool = True) -> Fault:
    if is_hidden:
        found = f"{what}, which the number format '{number_format}' hides"
        advice = "Give the cell the format General, or delete what it holds."
        return Fault(UNSEEN, found, _CAN_BE_SEEN, advice)
    found = f"{what} in the number format '{number_format}'"
    expected = "a format that shows it as a figure, such as 0, #,##0 or 0.0%"
    advice = "Give the cell such a format, then check the figure that it shows."
    return Fault(UNSEEN, found, expected, advice)


def _date(text: str) -> Fault:
    advice = "Format the cell as text, then type it again."
    return Fault(DATE, f"the date '{text}'", "text or a number", advice)


def _hide_zeros(cells: _Cells, parser: Any) -> None:  # noqa: ANN401
    views = getattr(parser, "views", None)
    if views is None or not any(view.showZeros is False for view in views.sheetView):
        return
    for key, value in cells.numbers.items():
        if isinstance(value, int | float) and value == 0:
            advice = "Show zeros again: File, Options, Advanced."
            found = "a zero, which the sheet's options hide"
            cells.faults.setdefault(key, Fault(UNSEEN, found, _CAN_BE_SEEN, advice))


def _cover(cells: _Cells, merged: Iterable[Any]) -> None:
    """Report contents of merged cells that are hidden behind the first cell."""
    for area in merged:
        rows = range(area.min_row, area.max_row + 1)
        numbers = rows if len(rows) < len(cells.texts) else list(cells.texts)
        for number in numbers:
            if number not in rows:
                continue
            for column, text in cells.texts.get(number, {}).items():
                is_first = (number, column + 1) == (area.min_row, area.min_col)
                if area.min_col <= column + 1 <= area.max_col and not is_first:
                    cells.faults[number, column] = Fault(
                        UNSEEN,
                        f"'{text[:40]}' hidden behind the merged cells {area.coord}",
                        _CAN_BE_SEEN,
                        "Unmerge the cells, and delete what should not be there.",
                    )


def _sheet(file: str, name: str, cells: _Cells) -> Sheet:
    lines = []
    for number, texts in sorted(cells.texts.items()):
        row = tuple(texts.get(column, "") for column in range(max(texts) + 1))
        line = Line(number, row)
        if not line.is_blank:
            lines.append(line)
    return Sheet(file, name, lines, cells.faults, marks=cells.marks)


def _hidden_rows(parser: Any, rows: Iterable[int]) -> set[int]:  # noqa: ANN401
    """List rows that are hidden, filtered out, folded away or too low to show anything."""
    usual = getattr(parser, "sheet_format", None)
    collapsed = usual is not None and (usual.zeroHeight or usual.defaultRowHeight == 0)
    hidden = set()
    for number in rows:
        attributes = parser.row_dimensions.get(str(number), {})
        height = attributes.get("ht")
        if (
            attributes.get("hidden") in _TRUE
            or (height is not None and float(height) < _LOWEST)
            or (height is None and collapsed)
        ):
            hidden.add(number)
    return hidden


def _hidden_columns(parser: Any) -> set[int]:  # noqa: ANN401
    """List columns, from 0, that are hidden, folded away or too narrow to show anything."""
    usual = getattr(parser, "sheet_format", None)
    hidden, told = set(), set()
    for letter, attributes in parser.column_dimensions.items():
        first = column_index_from_string(letter) - 1
        columns = range(first, min(int(attributes.get("max", first + 1)), _MOST_COLUMNS))
        width = attributes.get("width")
        if attributes.get("hidden") in _TRUE or (width and float(width) < _NARROWEST):
            hidden |= set(columns)
        told |= set(columns)
    if usual is not None and usual.defaultColWidth is not None:
        hidden |= set(range(_MOST_COLUMNS)) - told if usual.defaultColWidth < _NARROWEST else set()
    return hidden


def _hidden_cells(sheet: Sheet, rows: set[int], columns: set[int]) -> Iterator[Problem]:
    """Report the hidden rows with something in them together, and each such column.

    A hidden column may have a heading: the template's columns that may stay empty have one.
    """
    hidden = [line.number for line in sheet.lines if line.number in rows]
    if hidden:
        found = f"{len(hidden)} hidden rows ({', '.join(map(str, hidden[:10]))})"
        yield Problem(sheet.place(hidden[0]), found, _CAN_BE_SEEN, "Unhide them or delete them.")
    width = max((len(line.cells) for line in sheet.lines), default=0)
    for column in sorted(columns & set(range(width))):
        filled = [line for line in sheet.lines if line.cell(column)]
        if len(filled) > 1 or any(_DIGIT.search(line.cell(column)) for line in filled):
            first = filled[min(1, len(filled) - 1)]
            found = f"'{first.cell(column)[:40]}' in a hidden column"
            place = sheet.place(first.number, column)
            yield Problem(place, found, _CAN_BE_SEEN, "Unhide the column or delete it.")


def _hiding_rules(
    sheet: Sheet, cells: _Cells, rules: Iterable[tuple[Any, Any, str]]
) -> Iterator[Problem]:
    """Report each conditional rule that may hide a figure, at the first such figure."""
    for ranges, rule, why in rules:
        hit = next(
            (key for key, value in cells.numbers.items() if _is_in(key, ranges)
             and rule_hits(rule, value)), None,
        )  # fmt: skip
        if hit:
            place = sheet.place(*hit)
            found = f"conditional formatting of {ranges} that {why}"
            advice = "Clear the rule (Home, Conditional Formatting), then look at each figure."
            yield Problem(place, found, _CAN_BE_SEEN, advice)


def _is_in(key: tuple[int, int], ranges: Any) -> bool:  # noqa: ANN401
    row, column = key[0], key[1] + 1
    return any(
        area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col
        for area in ranges.ranges
    )


def _lost_sheets(
    reader: Any,  # noqa: ANN401
    parts: Iterable[_Part],
    name: str,
) -> Iterator[Problem]:
    """Report listed sheets without a part, and parts that are not listed."""
    for listed in reader.parser.sheets:
        relation = reader.parser.rels[listed.id] if listed.id else None
        if relation is None or relation.target not in reader.valid_files:
            yield damaged(Place(name, listed.name), "its cells are not in the file")
    used = {part.path for part in parts}
    for path in sorted(reader.valid_files):
        if _SHEET_PART.fullmatch(path) and path not in used:
            yield damaged(Place(name), f"{path} belongs to no sheet")


def _numbers(sheet: Sheet) -> list[LeftOut]:
    reason = f"The sheet '{sheet.name}' explains the template and is not read."
    return [
        LeftOut(sheet.place(line.number, index), line.cell(index), reason)
        for line in sheet.lines
        for index in range(len(line.cells))
        if is_number(line.cell(index))
    ]


def _hidden_sheet(place: Place) -> Problem:
    advice = "Unhide it, or delete it if it is not part of the release."
    return Problem(place, "a hidden sheet", _CAN_BE_SEEN, advice)


def _too_long(place: Place) -> Problem:
    advice = "Keep only the figures of the release."
    return Problem(place, f"more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,}", advice)


def _too_many_shapes(place: Place) -> Problem:
    found = f"more than {_MOST_SHAPES:,} merged cells and conditional rules"
    advice = "Copy the cells with figures into a new workbook."
    return Problem(place, found, f"at most {_MOST_SHAPES:,}", advice)
