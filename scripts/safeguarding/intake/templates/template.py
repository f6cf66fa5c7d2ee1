"""Write the template that an analyst fills in: a workbook, or a folder of CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from safeguarding.intake.new_figures import RELEASE, Row
from safeguarding.intake.templates import forms
from safeguarding.intake.wording.periods import QUARTER, period_type
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, Table, Vocabulary

_TEXT_FORMAT = "@"
_HEADING_FONT = Font(bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor="1F3864")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_SPARE_ROWS = 1_000
_WIDTHS = {
    forms.LABEL: 52, forms.PERIOD: 16, forms.UNIT: 17, forms.VALUE: 14, forms.NOTE: 40,
    forms.SOURCE_TABLE: 16, forms.SOURCE_LINE: 14, forms.DEFINITION: 70,
    "what_to_write": 70, "field": 24, "reason": 60, "evidence": 60,
}  # fmt: skip
_WIDTH = 24
_COLUMN_NOTES = {
    forms.LABEL: "What the row counts. Your own wording is fine where the warehouse knows it.",
    forms.PERIOD: "2022-23 for a financial year, Apr-Jun 2022 or Q1 2022-23 for a quarter.",
    forms.UNIT: "count, percent (0 to 100), rate_per_10000 or average.",
    forms.VALUE: "The figure as published. Type 0 for zero. If there is no figure, leave the cell"
    " empty or type a marker.",
    forms.NOTE: "Anything a reader should know about this figure.",
    forms.SOURCE_TABLE: "Number or name of the table in your publication. Optional.",
    forms.SOURCE_LINE: "Line number in the publication. Optional.",
    forms.DEFINITION: "What the row counts, for you to compare with your publication. Not read.",
}


def tables_of(vocabulary: Vocabulary, kind: str) -> list[Table]:
    """Return the tables of a kind of release: `annual` has all, `quarterly` those by quarter."""
    return [
        table
        for table in vocabulary.tables.values()
        if kind == forms.ANNUAL or table.period_type == QUARTER
    ]


def prefilled_rows(table: Table, periods: Sequence[str]) -> list[list[str]]:
    """Return the cells of each figure that a table can have in the periods, all but its value.

    Periods of another type than the table's are left out. The table of figures in running text has
    no rows: no publication states all of them.
    """
    if table.period_type == ANY_PERIOD:
        return []
    return [
        [
            {
                forms.LABEL: row.names[unit],
                forms.PERIOD: period,
                forms.UNIT: unit,
                forms.DEFINITION: row.meanings[unit].definition,
            }.get(column, "")
            for column in forms.FIGURES.names
        ]
        for row in table.rows.values()
        for period in periods
        if period_type(period) == table.period_type
        for unit in row.units
    ]


def write_workbook(
    path: Path, vocabulary: Vocabulary, release: Row, kind: str, periods: Sequence[str]
) -> None:
    """Write the template as a workbook.

    Args:
        path: The .xlsx file to write.
        vocabulary: Names of tables, rows, units and markers.
        release: What is known of the release, by field of `forms.RELEASE_FIELDS`.
        kind: `annual` or `quarterly`.
        periods: Period labels (`2022-23`, `Apr-Jun 2022`) to write rows for.

    Raises:
        OSError: The file cannot be written.
    """
    book = Workbook()
    first = book.active
    first.title = forms.README
    _write_readme(first, vocabulary)
    _write_release(book.create_sheet(RELEASE), release)
    lists = book.create_sheet(forms.LISTS)
    for column, table in enumerate(tables_of(vocabulary, kind), start=1):
        _write_table(book.create_sheet(table.table_id), lists, column, table, periods)
    for name, columns in forms.REGISTER_COLUMNS.items():
        sheet = book.create_sheet(name)
        _write_heading(sheet, columns.shown)
        sheet["A1"].comment = _comment(forms.REGISTER_NOTES[name])
        if "period_id" in columns.shown:
            _format_as_text(sheet, columns.shown.index("period_id") + 1, 1)
    book.move_sheet(lists, len(book.sheetnames))
    lists.sheet_state = "hidden"
    book.save(path)


def write_csv_folder(
    folder: Path, vocabulary: Vocabulary, release: Row, kind: str, periods: Sequence[str]
) -> None:
    """Write the template as a folder of CSV files, with the columns of the workbook.

    Args:
        folder: Where to write; it is made if it is not there.
        vocabulary: Names of tables, rows, units and markers.
        release: What is known of the release, by field of `forms.RELEASE_FIELDS`.
        kind: `annual` or `quarterly`.
        periods: Period labels to write rows for.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / f"{RELEASE}.csv", forms.RELEASE_COLUMNS, _release_rows(release))
    for table in tables_of(vocabulary, kind):
        rows = prefilled_rows(table, periods)
        _write_csv(folder / f"{table.table_id}.csv", forms.FIGURES.names, rows)
    for name, columns in forms.REGISTER_COLUMNS.items():
        _write_csv(folder / f"{name}.csv", columns.shown, [])
    text = "\n".join(line for line, _ in _readme_lines(vocabulary))
    (folder / f"{forms.README}.txt").write_text(f"{text}\n", encoding="utf-8")


def _write_table(
    sheet: Any,  # noqa: ANN401 - openpyxl has no types
    lists: Any,  # noqa: ANN401
    column: int,
    table: Table,
    periods: Sequence[str],
) -> None:
    names = forms.FIGURES.names
    _write_heading(sheet, names)
    for index, name in enumerate(names, start=1):
        sheet.cell(1, index).comment = _comment(_COLUMN_NOTES[name])
    rows = prefilled_rows(table, periods)
    for row in rows:
        sheet.append([cell or None for cell in row])
    for name in (forms.LABEL, forms.PERIOD, forms.SOURCE_TABLE):
        _format_as_text(sheet, names.index(name) + 1, len(rows) + 1)
    last = len(rows) + _SPARE_ROWS
    its_periods = [
        period for period in periods if table.period_type in (ANY_PERIOD, period_type(period))
    ]
    labels = list(dict.fromkeys(name for row in table.rows.values() for name in row.names.values()))
    options = {
        forms.LABEL: labels,
        forms.PERIOD: its_periods,
        forms.UNIT: table.units,
    }
    for offset, (name, values) in enumerate(options.items()):
        if values:
            column_of_list = (column - 1) * len(options) + offset + 1
            formula = _write_list(lists, column_of_list, table.table_id, values)
            _add_list(sheet, names.index(name) + 1, last, formula, strict=name == forms.UNIT)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{max(2, len(rows) + 1)}"


def _write_list(lists: Any, column: int, heading: str, values: Sequence[str]) -> str:  # noqa: ANN401
    """Write the choices of a drop-down, and return the formula that names them."""
    for number, text in enumerate((heading, *values), start=1):
        lists.cell(number, column, text).number_format = _TEXT_FORMAT
    letter = get_column_letter(column)
    return f"{quote_sheetname(forms.LISTS)}!${letter}$2:${letter}${len(values) + 1}"


def _add_list(sheet: Any, column: int, last: int, formula: str, *, strict: bool) -> None:  # noqa: ANN401
    """Offer choices; all but units accept other text, since the warehouse knows other wordings."""
    validation = DataValidation(type="list", formula1=formula, allow_blank=True)
    validation.showErrorMessage = True
    validation.errorStyle = "stop" if strict else "warning"
    validation.error = "This is not one of the usual choices."
    letter = get_column_letter(column)
    validation.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(validation)


def _write_release(sheet: Any, release: Row) -> None:  # noqa: ANN401
    _write_heading(sheet, forms.RELEASE_COLUMNS)
    for row in _release_rows(release):
        sheet.append(row)
        sheet.cell(sheet.max_row, 2).number_format = _TEXT_FORMAT
        sheet.cell(sheet.max_row, 3).alignment = _WRAPPED
    sheet.column_dimensions["B"].width = 50
    validation = DataValidation(type="list", formula1='"yes,no"', allow_blank=True)
    validation.showErrorMessage = True
    validation.add(f"B{list(forms.RELEASE_FIELDS).index('is_published') + 2}")
    sheet.add_data_validation(validation)


def _release_rows(release: Row) -> Iterator[list[str]]:
    for name, note in forms.RELEASE_FIELDS.items():
        value = release.get(name, "")
        if name == "is_published":
            value = {"true": "yes", "false": "no"}.get(value, value)
        yield [name, value, note]


def _write_readme(sheet: Any, vocabulary: Vocabulary) -> None:  # noqa: ANN401
    for number, (text, is_heading) in enumerate(_readme_lines(vocabulary), start=1):
        cell = sheet.cell(number, 1, text)
        cell.alignment = _WRAPPED
        cell.number_format = _TEXT_FORMAT
        cell.font = Font(bold=is_heading, size=14 if number == 1 else 11)
    sheet.column_dimensions["A"].width = 100


def _readme_lines(vocabulary: Vocabulary) -> Iterator[tuple[str, bool]]:
    """Return lines of the instructions, and whether each is a heading."""
    yield "New figures for the safeguarding warehouse", True
    yield "", False
    yield "How to fill it in", True
    for step in (
        f"1. {RELEASE}: say what is published, by whom and when.",
        "2. One sheet (or CSV file) for each table: type each figure into the column value,"
        " as your publication prints it. The column definition says what each row counts; if yours"
        " counts something else, leave it empty.",
        "3. If you do not publish a table, delete its sheet or leave its rows empty.",
        "4. A period with at least one figure is loaded in full: its empty values are recorded"
        " as not available. A period without any figure is left out.",
        "5. Type 0 for zero. An empty cell never means 0.",
        "6. Percentages are out of 100: 12.3 or 12.3%, not 0.123.",
        "7. Leave totals out: the warehouse calculates them. Paste values, not formulas.",
        "8. Add rows as you need them; keep the headings as they are.",
    ):
        yield step, False
    yield "", False
    yield "Markers for a figure that is not given", True
    for marker, meaning in vocabulary.markers.items():
        shown = "(an empty cell)" if marker == "(blank)" else marker
        yield f"{shown}   {meaning}", False
    yield "", False
    yield "Optional sheets", True
    for name, note in forms.REGISTER_NOTES.items():
        yield f"{name}: {note}", False


def _write_heading(sheet: Any, names: Sequence[str]) -> None:  # noqa: ANN401
    sheet.append(list(names))
    for index, name in enumerate(names, start=1):
        cell = sheet.cell(1, index)
        cell.font, cell.fill = _HEADING_FONT, _HEADING_FILL
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(name, _WIDTH)
    sheet.freeze_panes = "A2"


def _format_as_text(sheet: Any, column: int, last: int) -> None:  # noqa: ANN401
    """Keep what is typed there as typed: spreadsheets turn some periods into dates."""
    sheet.column_dimensions[get_column_letter(column)].number_format = _TEXT_FORMAT
    for number in range(2, last + 1):
        sheet.cell(number, column).number_format = _TEXT_FORMAT


def _comment(text: str) -> Comment:
    comment = Comment(text, "Safeguarding warehouse")
    comment.width, comment.height = 320, 90
    return comment


def _write_csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    # With a byte-order mark, by which Excel knows the file as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
