"""Write pieces of WordprocessingML as text; parsing a block at once is ten times as fast."""

from __future__ import annotations

from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement

from safeguarding.report.text import clean

NAMESPACES = nsdecls("w", "wp", "a", "pic", "r")


def elements(xml: str) -> list[BaseOxmlElement]:
    """Parse paragraphs, tables and the like."""
    return list(parse_xml(f"<w:body {NAMESPACES}>{xml}</w:body>"))


def paragraph(style: str, *runs: str, properties: str = "") -> str:
    """Write a paragraph of a style, by the style's id."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{"".join(runs)}</w:p>'


def run(text: str, properties: str = "", *, before: str = "", after: str = "") -> str:
    """Write a run of cleaned text; `before` and `after` part it from the next."""
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    written = f"{before}{escape(clean(text))}{after}"
    return f'<w:r>{styled}<w:t xml:space="preserve">{written}</w:t></w:r>'


def field_code(instruction: str, result: str) -> str:
    """Write a field with the result that is shown until it is updated."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>{result}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def attribute(text: str) -> str:
    """Write text as the value of an attribute."""
    return escape(clean(text), {'"': "&quot;"})


def caption(kind: str, number: int, text: str) -> str:
    """Write a caption that numbers itself: `Table 1: ...`."""
    number_field = field_code(f"SEQ {kind} \\* ARABIC", str(number))
    return paragraph("Caption", run(kind, after=" "), number_field, run(text, before=": "))
