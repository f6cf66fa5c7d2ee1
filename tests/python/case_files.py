"""Workbooks written down as text, so that a case can be read in review.

A `.yaml` file of sheets, each either a list of rows or a mapping with `rows` and what of the sheet
is out of the ordinary, by the names of openpyxl:

    care_flows:
      rows:
        - [row_label, period, unit, value]
        - [Leaving care, Jul-Sep 2023, count, 3]
      cells: {D2: {number_format: ";;;", font: {color: FFFFFF}, fill: FFFFFF}}
      rich: {D2: [["185", {}], ["1", {vertAlign: superscript}]]}
      row_dimensions: {2: {height: 0}}
      column_dimensions: {D: {width: 0, hidden: true}}
      merge: ["A1:D1"]
      state: hidden
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill


def write_workbook(recipe: Path, target: Path) -> Path:
    """Write the workbook that a recipe describes."""
    book = Workbook()
    book.remove(book.active)
    for title, content in yaml.safe_load(recipe.read_text(encoding="utf-8")).items():
        described = content if isinstance(content, dict) else {"rows": content}
        _write_sheet(book.create_sheet(title), described)
    book.save(target)
    return target


def _write_sheet(sheet: Any, described: Mapping[str, Any]) -> None:  # noqa: ANN401
    for row in described["rows"]:
        sheet.append(list(row or []))
    for coordinate, style in described.get("cells", {}).items():
        _style(sheet[coordinate], style)
    for coordinate, runs in described.get("rich", {}).items():
        sheet[coordinate] = CellRichText(
            *(TextBlock(InlineFont(**font), text) if font else text for text, font in runs)
        )
    for name in ("row_dimensions", "column_dimensions"):
        for key, attributes in described.get(name, {}).items():
            for attribute, value in attributes.items():
                setattr(getattr(sheet, name)[key], attribute, value)
    for area in described.get("merge", []):
        sheet.merge_cells(area)
    sheet.sheet_state = described.get("state", "visible")


def _style(cell: Any, style: Mapping[str, Any]) -> None:  # noqa: ANN401
    if "number_format" in style:
        cell.number_format = style["number_format"]
    if "font" in style:
        cell.font = Font(**style["font"])
    if "fill" in style:
        cell.fill = PatternFill("solid", fgColor=style["fill"])
    if "comment" in style:
        cell.comment = Comment(style["comment"], "SYNTHETIC")
