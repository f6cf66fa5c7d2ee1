"""Write a workbook as .xlsx, with gptables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from gptables import Cover, GPTable, GPWorkbook

from safeguarding.exports.archive import rewrite
from safeguarding.exports.workbooks.workbook_model import (
    COVER_SHEET,
    COVER_WIDTH,
    LANGUAGE,
    Cell,
    Link,
    Sheet,
    Signed,
    Workbook,
    cover_heights,
    decimal_places,
    sheet_heights,
)

WIDTH_OF_CHARACTER = 1.1  # Arial 12, in Excel's unit: a digit of Calibri 11
OPTIONS = {
    # Text stays text.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # else a file for each part of the workbook is written and removed
}


def write_xlsx(workbook: Workbook, path: Path) -> None:
    """Write the workbook.

    Raises:
        ValueError: A table has a cell without a letter or figure in it, which gptables refuses.
        OSError: The file could not be written.
    """
    book = GPWorkbook(str(path), options=OPTIONS)
    book.set_properties(
        {
            "title": workbook.title,
            "author": workbook.author,
            "created": datetime.combine(workbook.published, time(), tzinfo=UTC),
        }
    )
    cover = Cover(
        title=workbook.title,
        intro=[_cell(line) for line in workbook.introduction],
        about=[_cell(line) for line in workbook.about],
        contact=[_cell(line) for line in workbook.contact],
        cover_label=COVER_SHEET,
        width=COVER_WIDTH * WIDTH_OF_CHARACTER,
    )
    book.add_worksheet(COVER_SHEET).write_cover(cover)
    for sheet in workbook.sheets:
        worksheet = book.add_worksheet(sheet.name)
        worksheet.write_gptable(_table(sheet), auto_width=False)
        for index, column in enumerate(sheet.columns):
            worksheet.set_column(index, index, column.width * WIDTH_OF_CHARACTER)
    # Excel fits the height of rows to wrapped text by itself, other programs do not.
    heights = [cover_heights(workbook), *(sheet_heights(sheet) for sheet in workbook.sheets)]
    for worksheet, rows in zip(book.worksheets(), heights, strict=True):
        for row, height in enumerate(rows):
            worksheet.set_row(row, height)
        worksheet.set_landscape()
        worksheet.set_paper(9)  # A4
        worksheet.fit_to_pages(1, 0)
        if workbook.label:
            worksheet.set_header(f"&C&B{workbook.label}")
    book.close()
    rewrite(path, _with_language)


def _with_language(name: str, content: bytes) -> bytes:
    """Name the document's language, which XlsxWriter cannot."""
    if name != "docProps/core.xml":
        return content
    end = b"</cp:coreProperties>"
    return content.replace(end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end)


def _table(sheet: Sheet) -> GPTable:
    return GPTable(
        table=pd.DataFrame(
            [[_cell(cell) for cell in row] for row in sheet.rows],
            columns=[column.header for column in sheet.columns],
            dtype=object,
        ),
        table_name=sheet.table_name,
        title=sheet.heading,
        instructions=sheet.lines[0],
        legend=list(sheet.lines[1:]),
        index_columns={2: 0},
        additional_formatting=list(_formats(sheet)),
    )


def _formats(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Formats for gptables: text at the top of its cell, figures at the right with their places."""
    everywhere = list(range(len(sheet.columns)))
    figures = [index for index in everywhere if sheet.columns[index].is_figure]
    for columns, style in ((everywhere, {"valign": "top"}), (figures, {"align": "right"})):
        if columns:
            yield {"column": {"columns": columns, "format": style, "include_names": True}}
    # One entry for each cell: of several cells in one entry, gptables 2.0.2 formats only the last.
    for row, cells in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, int | Decimal):
                places = decimal_places(cell)
                code = "#,##0" + ("." + "0" * places if places else "")
                if isinstance(cell, Signed):  # before a negative number too, which has its own part
                    code = f'"{cell.sign} "{code};"{cell.sign} "-{code}'
                yield {"cell": {"cells": (row, column), "format": {"num_format": code}}}


def _cell(cell: Cell) -> str | int | float | dict[str, str]:
    """A cell in gptables' terms; a link is a dict of its text and target."""
    if isinstance(cell, Link):
        internal = cell.target.startswith("#")
        return {cell.text: f"internal:'{cell.target[1:]}'!A1" if internal else cell.target}
    return float(cell) if isinstance(cell, Decimal) else cell
