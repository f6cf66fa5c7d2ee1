"""The workbook says what the marts say, in both formats, and as the guidance wants it said."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
import yaml
from python_calamine import CalamineWorkbook

from conftest import PROJECT
from safeguarding.exports.workbooks import workbook_content
from safeguarding.exports.workbooks.workbook import write_workbooks

# gptables uses what pandas 4 will remove; the version in use is pinned.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

Connection = duckdb.DuckDBPyConnection
Grid = list[list[Any]]
Book = dict[str, Grid]
Alter = Callable[..., Connection]
Key = tuple[str, str, str, str, str]

NUMBER, PERCENTAGE, RATE = "Number", "Percentage", "Rate per 10,000 children"
OF_ALL, ALL = "Percentage, of all new plans", "Number, all new plans"
# (sheet, fact, column, row label, unit); `{}` in a label stands for the category.
FIGURES = [
    ("Table_1", "contacts_and_referrals", "initial_contacts", "Initial contacts", NUMBER),
    ("Table_1", "contacts_and_referrals", "referrals", "Referrals", NUMBER),
    ("Table_1", "referrals_by_source", "referrals", "Referrals by source: {}", NUMBER),
    ("Table_1", "referrals_by_source", "published_pct", "Referrals by source: {}", PERCENTAGE),
    (
        "Table_2",
        "section_47_and_assessments",
        "section_47_enquiries",
        "Section 47 enquiries",
        NUMBER,
    ),
    (
        "Table_2",
        "section_47_and_assessments",
        "section_47_to_conference_pct",
        "Section 47 enquiries going to conference",
        PERCENTAGE,
    ),
    ("Table_2", "section_47_and_assessments", "assessments", "Assessments completed", NUMBER),
    (
        "Table_2",
        "section_47_and_assessments",
        "assessments_in_time_pct",
        "Assessments completed in time",
        PERCENTAGE,
    ),
    (
        "Table_3",
        "child_protection_plans",
        "plans_at_year_end",
        "Child protection plans at 31 March",
        NUMBER,
    ),
    ("Table_3", "cpp_by_category", "plans_started", "New child protection plans: {}", NUMBER),
    ("Table_3", "cpp_by_category", "published_pct", "New child protection plans: {}", PERCENTAGE),
    (
        "Table_3",
        "cpp_by_category",
        "published_rate_per_10000",
        "New child protection plans: {}",
        RATE,
    ),
    ("Table_3", "cpp_by_category", "calculated_pct", "New child protection plans: {}", OF_ALL),
    ("Table_3", "cpp_by_category", "all_plans_started", "New child protection plans", ALL),
    *(
        ("Table_3", "child_protection_plans", column + suffix, label, unit)
        for column, label in (
            ("ended_after_2_years", "Plans ended after two years or more"),
            ("open_2_years", "Plans open for two years or more"),
            ("repeat_plans", "Second or subsequent plans"),
        )
        for suffix, unit in (("", NUMBER), ("_pct", PERCENTAGE))
    ),
    (
        "Table_4",
        "children_looked_after",
        "children_looked_after",
        "Children looked after at 31 March",
        NUMBER,
    ),
    *(
        ("Table_5", "care_flows", column, label, NUMBER)
        for column, label in (
            ("entered_care", "Children entering care"),
            ("left_care", "Children leaving care"),
            ("published_net_change", "Net change in children looked after"),
            (
                "entered_placed_with_parents",
                "Children entering care who were placed with their parents",
            ),
            ("entered_uasc", "Unaccompanied asylum-seeking children entering care"),
        )
    ),
    (
        "Table_6",
        "uasc",
        "uasc_arrivals",
        "Arrivals of unaccompanied asylum-seeking children",
        NUMBER,
    ),
    (
        "Table_7",
        "uasc",
        "uasc_care_leavers",
        "Care leavers who were unaccompanied asylum-seeking children",
        NUMBER,
    ),
]
REST = "In no category printed"
CATEGORIES = {"referrals_by_source": "referral_source", "cpp_by_category": "cpp_category"}
DECIMALS = {NUMBER: 0, PERCENTAGE: 2, OF_ALL: 2, ALL: 0, RATE: 1}  # as the reports print them
FIRST_SHEETS = ["Cover", "Contents", "Notes", "Definitions"]
TABLES = [f"Table_{number}" for number in range(1, 8)]
MARK = re.compile(r"\[(?:[a-z]|note \d+)\]")


@pytest.fixture(scope="session")
def written(warehouse: Connection, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_workbooks(warehouse, tmp_path_factory.mktemp("workbook") / "new folder")


@pytest.fixture(params=["xlsx", "ods"])
def path(request: pytest.FixtureRequest, written: list[Path]) -> Path:
    return next(each for each in written if each.suffix == f".{request.param}")


@pytest.fixture
def alter(tmp_path: Path) -> Alter:
    """A function that copies the marts, changes them and opens the copy read-only."""

    def altered(*statements: str) -> Connection:
        copy = tmp_path / "altered.duckdb"
        copy.unlink(missing_ok=True)
        with duckdb.connect(str(copy)) as connection:
            connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as source (read_only)")
            connection.execute("create schema marts")
            connection.execute("create schema project")
            connection.execute("create table project.manifest as from source.project.manifest")
            tables = connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'source' and schema_name = 'marts'"
            ).fetchall()
            for (table,) in tables:
                connection.execute(f"create table marts.{table} as from source.marts.{table}")
            for statement in statements:
                connection.execute(statement)
        return duckdb.connect(str(copy), read_only=True)

    return altered


def read(path: Path) -> Book:
    """All sheets of a file, with a reader that has nothing to do with the writers."""
    book = CalamineWorkbook.from_path(path)
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def table_of(grid: Grid) -> Grid:
    """The table of a sheet, its header first: what is above it stands in column A alone."""
    first = next(number for number, row in enumerate(grid) if len(row) > 1 and row[1] != "")
    return grid[first:]


def above(grid: Grid) -> list[str]:
    return [row[0] for row in grid[: len(grid) - len(table_of(grid))]]


def without_marks(text: str) -> str:
    return MARK.sub("", text).strip()


def figures_in(book: Book) -> dict[Key, Any]:
    """Every figure cell of tables 1 to 7."""
    found: dict[Key, Any] = {}
    for sheet in TABLES:
        header, *rows = table_of(book[sheet])
        for authority, label, unit, _, *cells in rows:
            for period, cell in zip(header[4:], cells, strict=True):
                key = (sheet, authority, without_marks(label), unit, without_marks(period))
                assert key not in found, key
                found[key] = cell
    return found


def expected_figures(connection: Connection) -> dict[Key, Any]:
    """What those cells must hold, by SQL of its own."""
    expected: dict[Key, Any] = {}
    for sheet, fact, column, label, unit in FIGURES:
        siblings = [(each[1], each[2]) for each in FIGURES if each[0] == sheet]
        filled = " union ".join(
            f"select period_id from marts.fct_{other} where {sibling} is not null"
            for other, sibling in siblings
        )
        years = 1000 if sheet == "Table_4" else 5
        category = CATEGORIES.get(fact)
        name = f"{category}_name" if category else "null"
        join = f"inner join marts.dim_{category} using ({category}_id)" if category else ""
        cells = connection.execute(f"""
            with periods as (
                select *, dense_rank() over (order by financial_year desc) as age
                from marts.dim_period where period_id in ({filled})
            )
            select local_authority_name, {name}, period_label, {column}
            from marts.fct_{fact}
            inner join periods using (period_id)
            inner join marts.dim_local_authority using (local_authority_code) {join}
            where age <= {years}
        """).fetchall()
        for authority, category_name, period, value in cells:
            key = (sheet, authority, label.format(category_name), unit, period)
            if category_name != REST or column in {"plans_started", "calculated_pct"}:
                expected[key] = "[x]" if value is None else value
    # Nothing is left over where the categories are complete.
    for authority, period in connection.execute("""
        select distinct local_authority_name, period_label from marts.fct_cpp_by_category
        inner join marts.dim_period using (period_id)
        inner join marts.dim_local_authority using (local_authority_code) where is_complete
    """).fetchall():
        for unit in (NUMBER, OF_ALL):
            label = f"New child protection plans: {REST}"
            expected["Table_3", authority, label, unit, period] = "[z]"
    return expected


def same(found: dict[Key, Any], expected: dict[Key, Any]) -> None:
    assert found.keys() == expected.keys()
    differing = {
        key: (found[key], value)
        for key, value in expected.items()
        if found[key] != (float(value) if isinstance(value, int | Decimal) else value)
    }
    assert not differing


def test_every_figure_is_that_of_the_marts(path: Path, warehouse: Connection) -> None:
    expected = expected_figures(warehouse)
    assert len(expected) > 350
    same(figures_in(read(path)), expected)


def test_figures_as_the_reports_print_them(path: Path) -> None:
    printed = {
        ("Table_1", "Initial contacts", NUMBER, "2022-23"): 170200,
        ("Table_1", "Referrals by source: Education", NUMBER, "2022-23"): 9482,
        ("Table_1", "Referrals by source: Education", PERCENTAGE, "2022-23"): 30.61,
        ("Table_2", "Section 47 enquiries going to conference", PERCENTAGE, "2022-23"): "[x]",
        ("Table_3", "New child protection plans: Neglect", NUMBER, "2021-22"): 775,
        ("Table_3", "New child protection plans: Neglect", RATE, "2017-18"): 38.4,
        ("Table_4", "Children looked after at 31 March", NUMBER, "2014-15"): 1339,
        ("Table_5", "Net change in children looked after", NUMBER, "Oct-Dec 2020"): -32,
    }
    found = figures_in(read(path))
    for (sheet, label, unit, period), figure in printed.items():
        assert found[sheet, "Hampshire", label, unit, period] == figure


def test_both_formats_say_the_same(written: list[Path]) -> None:
    first, second = (read(path) for path in written)
    assert list(first) == list(second)
    for name in first:
        assert first[name] == second[name], name


def test_sheets_in_order(path: Path) -> None:
    assert list(read(path)) == [*FIRST_SHEETS, *TABLES, "Revisions", "Findings"]


def test_rows_are_in_the_order_of_the_report(path: Path) -> None:
    _, *rows = table_of(read(path)["Table_1"])
    labels = list(dict.fromkeys(without_marks(row[1]).split(": ")[-1] for row in rows))
    assert ", ".join(labels) == (
        "Initial contacts, Referrals, Individual, Education, Health services, Housing, "
        "Local authority services, Police, Other legal agency, Other, Anonymous, Unknown, "
        "Not recorded"
    )
    assert [row[2] for row in rows] == [NUMBER, NUMBER, *[NUMBER, PERCENTAGE] * 11]


def test_a_title_then_one_table_without_gaps(path: Path) -> None:
    for name, grid in read(path).items():
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


def test_tables_are_marked_up_in_the_open_format(written: list[Path]) -> None:
    content = part(written[1], "content.xml")
    assert "spanned" not in content
    assert "covered-table-cell" not in content
    marks = re.findall(r'<table:database-range [^>]*target-range-address="(\w+)\.A(\d+):', content)
    book = read(written[1])
    assert marks == [
        (name, str(len(above(grid)) + 1)) for name, grid in book.items() if name != "Cover"
    ]
    assert content.count('table:contains-header="true"') == len(marks)
    assert content.count("<table:table-header-rows>") == len(marks)


def test_figures_are_numbers_shown_as_printed(written: list[Path]) -> None:
    book = openpyxl.load_workbook(written[0])
    formats = {NUMBER: "#,##0", PERCENTAGE: "#,##0.00", RATE: "#,##0.0"}
    formats |= {OF_ALL: "#,##0.00", ALL: "#,##0"}
    for name in TABLES:
        first = len(above(read(written[0])[name])) + 2
        for row in book[name].iter_rows(min_row=first):
            for cell in row[4:]:
                assert cell.alignment.horizontal == "right"
                if cell.data_type == "n":
                    assert cell.number_format == formats[row[2].value], cell.coordinate
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


def test_every_mark_is_explained_and_every_note_is_used(path: Path) -> None:
    book = read(path)
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


def test_notes_say_what_is_disputed_revised_lost_and_absent(path: Path) -> None:
    book = read(path)
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
    assert "they do so for those that require an assessment" in title["Table_1"]
    assert "of 2018-19 were rounded to one decimal" in title["Table_1"]
    assert "of 2017-18 and 2018-19 were rounded to one decimal" in title["Table_3"]
    assert "The table was a picture" in title["Table_3"]


def test_every_row_says_how_its_figures_stand(path: Path) -> None:
    """DfE, table D3: 303 of 1,388 (21.8%), 371 of 1,460 (25.4%); 32.86 and 21.80 are printed."""
    book = read(path)
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
    assert "contradicted = the evidence is against it." in cover


def test_columns_with_a_revised_figure_are_marked(path: Path) -> None:
    book = read(path)
    marked = {
        (sheet, column)
        for sheet in TABLES
        for column in table_of(book[sheet])[0]
        if column.endswith("[r]")
    }
    assert marked == {("Table_5", "Apr-Jun 2022 [r]"), ("Table_6", "Apr-Jun 2022 [r]")}


def test_revisions_and_findings_are_complete(path: Path, warehouse: Connection) -> None:
    book = read(path)
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


def test_a_superseded_figure_gets_no_note(alter: Alter, tmp_path: Path) -> None:
    connection = alter(
        "update marts.fct_quality_findings set explanation = 'About ' || release_id"
        " where check_id = 'sources_below_referrals' and period_id = '2021-22'"
    )
    _, *notes = table_of(read(write_workbooks(connection, tmp_path)[0])["Notes"])
    found = [row[1] for row in notes if "About" in row[1]]
    assert found == ["Hampshire, 2021-22: About hampshire-asr-2022-23"]


def test_cover_and_contents(written: list[Path], path: Path) -> None:
    book = read(path)
    cover = "\n".join(row[0] for row in book["Cover"])
    for stated in (
        "Hampshire County Council",
        "Annual Safeguarding Report - Children's Services 2022-23",
        "12 December 2023",
        "Licence: ",
        "[x] = Not available",
        workbook_content.CONTACT,
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


def test_contact_is_the_owner_of_the_marts() -> None:
    owner = yaml.safe_load((PROJECT / "models/marts/_marts.yml").read_text(encoding="utf-8"))
    assert owner["groups"][0]["owner"]["email"] == workbook_content.CONTACT


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


def test_markers_are_shown_and_explained(alter: Alter, tmp_path: Path) -> None:
    connection = alter(
        "alter table marts.fct_section_47_and_assessments add column assessments_marker varchar",
        "update marts.fct_section_47_and_assessments"
        " set assessments = null, assessments_marker = 'c' where period_id = '2021-22'",
    )
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        found = figures_in(book)
        key = ("Table_2", "Hampshire", "Assessments completed", NUMBER)
        assert found[*key, "2021-22"] == "[c]"
        assert found[*key, "2022-23"] == 22166
        assert any(line.startswith("[c] = Confidential") for line in above(book["Table_2"]))
        assert ["[c]", "Table_2"] in [[row[0], row[2]] for row in table_of(book["Notes"])]


def test_a_marker_without_a_meaning_is_refused(alter: Alter, tmp_path: Path) -> None:
    connection = alter(
        "alter table marts.fct_uasc add column uasc_arrivals_marker varchar",
        "update marts.fct_uasc set uasc_arrivals = null, uasc_arrivals_marker = 'q'"
        " where period_id = '2022-23 Q1'",
    )
    with pytest.raises(ValueError, match="'q' of uasc_arrivals"):
        write_workbooks(connection, tmp_path)


def test_several_authorities_have_a_block_each(alter: Alter, tmp_path: Path) -> None:
    facts = sorted({f"marts.fct_{figure[1]}" for figure in FIGURES})
    connection = alter(
        *(
            f"insert into {fact} by name select * replace ('E06000001' as local_authority_code)"
            f" from {fact} where period_id < '2022'"
            for fact in facts
        ),
        "update marts.fct_uasc set uasc_arrivals = 4321 where local_authority_code = 'E06000001'",
    )
    expected = expected_figures(connection)
    assert {key[1] for key in expected} == {"Hampshire", "Hartlepool"}
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        found = figures_in(book)
        assert not {found[key] for key in found.keys() - expected.keys()} - {"[x]"}
        same({key: found[key] for key in expected}, expected)
        for name in TABLES:
            authorities = [row[0] for row in table_of(book[name])[1:]]
            assert authorities == sorted(authorities), name
            assert len(set(authorities)) == 2, name
        assert "Hampshire and Hartlepool" in book["Table_6"][0][0]


HOSTILE = {
    "individual": "=1+1",
    "education": "@SUM(1+1)",
    "health_services": "+1+1",
    "housing": "-1+1",
    "police": "{=1+1}",
    "other": "[click](https://example.org)",
    "anonymous": "$$note$$ <b>&amp;",
    "unknown": "one\ntwo\x07  three",
}


def test_text_stays_text(alter: Alter, tmp_path: Path) -> None:
    connection = alter(
        *(
            "update marts.dim_referral_source set referral_source_name ="
            f" '{name}' where referral_source_id = '{key}'"
            for key, name in HOSTILE.items()
        ),
        "update marts.dim_local_authority set local_authority_name = '=HYPERLINK(\"x\")'"
        " where local_authority_code = 'E10000014'",
        "update marts.fct_quality_findings set explanation = '=cmd|calc'"
        " where explanation is not null",
        "update marts.dim_release set source_url = 'javascript:alert(1)'",
    )
    paths = write_workbooks(connection, tmp_path)
    for path in paths:
        book = read(path)
        rows = table_of(book["Table_1"])[1:]
        labels = {without_marks(row[1]).removeprefix("Referrals by source: ") for row in rows}
        assert {"=1+1", "@SUM(1+1)", "+1+1", "-1+1", "{=1+1}"} <= labels
        assert {"[click] (https://example.org)", "$ $note$ $ <b>&amp;", "one two three"} <= labels
        assert {row[0] for row in rows} == {'=HYPERLINK("x")'}
        assert "=cmd|calc" in {row[6] for row in table_of(book["Findings"])}
    with ZipFile(paths[0]) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "sheet" in name]
    assert not any("<f>" in sheet or "javascript:" in sheet for sheet in sheets)
    content = part(paths[1], "content.xml")
    assert "table:formula" not in content
    assert 'href="javascript' not in content
    assert set(re.findall(r'href="(.)', content)) == {"#"}


def test_without_revisions_there_is_no_empty_sheet(alter: Alter, tmp_path: Path) -> None:
    connection = alter("delete from marts.fct_revisions", "delete from marts.fct_uasc")
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        assert list(book) == [*FIRST_SHEETS, *TABLES[:5], "Findings"]
        assert ["No later release changed a figure."] in book["Cover"]


def test_without_releases_there_is_no_workbook(alter: Alter, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dim_release is empty"):
        write_workbooks(alter("delete from marts.dim_release"), tmp_path)
    assert not list(tmp_path.glob("safeguarding.*"))


def test_files_are_the_same_while_the_figures_are(
    written: list[Path], alter: Alter, tmp_path: Path
) -> None:
    """Rows in another order, another process, another seed for hashes: the same bytes."""
    tables = [
        f"create or replace table marts.{table} as from marts.{table} order by random()"
        for table in (
            *{f"fct_{figure[1]}" for figure in FIGURES},
            *("dim_release", "dim_period", "fct_observations", "fct_revisions"),
            "fct_quality_findings",
        )
    ]
    alter(*tables).close()
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


@pytest.fixture(scope="session")
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
    expected = {
        key: value if isinstance(value, str) else f"{value:,.{DECIMALS[key[3]]}f}"
        for key, value in expected_figures(warehouse).items()
    }
    assert found == expected


def test_an_office_program_shows_the_same_of_both(
    as_shown: dict[str, dict[str, list[list[str]]]],
) -> None:
    assert as_shown[".xlsx"] == as_shown[".ods"]
    assert list(as_shown[".ods"]["Cover"][0]) == ["Children's safeguarding figures: Hampshire"]
