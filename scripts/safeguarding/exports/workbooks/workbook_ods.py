"""Write a workbook as .ods, with odfdo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from odfdo import Document, Element
from odfdo.utils import digit_to_alpha

from safeguarding.exports.archive import rewrite
from safeguarding.exports.workbooks.workbook_model import (
    COVER_SHEET,
    COVER_WIDTH,
    LANGUAGE,
    Cell,
    Column,
    Link,
    Sheet,
    Signed,
    Workbook,
    cover_heights,
    decimal_places,
    sheet_heights,
    shown,
)
from safeguarding.published.templates import environment

TEMPLATES = Path(__file__).parent / "templates"
CENTIMETRES_OF_CHARACTER = 0.235  # Arial 12
PARTS = {  # of odfdo's template; the rest are its author's menus and a picture
    "META-INF/manifest.xml",
    "content.xml",
    "meta.xml",
    "mimetype",
    "settings.xml",
    "styles.xml",
}
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "number": "datastyle",
        "config": "config",
        "table": "table",
        "svg": "svg-compatible",
        "text": "text",
    }.items()
)
SETTINGS = (
    f'<office:document-settings {NAMESPACES} office:version="1.4">'
    "<office:settings/></office:document-settings>"
)


class _Grid(NamedTuple):
    """A sheet: its rows with their heights and their cells with the names of their styles."""

    name: str
    widths: list[int]
    rows: list[tuple[int, Sequence[tuple[Cell, str]]]]
    header: int = 0  # number of the row with the table's headings; none on the cover
    table_name: str = ""


def write_ods(workbook: Workbook, path: Path) -> None:
    """Write the workbook.

    Raises:
        OSError: The file could not be written.
    """
    grids = [_cover(workbook), *map(_grid, workbook.sheets)]
    cells = [cell for grid in grids for _, row in grid.rows for cell, _ in row]
    language, country = LANGUAGE.split("-")
    document = Document("spreadsheet")
    styles = _render(
        "styles.xml.j2",
        namespaces=NAMESPACES,
        language=language,
        country=country,
        numbers=sorted({_look(c) for c in cells if isinstance(c, int | Decimal)}),
        label=workbook.label,
    )
    document.set_part("styles.xml", styles.encode())
    document.set_part("settings.xml", SETTINGS.encode())
    for name in set(document.parts) - PARTS:
        document.del_part(name)
    for name in set(document.manifest.get_paths()) - PARTS - {"/"}:
        document.manifest.del_full_path(name)
    _describe(document, workbook)
    content = _render(
        "content.xml.j2",
        grids=grids,
        heights=sorted({height for grid in grids for height, _ in grid.rows}),
        widths=sorted({width for grid in grids for width in grid.widths}),
        centimetres=CENTIMETRES_OF_CHARACTER,
    )
    made = Element.from_tag(re.sub(r">\n\s*<", "><", content))
    query = "//office:automatic-styles | //office:spreadsheet"
    places = document.content.get_elements(query)
    for place, new in zip(places, made.get_elements(query), strict=True):
        place.clear()
        for element in new.children:
            place.append(element)
    document.save(path)
    rewrite(path)


def _describe(document: Document, workbook: Workbook) -> None:
    meta, moment = document.meta, datetime.combine(workbook.published, time())
    meta.clear_user_defined_metadata()
    meta.title, meta.language = workbook.title, LANGUAGE
    meta.initial_creator = meta.creator = workbook.author
    meta.creation_date = meta.date = moment
    meta.statistic = {"meta:table-count": 1 + len(workbook.sheets)}


def _render(template: str, **values: Any) -> str:  # noqa: ANN401 - what the template asks for
    made_of = environment(TEMPLATES)
    made_of.filters.update(shown=shown, letters=digit_to_alpha)
    return made_of.get_template(template).render(values)


def _cover(workbook: Workbook) -> _Grid:
    lines: list[tuple[Cell, str]] = [(workbook.title, "CoverTitle")]
    for heading, texts in workbook.cover:
        lines.append((heading, "CoverHeading"))
        lines.extend((text, _style(text)) for text in texts)
    heights = cover_heights(workbook)
    return _Grid(COVER_SHEET, [COVER_WIDTH], list(zip(heights, ([x] for x in lines), strict=True)))


def _grid(sheet: Sheet) -> _Grid:
    columns = sheet.columns
    rows: list[Sequence[tuple[Cell, str]]] = [
        [(sheet.heading, "Title")],
        *[[(line, "Line")] for line in sheet.lines],
        [(each.header, "FigureHeading" if each.is_figure else "Heading") for each in columns],
        *(
            [(cell, _style(cell, column)) for cell, column in zip(row, columns, strict=True)]
            for row in sheet.rows
        ),
    ]
    return _Grid(
        sheet.name,
        [column.width for column in columns],
        list(zip(sheet_heights(sheet), rows, strict=True)),
        2 + len(sheet.lines),
        sheet.table_name,
    )


def _look(cell: int | Decimal) -> tuple[str, int, str]:
    """Name of a figure's style, its decimal places, and the sign before it."""
    sign = cell.sign if isinstance(cell, Signed) else ""
    places = decimal_places(cell)
    return f"Figure{places}{''.join(f'_{ord(each):x}' for each in sign)}", places, sign


def _style(cell: Cell, column: Column | None = None) -> str:
    if isinstance(cell, int | Decimal):
        return _look(cell)[0]
    if isinstance(cell, Link):
        return "Link"
    return "Shorthand" if column and column.is_figure else "Text"
