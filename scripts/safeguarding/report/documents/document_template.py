"""Open the template that says how the Word document looks: styles, numbering, header and footer.

A council rebrands the report by changing `report_template.docx` in Word (styles, or a logo in the
header) and saving it under another name. Names of styles are Word's own where it has them, so that
text pasted into another document takes that document's look.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from safeguarding.exports.archive import EARLIEST
from safeguarding.exports.workbooks.workbook_model import LANGUAGE
from safeguarding.published.labels import labelled
from safeguarding.report.documents.document_xml import elements, field_code, paragraph, run
from safeguarding.report.documents.table_layout import MARGIN, PAPER_HEIGHT, PAPER_WIDTH
from safeguarding.report.report_model import Pack
from safeguarding.report.text import clean

TEMPLATE = Path(__file__).parent / "report_template.docx"
AUTHOR = "Safeguarding warehouse"
LONGEST_PROPERTY = 255  # characters that a document's property may have
# As Word shows them; without its spaces, each is the style's id.
STYLES = (
    "Title", "Subtitle", "Banner", "TOC Heading", "TOC 1", "TOC 2", "Heading 1", "Heading 2",
    "List Bullet", "Caption", "Figure", "Header", "Footer", "Report Table", "Table Text",
    "Table Figure", "Table Note", "Table Source", "Note Sign",
)  # fmt: skip
ANNEX = "Annex"  # how the list begins that numbers the headings of annexes


class TemplateError(ValueError):
    """A file cannot be the template; the message says why."""


def open_template(path: Path) -> Document:
    """Open a template, without the text that shows its styles.

    Raises:
        TemplateError: It is no Word document, or lacks a style or the numbering of annexes.
        OSError: It cannot be read.
    """
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        found = "is not a Word document (.docx)" if path.exists() else "does not exist"
        raise TemplateError(f"The template {path} {found}.") from error
    known = {style.style_id for style in document.styles}
    for name in STYLES:
        if name.replace(" ", "") not in known:
            raise TemplateError(
                f"The template {path} lacks the style '{name}'. Start from a copy of"
                f" {TEMPLATE.name} and change its styles."
            )
    annex_numbering(document)
    body = document.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    return document


def annex_numbering(document: Document) -> str:
    """Find the list (`numId`) that numbers headings of annexes.

    Raises:
        TemplateError: There is none.
    """
    numbering = document.part.numbering_part.element
    for number in numbering.findall(qn("w:num")):
        abstract = number.find(qn("w:abstractNumId")).get(qn("w:val"))
        for each in numbering.findall(qn("w:abstractNum")):
            first = next(each.iter(qn("w:lvlText")), None)
            is_annex = first is not None and first.get(qn("w:val"), "").startswith(ANNEX)
            if each.get(qn("w:abstractNumId")) == abstract and is_annex:
                return str(number.get(qn("w:numId")))
    raise TemplateError(
        f"The template lacks a numbered list that begins with '{ANNEX}'. Start from a copy of"
        f" {TEMPLATE.name}."
    )


def empty_document(template: Path, pack: Pack, label: str) -> Document:
    """Open a template and give it the properties, header and footer of a pack.

    Raises:
        TemplateError, OSError: As for `open_template`.
    """
    document = open_template(template)
    title = labelled(f"SYNTHETIC: {pack.title}" if pack.is_synthetic else pack.title, label)
    properties = document.core_properties
    properties.title = clean(title)[:LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = AUTHOR
    properties.subject = clean("; ".join(pack.releases))[:LONGEST_PROPERTY]
    properties.language = LANGUAGE
    properties.comments = properties.keywords = ""
    properties.revision = 1
    properties.created = properties.modified = datetime(*EARLIEST, tzinfo=UTC)
    section = document.sections[0]
    _add(section.header._element, paragraph("Header", run(title)))
    page = (run("Page", after=" "), field_code("PAGE", "1"))
    pages = (run("of", before=" ", after=" "), field_code("NUMPAGES", "1"))
    _add(section.footer._element, paragraph("Footer", *page, *pages))
    return document


def _add(element: BaseOxmlElement, xml: str) -> None:
    """Add a paragraph to a header or footer, in place of empty ones."""
    for child in list(element):
        if child.tag == qn("w:p") and child.find(qn("w:r")) is None:
            element.remove(child)
    element.extend(elements(xml))


def set_paper(properties: BaseOxmlElement) -> None:
    """Give a section its paper, A4 upright, and margins."""
    for name in ("w:pgSz", "w:pgMar"):
        for element in properties.findall(qn(name)):
            properties.remove(element)
    sides = " ".join(f'w:{side}="{MARGIN}"' for side in ("top", "right", "bottom", "left"))
    size, margins = elements(
        f'<w:pgSz w:w="{PAPER_WIDTH}" w:h="{PAPER_HEIGHT}"/>'
        f'<w:pgMar {sides} w:header="567" w:footer="567" w:gutter="0"/>'
    )
    place = sum(each.tag.endswith("Reference") or each.tag == qn("w:type") for each in properties)
    properties.insert(place, size)
    properties.insert(place + 1, margins)
