"""Write a pack as a Word document, made to be pasted from into a council's own papers.

Headings, captions and tables are Word's own, so that they number and update themselves wherever
they are pasted. Long tables are left to the workbook and named, so that the document stays short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

from docx.document import Document

from safeguarding.exports.archive import rewrite
from safeguarding.published.labels import WARNING
from safeguarding.report.documents.document_tables import table_xml
from safeguarding.report.documents.document_template import (
    TEMPLATE,
    annex_numbering,
    empty_document,
    set_paper,
)
from safeguarding.report.documents.document_xml import (
    attribute,
    caption,
    elements,
    field_code,
    paragraph,
    run,
)
from safeguarding.report.documents.table_layout import CENTIMETRE, Layout, lay_out
from safeguarding.report.downloads import sheet_name, sheet_numbers
from safeguarding.report.report_model import Chart, Pack, Page, Section, Table, for_paper

BANNER = "SYNTHETIC: the figures of this document are made up and say nothing of any council."
HOW_TO_READ = "A small letter beside a figure refers to the note with that letter under its table."
# Pages that say how good the figures are and what they mean, by slug.
ANNEXES = frozenset(
    {"data-quality", "claims", "three-ways", "quality-statement", "glossary", "about"}
)
OVERVIEW, LONGEST_OF_OVERVIEW = "index", 0.5  # page, and part of a page that its tables may take up
EMU_TO_TWIP = 635
WIDEST_PICTURE, HIGHEST_PICTURE = 9 * CENTIMETRE, 13 * CENTIMETRE
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"


@dataclass(frozen=True)
class _Heading:
    """A heading and how it stands in the contents."""

    level: int  # 1 for a page, 2 for a section
    number: str  # its number as Word will print it
    text: str  # the heading
    anchor: str  # the bookmark that the contents lead to
    is_annex: bool  # whether it is numbered as an annex
    is_new_page: bool = False  # whether a page begins with it


def write_document(
    pack: Pack,
    path: Path,
    draw: Callable[[Chart], bytes],
    label: str = "",
    template: Path = TEMPLATE,
) -> None:
    """Write the pack; the same pack and template make the same bytes.

    `draw` gives a chart as PNG; a `label` for the audience stands on every page.

    Raises:
        ValueError: A row of a table has not as many cells as the table has columns.
        TemplateError: The template lacks a style, or is no Word document.
        OSError: The file could not be written.
    """
    document = empty_document(template, pack, label)
    annexed = annex_numbering(document)
    pages = sorted(for_paper(pack.pages), key=lambda page: page.slug in ANNEXES)
    headings = list(_headings(pages))
    following = iter(headings)
    writer = _Writer(document, draw, _sheets(pack))
    parts = [_front(pack, headings, label)]
    for page in pages:
        parts.append(_heading(next(following), annexed))
        for section in page.sections:
            if section.heading and _is_told(section, page):
                parts.append(_heading(next(following), annexed))
            parts.extend(writer.section(section, page))
    last = document.element.body.sectPr
    for element in elements("".join(parts)):
        last.addprevious(element)
    set_paper(last)
    document.save(str(path))
    rewrite(path)


def _sheets(pack: Pack) -> dict[str, str]:
    """Give the worksheet of each table, by the table's name."""
    return {table.table_id: sheet_name(n) for n, table in sheet_numbers(pack).items()}


def _is_told(section: Section, page: Page) -> bool:
    """Tell whether there is more of a section than tables that only the workbook has."""
    has_charts = bool(section.charts) and page.slug not in ANNEXES
    return (
        has_charts
        or bool(section.tiles)
        or bool(section.sentences or section.notes)
        or any(_layout(table, page) for table in section.tables)
    )


def _layout(table: Table, page: Page) -> Layout | None:
    """Give how a table is laid out; None if it stands in the workbook alone."""
    if page.slug in ANNEXES:
        return None
    return lay_out(table, LONGEST_OF_OVERVIEW) if page.slug == OVERVIEW else lay_out(table)


def _headings(pages: Sequence[Page]) -> Iterator[_Heading]:
    number = 0
    places = {False: count(1), True: count(ord("A"))}
    for page in pages:
        is_annex = page.slug in ANNEXES
        place = next(places[is_annex])
        sign = chr(place) if is_annex else str(place)
        number += 1
        is_new_page = number == 1
        shown = f"Annex {sign}:" if is_annex else sign
        yield _Heading(1, shown, page.title, f"_Toc{number:06}", is_annex, is_new_page)
        titled = (each for each in page.sections if each.heading and _is_told(each, page))
        for part, section in enumerate(titled, 1):
            number += 1
            yield _Heading(2, f"{sign}.{part}", section.heading, f"_Toc{number:06}", is_annex)


def _heading(heading: _Heading, annexed: str) -> str:
    numbering = (
        f'<w:numPr><w:ilvl w:val="{heading.level - 1}"/><w:numId w:val="{annexed}"/></w:numPr>'
        if heading.is_annex
        else ""
    )
    is_first = heading.level == 1 and not heading.is_new_page
    flowing = f'<w:pageBreakBefore w:val="0"/>{numbering}<w:spacing w:before="480"/>'
    number = int(heading.anchor.removeprefix("_Toc"))
    return paragraph(
        f"Heading{heading.level}",
        f'<w:bookmarkStart w:id="{number}" w:name="{heading.anchor}"/>',
        run(heading.text),
        f'<w:bookmarkEnd w:id="{number}"/>',
        properties=flowing if is_first else numbering,
    )


def _front(pack: Pack, headings: Sequence[_Heading], label: str) -> str:
    """Write the title, where the figures come from, and the contents."""
    parts = [paragraph("Banner", run(f"{label}. {WARNING}"))] if label else []
    parts += [paragraph("Banner", run(BANNER))] if pack.is_synthetic else []
    parts.append(paragraph("Title", run(pack.title)))
    parts.append(paragraph("Subtitle", run(f"{pack.authority} ({pack.authority_code})")))
    parts.extend(paragraph("Subtitle", run(f"Figures from: {each}")) for each in pack.releases)
    parts.extend(paragraph("TableSource", run(each)) for each in pack.attributions)
    parts.append(_contents(headings))
    parts.append(paragraph("TableNote", run(HOW_TO_READ)))
    return "".join(parts)


def _contents(headings: Sequence[_Heading]) -> str:
    """Write the contents: each heading with a field for its page.

    They are no table of contents of Word's, whose page numbers LibreOffice takes as they were
    stored, and here none are: only what lays out the pages knows them. Fields for one page each are
    filled in by both.
    """
    if not headings:
        return ""
    # Of annexes their titles alone, so that the contents fit on a page.
    named = (each for each in headings if each.level == 1 or not each.is_annex)
    entries = (paragraph(f"TOC{each.level}", _contents_entry(each)) for each in named)
    return paragraph("TOCHeading", run("Contents")) + "".join(entries)


def _contents_entry(heading: _Heading) -> str:
    tab = "<w:r><w:tab/></w:r>"
    page = field_code(f"PAGEREF {heading.anchor} \\h", "")
    number = (
        run(heading.number, after=" ")
        if heading.number.endswith(":")
        else (run(heading.number) + tab)
    )
    return (
        f'<w:hyperlink w:anchor="{heading.anchor}" w:history="1">{number}{run(heading.text)}{tab}'
        f"{page}</w:hyperlink>"
    )


class _Writer:
    """What writes the sections of a document, with figures and tables numbered through."""

    def __init__(
        self, document: Document, draw: Callable[[Chart], bytes], sheets: Mapping[str, str]
    ) -> None:
        self._document, self._draw, self._sheets = document, draw, sheets
        self._figures, self._tables = count(1), count(1)

    def section(self, section: Section, page: Page) -> Iterator[str]:
        if section.sentences:
            style = "ListBullet" if len(section.sentences) > 1 else "Normal"
            yield from (paragraph(style, run(each.text)) for each in section.sentences)
        for chart in section.charts if page.slug not in ANNEXES else ():
            yield _chart(chart, self._document, self._draw(chart), next(self._figures))
        tiles = section.tile_table
        for table in (*([tiles] if tiles else []), *section.tables):
            layout = _layout(table, page)
            yield (
                table_xml(table, layout, next(self._tables)) if layout else self._reference(table)
            )
        if not tiles:  # else they stand under the tiles' table
            yield from (paragraph("TableNote", run(note)) for note in section.notes)

    def _reference(self, table: Table) -> str:
        place = self._sheets.get(table.table_id)
        told = f"worksheet {place} of the report's workbook" if place else "no rows"
        return paragraph("TableNote", run(f"Table: {table.caption} ({told})."))


def _chart(chart: Chart, document: Document, png: bytes, number: int) -> str:
    """Give a caption and a picture, smaller where it would be too high."""
    relation, image = document.part.get_or_add_image(BytesIO(png))
    high = image.px_height / image.px_width
    width = min(WIDEST_PICTURE, int(HIGHEST_PICTURE / high)) * EMU_TO_TWIP
    size = f'cx="{width}" cy="{int(width * high)}"'
    described = (
        f'id="{number}" name="Figure {number}" '
        f'descr="{attribute(chart.description)}" title="{attribute(chart.title)}"'
    )
    drawing = (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f"<wp:docPr {described}/><wp:cNvGraphicFramePr>"
        '<a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
        f'<a:graphicData uri="{PICTURE}"><pic:pic><pic:nvPicPr><pic:cNvPr {described}/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
        "</w:r>"
    )
    source = paragraph("TableSource", run(chart.source)) if chart.source else ""
    return caption("Figure", number, chart.title) + paragraph("Figure", drawing) + source
