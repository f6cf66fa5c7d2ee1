"""What the pages of a report are searched by, without a server: a script beside them.

A browser does not read data from a file that was opened from a disk, but it runs a script. It holds
the tables of the pages as they are seen, so that a measure, a period or a number can be found.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safeguarding.published.labels import file_name
from safeguarding.report.report_model import Figure, Pack, Page, Row, Table

FILE = "search.js"
LONGEST = 100  # characters of a row's label; statements are longer
LONGEST_CELL = 30  # characters of a unit or a figure; explanations are longer, and not searched


def cell_id(table: Table, row: int, column: int) -> str:
    """Give a figure's name in addresses; rows and columns are counted from 1, labels left out."""
    return f"{table.table_id}-r{row}-c{column}"


def write_index(pack: Pack, folder: Path, label: str = "") -> Path:
    """Write the index of a pack: its pages, each with its tables, headings and rows."""
    index = [_page(page) for page in pack.pages]
    path = folder / file_name(FILE, label)
    written = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"window.reportIndex = {written};\n", encoding="utf-8", newline="\n")
    return path


def _page(page: Page) -> dict[str, Any]:
    tables = [_table(table) for section in page.sections for table in section.tables]
    return {"slug": page.slug, "title": page.title, "tables": tables}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.table_id,
        "caption": table.caption,
        "headers": table.headers[1:],
        "rows": [_row(table, row) for row in table.rows],
    }


def _row(table: Table, row: Row) -> list[str]:
    """Give a row's own name in addresses, its label, and its figures with short texts beside."""
    label = row.label if len(row.label) <= LONGEST else f"{row.label[:LONGEST].rstrip()}…"
    if not any(isinstance(cell, Figure) for cell in row.cells):
        return [row.row_id, label]
    texts = (table.text(cell) for cell in row.cells)
    return [row.row_id, label, *(each if len(each) <= LONGEST_CELL else "" for each in texts)]
