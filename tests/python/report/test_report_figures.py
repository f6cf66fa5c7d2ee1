"""Every number of the report's tables, read back from pages, document and files, is the mart's."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import docx
import duckdb
import openpyxl
import pytest

from safeguarding.published.standings import Standing
from safeguarding.report.report_model import SIGNS
from support.files.workbook_figures import OFFICIAL, labelled
from support.report_reading import (
    AUTHORITY,
    NUMBER,
    PERIOD,
    YEARS,
    Figures,
    Pages,
    Rows,
    as_read,
    number,
    of_cell,
    tenth,
)

# The reports' tables, and how many rows each has at least.
PRINTED = {
    "contacts-and-referrals-table": 4,
    "section-47-and-assessments-table": 4,
    "child-protection-plans-table": 12,
    "children-looked-after-table": 1,
    "care-flows-table": 5,
    "uasc-arrivals-table": 1,
    "uasc-care-leavers-table": 1,
}
SIGN = {sign[0] for sign in SIGNS.values()} - {"D"}
THEMES = ("enquiries", "plans", "care")


@pytest.fixture(scope="module")
def official(marts: duckdb.DuckDBPyConnection) -> Figures:
    """DfE's figures by the names of the reports'; a share is one of all plans too."""
    return {
        (label, unit, period): value
        for (_, label, unit, period), value in labelled(marts, OFFICIAL)
    }


@pytest.fixture(scope="module")
def tables(pages: Pages) -> dict[str, Rows]:
    return pages.tables


def test_tables_of_the_reports(
    tables: dict[str, Rows], figures: Figures, official: Figures, year: str
) -> None:
    for name, least in PRINTED.items():
        heading, *rows = tables[name]
        assert heading[:2] == ["Measure", "Unit"]
        for label, unit, *cells in rows:
            found = [number(cell) for cell in cells]
            expected = [
                figures.get(key) if figures.get(key) is not None else official.get(key)
                for key in ((label, unit, period) for period in heading[2:])
            ]
            assert found == expected, (name, label, unit)
        counted = len({(row[0], row[1]) for row in rows})
        assert counted == len(rows) >= least
        if re.fullmatch(r"\d{4}-\d{2}", heading[2]):
            assert heading[-1] == year


def test_headline_figures(
    tables: dict[str, Rows], figures: Figures, official: Figures, year: str
) -> None:
    heading, *rows = tables["headline-figures"]
    assert heading[3:] == [year, "Change", "Change by DfE"]
    assert len(rows) == 21
    for label, unit, before, now, change, _ in rows:
        key = "Number, all new plans" if label == "New child protection plans" else unit
        old, new = figures.get((label, key, heading[2])), figures.get((label, key, year))
        assert number(before) == (official.get((label, key, heading[2])) if old is None else old)
        assert number(now) == (official.get((label, key, year)) if new is None else new), label
        both = old is not None and new is not None
        if change == "[u]":
            assert (label, heading[2]) == ("Second or subsequent plans", "2020-21")
        else:
            assert number(change) == ((new or 0) - (old or 0) if both else None), label
    # DfE, tables C2 and D3: 22,008 and 27,661 assessments, 25.4% and 21.8% repeat plans.
    if year == YEARS[0]:
        by_dfe = {(row[0], row[1]): row[5] for row in rows}
        assert number(by_dfe["Assessments completed", "Number"]) == 27661 - 22008
        assert by_dfe["Second or subsequent plans", "Percentage"] == "\N{MINUS SIGN}3.6"


def test_quarters_by_financial_year(tables: dict[str, Rows], year: str) -> None:
    """Lines 115 and 121 of 2022-23, quarter by quarter, and the table of arrivals.

    2021-22: 156 + 155 + 192 + 136 entered care, 176 + 134 + 147 + 113 left it, 3 + 7 + 46 + 18
    arrived; 2022-23: 173 + 191 + 182 + 195, 154 + 141 + 160 + 148, 49 + 46 + 65 + 35.
    """
    heading, *rows = tables["care-flows-by-year-table"]
    found = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    (arrivals,) = tables["uasc-arrivals-by-year-table"][1:]
    if year == YEARS[1]:
        entered, left = found["Children entering care"], found["Children leaving care"]
        assert (entered["2021-22"], entered["2022-23"]) == ("639", "741")
        assert (left["2021-22"], left["2022-23"]) == ("570", "603")
        assert arrivals[-2:] == ["74", "195"]
        # The quarters of 2019-20 were not printed.
        placed = found["Children entering care who were placed with their parents"]
        assert placed["2019-20"] == "[x]"
    assert heading[-1] == year


def told(message: str, titles: dict[str, str]) -> str:
    """A finding without whom and when it is about, releases by their names."""
    _, text = " ".join(message.split()).split(": ", 1)
    text = re.sub(r"\.? \[hampshire-asr-(\S+?)(, line \d+)?\]$", r" (report of \1\2).", text)
    text = re.sub(r"hampshire-asr-(\d{4}-\d{2})", r"report of \1", text)
    for release, title in titles.items():
        text = text.replace(release, title)
    return text[0].upper() + text[1:]


def test_findings(tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str) -> None:
    _, *rows = tables["findings"]
    expected = marts.sql(
        f"""
        select
            message,
            case
                when is_explained then 'Explained'
                when known_issue_id is not null then 'Examined without finding the cause'
                else 'Open'
            end,
            coalesce(explanation, '')
        from marts.fct_quality_findings
        inner join marts.dim_release using (release_id)
        where financial_year <= '{year}'
        """
    ).fetchall()
    titles = dict(marts.sql("select release_id, title from marts.dim_official_release").fetchall())
    as_seen = sorted((told(message, titles), *rest) for message, *rest in expected)
    assert sorted((row[3], row[4], row[5]) for row in rows) == as_seen
    assert "hampshire-asr" not in " ".join(row[3] for row in rows)
    heading, *counts = tables["findings-by-table"]
    assert sum(int(cell) for row in counts for cell in row[1:]) == len(rows)
    by_year = dict(
        marts.sql(
            f"""
            select dim_period.financial_year, count(*)
            from marts.fct_quality_findings
            inner join marts.dim_period using (period_id)
            inner join marts.dim_release using (release_id)
            where dim_release.financial_year <= '{year}'
            group by 1
            """
        ).fetchall()
    )
    found = {
        name: sum(int(row[column]) for row in counts)
        for column, name in enumerate(heading)
        if column
    }
    assert found == by_year


def test_revisions(tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str) -> None:
    expected = marts.sql(
        f"""
        select measure_name, period_label, earlier_value, later_value, change
        from marts.fct_revisions
        inner join marts.dim_measure using (measure_id)
        inner join marts.dim_period using (period_id)
        inner join marts.dim_release on release_id = later_release_id
        where dim_release.financial_year <= '{year}'
        """
    ).fetchall()
    if year == YEARS[0]:
        assert (expected, "revisions" in tables) == ([], False)
        return
    _, *rows = tables["revisions"]
    found = [(row[0], row[1], *(number(cell) for cell in row[4:])) for row in rows]
    assert sorted(found) == sorted(expected)


def test_claims(tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str) -> None:
    _, *rows = tables["claims"]
    verdicts = {
        "Does not agree": "contradicts",
        "Depends on the reading": "depends on the reading",
        "Cannot be checked": "not checkable",
        "Agrees within rounding": "agrees within rounding",
        "Agrees": "agrees",
    }
    found = [
        (row[0], row[1], int(row[2]), verdicts[row[3]], *map(number, row[4:6])) for row in rows
    ]
    expected = marts.sql(
        f"""
        select statement, paragraph, source_line, verdict, claimed_value, recomputed_value
        from marts.fct_narrative_claims
        inner join marts.dim_release using (release_id)
        where financial_year = '{year}'
        """
    ).fetchall()
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("theme", THEMES)
def test_ranks(
    theme: str, tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    _, *rows = tables[f"{theme}-ranks"]
    assert len(rows) >= 5
    for label, _, *cells in rows:
        candidates = marts.sql(
            f"""
            select
                rate,
                neighbour_median,
                neighbour_rank || ' of ' || neighbour_rank_of,
                region_median,
                region_rank || ' of ' || region_rank_of,
                england_median,
                england_rank || ' of ' || england_rank_of
            from marts.fct_benchmarks
            inner join marts.dim_measure using (measure_id)
            left join marts.dim_official_release using (release_id)
            where local_authority_code = '{AUTHORITY}' and financial_year = '{year}'
                and measure_name = '{label}' and category_id is null
                and (
                    unit = 'percent'
                    or population_release_id is null
                    or denominator = population_release_id
                )
            """
        ).fetchall()
        found = [cell if " of " in cell else number(cell) for cell in cells]
        assert tuple(found) in candidates, label


def test_few_areas_are_not_ranked(tables: dict[str, Rows], pages: Pages) -> None:
    """Of 152 authorities the files hold nine with unaccompanied children, of ten neighbours one."""
    rows = [row for row in tables["care-ranks"] if "naccompanied" in row[0]]
    assert [row[3:] for row in rows] == [["[u]"] * 6] * 2
    block = as_read(pages.pages["how-it-compares"].get_element_by_id("care-ranks-notes"))
    told = "1 of 10 statistical neighbours, 9 of 19 in the South East and 9 of 152 in England"
    assert block.count(told) == 2


@pytest.mark.parametrize("theme", THEMES)
def test_neighbours(
    theme: str, tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    heading, *rows = tables[f"{theme}-neighbours"]
    neighbours = [
        name
        for (name,) in marts.sql(
            f"""
            select area_name from marts.bridge_statistical_neighbours
            inner join marts.dim_area on neighbour_code = area_code
            where local_authority_code = '{AUTHORITY}' and is_latest_model
            order by neighbour_rank
            """
        ).fetchall()
    ]
    assert [row[0] for row in rows] == ["Hampshire", *neighbours, "South East", "England"]
    rates = {
        (area, measure, rate)
        for area, measure, rate in marts.sql(
            f"""
            select area_name, measure_name, rate from marts.fct_benchmarks
            inner join marts.dim_area on local_authority_code = area_code
            inner join marts.dim_measure using (measure_id)
            where financial_year = '{year}'
            union all
            select region.area_name, measure_name, region_rate from marts.fct_benchmarks
            inner join marts.dim_area as region on fct_benchmarks.region_code = region.area_code
            inner join marts.dim_measure using (measure_id)
            where financial_year = '{year}' and local_authority_code = '{AUTHORITY}'
            union all
            select 'England', measure_name, england_rate from marts.fct_benchmarks
            inner join marts.dim_measure using (measure_id)
            where financial_year = '{year}' and local_authority_code = '{AUTHORITY}'
            """
        ).fetchall()
    }
    known = {(area, measure) for area, measure, rate in rates if rate is not None}
    for row in rows:
        for header, cell in zip(heading[1:], row[1:], strict=True):
            measure, value = header.rpartition(" (")[0], number(cell)
            if value is None:
                assert (row[0], measure) not in known, (row[0], header)
            else:
                assert (row[0], measure, value) in rates, (row[0], header)


def test_reconciliation(
    tables: dict[str, Rows], marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    _, *rows = tables["reconciliation"]
    expected = marts.sql(
        f"""
        select report_value, official_value, difference, lower(verdict)
        from marts.fct_reconciliation
        where local_authority_code = '{AUTHORITY}' and period_id = '{year}'
        """
    ).fetchall()
    found = [(*(number(cell) for cell in row[2:5]), row[5].lower()) for row in rows]
    assert sorted(found, key=by_value) == sorted(expected, key=by_value)


def by_value(row: tuple[object, ...]) -> list[tuple[bool, float, str]]:
    """An order in which missing figures come first; 1.0 and 1.00 are the same."""
    return [
        (True, float(value), "")
        if isinstance(value, Decimal)
        else (value is not None, 0.0, str(value))
        for value in row
    ]


def test_children_without_unaccompanied(
    tables: dict[str, Rows],
    figures: Figures,
    marts: duckdb.DuckDBPyConnection,
) -> None:
    heading, whole, part, rest, *printed = tables["children-without-uasc-table"]
    official = dict(
        marts.sql(
            f"""
            select financial_year, value from marts.fct_official_statistics
            where area_code = '{AUTHORITY}' and measure_id = 'uasc_looked_after'
                and unit = 'count' and is_latest_release
            """
        ).fetchall()
    )
    for index, period in enumerate(heading[1:], start=1):
        counted = figures["Children looked after at 31 March", "Number", period]
        among = official.get(period)
        assert number(whole[index]) == counted
        assert number(part[index]) == among
        expected = None if among is None or counted is None else counted - among
        assert number(rest[index]) == expected, period
    assert len(printed) <= 1
    for row in printed:  # line 137 of 2021-22 and line 110 of 2022-23
        assert row[-1] == {"2021-22": "1,591", "2022-23": "1,619"}[heading[-1]]


def test_decimals_are_one_place_or_two_below_one(pages: Pages) -> None:
    """What is shown is the number behind it, rounded; nothing else has two places or more."""
    rounded = 0
    for page in pages.pages.values():
        for each in page.xpath("//main//data"):
            exact = Decimal(each.get("value"))
            shown = number(each.text.rstrip("%"))
            assert shown in {exact, tenth(exact)}, as_read(each.getparent())
            rounded += shown != exact
    assert rounded > 50
    exact_pages = {"claims", "data-quality", "how-it-compares"}  # figures are compared as printed
    for name in set(pages.pages) - exact_pages:
        for row in pages.pages[name].xpath("//td[contains(@class, 'figures')]"):
            text = of_cell(row, as_shown=True)
            assert not re.fullmatch(r".*(?:[1-9]\d*\.\d\d+|\.\d0)", text), (name, text)


def test_only_figures_that_read_differently_are_said_to_differ(pages: Pages) -> None:
    told = [each.text_content() for page in pages.pages.values() for each in page.xpath("//li")]
    pairs = [
        pair
        for text in told
        for pair in re.findall(r"the report has ([\d.,]+), DfE ([\d.,]+)\. Both are right", text)
    ]
    assert pairs
    assert [(own, dfe) for own, dfe in pairs if tenth(number(own)) == tenth(number(dfe))] == []


def document_tables(document: docx.document.Document) -> dict[str, Rows]:
    """Tables of a document by their caption, headings first."""
    caption, found = "", {}
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            found[caption] = [[text_of(cell) for cell in row.cells] for row in block.rows]
        elif block.style is not None and block.style.name == "Caption":
            caption = block.text.partition(": ")[2]
    return found


def text_of(cell: docx.table._Cell) -> str:
    """What stands in a cell, without the raised letters that lead to notes."""
    runs = (run for paragraph in cell.paragraphs for run in paragraph.runs)
    return " ".join("".join(run.text for run in runs if run.style.name != "Note Sign").split())


def test_document_has_the_tables_of_the_pages(pages: Pages) -> None:
    """Each table is in the document, or named there with its worksheet."""
    document = pages.document()
    in_document = document_tables(document)
    named = {
        found[1]: found[2]
        for each in document.paragraphs
        if (found := re.fullmatch(r"Table: (.+) \(worksheet (\w+) of the report's .+", each.text))
    }
    (path,) = pages.folder.glob("*.xlsx")
    sheets = openpyxl.load_workbook(path, read_only=True)
    for caption in pages.captions():
        if caption.xpath("ancestor::details[@class='folded']"):  # as much as nobody prints
            assert as_read(caption) not in in_document
            continue
        told = as_read(caption)
        if told in named:
            assert sheets[named[told]]["A1"].value.endswith(told)
        else:
            assert in_document[told] == Pages.rows(caption.getparent(), as_shown=True), told
    assert any(each.startswith("Headline figures") for each in in_document)
    assert len(in_document) >= 5
    assert len(named) >= 12


def test_files_have_the_signs_of_the_pages(pages: Pages, year: str) -> None:
    """The figures of 2020-21 that are contradicted, and DfE's of 2022-23, in every file."""
    name = "child-protection-plans-table"
    table = pages.pages["child-protection-plans"].get_element_by_id(f"{name}-caption").getparent()
    headers, *rows = Pages.rows(table)
    with (pages.folder / "data" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        in_file = list(csv.DictReader(file))
    (path,) = pages.folder.glob("*.xlsx")
    sheets = openpyxl.load_workbook(path)
    (sheet,) = [each for each in sheets if name.replace("-", "_") in each.tables]
    start = sheet[sheet.tables[name.replace("-", "_")].ref][0][0].row
    seen = set()
    for number_of_row, (row, read) in enumerate(
        zip(Pages.lines(table)[1:], in_file, strict=True), start=start + 1
    ):
        for column, (header, cell) in enumerate(zip(headers[1:], row[1:], strict=True), start=2):
            signs = [as_read(each) for each in cell.xpath(".//*[@class='sign']")]
            told = read.get(f"{header}, standing", "")
            for sign in signs:
                assert sign in told or (sign == "DfE" and "DfE's figure" in told), (header, told)
            code = sheet.cell(number_of_row, column).number_format
            written = re.match(r'"(.+?) "', code)
            assert (written[1].split() if written else []) == signs, (header, row)
            seen |= set(signs)
    assert seen >= ({"†", "‡", "DfE"} if year == YEARS[1] else {"†", "‡"})
    assert len(rows) == len(in_file)


def test_downloads_are_the_tables(pages: Pages, tables: dict[str, Rows]) -> None:
    for name, rows in tables.items():
        path = pages.folder / "data" / f"{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.reader(file))
        assert len(found) == len(rows), name
        for read, seen in zip(found, rows, strict=True):
            for cell, text in zip(read[: len(seen)], seen, strict=True):
                assert same(cell, text), (name, cell, text)
        words = {each.value for each in Standing} | {kind.value for kind in SIGNS} | {""}
        for column in range(len(rows[0]), len(found[0])):
            header = found[0][column].removesuffix(", standing")
            assert header in rows[0]
            told = {each for read in found[1:] for each in read[column].split("; ")}
            assert {each.split(" ", 1)[-1] if each[:1] in SIGN else each for each in told} <= words


def same(cell: str, text: str) -> bool:
    """Whether a cell of a CSV file is what a page shows."""
    if " ".join(cell.split()).removeprefix("'") == text:
        return True
    return Decimal(cell) == number(text)  # a rank is not: it says how many it is of


def test_descriptions_of_charts(pages: Pages, figures: Figures) -> None:
    """`Referrals: 40,014 in 2018-19, 62,952 in 2022-23.` are the mart's figures."""
    known = {
        (shown, period)
        for (_, _, period), value in figures.items()
        for shown in (value, tenth(value))
    }
    checked = 0
    for name, text in pages.descriptions().items():
        if "compared" in name or "findings" in name or "looked-after" in name:
            continue
        if "trend" in name or "contacts-converted" in name:  # test_report_trends reads them back
            continue
        for value, period in re.findall(rf"({NUMBER}) in ({PERIOD})", text):
            assert (number(value), period) in known, (name, value, period)
            checked += 1
    assert checked > 30
