"""Write a pack as a Word document, made to be pasted from into a council's own papers.

Headings, captions, contents and tables are Word's own, so that they number and update themselves
wherever they are pasted. The document's XML is written as text and parsed once for each block:
python-docx makes a table cell by cell, at ten times the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement

from safeguarding.exports.archive import EARLIEST, rewrite
from safeguarding.exports.workbooks.workbook_model import LANGUAGE
from safeguarding.published.labels import WARNING, labelled
from safeguarding.report.documents.document_styles import (
    ANNEX_NUMBERING,
    NUMBERING,
    SETTINGS,
    STYLES,
)
from safeguarding.report.documents.document_tables import (
    CENTIMETRE,
    INDENT,
    MARGIN,
    PORTRAIT,
    STYLE_SIZE,
    Layout,
    Paper,
    figure_columns,
    indented_columns,
    lay_out,
    text_of,
)
from safeguarding.report.report_model import (
    Cell,
    Chart,
    Figure,
    Pack,
    Page,
    Remark,
    RemarkKind,
    Row,
    Section,
    Sentence,
    Table,
)
from safeguarding.report.text import clean

AUTHOR = "Safeguarding warehouse"
BANNER = "SYNTHETIC: the figures of this document are made up and say nothing of any council."
GAPS = frozenset({RemarkKind.MISSING, RemarkKind.SUPPRESSED})
HOW_TO_READ = "A small letter beside a figure refers to the note with that letter under its table."
ANNEXES = frozenset(
    {"data-quality", "claims", "quality-statement"}
)  # pages with the long tables, by slug
LONGEST_PROPERTY = 255  # characters that a document's property may have
EMU_TO_TWIP = 635
WIDEST_PICTURE, HIGHEST_PICTURE = 14 * CENTIMETRE, 15 * CENTIMETRE
NAMESPACES = nsdecls("w", "wp", "a", "pic", "r")
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"


@dataclass(frozen=True)
class _Block:
    """A piece of the document that no page break of ours goes through.

    Attributes:
        xml: Its paragraphs and tables; the last is a paragraph.
        paper: The sheet that it needs; None if it goes with what follows.
    """

    xml: str
    paper: Paper | None = PORTRAIT


@dataclass
class _Numbers:
    """Numbers that run through the document."""

    captions: dict[str, int] = field(default_factory=lambda: {"Table": 0, "Figure": 0})
    pictures: int = 0

    def next_of(self, kind: str) -> int:
        """The number of the next caption of a kind."""
        self.captions[kind] += 1
        return self.captions[kind]


@dataclass(frozen=True)
class _Heading:
    """A heading and how it stands in the contents.

    Attributes:
        level: 1 for a page, 2 for a section.
        number: Its number as Word will print it.
        text: The heading.
        anchor: The bookmark that the contents lead to.
        is_annex: Whether it is numbered as an annex.
    """

    level: int
    number: str
    text: str
    anchor: str
    is_annex: bool


@dataclass(frozen=True)
class _Form:
    """How the cells of a column are written.

    Attributes:
        width: Width in twips.
        points: Size of the type.
        is_figure: Whether they stand at the right.
        is_indented: Whether they stand apart from the figures before them.
    """

    width: int
    points: int
    is_figure: bool
    is_indented: bool

    @property
    def size(self) -> str:
        """The size, where it is not that of the style."""
        half = self.points * 2
        is_usual = self.points == STYLE_SIZE
        return "" if is_usual else f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'

    @property
    def indent(self) -> str:
        """The space before the text."""
        return f'<w:ind w:left="{INDENT}"/>' if self.is_indented else ""


def write_document(pack: Pack, path: Path, draw: Callable[[Chart], bytes], label: str = "") -> None:
    """Write the pack; the same pack makes the same bytes.

    Args:
        pack: The report.
        path: The .docx to write.
        draw: Draws a chart as PNG.
        label: The word for the audience, on every page; none for the public.

    Raises:
        ValueError: A row of a table has not as many cells as the table has columns.
        OSError: The file could not be written.
    """
    document = _empty(pack, label)
    numbers = _Numbers()
    pages = [page for page in pack.pages if page.slug not in ANNEXES]
    annexes = [page for page in pack.pages if page.slug in ANNEXES]
    headings = list(_headings(pages, annexes))
    blocks = [_front(pack, headings, label)]
    following = iter(headings)
    for page in (*pages, *annexes):
        blocks.append(_Block(_heading(next(following)), None))
        for section in page.sections:
            if section.heading:
                blocks.append(_Block(_heading(next(following)), None))
            blocks.extend(_section(section, document, draw, numbers))
    _fill(document, blocks)
    document.save(str(path))
    rewrite(path)


def _empty(pack: Pack, label: str) -> Document:
    """A document with the project's styles, header, footer and properties, and no content."""
    titled = labelled(f"SYNTHETIC: {pack.title}" if pack.is_synthetic else pack.title, label)
    document = docx.Document()
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_XML or "stylesWithEffects" in (
            relation.reltype
        ):
            del document.part.rels[key]
    _replace(document.styles.element, STYLES)
    _replace(document.part.numbering_part.element, NUMBERING)
    _replace(document.settings.element, SETTINGS)
    _set_properties(document, pack, titled)
    section = document.sections[0]
    _set_paper(section._sectPr, PORTRAIT)
    _replace(section.header._element, _paragraph("Header", _run(titled)))
    pages = [
        _run("Page", after=" "),
        _field("PAGE", "1"),
        _run("of", before=" ", after=" "),
        _field("NUMPAGES", "1"),
    ]
    _replace(section.footer._element, _paragraph("Footer", *pages))
    return document


def _set_properties(document: Document, pack: Pack, title: str) -> None:
    properties = document.core_properties
    properties.title = clean(title)[:LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = AUTHOR
    properties.subject = clean("; ".join(pack.releases))[:LONGEST_PROPERTY]
    properties.language = LANGUAGE
    properties.comments = properties.keywords = ""
    properties.revision = 1
    properties.created = properties.modified = datetime(*EARLIEST, tzinfo=UTC)


def _elements(xml: str) -> list[BaseOxmlElement]:
    return list(parse_xml(f"<w:body {NAMESPACES}>{xml}</w:body>"))


def _replace(element: BaseOxmlElement, xml: str) -> None:
    """Give an element other content."""
    for child in list(element):
        element.remove(child)
    element.extend(_elements(xml))


def _fill(document: Document, blocks: Sequence[_Block]) -> None:
    """Put blocks into the body, in sections of one paper each."""
    body = document.element.body
    last = body.sectPr
    papers = _papers(blocks)
    for block, paper, following in zip(blocks, papers, (*papers[1:], papers[-1]), strict=True):
        elements = _elements(block.xml)
        for element in elements:
            last.addprevious(element)
        if following != paper:
            properties = deepcopy(last)
            _set_paper(properties, paper)
            elements[-1].get_or_add_pPr().append(properties)
    _set_paper(last, papers[-1])


def _papers(blocks: Sequence[_Block]) -> list[Paper]:
    """The sheet of each block; headings stand on that of what follows them."""
    papers: list[Paper] = []
    paper = PORTRAIT
    for block in reversed(blocks):
        paper = block.paper or paper
        papers.append(paper)
    return papers[::-1]


def _set_paper(properties: BaseOxmlElement, paper: Paper) -> None:
    for name in ("w:pgSz", "w:pgMar"):
        for element in properties.findall(qn(name)):
            properties.remove(element)
    turned = ' w:orient="landscape"' if paper.is_landscape else ""
    sides = " ".join(f'w:{side}="{MARGIN}"' for side in ("top", "right", "bottom", "left"))
    size, margins = _elements(
        f'<w:pgSz w:w="{paper.width}" w:h="{paper.height}"{turned}/>'
        f'<w:pgMar {sides} w:header="567" w:footer="567" w:gutter="0"/>'
    )
    place = sum(each.tag.endswith("Reference") or each.tag == qn("w:type") for each in properties)
    properties.insert(place, size)
    properties.insert(place + 1, margins)


def _paragraph(style: str, *runs: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{"".join(runs)}</w:p>'


def _run(text: str, properties: str = "", *, before: str = "", after: str = "") -> str:
    """A run of cleaned text; `before` and `after` part it from the next."""
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    written = f"{before}{escape(clean(text))}{after}"
    return f'<w:r>{styled}<w:t xml:space="preserve">{written}</w:t></w:r>'


def _field(instruction: str, result: str) -> str:
    """A field with the result that is shown until it is updated."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>{result}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _attribute(text: str) -> str:
    return escape(clean(text), {'"': "&quot;"})


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


def _heading(heading: _Heading) -> str:
    numbering = (
        f'<w:numPr><w:ilvl w:val="{heading.level - 1}"/>'
        f'<w:numId w:val="{ANNEX_NUMBERING}"/></w:numPr>'
        if heading.is_annex
        else ""
    )
    number = int(heading.anchor.removeprefix("_Toc"))
    return _paragraph(
        f"Heading{heading.level}",
        f'<w:bookmarkStart w:id="{number}" w:name="{heading.anchor}"/>',
        _run(heading.text),
        f'<w:bookmarkEnd w:id="{number}"/>',
        properties=numbering,
    )


def _front(pack: Pack, headings: Sequence[_Heading], label: str) -> _Block:
    """Title, where the figures come from, contents."""
    parts = [_paragraph("Banner", _run(f"{label}. {WARNING}"))] if label else []
    parts += [_paragraph("Banner", _run(BANNER))] if pack.is_synthetic else []
    parts.append(_paragraph("Title", _run(pack.title)))
    parts.append(_paragraph("Subtitle", _run(f"{pack.authority} ({pack.authority_code})")))
    parts.extend(_paragraph("Subtitle", _run(f"Figures from: {each}")) for each in pack.releases)
    parts.append(_contents(headings))
    parts.append(_paragraph("TableNote", _run(HOW_TO_READ)))
    return _Block("".join(parts))


def _contents(headings: Sequence[_Heading]) -> str:
    """The field of the contents, with the headings in it for programs that update no fields."""
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
        _paragraph(
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
        f"{_paragraph('TOCHeading', _run('Contents'))}{entries}</w:sdtContent></w:sdt>"
    )


def _contents_entry(heading: _Heading) -> str:
    tab = "<w:r><w:tab/></w:r>"
    page = _field(f"PAGEREF {heading.anchor} \\h", "")
    number = (
        _run(heading.number, after=" ")
        if heading.number.endswith(":")
        else (_run(heading.number) + tab)
    )
    return (
        f'<w:hyperlink w:anchor="{heading.anchor}" w:history="1">{number}{_run(heading.text)}{tab}'
        f"{page}</w:hyperlink>"
    )


def _section(
    section: Section, document: Document, draw: Callable[[Chart], bytes], numbers: _Numbers
) -> Iterator[_Block]:
    if section.sentences:
        yield _Block("".join(_sentences(section.sentences)))
    for chart in section.charts:
        yield _Block(_chart(chart, document, draw(chart), numbers))
    paper = PORTRAIT
    for table in section.tables:
        block = _table(table, numbers.next_of("Table"))
        paper = block.paper or paper
        yield block
    if section.notes:
        notes = (_paragraph("TableNote", _run(note)) for note in section.notes)
        yield _Block("".join(notes), paper)


def _sentences(sentences: Sequence[Sentence]) -> Iterator[str]:
    style = "ListBullet" if len(sentences) > 1 else "Normal"
    return (_paragraph(style, _run(sentence.text)) for sentence in sentences)


def _caption(kind: str, number: int, text: str) -> str:
    field_of_number = _field(f"SEQ {kind} \\* ARABIC", str(number))
    return _paragraph("Caption", _run(kind, after=" "), field_of_number, _run(text, before=": "))


def _chart(chart: Chart, document: Document, png: bytes, numbers: _Numbers) -> str:
    """A caption and a picture, smaller where it would be too high."""
    relation, image = document.part.get_or_add_image(BytesIO(png))
    high = image.px_height / image.px_width
    width = min(WIDEST_PICTURE, int(HIGHEST_PICTURE / high)) * EMU_TO_TWIP
    numbers.pictures += 1
    size = f'cx="{width}" cy="{int(width * high)}"'
    described = (
        f'id="{numbers.pictures}" name="Figure {numbers.pictures}" '
        f'descr="{_attribute(chart.description)}" title="{_attribute(chart.title)}"'
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
    return _caption("Figure", numbers.next_of("Figure"), chart.title) + _paragraph(
        "Figure", drawing
    )


def _table(table: Table, number: int) -> _Block:
    """A caption, the table, and below it the notes and where the figures were printed."""
    _check(table)
    layout = lay_out(table, clean)
    signs = _signs(table)
    caption = _caption("Table", number, table.caption)
    return _Block(
        caption + _grid(table, layout, signs) + "".join(_below(table, signs)), layout.paper
    )


def _check(table: Table) -> None:
    for row in table.rows:
        if len(row.cells) != len(table.headers) - 1:
            raise ValueError(
                f"Table {table.table_id}, row {row.label}: {len(row.cells)} cells after the label, "
                f"expected {len(table.headers) - 1}, one for each other heading."
            )


def _grid(table: Table, layout: Layout, signs: dict[Remark, str]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in layout.widths)
    forms = [
        _Form(width, layout.points, is_figure, is_indented)
        for width, is_figure, is_indented in zip(
            layout.widths, figure_columns(table), indented_columns(table), strict=True
        )
    ]
    headers = "".join(
        _cell(header, form, is_kept=True) for header, form in zip(table.headers, forms, strict=True)
    )
    last = len(table.rows) - 1
    rows = "".join(
        _row(row, forms, signs, is_kept=layout.is_kept_together or index in {0, last})
        for index, row in enumerate(table.rows)
    )
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(layout.widths)}" '
        'w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="06A0" w:firstRow="1" '
        'w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{_attribute(table.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{headers}</w:tr>{rows}</w:tbl>"
    )


def _row(row: Row, forms: Sequence[_Form], signs: dict[Remark, str], *, is_kept: bool) -> str:
    cells: tuple[Cell, ...] = (row.label, *row.cells)
    written = "".join(
        _cell(text_of(cell), form, is_kept=is_kept, signs=_signs_of(cell, signs))
        for cell, form in zip(cells, forms, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{written}</w:tr>"


def _cell(text: str, form: _Form, *, is_kept: bool, signs: str = "") -> str:
    sign = _run(signs, f'<w:rStyle w:val="NoteSign"/>{form.size}') if signs else ""
    style = "TableFigure" if form.is_figure else "TableText"
    properties = ("<w:keepNext/>" if is_kept else "") + form.indent
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{form.width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(style, _run(text, form.size), sign, properties=properties)}</w:tc>"
    )


def _remarks(cell: Cell) -> tuple[Remark, ...]:
    return cell.remarks if isinstance(cell, Figure) else ()


def _signs(table: Table) -> dict[Remark, str]:
    """A letter for each remark of a table, in the order of its rows; reasons for gaps last."""
    remarks = dict.fromkeys(
        remark for row in table.rows for cell in row.cells for remark in _remarks(cell)
    )
    ordered = sorted(remarks, key=lambda remark: remark.kind in GAPS)
    return {remark: _letters(index) for index, remark in enumerate(ordered)}


def _signs_of(cell: Cell, signs: dict[Remark, str]) -> str:
    return ",".join(dict.fromkeys(signs[remark] for remark in _remarks(cell)))


def _letters(index: int) -> str:
    """`a` to `z`, then aa, ab and so on."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    before = _letters(index // len(letters) - 1) if index >= len(letters) else ""
    return before + letters[index % len(letters)]


def _below(table: Table, signs: dict[Remark, str]) -> Iterator[str]:
    for note in table.notes:
        yield _paragraph("TableNote", _run(note))
    # Reasons for gaps are many and alike: they follow each other in one paragraph.
    gaps = [remark for remark in signs if remark.kind in GAPS]
    for remarks in (*([remark] for remark in signs if remark.kind not in GAPS), gaps):
        if remarks:
            yield _paragraph("TableNote", *(_remark(remark, signs[remark]) for remark in remarks))
    yield _paragraph("TableSource", *(_run(each) for each in _source(table)))


def _remark(remark: Remark, sign: str) -> str:
    kind = remark.kind.value.capitalize()
    text = remark.text.strip()
    is_named = text.lower().startswith(remark.kind.value)
    said = text if is_named else f"{kind}: {text}" if text else f"{kind}."
    return _run(sign, '<w:rStyle w:val="NoteSign"/>') + _run(said, before=" ", after=" ")


def _source(table: Table) -> Iterator[str]:
    """Where a table's figures were printed: paragraphs of releases, first and last line of each."""
    lines: dict[str, dict[str, list[int]]] = {}
    for row in table.rows:
        for cell in row.cells:
            for source in cell.sources[:1] if isinstance(cell, Figure) else ():
                paragraphs = lines.setdefault(source.release, {})
                paragraphs.setdefault(source.paragraph, []).append(source.line)
    if lines:
        told = [f"{release}, {_paragraphs_told(each)}" for release, each in lines.items()]
        yield f"Source: {'; '.join(told)}."


def _paragraphs_told(paragraphs: dict[str, list[int]]) -> str:
    return ", ".join(
        f"paragraph {paragraph}, {_lines_told(lines)}" for paragraph, lines in paragraphs.items()
    )


def _lines_told(lines: Iterable[int]) -> str:
    ordered = sorted(set(lines))
    first, last = ordered[0], ordered[-1]
    return f"line {first}" if first == last else f"lines {first}-{last}"
