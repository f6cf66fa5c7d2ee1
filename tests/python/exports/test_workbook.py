"""The workbook says what the marts say, in both formats, and as the guidance wants it said."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest

from conftest import PROJECT
from safeguarding.exports.workbooks.workbook import write_workbooks
from safeguarding.published import labels
from support.files.marts_copy import copy_marts
from support.files.workbook_figures import (
    ALL,
    FIGURES,
    MARK,
    NUMBER,
    OF_ALL,
    PERCENTAGE,
    RATE,
    TABLES,
    Book,
    Grid,
    above,
    expected_figures,
    expected_signs,
    figures_in,
    read,
    same,
    table_of,
    without_marks,
)

# gptables uses what pandas 4 will remove; the version in use is pinned.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

Connection = duckdb.DuckDBPyConnection

DECIMALS = {NUMBER: 0, PERCENTAGE: 2, OF_ALL: 2, ALL: 0, RATE: 1}  # as the reports print them
FIRST_SHEETS = ["Cover", "Contents", "Notes", "Definitions"]


@pytest.fixture(scope="module")
def written(warehouse: Connection, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_workbooks(warehouse, tmp_path_factory.mktemp("workbook") / "new folder")


@pytest.fixture(scope="module")
def book(written: list[Path]) -> Book:
    """The .xlsx; a test of its own compares the .ods with it."""
    return read(written[0])


def test_every_figure_is_that_of_the_marts(book: Book, warehouse: Connection) -> None:
    expected = expected_figures(warehouse)
    assert len(expected) > 350
    same(figures_in(book), expected)


def test_figures_as_the_reports_print_them(book: Book) -> None:
    printed = {
        ("Table_1", "Initial contacts", NUMBER, "2022-23"): 170200,
        ("Table_1", "Referrals by source: Education", NUMBER, "2022-23"): 9482,
        ("Table_1", "Referrals by source: Education", PERCENTAGE, "2022-23"): 30.61,
        ("Table_2", "Section 47 enquiries going to conference", PERCENTAGE, "2022-23"): 19.7,
        ("Table_3", "New child protection plans: Neglect", NUMBER, "2021-22"): 775,
        ("Table_3", "New child protection plans: Neglect", RATE, "2017-18"): 38.4,
        ("Table_4", "Children looked after at 31 March", NUMBER, "2014-15"): 1339,
        ("Table_5", "Net change in children looked after", NUMBER, "Oct-Dec 2020"): -32,
    }
    found = figures_in(book)
    for (sheet, label, unit, period), figure in printed.items():
        assert found[sheet, "Hampshire", label, unit, period] == figure


def test_both_formats_say_the_same(written: list[Path], book: Book) -> None:
    other = read(written[1])
    assert list(book) == list(other)
    for name in book:
        assert book[name] == other[name], name


def test_sheets_in_order(book: Book) -> None:
    assert list(book) == [*FIRST_SHEETS, *TABLES, "Revisions", "Findings"]


def test_rows_are_in_the_order_of_the_report(book: Book) -> None:
    _, *rows = table_of(book["Table_1"])
    labels = list(dict.fromkeys(without_marks(row[1]).split(": ")[-1] for row in rows))
    assert ", ".join(labels) == (
        "Initial contacts, Referrals, Individual, Education, Health services, Housing, "
        "Local authority services, Police, Other legal agency, Other, Anonymous, Unknown, "
        "Not recorded"
    )
    assert [row[2] for row in rows] == [NUMBER, NUMBER, *[NUMBER, PERCENTAGE] * 11]


def test_a_title_then_one_table_without_gaps(book: Book) -> None:
    for name, grid in book.items():
        assert isinstance(grid[0][0], str)
        assert grid[0][0], name
        if name == "Cover":
            assert all(len(row) == 1 and row[0] for row in grid)
            continue
        assert all(row[0] and not any(row[1:]) for row in grid[: len(above(grid))]), name
        header, *rows = table_of(grid)
        assert rows, name
        assert len({cell.lower() for cell in header}) == len(header), name
        assert all(cell not in {"", None} for row in (header, *rows) for cell in row), name


def test_tables_are_marked_up_in_excel(written: list[Path]) -> None:
    book = openpyxl.load_workbook(written[0])
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes is None
        tables = list(sheet.tables.values())
        if sheet.title == "Cover":
            assert not tables
            continue
        (table,) = tables
        assert table.headerRowCount == 1
        assert table.autoFilter is None
        last = table.ref.split(":")[1]
        assert last == sheet.cell(sheet.max_row, sheet.max_column).coordinate
        header = [cell.value for cell in sheet[table.ref][0]]
        assert [column.name for column in table.tableColumns] == header


def test_tables_are_marked_up_in_the_open_format(written: list[Path], book: Book) -> None:
    content = part(written[1], "content.xml")
    assert "spanned" not in content
    assert "covered-table-cell" not in content
    marks = re.findall(r'<table:database-range [^>]*target-range-address="(\w+)\.A(\d+):', content)
    assert marks == [
        (name, str(len(above(grid)) + 1)) for name, grid in book.items() if name != "Cover"
    ]
    assert content.count('table:contains-header="true"') == len(marks)
    assert content.count("<table:table-header-rows>") == len(marks)


def test_figures_are_numbers_shown_as_printed(written: list[Path], book: Book) -> None:
    opened = openpyxl.load_workbook(written[0])
    formats = {unit: f"#,##0.{'0' * places}".rstrip(".") for unit, places in DECIMALS.items()}
    for name in TABLES:
        for row in opened[name].iter_rows(min_row=len(above(book[name])) + 2):
            for cell in row[4:]:
                assert cell.alignment.horizontal == "right"
                if cell.data_type == "n":
                    code = formats[row[2].value]
                    signed = re.fullmatch(r'"([^"]+) "(.+);"\1 "-\2', cell.number_format)
                    if signed and signed[1] == "DfE" and "." in code:
                        code = "#,##0.0"
                    found = signed[2] if signed else cell.number_format
                    assert found == code, cell.coordinate
                else:
                    assert cell.value in {"[x]", "[z]"}


def test_letters_are_arial_of_12_points_or_more(written: list[Path]) -> None:
    for sheet in openpyxl.load_workbook(written[0]).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.font.name == "Arial"
                    assert cell.font.size >= 12
    styles = part(written[1], "styles.xml")
    assert set(re.findall(r'style:font-name="([^"]+)"', styles)) == {"Arial"}
    assert min(map(int, re.findall(r'font-size="(\d+)pt"', styles))) == 12


def test_every_mark_is_explained_and_every_note_is_used(book: Book) -> None:
    _, *notes = table_of(book["Notes"])
    explained = {row[0]: row[2].split(", ") for row in notes}
    assert all(len(row[1]) > 10 for row in notes)
    used: dict[str, list[str]] = {}
    for name in (*TABLES, "Revisions", "Findings"):
        for mark in marks_in(book[name]):
            used.setdefault(mark, []).append(name)
            if not mark.startswith("[note"):
                assert any(line.startswith(f"{mark} = ") for line in above(book[name])), name
    assert explained == used
    numbers = [mark for mark in explained if mark.startswith("[note")]
    assert numbers == [f"[note {number}]" for number in range(1, len(numbers) + 1)]


def marks_in(grid: Grid) -> set[str]:
    header, *rows = table_of(grid)
    cells = [cell for row in rows for cell in row if isinstance(cell, str)]
    marked = [grid[0][0], *header, *(cell for cell in cells if MARK.search(cell[-10:]))]
    return {mark for text in marked for mark in MARK.findall(text)}


def test_notes_say_what_is_disputed_revised_lost_and_absent(book: Book) -> None:
    notes = {row[0]: row[1] for row in table_of(book["Notes"])[1:]}

    def on(sheet: str, label: str, unit: str) -> str:
        (text,) = (
            row[1]
            for row in table_of(book[sheet])[1:]
            if without_marks(row[1]) == label and row[2] == unit
        )
        return " ".join(notes[mark] for mark in MARK.findall(text))

    neglect = "New child protection plans: Neglect"
    assert "Line 116 counts 697 plans for neglect" in on("Table_3", neglect, NUMBER)
    assert "contradicted. " in on("Table_3", neglect, PERCENTAGE)
    assert on("Table_3", neglect, RATE) == ""
    assert "Apr-Jun 2022 from 165 to 173" in on("Table_5", "Children entering care", NUMBER)
    conference = "Section 47 enquiries going to conference"
    assert "Lost when the PDF" in on("Table_2", conference, PERCENTAGE)
    title = {
        sheet: " ".join(notes[mark] for mark in MARK.findall(book[sheet][0][0])) for sheet in TABLES
    }
    assert "A report may record the source of some referrals only" in title["Table_1"]
    assert "of 2018-19 were rounded to one decimal" in title["Table_1"]
    assert "of 2017-18 and 2018-19 were rounded to one decimal" in title["Table_3"]
    assert "The table was a picture" in title["Table_3"]


def test_every_row_says_how_its_figures_stand(book: Book) -> None:
    """DfE, table D3: 303 of 1,388 (21.8%), 371 of 1,460 (25.4%); 32.86 and 21.80 are printed."""
    header, *rows = table_of(book["Table_3"])
    assert header[:4] == ["Local authority", "Measure", "Unit", "Standing"]
    told = {(without_marks(row[1]), row[2]): row[3] for row in rows}
    assert told["Second or subsequent plans", PERCENTAGE] == (
        "Confirmed: 2017-18, 2018-19, 2019-20, 2021-22. Contradicted: 2020-21."
    )
    assert told["New child protection plans: Emotional abuse", NUMBER].endswith(
        "Incomplete: 2020-21, 2021-22."
    )
    assert all(row[3] for sheet in TABLES for row in table_of(book[sheet])[1:])
    notes = " ".join(row[1] for row in table_of(book["Notes"])[1:])
    assert "331 of 1,460 in 2020-21 (as official statistics have them)" in notes
    cover = "\n".join(row[0] for row in book["Cover"])
    assert "contradicted = other evidence contradicts it." in cover


def test_columns_with_a_revised_figure_are_marked(book: Book) -> None:
    marked = {
        (sheet, column)
        for sheet in TABLES
        for column in table_of(book[sheet])[0]
        if column.endswith("[r]")
    }
    assert marked == {("Table_5", "Apr-Jun 2022 [r]"), ("Table_6", "Apr-Jun 2022 [r]")}


def test_revisions_and_findings_are_complete(book: Book, warehouse: Connection) -> None:
    revisions = warehouse.execute(
        "select earlier_value, later_value, change, change_pct from marts.fct_revisions"
    ).fetchall()
    rows = table_of(book["Revisions"])[1:]
    assert sorted(tuple(row[6:]) for row in rows) == sorted(
        tuple(map(float, row)) for row in revisions
    )
    findings = warehouse.execute(
        "select upper(severity[1]) || severity[2:], message,"
        " case when is_explained then 'Explained' when known_issue_id is not null"
        " then 'Examined without finding the cause' else 'Open' end,"
        " coalesce(explanation, '[z]') from marts.fct_quality_findings"
    ).fetchall()
    rows = table_of(book["Findings"])[1:]
    assert sorted(tuple(row[3:]) for row in rows) == sorted(findings)
    assert [row[3] for row in rows] == sorted(
        (row[3] for row in rows), key=["Error", "Warning", "Info"].index
    )


def test_cover_and_contents(written: list[Path], book: Book) -> None:
    cover = "\n".join(row[0] for row in book["Cover"])
    for stated in (
        "Hampshire County Council",
        "Annual Safeguarding Report - Children's Services 2022-23",
        "12 December 2023",
        "Licence: ",
        "[x] = Not available",
    ):
        assert stated in cover
    contents = {row[0]: row[1] for row in table_of(book["Contents"])[1:]}
    assert list(contents) == [name for name in book if name not in {"Cover", "Contents"}]
    assert all(contents[name] == without_marks(book[name][0][0]) for name in contents)
    links = {
        cell.hyperlink.location
        for row in openpyxl.load_workbook(written[0])["Contents"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {f"'{name}'!A1" for name in contents}
    targets = re.findall(r'xlink:href="#(\w+)\.A1"', part(written[1], "content.xml"))
    assert targets == list(contents)


def test_contact_is_a_setting(
    warehouse: Connection, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is named whom the publisher did not name."""
    assert "@" not in "".join(row[0] for row in book["Cover"])
    assert not [path for path in (PROJECT / "models").rglob("*.yml") if "@" in path.read_text()]
    monkeypatch.setenv(labels.CONTACT_SETTING, "performance@hants.gov.uk")
    for path in write_workbooks(warehouse, tmp_path):
        cover = [row[0] for row in read(path)["Cover"]]
        assert "About this workbook: performance@hants.gov.uk" in cover


def test_no_note_is_named_twice_by_a_cell(book: Book) -> None:
    for name in TABLES:
        for row in table_of(book[name])[1:]:
            marks = MARK.findall(row[1])
            assert len(marks) == len(set(marks)), row[1]


def test_tables_by_year_reach_the_latest(book: Book) -> None:
    """The report of 2022-23 is the latest: its table of plans was lost."""
    for name in ("Table_1", "Table_2", "Table_3", "Table_4"):
        assert table_of(book[name])[0][-1] == "2022-23", name


def test_signs_of_figures_are_those_of_the_pages(written: list[Path], book: Book) -> None:
    """DfE, tables D1 and D3, Hampshire 2023: 1,046 plans, 354 repeat plans (24.4%).

    The report of 2021-22 prints 32.86% repeat plans for 2020-21, of which DfE has 25.4%.
    """
    opened = openpyxl.load_workbook(written[0])
    header, *rows = table_of(book["Table_3"])
    first = len(above(book["Table_3"])) + 2
    found = {}
    for number, row in enumerate(rows, start=first):
        for column, period in enumerate(header[4:], start=5):
            cell = opened["Table_3"].cell(number, column)
            sign = re.match(r'"(.+?) "', cell.number_format)
            found[without_marks(row[1]), row[2], period] = (cell.value, sign and sign[1])
    assert found["Child protection plans at 31 March", NUMBER, "2022-23"] == (1046, "DfE")
    assert found["Second or subsequent plans", PERCENTAGE, "2022-23"] == (24.4, "DfE")
    assert found["Second or subsequent plans", NUMBER, "2022-23"] == (354, "DfE")
    assert found["Second or subsequent plans", PERCENTAGE, "2020-21"] == (32.86, "†")
    assert found["Second or subsequent plans", PERCENTAGE, "2021-22"] == (21.8, None)
    told = above(book["Table_3"])
    assert "† before a figure = contradicted: other evidence contradicts it." in told
    assert "DfE before a figure = DfE's figure, as none could be read in the report." in told


def test_documents_describe_themselves(written: list[Path]) -> None:
    properties = openpyxl.load_workbook(written[0]).properties
    assert properties.title == "Children's safeguarding figures: Hampshire"
    assert properties.creator == "Safeguarding warehouse"
    assert str(properties.created) == "2023-12-12 00:00:00"
    assert properties.language == "en-GB"
    meta = part(written[1], "meta.xml")
    for stated in (
        "<dc:title>Children's safeguarding figures: Hampshire</dc:title>",
        "<dc:creator>Safeguarding warehouse</dc:creator>",
        "<dc:date>2023-12-12T00:00:00</dc:date>",
        "<dc:language>en-GB</dc:language>",
    ):
        assert stated in meta
    assert 'fo:language="en" fo:country="GB"' in part(written[1], "styles.xml")


def test_files_are_the_same_while_the_figures_are(written: list[Path], tmp_path: Path) -> None:
    """Rows in another order, another process, another seed for hashes: the same bytes."""
    tables = [
        f"create or replace table marts.{table} as from marts.{table} order by random()"
        for table in (
            *{f"fct_{figure[1]}" for figure in FIGURES},
            *("dim_release", "dim_period", "fct_observations", "fct_revisions"),
            "fct_quality_findings",
        )
    ]
    copy_marts(tmp_path / "altered.duckdb", *tables).close()
    script = (
        "import duckdb, pathlib, sys; from safeguarding.exports.workbooks.workbook"
        " import write_workbooks;"
        "write_workbooks(duckdb.connect(sys.argv[1], read_only=True), pathlib.Path(sys.argv[2]))"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "altered.duckdb"), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts"), "PYTHONHASHSEED": "7"},
        check=True,
        timeout=120,
    )
    for path in written:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
        with ZipFile(path) as archive:
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_open_document_starts_with_its_type(written: list[Path]) -> None:
    with ZipFile(written[1]) as archive:
        first = archive.infolist()[0]
        listed = set(re.findall(r'full-path="([^"]+)"', part(written[1], "META-INF/manifest.xml")))
        members = set(archive.namelist()) - {"mimetype", "META-INF/manifest.xml"}
    assert (first.filename, first.compress_type) == ("mimetype", 0)
    assert listed == members | {"/"}


def part(path: Path, name: str) -> str:
    with ZipFile(path) as archive:
        return archive.read(name).decode()


@pytest.fixture(scope="module")
def as_shown(
    written: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[list[str]]]]:
    """Both files as LibreOffice shows them, cell by cell."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc)")
    shown = {}
    for path in written:
        folder = tmp_path_factory.mktemp("shown")
        every_sheet_as_shown = "44,34,76,1,,0,false,true,true,false,false,-1"
        subprocess.run(
            [
                *(office, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"),
                *("--convert-to", f"csv:Text - txt - csv (StarCalc):{every_sheet_as_shown}"),
                *("--outdir", str(folder), str(path)),
            ],
            capture_output=True,
            check=True,
            timeout=180,
        )
        shown[path.suffix] = dict(sheets_of(folder))
    return shown


def sheets_of(folder: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            yield path.stem.removeprefix("safeguarding-"), list(csv.reader(file))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_an_office_program_shows_every_figure_as_printed(
    as_shown: dict[str, dict[str, list[list[str]]]], warehouse: Connection, suffix: str
) -> None:
    found = figures_in(as_shown[suffix])
    signs = expected_signs(warehouse)
    expected = {}
    for key, value in expected_figures(warehouse).items():
        sign = signs.get(key, "")
        places = min(DECIMALS[key[3]], 1) if sign == "DfE" else DECIMALS[key[3]]
        number = value if isinstance(value, str) else f"{value:,.{places}f}"
        expected[key] = f"{sign} {number}" if sign else number
    assert set(signs.values()) >= {"†", "‡", "§", "[r]", "[p]", "DfE"}
    assert found == expected


def test_an_office_program_shows_the_same_of_both(
    as_shown: dict[str, dict[str, list[list[str]]]],
) -> None:
    assert as_shown[".xlsx"] == as_shown[".ods"]
    assert list(as_shown[".ods"]["Cover"][0]) == ["Children's safeguarding figures: Hampshire"]
