"""The Word document says what the pack says, in Word's own headings, captions and tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from safeguarding.report.documents.document import write_document
from safeguarding.report.downloads import write_workbook
from safeguarding.report.report_model import (
    Figure,
    Page,
    Row,
    Section,
    Table,
    tables_of,
)
from support.synthetic.document_pack import (
    ENQUIRIES,
    IN_ORDER,
    PACK,
    draw,
    figure,
    grid,
    paragraphs,
    tables,
    texts,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "pack.docx"
    write_document(PACK, path, draw)
    return path


@pytest.fixture(scope="module")
def document(path: Path) -> Document:
    return docx.Document(str(path))


def expected_grid(table: Table) -> list[list[str]]:
    rows = (
        [row.label, *(each.shown if isinstance(each, Figure) else each for each in row.cells)]
        for row in table.rows
    )
    return [[" ".join(text.split()) for text in row] for row in (list(table.headers), *rows)]


def test_cells_are_those_of_the_model(document: Document) -> None:
    expected = [expected_grid(table) for table in tables_of(IN_ORDER) if table is ENQUIRIES]
    assert [grid(table) for table in tables(document)] == expected


def test_long_tables_are_named_with_their_sheet(document: Document, tmp_path: Path) -> None:
    """The second, fourth and third table of the pack, which the workbook numbers in its order."""
    named = [each.text for each in document.paragraphs if each.text.startswith("Table: ")]
    assert named == [
        "Table: Arrivals by quarter (worksheet Table_3 of the report's workbook).",
        "Table: What the checks found (worksheet Table_2 of the report's workbook).",
    ]
    workbook = tmp_path / "pack.xlsx"
    care = replace(PACK.pages[2], sections=PACK.pages[2].sections[:1])  # each table once
    write_workbook(replace(PACK, pages=(*PACK.pages[:2], care)), workbook, date(2023, 5, 1), ())
    sheets = openpyxl.load_workbook(workbook)
    assert sheets["Table_3"]["A1"].value == "Table 3: Arrivals by quarter"
    assert sheets["Table_2"]["A1"].value == "Table 2: What the checks found"


def test_headings_stand_in_order_and_number_themselves(document: Document) -> None:
    headings = [
        (each.style.name, each.text)
        for each in document.paragraphs
        if each.style is not None and str(each.style.name).startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "Overview"),
        ("Heading 2", "Main changes"),
        ("Heading 2", "The year"),
        ("Heading 1", "Children in care"),
        ("Heading 2", "Arrivals"),
        ("Heading 2", "Again"),
        ("Heading 1", "Data quality"),
    ]
    for level in (1, 2):
        style = document.styles[f"Heading {level}"].element
        assert style.find(f".//{qn('w:numId')}").get(qn("w:val")) == "1"
    numbering = document.part.numbering_part.element
    linked = {
        each.get(qn("w:val")): each.getparent().find(qn("w:lvlText")).get(qn("w:val"))
        for each in numbering.iter(qn("w:pStyle"))
    }
    assert (linked["Heading1"], linked["Heading2"]) == ("%1", "%1.%2")


def test_annexes_have_a_numbering_of_their_own(document: Document) -> None:
    own = {
        each.text: each.paragraph_format.element.find(f".//{qn('w:numId')}")
        for each in document.paragraphs
        if each.style is not None and str(each.style.name).startswith("Heading")
    }
    annexed = [text for text, number in own.items() if number is not None]
    assert annexed == ["Data quality"]


def test_contents_have_a_field_for_each_page(document: Document) -> None:
    entries = [
        each
        for each in document.element.body.iter(qn("w:p"))
        if each.find(f".//{qn('w:pStyle')}").get(qn("w:val")).startswith("TOC")
    ]
    assert ["".join(t.text or "" for t in each.iter(qn("w:t"))) for each in entries] == [
        "Contents",
        "1Overview",
        "1.1Main changes",
        "1.2The year",
        "2Children in care",
        "2.1Arrivals",
        "2.2Again",
        "Annex A: Data quality",
    ]
    bookmarks = [each.get(qn("w:name")) for each in document.element.iter(qn("w:bookmarkStart"))]
    fields = [each.text for entry in entries for each in entry.iter(qn("w:instrText"))]
    assert fields == [f" PAGEREF {each} \\h " for each in bookmarks]
    links = [each for entry in entries for each in entry.iter(qn("w:hyperlink"))]
    assert [each.get(qn("w:anchor")) for each in links] == bookmarks
    assert document.settings.element.find(qn("w:updateFields")) is not None


def test_only_the_first_page_begins_on_a_new_one(document: Document) -> None:
    flowing = [
        (each.text, each.paragraph_format.page_break_before)
        for each in document.paragraphs
        if each.style is not None and each.style.name == "Heading 1"
    ]
    assert flowing == [("Overview", None), ("Children in care", False), ("Data quality", False)]


def test_captions_are_numbered_by_fields(document: Document) -> None:
    assert paragraphs(document, "Caption") == [
        "Figure 1: Title of overview",
        "Table 1: Section 47 enquiries",
        "Figure 2: Title of tall",
        "Table 2: Section 47 enquiries",
    ]
    instructions = [
        each.text
        for paragraph in document.paragraphs
        if paragraph.style is not None and paragraph.style.name == "Caption"
        for each in paragraph._element.iter(qn("w:instrText"))
    ]
    kinds = ["Figure", "Table", "Figure", "Table"]
    assert instructions == [f" SEQ {kind} \\* ARABIC " for kind in kinds]


def test_captions_stay_with_what_they_name(document: Document) -> None:
    assert document.styles["Caption"].element.find(f".//{qn('w:keepNext')}") is not None
    for table in tables(document):
        assert table.getprevious().find(f".//{qn('w:pStyle')}").get(qn("w:val")) == "Caption"


def test_pictures_are_described_and_fit_the_page(document: Document) -> None:
    described = [
        (each.get("title"), each.get("descr"), int(each.get("id")))
        for each in document.element.body.iter(qn("wp:docPr"))
    ]
    assert described == [
        ("Title of overview", 'What "overview" shows & more', 1),
        ("Title of tall", 'What "tall" shows & more', 2),
    ]
    wide, tall = document.inline_shapes
    assert wide.width / wide.height == pytest.approx(2, abs=0.01)
    assert wide.width.cm == pytest.approx(9, abs=0.1)  # of 17 that A4 has between its margins
    assert tall.height / tall.width == pytest.approx(4.5, abs=0.01)
    assert tall.height.cm == pytest.approx(13, abs=0.1)


def test_first_rows_are_repeated_and_no_row_is_split(document: Document) -> None:
    for table in tables(document):
        rows = list(table.iter(qn("w:tr")))
        marked = [row.find(f".//{qn('w:tblHeader')}") is not None for row in rows]
        assert marked == [True, *[False] * (len(rows) - 1)]
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
        look = table.find(f".//{qn('w:tblLook')}")
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")


def test_figures_stand_at_the_right_with_their_headings(document: Document) -> None:
    styles = [
        [cell.find(f".//{qn('w:pStyle')}").get(qn("w:val")) for cell in row.iter(qn("w:tc"))]
        for row in tables(document)[0].iter(qn("w:tr"))
    ]
    assert styles == [["TableText"] * 2 + ["TableFigure"] * 3] * 3


def test_remarks_are_notes_with_a_letter(document: Document) -> None:
    assert grid(tables(document)[0], with_signs=True)[1] == [
        "Enquiries", "Number", "[x]c", "7,948a", "8,439b,a"
    ]  # fmt: skip
    notes = paragraphs(document, "Table Note")
    start = notes.index("Counted by the year of referral.")
    assert [note.strip() for note in notes[start : start + 4]] == [
        "Counted by the year of referral.",
        "a Revised: From 7,950 to 7,948.",
        "b Disputed: Paragraph 3.2 prints 8,441.",
        "c Not available: the reports print no figure here.",
    ]


def test_sources_tell_first_and_last_line(document: Document) -> None:
    told = "Source: Annual Safeguarding Report 2022-23, paragraph 15.1, lines 72-84."
    assert paragraphs(document, "Table Source") == [told, told]


def test_sentences_and_notes_are_there(document: Document) -> None:
    assert paragraphs(document, "List Bullet") == ["Enquiries rose by 491.", "Plans fell."]
    assert paragraphs(document, "Normal") == ["All the same."]
    assert "Nothing was corrected." in paragraphs(document, "Table Note")


def test_tables_fit_the_page(document: Document) -> None:
    for table in tables(document):
        width = sum(int(each.get(qn("w:w"))) for each in table.iter(qn("w:gridCol")))
        size = next(size for each in table.itersiblings() for size in each.iter(qn("w:pgSz")))
        assert width <= int(size.get(qn("w:w"))) - 2 * 1134  # 2 cm


def test_what_is_too_wide_stands_in_the_workbook(tmp_path: Path) -> None:
    months = tuple(f"Month{n}" for n in range(60))
    table = Table(
        "m", "By month", ("Measure", *months), (Row("All", tuple(map(figure, range(60)))),)
    )
    pages = (Page("index", "Overview", (Section("All", tables=(table,)),)),)
    path = tmp_path / "wide.docx"
    write_document(replace(PACK, pages=pages), path, draw)
    document = docx.Document(str(path))
    assert tables(document) == []
    assert any("Table: By month (worksheet Table_1 of" in each for each in texts(document))


def test_small_tables_are_in_the_document(tmp_path: Path) -> None:
    years = tuple(f"{year}-{year - 1999}" for year in range(2014, 2023))
    label = "Unaccompanied asylum-seeking children looked after, as the report prints them"
    figures = tuple(figure(1400 + n) for n in range(9))
    table = Table("y", "By year", ("Measure", "Unit", *years), (Row(label, ("Number", *figures)),))
    pages = (Page("index", "Overview", (Section("All", tables=(table,)),)),)
    path = tmp_path / "small.docx"
    write_document(replace(PACK, pages=pages), path, draw)
    document = docx.Document(str(path))
    assert len(tables(document)) == 1
    test_tables_fit_the_page(document)


def test_figures_have_the_decimals_that_readers_see(tmp_path: Path) -> None:
    cells = (Figure(Decimal("95.90"), "95.90"), Figure(Decimal("0.27"), "0.27"))
    table = Table("d", "Shares", ("Measure", "One", "Other"), (Row("In time", cells),))
    exact = replace(table, table_id="e", is_exact=True)
    pages = (Page("index", "Overview", (Section("All", tables=(table, exact)),)),)
    path = tmp_path / "decimals.docx"
    write_document(replace(PACK, pages=pages), path, draw)
    found = [grid(each)[1] for each in tables(docx.Document(str(path)))]
    assert found == [["In time", "95.9", "0.27"], ["In time", "95.90", "0.27"]]


def test_properties_and_language(document: Document) -> None:
    properties = document.core_properties
    assert properties.title == "Children's safeguarding in Hampshire, 2022-23"
    assert properties.author == "Safeguarding warehouse"
    assert properties.language == "en-GB"
    assert properties.created == properties.modified == datetime(1980, 1, 1, tzinfo=UTC)
    language = document.styles.element.find(f".//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "en-GB"


def test_the_same_pack_makes_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.docx"
    write_document(PACK, again, draw)
    assert again.read_bytes() == path.read_bytes()
    other = tmp_path / "other.docx"
    write_document(replace(PACK, authority="Surrey"), other, draw)
    assert other.read_bytes() != path.read_bytes()


@pytest.mark.parametrize("is_synthetic", [True, False])
def test_made_up_figures_are_called_so(tmp_path: Path, is_synthetic: bool) -> None:
    path = tmp_path / "pack.docx"
    write_document(replace(PACK, is_synthetic=is_synthetic), path, draw)
    document = docx.Document(str(path))
    said = [each for each in texts(document) if "SYNTHETIC" in each]
    assert len(said) == (2 if is_synthetic else 0)  # the banner, and the header of every page
    assert ("SYNTHETIC" in document.core_properties.title) is is_synthetic


def test_a_row_that_does_not_fit_its_headings_is_an_error(tmp_path: Path) -> None:
    table = replace(ENQUIRIES, rows=(Row("Short", ("Number",)),))
    page = Page("index", "Overview", (Section("The year", tables=(table,)),))
    with pytest.raises(ValueError, match=r"enquiries, row Short: 1 cells .* expected 4"):
        write_document(replace(PACK, pages=(page,)), tmp_path / "short.docx", draw)
