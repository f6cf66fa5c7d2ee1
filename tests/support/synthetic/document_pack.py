"""A pack for the Word document: a small table, a wide one, a long one, pictures of two shapes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from safeguarding.report.drawing import charts
from safeguarding.report.report_model import (
    Chart,
    ChartKind,
    Figure,
    Pack,
    Page,
    Quantity,
    Remark,
    RemarkKind,
    Row,
    Section,
    Sentence,
    Source,
    Table,
)

QUARTERS = tuple(
    f"{months} {year}" for year in range(2019, 2024) for months in ("Apr-Jun", "Jul-Sep", "Oct-Dec")
)
DISPUTED = Remark(RemarkKind.DISPUTED, "Paragraph 3.2 prints 8,441.")
REVISED = Remark(RemarkKind.REVISED, "From 7,950 to 7,948.")
GAP = Remark(RemarkKind.MISSING, "Not available: the reports print no figure here.")


def png(width: int, height: int) -> bytes:
    """A blank picture, drawn as charts are: the renderer keeps the fonts that it first meets."""
    size = f'width="{width / 2}" height="{height / 2}"'
    return charts.to_png(f'<svg xmlns="http://www.w3.org/2000/svg" {size}></svg>')


def draw(chart: Chart) -> bytes:
    return png(70, 35) if chart.kind is ChartKind.LINES else png(20, 90)


def figure(value: int, *remarks: Remark, line: int = 0) -> Figure:
    sources = (Source("Annual Safeguarding Report 2022-23", "15.1", line, ""),) if line else ()
    return Figure(Decimal(value), f"{value:,}", sources, remarks)


def chart(name: str, kind: ChartKind = ChartKind.LINES) -> Chart:
    return Chart(name, kind, f"Title of {name}", f'What "{name}" shows & more', "Number", (), ())


ENQUIRIES = Table(
    "enquiries",
    "Section 47 enquiries",
    ("Measure", "Unit", "2020-21", "2021-22", "2022-23"),
    (
        Row(
            "Enquiries",
            (
                "Number",
                Figure(None, "[x]", remarks=(GAP,)),
                figure(7948, REVISED, line=72),
                figure(8439, DISPUTED, REVISED, line=84),
            ),
        ),
        Row("Of boys", ("Number", Figure(None, "[c]"), figure(0, line=80), figure(-12, line=80))),
    ),
    ("Counted by the year of referral.",),
)
BY_QUARTER = Table(
    "by-quarter",
    "Arrivals by quarter",
    ("Measure", "Unit", *QUARTERS),
    (Row("Arrivals", ("Number", *(figure(1000 + n) for n in range(len(QUARTERS))))),),
)
FINDINGS = Table(
    "findings",
    "What the checks found",
    ("What is counted", "Period", "Kind", "Line", "Finding", "Explanation"),
    tuple(
        Row(
            f"Measure {n}",
            ("2022-23", "Warning", figure(n), f"Finding {n} " + "of many words " * 15, ""),
        )
        for n in range(200)
    ),
)
PAGES = (
    Page(
        "index",
        "Overview",
        (
            Section(
                "Main changes",
                (
                    Sentence(("Enquiries rose by ", Quantity(Decimal(491)), ".")),
                    Sentence(("Plans fell.",)),
                ),
                (chart("overview"),),
            ),
            Section("The year", tables=(ENQUIRIES,), notes=("Nothing was corrected.",)),
        ),
    ),
    Page("data-quality", "Data quality", (Section("What the checks found", tables=(FINDINGS,)),)),
    Page(
        "care",
        "Children in care",
        (
            Section("Arrivals", charts=(chart("tall", ChartKind.HEAT),), tables=(BY_QUARTER,)),
            Section("Again", (Sentence(("All the same.",)),), tables=(ENQUIRIES,)),
        ),
    ),
)
PACK = Pack("E10000014", "Hampshire", "2022-23", ("A report, A council, 1 May 2023",), PAGES)
IN_ORDER = (PAGES[0], PAGES[2], PAGES[1])  # the annex last


def tables(document: Document) -> list[BaseOxmlElement]:
    """Table elements: python-docx's own grid of cells takes a minute on long tables."""
    return list(document.element.body.iter(qn("w:tbl")))


def text_of(cell: BaseOxmlElement, *, with_signs: bool) -> str:
    """The text of a cell, with or without the letters that refer to notes."""
    runs = (run for run in cell.iter(qn("w:r")) if with_signs or not list(run.iter(qn("w:rStyle"))))
    return "".join(text.text or "" for run in runs for text in run.iter(qn("w:t")))


def grid(table: BaseOxmlElement, *, with_signs: bool = False) -> list[list[str]]:
    return [
        [text_of(cell, with_signs=with_signs) for cell in row.iter(qn("w:tc"))]
        for row in table.iter(qn("w:tr"))
    ]


def paragraphs(document: Document, style: str) -> list[str]:
    return [
        each.text
        for each in document.paragraphs
        if each.style is not None and each.style.name == style
    ]


def texts(document: Document) -> Iterator[str]:
    yield from (each.text for each in document.paragraphs)
    yield from (each.text for each in document.sections[0].header.paragraphs)
