"""Write a workbook as .ods, with odfdo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path

from odfdo import Cell as OdfCell
from odfdo import Column as OdfColumn
from odfdo import Document, Element, HeaderRows, Paragraph, Row, Table
from odfdo import Link as OdfLink

from safeguarding.exports.archive import rewrite
from safeguarding.exports.workbooks.workbook_model import (
    COVER_SHEET,
    COVER_WIDTH,
    LANGUAGE,
    Cell,
    Column,
    Link,
    Sheet,
    Workbook,
    cover_heights,
    decimal_places,
    sheet_heights,
    shown,
)

CENTIMETRES_OF_CHARACTER = 0.235  # Arial 12
PARTS = {  # of odfdo's template; the rest are its author's menus and a picture
    "META-INF/manifest.xml",
    "content.xml",
    "meta.xml",
    "mimetype",
    "settings.xml",
    "styles.xml",
}

# odfdo's own styles are those of a French document in Arial 10.
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
STYLES = """<office:document-styles {namespaces} office:version="1.4">
<office:font-face-decls>
<style:font-face style:name="Arial" svg:font-family="Arial"/>
</office:font-face-decls>
<office:styles>
<style:default-style style:family="table-cell">
<style:text-properties style:font-name="Arial" fo:font-size="12pt"
    fo:language="{language}" fo:country="{country}"/>
</style:default-style>
<style:style style:name="Default" style:family="table-cell"/>
{cell_styles}
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="Page">
<style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm"
    style:print-orientation="landscape" style:scale-to-X="1" style:scale-to-Y="0"/>
</style:page-layout>
</office:automatic-styles>
<office:master-styles>
<style:master-page style:name="Default" style:page-layout-name="Page">{header}</style:master-page>
</office:master-styles>
</office:document-styles>"""
CELL_STYLE = """<style:style style:name="{name}" style:family="table-cell"
    style:parent-style-name="Default"{data_style}>
<style:table-cell-properties style:vertical-align="top"{cell}/>
<style:paragraph-properties fo:text-align="{align}"/>
<style:text-properties{text}/>
</style:style>"""
HEADER = (
    "<style:header><style:region-center><text:p>{label}</text:p></style:region-center>"
    "</style:header>"
)
BOLD, WRAPPED = ' fo:font-weight="bold"', ' fo:wrap-option="wrap"'
LINKED = ' fo:color="#0000ff" style:text-underline-style="solid"'
RULED = WRAPPED + ' fo:border-bottom="0.75pt solid #000000"'


def write_ods(workbook: Workbook, path: Path) -> None:
    """Write the workbook.

    Raises:
        OSError: The file could not be written.
    """
    document = Document("spreadsheet")
    document.set_part("styles.xml", _styles(workbook).encode())
    document.set_part("settings.xml", SETTINGS.encode())
    for name in set(document.parts) - PARTS:
        document.del_part(name)
    for name in set(document.manifest.get_paths()) - PARTS - {"/"}:
        document.manifest.del_full_path(name)
    _describe(document, workbook)
    body = document.body
    body.clear()
    for left_over in document.content.get_elements("//office:automatic-styles/*"):
        left_over.delete()
    for style in _layout_styles(workbook):
        document.insert_style(style, automatic=True)
    body.append(_cover(workbook))
    for sheet in workbook.sheets:
        body.append(_table(sheet))
    body.append(_marks(workbook.sheets))
    document.save(path)
    rewrite(path)


def _describe(document: Document, workbook: Workbook) -> None:
    meta, moment = document.meta, datetime.combine(workbook.published, time())
    meta.clear_user_defined_metadata()
    meta.title, meta.language = workbook.title, LANGUAGE
    meta.initial_creator = meta.creator = workbook.author
    meta.creation_date = meta.date = moment
    meta.statistic = {"meta:table-count": 1 + len(workbook.sheets)}


def _styles(workbook: Workbook) -> str:
    places = {
        decimal_places(cell)
        for sheet in workbook.sheets
        for row in sheet.rows
        for cell in row
        if isinstance(cell, int | Decimal)
    }
    language, country = LANGUAGE.split("-")
    cell_styles = [
        _cell_style("Title", text=BOLD + ' fo:font-size="16pt"'),
        _cell_style("CoverTitle", text=BOLD + ' fo:font-size="16pt"', cell=WRAPPED),
        _cell_style("CoverHeading", text=BOLD + ' fo:font-size="14pt"', cell=WRAPPED),
        _cell_style("Line"),
        _cell_style("Heading", text=BOLD, cell=RULED),
        _cell_style("FigureHeading", text=BOLD, cell=RULED, align="end"),
        _cell_style("Text", cell=WRAPPED),
        _cell_style("Link", text=LINKED, cell=WRAPPED),
        _cell_style("Shorthand", cell=WRAPPED, align="end"),
    ]
    for number in sorted(places):
        cell_styles.append(
            f'<number:number-style style:name="N{number}"><number:number number:grouping="true"'
            f' number:decimal-places="{number}" number:min-decimal-places="{number}"'
            ' number:min-integer-digits="1"/></number:number-style>'
            + _cell_style(
                f"Figure{number}", align="end", data_style=f' style:data-style-name="N{number}"'
            )
        )
    return STYLES.format(
        namespaces=NAMESPACES,
        language=language,
        country=country,
        cell_styles="\n".join(cell_styles),
        header=HEADER.format(label=workbook.label) if workbook.label else "",
    )


def _cell_style(
    name: str, *, text: str = "", cell: str = "", align: str = "start", data_style: str = ""
) -> str:
    return CELL_STYLE.format(name=name, text=text, cell=cell, align=align, data_style=data_style)


def _layout_styles(workbook: Workbook) -> list[str]:
    """Styles of tables, rows and columns, which only a document's content may hold."""
    sheets = workbook.sheets
    heights = {*cover_heights(workbook), *chain.from_iterable(map(sheet_heights, sheets))}
    widths = {COVER_WIDTH, *(column.width for sheet in sheets for column in sheet.columns)}
    return [
        '<style:style style:name="Sheet" style:family="table" style:master-page-name="Default">'
        '<style:table-properties table:display="true"/></style:style>',
        *(
            f'<style:style style:name="Height{height}" style:family="table-row">'
            f'<style:table-row-properties style:row-height="{height}pt"'
            ' style:use-optimal-row-height="false"/></style:style>'
            for height in sorted(heights)
        ),
        *(
            f'<style:style style:name="Width{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="'
            f'{width * CENTIMETRES_OF_CHARACTER:.2f}cm"/></style:style>'
            for width in sorted(widths)
        ),
    ]


def _cover(workbook: Workbook) -> Table:
    lines: list[tuple[Cell, str]] = [(workbook.title, "CoverTitle")]
    for heading, texts in workbook.cover:
        lines.append((heading, "CoverHeading"))
        lines.extend((text, _style(text)) for text in texts)
    rows = [
        _row([line], height) for line, height in zip(lines, cover_heights(workbook), strict=True)
    ]
    return _sheet(COVER_SHEET, [COVER_WIDTH], rows)


def _table(sheet: Sheet) -> Table:
    heights = sheet_heights(sheet)
    rows: list[Element] = [_row([(sheet.heading, "Title")], next(heights))]
    rows.extend(_row([(line, "Line")], next(heights)) for line in sheet.lines)
    headings = HeaderRows()
    headings.append(_row(map(_heading, sheet.columns), next(heights)))
    rows.append(headings)
    for cells in sheet.rows:
        styled = (
            (cell, _style(cell, column)) for cell, column in zip(cells, sheet.columns, strict=True)
        )
        rows.append(_row(styled, next(heights)))
    return _sheet(sheet.name, [column.width for column in sheet.columns], rows)


def _heading(column: Column) -> tuple[Cell, str]:
    return column.header, "FigureHeading" if column.is_figure else "Heading"


def _sheet(name: str, widths: Iterable[int], rows: Iterable[Element]) -> Table:
    table = Table(name, style="Sheet")
    for width in widths:
        table.append_column(OdfColumn(style=f"Width{width}"))
    for row in rows:
        table.append(row)
    return table


def _row(cells: Iterable[tuple[Cell, str]], height: int) -> Row:
    row = Row(style=f"Height{height}")
    for cell, style in cells:
        row.append_cell(_cell(cell, style), clone=False)
    return row


def _style(cell: Cell, column: Column | None = None) -> str:
    if isinstance(cell, int | Decimal):
        return f"Figure{decimal_places(cell)}"
    if isinstance(cell, Link):
        return "Link"
    return "Shorthand" if column and column.is_figure else "Text"


def _cell(cell: Cell, style: str) -> OdfCell:
    if isinstance(cell, Link):
        target = f"{cell.target}.A1" if cell.target.startswith("#") else cell.target
        linked = OdfCell(value="", style=style)
        linked.clear()
        linked.type, linked.style = "string", style
        paragraph = Paragraph()
        paragraph.append(OdfLink(url=target, text=cell.text))
        linked.append(paragraph)
        return linked
    if isinstance(cell, str):
        return OdfCell(value=cell, cell_type="string", style=style)
    return OdfCell(value=cell, text=shown(cell), cell_type="float", style=style)


def _marks(sheets: Iterable[Sheet]) -> Element:
    """Mark up each table, as Excel's tables are: a named range whose first row is its header."""
    ranges = Element.from_tag("table:database-ranges")
    for sheet in sheets:
        first = 2 + len(sheet.lines)
        last = first + len(sheet.rows)
        mark = Element.from_tag("table:database-range")
        mark.set_attribute("table:name", sheet.table_name)
        mark.set_attribute(
            "table:target-range-address",
            f"{sheet.name}.A{first}:{sheet.name}.{letters(len(sheet.columns))}{last}",
        )
        mark.set_attribute("table:contains-header", "true")
        mark.set_attribute("table:display-filter-buttons", "false")
        ranges.append(mark)
    return ranges


def letters(column: int) -> str:
    """Name of a column, counted from 1: A, B, ..., Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
