"""Write a pack as a Word document, made to be pasted from into a council's own papers.

Headings, captions, contents and tables are Word's own, so that they number and update themselves
wherever they are pasted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
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
from safeguarding.report.documents.table_layout import CENTIMETRE, PORTRAIT, Paper
from safeguarding.report.report_model import Chart, Pack, Page, Section, for_paper

BANNER = "SYNTHETIC: the figures of this document are made up and say nothing of any council."
HOW_TO_READ = "A small letter beside a figure refers to the note with that letter under its table."
ANNEXES = frozenset(
    {"data-quality", "claims", "quality-statement", "three-ways"}
)  # pages with the long tables, by slug
EMU_TO_TWIP = 635
WIDEST_PICTURE, HIGHEST_PICTURE = 14 * CENTIMETRE, 15 * CENTIMETRE
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"


@dataclass(frozen=True)
class _Block:
    """A piece of the document that no page break of ours goes through."""

    xml: str  # its paragraphs and tables; the last is a paragraph
    paper: Paper | None = PORTRAIT  # the sheet that it needs; None if it goes with what follows


@dataclass(frozen=True)
class _Heading:
    """A heading and how it stands in the contents."""

    level: int  # 1 for a page, 2 for a section
    number: str  # its number as Word will print it
    text: str  # the heading
    anchor: str  # the bookmark that the contents lead to
    is_annex: bool  # whether it is numbered as an annex


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
    figures, tables = count(1), count(1)
    printed = for_paper(pack.pages)
    pages = [page for page in printed if page.slug not in ANNEXES]
    annexes = [page for page in printed if page.slug in ANNEXES]
    headings = list(_headings(pages, annexes))
    blocks = [_front(pack, headings, label)]
    following = iter(headings)
    for page in (*pages, *annexes):
        blocks.append(_Block(_heading(next(following), annexed), None))
        for section in page.sections:
            if section.heading:
                blocks.append(_Block(_heading(next(following), annexed), None))
            blocks.extend(_section(section, document, draw, figures, tables))
    _fill(document, blocks)
    document.save(str(path))
    rewrite(path)


def _fill(document: Document, blocks: Sequence[_Block]) -> None:
    """Put blocks into the body, in sections of one paper each."""
    body = document.element.body
    last = body.sectPr
    papers = _papers(blocks)
    for block, paper, following in zip(blocks, papers, (*papers[1:], papers[-1]), strict=True):
        made = elements(block.xml)
        for element in made:
            last.addprevious(element)
        if following != paper:
            properties = deepcopy(last)
            set_paper(properties, paper)
            made[-1].get_or_add_pPr().append(properties)
    set_paper(last, papers[-1])


def _papers(blocks: Sequence[_Block]) -> list[Paper]:
    """Give the sheet of each block; headings stand on that of what follows them."""
    papers: list[Paper] = []
    paper = PORTRAIT
    for block in reversed(blocks):
        paper = block.paper or paper
        papers.append(paper)
    return papers[::-1]


def _headings(pages: Sequence[Page], annexes: Sequence[Page]) -> Iterator[_Heading]:
    number = 0
    for is_annex, each in ((False, pages), (True, annexes)):
        for place, page in enumerate(each, 1):
            sign = chr(ord("A") + place - 1) if is_annex else str(place)
            shown = f"Annex {sign}:" if is_annex else sign
            number += 1
            yield _Heading(1, shown, page.title, f"_Toc{number:06}", is_annex)
            titled = [section for section in page.sections if section.heading]
            for part, section in enumerate(titled, 1):
                number += 1
                yield _Heading(2, f"{sign}.{part}", section.heading, f"_Toc{number:06}", is_annex)


def _heading(heading: _Heading, annexed: str) -> str:
    numbering = (
        f'<w:numPr><w:ilvl w:val="{heading.level - 1}"/><w:numId w:val="{annexed}"/></w:numPr>'
        if heading.is_annex
        else ""
    )
    number = int(heading.anchor.removeprefix("_Toc"))
    return paragraph(
        f"Heading{heading.level}",
        f'<w:bookmarkStart w:id="{number}" w:name="{heading.anchor}"/>',
        run(heading.text),
        f'<w:bookmarkEnd w:id="{number}"/>',
        properties=numbering,
    )


def _front(pack: Pack, headings: Sequence[_Heading], label: str) -> _Block:
    """Write the title, where the figures come from, and the contents."""
    parts = [paragraph("Banner", run(f"{label}. {WARNING}"))] if label else []
    parts += [paragraph("Banner", run(BANNER))] if pack.is_synthetic else []
    parts.append(paragraph("Title", run(pack.title)))
    parts.append(paragraph("Subtitle", run(f"{pack.authority} ({pack.authority_code})")))
    parts.extend(paragraph("Subtitle", run(f"Figures from: {each}")) for each in pack.releases)
    parts.extend(paragraph("TableSource", run(each)) for each in pack.attributions)
    parts.append(_contents(headings))
    parts.append(paragraph("TableNote", run(HOW_TO_READ)))
    return _Block("".join(parts))


def _contents(headings: Sequence[_Heading]) -> str:
    """Write the contents as a field that holds the headings, for programs that update none."""
    if not headings:
        return ""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText '
        'xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    last = len(headings) - 1
    entries = "".join(
        paragraph(
            f"TOC{heading.level}",
            begin if index == 0 else "",
            _contents_entry(heading),
            end if index == last else "",
        )
        for index, heading in enumerate(headings)
    )
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
        f"{paragraph('TOCHeading', run('Contents'))}{entries}</w:sdtContent></w:sdt>"
    )


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


def _section(
    section: Section,
    document: Document,
    draw: Callable[[Chart], bytes],
    figures: Iterator[int],
    tables: Iterator[int],
) -> Iterator[_Block]:
    if section.sentences:
        style = "ListBullet" if len(section.sentences) > 1 else "Normal"
        yield _Block("".join(paragraph(style, run(each.text)) for each in section.sentences))
    for chart in section.charts:
        yield _Block(_chart(chart, document, draw(chart), next(figures)))
    paper = PORTRAIT
    for table in section.tables:
        xml, paper = table_xml(table, next(tables))
        yield _Block(xml, paper)
    if section.notes:
        yield _Block("".join(paragraph("TableNote", run(note)) for note in section.notes), paper)


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
