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
      covered: {B1: 3}
      conditional: [{area: "D2:D3", operator: lessThan, formula: ["6"], font: {color: FFFFFF}}]
      state: hidden
    parts:
      xl/sharedStrings.xml:
      xl/worksheets/sheet1.xml: [["<sheetFormatPr", "<sheetFormatPr zeroHeight=\"1\""]]

`covered` is written behind merged cells. `parts` edits the file when it is written: a part without
edits is left out, one with a text is added, and every text to replace must stand in its part.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils.cell import coordinate_to_tuple


def write_workbook(recipe: Path, target: Path) -> Path:
    """Write the workbook that a recipe describes."""
    book = Workbook()
    book.remove(book.active)
    sheets = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    edits = sheets.pop("parts", {})
    for title, content in sheets.items():
        described = content if isinstance(content, dict) else {"rows": content}
        _write_sheet(book.create_sheet(title), described)
    book.save(target)
    if edits:
        _edit(target, edits)
    return target


def _edit(target: Path, edits: Mapping[str, list[list[str]] | str | None]) -> None:
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    for name, edit in edits.items():
        if isinstance(edit, str):
            parts[name] = edit
            continue
        text = parts.pop(name)
        for old, new in edit or []:
            assert old in text, f"{name} has no {old}: {text[:2000]}"
            text = text.replace(old, new)
        if edit is not None:
            parts[name] = text
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


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
    for coordinate, value in described.get("covered", {}).items():
        row, column = coordinate_to_tuple(coordinate)
        sheet._cells[row, column] = Cell(sheet, row, column, value)
    for rule in described.get("conditional", []):
        sheet.conditional_formatting.add(rule["area"], _rule(rule))
    sheet.sheet_state = described.get("state", "visible")


def _colour(described: str | Mapping[str, Any]) -> Color:
    """A colour as RRGGBB, or by its number in the theme or the palette."""
    return Color(described) if isinstance(described, str) else Color(**described)


def _rule(described: Mapping[str, Any]) -> Rule:
    look = DifferentialStyle(
        font=Font(**described["font"]) if "font" in described else None,
        fill=PatternFill(bgColor=described["fill"]) if "fill" in described else None,
        numFmt=NumberFormat(200, described["number_format"])
        if "number_format" in described
        else None,
    )
    kind = "cellIs" if "operator" in described else "expression"
    return Rule(kind, dxf=look, operator=described.get("operator"), formula=described["formula"])


def _style(cell: Any, style: Mapping[str, Any]) -> None:  # noqa: ANN401
    if "number_format" in style:
        cell.number_format = style["number_format"]
    if "font" in style:
        font = dict(style["font"])
        if "color" in font:
            font["color"] = _colour(font["color"])
        cell.font = Font(**font)
    if "fill" in style:
        cell.fill = PatternFill("solid", fgColor=_colour(style["fill"]))
    if "alignment" in style:
        cell.alignment = Alignment(**style["alignment"])
    if "comment" in style:
        cell.comment = Comment(style["comment"], "SYNTHETIC")
