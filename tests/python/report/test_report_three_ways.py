"""Figures counted from records stand beside the report's and DfE's, as an audience may see them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from conftest import PROJECT, Seeds
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands, report_tables
from safeguarding.published import catalogue
from safeguarding.records import computed_release
from safeguarding.records.counting import Counted
from safeguarding.records.request import Request
from safeguarding.report import report_commands
from safeguarding.warehouse.compiled_project import CompiledProject
from support.report_reading import AUTHORITY, Pages, number

YEAR = "2021-22"
REQUEST = Request(Path(), AUTHORITY, YEAR, datetime.date(2022, 6, 30))
# SYNTHETIC counts beside those of the report of 2021-22 and DfE's tables C2, C4, D1 and D3.
COUNTED = {
    ("section_47_enquiries", None, "count", YEAR): "7948",
    ("section_47_to_conference_period", None, "percent", YEAR): "20.56",
    ("section_47_to_conference_cohort", None, "percent", YEAR): "20.55",
    ("assessments", None, "count", YEAR): "27661",
    ("referrals", None, "count", YEAR): "30000",
    ("cpp_at_year_end", None, "count", YEAR): "1020",
    ("cpp_open_2_years", None, "count", YEAR): "3",
    ("cpp_started", "physical_abuse", "count", YEAR): "84",
    ("care_entered", None, "count", f"{YEAR} Q1"): "156",
}
SMALL = "Plans open for two years or more"


@pytest.fixture(scope="module")
def warehouse(
    compiled: CompiledProject, seeds_as_they_are: Seeds, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The warehouse after such figures were loaded."""
    seeds = {name: [dict(row) for row in rows] for name, rows in seeds_as_they_are.items()}
    keys = ("measure_id", "category_id", "unit", "period_id")
    figures = [
        {**dict(zip(keys, key, strict=True)), "value": Decimal(value)}
        for key, value in COUNTED.items()
    ]
    release = {
        "release_id": REQUEST.extract_id,
        "title": "Figures of 2021-22 counted from SYNTHETIC records of 2022-06-30",
        "publisher": "Hampshire",
        "licence": "Not stated",
        "published_date": "2022-06-30",
        "financial_year": YEAR,
        "is_published": "false",
    }
    seeds["releases"].append(dict.fromkeys(seeds["releases"][0], "") | release)
    made = computed_release.figures_of(PROJECT, Counted(figures=figures))
    assert len(made) == len(COUNTED)
    seeds["record_figures"] += [figure.as_row(REQUEST.extract_id, AUTHORITY) for figure in made]
    path = tmp_path_factory.mktemp("records") / "warehouse.duckdb"
    compiled.build(seeds, str(path)).close()
    catalogue.keep(PROJECT / "target" / "manifest.json", path)
    return path


@pytest.fixture(scope="module")
def exports(warehouse: Path) -> Callable[[Audience], Path]:
    """The exports and the report for an audience."""
    made: dict[Audience, Path] = {}

    def make(audience: Audience) -> Path:
        if audience not in made:
            folder = warehouse.parent / audience
            formats = ("duckdb", "workbook")
            export_commands.export(export_commands.Job(warehouse, folder, formats, (), audience))
            asked = ["--output", str(folder), "--year", YEAR, "--format", "pages"]
            assert report_commands.main(asked) == 0
            made[audience] = folder
        return made[audience]

    return make


def read(folder: Path, query: str) -> list[tuple[object, ...]]:
    (path,) = folder.glob("*safeguarding*.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def rows_of(folder: Path) -> dict[tuple[str, str, str], list[str]]:
    """Rows of the page's table by what is counted, period and unit."""
    (_, *rows) = Pages(folder / "report" / "hampshire" / YEAR).tables["three-ways"]
    return {(row[0], row[1], row[2]): row[3:] for row in rows}


def test_three_figures_and_their_differences(exports: Callable[[Audience], Path]) -> None:
    """The report prints 7,948 enquiries and 62,108 referrals; DfE has 27,661 assessments."""
    rows = rows_of(exports(Audience.INTERNAL))
    assert len(rows) == len(COUNTED)
    enquiries = rows["Section 47 enquiries", YEAR, "Number"]
    assert enquiries[:5] == ["7,948", "7,948", "7,948", "0", "0"]
    assert enquiries[5] == "Computed as printed. Computed as published by DfE."
    assert rows[SMALL, YEAR, "Number"][0] == "3"
    # By period as DfE's counts make it: 1,634 conferences by 7,948 enquiries.
    share = rows["Section 47 enquiries going to conference, by period", YEAR, "Percentage"]
    assert (share[0], share[2]) == ("20.56", "20.6")
    assert rows["Children entering care", "Apr-Jun 2021", "Number"][:2] == ["156", "156"]


@pytest.mark.parametrize("audience", list(Audience))
def test_every_number_of_the_page_is_the_marts(
    audience: Audience, exports: Callable[[Audience], Path]
) -> None:
    folder = exports(audience)
    expected = read(
        folder,
        f"""
        select
            computed_value, printed_value, official_value, computed_less_printed,
            computed_less_official, explanation
        from marts.fct_three_ways
        inner join marts.dim_period using (period_id)
        where computed_value is not null and financial_year = '{YEAR}'
        """,
    )
    found = [(*map(number, row[:5]), row[5]) for row in rows_of(folder).values()]
    assert sorted(found, key=str) == sorted(map(as_shown, expected), key=str)


def as_shown(row: tuple[object, ...]) -> tuple[object, ...]:
    """Figures of the marts without the decimal places that a column adds."""
    *figures, explanation = row
    numbers = (None if each is None else Decimal(str(each)) for each in figures)
    whole = (each if each is None or each % 1 else Decimal(int(each)) for each in numbers)
    return (*(None if each is None else +each.normalize() + 0 for each in whole), explanation)


def test_the_public_sees_no_small_count_nor_what_gives_it_away(
    exports: Callable[[Audience], Path],
) -> None:
    folder = exports(Audience.PUBLIC)
    rows = rows_of(folder)
    assert (SMALL, YEAR, "Number") not in rows
    assert rows["Section 47 enquiries", YEAR, "Number"][0] == "7,948"
    for path in folder.rglob("*.html"):
        assert "cpp_open_2_years" not in path.read_text(encoding="utf-8")
    # Nothing is there that the observations of the same release do not show.
    told = read(
        folder,
        f"""
        select measure_id, category_id, period_id, unit, computed_value from marts.fct_three_ways
        where computed_value is not null
        except
        select measure_id, category_id, period_id, unit, value from marts.fct_observations
        where release_id = '{REQUEST.extract_id}'
        """,
    )
    assert told == []
    hidden = read(
        folder,
        "select measure_id from marts.fct_observations"
        f" where release_id = '{REQUEST.extract_id}' and is_missing",
    )
    assert ("cpp_open_2_years",) in hidden


@pytest.mark.parametrize("audience", list(Audience))
def test_the_workbook_has_them_too(audience: Audience, exports: Callable[[Audience], Path]) -> None:
    folder = exports(audience)
    (path,) = folder.glob("*safeguarding*.xlsx")
    sheet = openpyxl.load_workbook(path)["Three_ways"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    first = next(place for place, row in enumerate(cells) if row[0] == "Local authority")
    found = {(row[2], row[1], row[3]): row[4:7] for row in cells[first + 1 :]}
    page = rows_of(folder)
    assert set(found) == set(page)
    assert found["Section 47 enquiries", YEAR, "Number"] == [7948, 7948, 7948]
    definitions = cells[first].index("What records count")
    assert all(row[definitions] for row in cells[first + 1 :])


@pytest.mark.parametrize("audience", list(Audience))
def test_synthetic_records_are_called_so(
    audience: Audience, exports: Callable[[Audience], Path]
) -> None:
    """On the page, in the title of its table, and on the workbook's sheet."""
    folder = exports(audience)
    (page,) = folder.rglob("three-ways.html")
    text = page.read_text(encoding="utf-8")
    assert report_tables.NO_CHILDREN.replace("'", "&#39;") in text or (
        report_tables.NO_CHILDREN in text
    )
    assert "Figures counted from SYNTHETIC records, printed and published" in text
    (path,) = folder.glob("*safeguarding*.xlsx")
    sheet = openpyxl.load_workbook(path)["Three_ways"]
    said = {cell.value for row in sheet.iter_rows(max_row=10) for cell in row}
    title = "Three ways: figures counted from SYNTHETIC records, printed and published"
    assert any(title in str(each) for each in said)
    assert report_tables.NO_CHILDREN in said


def test_real_records_are_not(tmp_path: Path) -> None:
    for name, is_synthetic in (("ssd", False), ("SYNTHETIC-ssd", True), ("returns", True)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / ("SYNTHETIC cin 2021.xml" if name == "returns" else "a.csv")).touch()
        assert Request(folder, AUTHORITY, YEAR, REQUEST.extracted).is_synthetic == is_synthetic


def test_without_records_there_is_neither(report_exports: Path) -> None:
    assert not list(report_exports.rglob("three-ways.html"))
    assert read(report_exports, "select count(*) from marts.fct_three_ways")[0] > (0,)
