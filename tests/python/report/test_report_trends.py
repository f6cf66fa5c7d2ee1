"""Trends and conversions: every number on their pages, read back, is the mart's."""

from __future__ import annotations

import re
from decimal import Decimal

import docx
import duckdb
import pytest

from support.report_reading import (
    AUTHORITY,
    NUMBER,
    PERIOD,
    Pages,
    Rows,
    as_read,
    number,
)

CONVERSIONS = {
    "Assessments for every 100 referrals": (
        "referral_to_assessment", "assessments", "referrals",
    ),
    "Section 47 enquiries for every 100 assessments": (
        "assessment_to_section_47", "section_47_enquiries", "assessments",
    ),
    "Initial conferences for every 100 Section 47 enquiries": (
        "section_47_to_conference", "initial_child_protection_conferences", "section_47_enquiries",
    ),
    "Plans started for every 100 initial conferences": (
        "conference_to_plan", "cpp_started", "initial_child_protection_conferences",
    ),
}  # fmt: skip
OF_CONTACTS = "Referrals for every 100 contacts"
SHOWN_IN = re.compile(rf"({NUMBER}) in ({PERIOD})")
MEASURES_OF_TRENDS = 17  # with official statistics, of three themes


@pytest.fixture(scope="module")
def trends(pages: Pages) -> dict[str, Rows]:
    """Tables of trends by what they are of, headings first."""
    found = {}
    for caption in pages.captions():
        name = caption.get("id").removesuffix("-caption")
        if name.endswith("-trend"):
            found[as_read(caption).partition(": Hampshire beside others")[0]] = pages.tables[name]
    return found


@pytest.fixture(scope="module")
def rates(marts: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], Decimal | None]:
    """Rates and medians by measure, area and year, as the marts have them."""
    return {
        (measure, area, period): value
        for measure, area, period, value in marts.execute(
            """
            with own as (
                select * from marts.fct_benchmarks
                where local_authority_code = $authority and category_id is null
            ),
            neighbours as (
                select neighbour_code from marts.bridge_statistical_neighbours
                where local_authority_code = $authority and is_latest_model
            )
            select measure_id, 'Hampshire', financial_year, rate from own
            union all
            select measure_id, 'Median of its neighbours', financial_year, neighbour_median from own
            union all
            select measure_id, 'South East', financial_year, region_rate from own
            union all
            select measure_id, 'England', financial_year, england_rate from own
            union all
            select measure_id, area_name, financial_year, rate
            from marts.fct_benchmarks
            inner join marts.dim_area on local_authority_code = area_code
            where local_authority_code in (from neighbours) and category_id is null
            """,
            {"authority": AUTHORITY},
        ).fetchall()
    }


@pytest.fixture(scope="module")
def measure_ids(marts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    named = marts.sql("select measure_name, measure_id from marts.dim_measure").fetchall()
    return dict(named) | {name: measure for name, (measure, *_) in CONVERSIONS.items()}


def measure_of(name: str, measure_ids: dict[str, str]) -> str:
    return measure_ids[re.sub(r" \((?:per 10,000|%)\)$", "", name)]


def test_every_figure_of_a_trend(
    trends: dict[str, Rows],
    rates: dict[tuple[str, str, str], Decimal | None],
    measure_ids: dict[str, str],
) -> None:
    assert len(trends) == MEASURES_OF_TRENDS + len(CONVERSIONS)
    checked = 0
    for name, (heading, *rows) in trends.items():
        measure = measure_of(name, measure_ids)
        years = sorted({period for m, area, period in rates if (m, area) == (measure, "Hampshire")})
        assert heading == ["Area", *years], name
        assert [row[0] for row in rows[:4]] == [
            "Hampshire", "Median of its neighbours", "South East", "England",
        ]  # fmt: skip
        assert len(rows) == 14, name
        for area, *cells in rows:
            expected = [rates.get((measure, area, period)) for period in years]
            assert [number(cell) for cell in cells] == expected, (name, area)
            checked += len(cells)
    assert checked > 2000


def test_medians_are_of_nine_neighbours_in_ten(
    trends: dict[str, Rows], measure_ids: dict[str, str]
) -> None:
    """From the neighbours' own figures on the page: half of them are below, and [u] for fewer."""
    few = 0
    for name, (_, *rows) in trends.items():
        medians, neighbours = rows[1][1:], [row[1:] for row in rows[4:]]
        for place, shown in enumerate(medians):
            known = sorted(value for row in neighbours if (value := number(row[place])) is not None)
            if len(known) < 9:
                assert shown == "[u]", (measure_of(name, measure_ids), place)
                few += 1
            else:
                middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
                assert number(shown) == middle
    assert few > 10


def test_charts_draw_what_the_tables_say(pages: Pages, trends: dict[str, Rows]) -> None:
    drawn = 0
    for page in ("trends", "front-door"):
        for figure in pages.pages[page].xpath("//figure[.//*[contains(@class, 'near')]]"):
            title = as_read(figure.xpath("./figcaption")[0])
            heading, *rows = trends[title.rpartition(", ")[0]]
            known = {
                row[0]: [
                    f"{cell} in {period}"
                    for period, cell in zip(heading[1:], row[1:], strict=True)
                    if number(cell) is not None
                ]
                for row in rows
            }
            told = {
                name: figures.split(", ")
                for each in figure.xpath(".//*[local-name() = 'title']")
                for name, _, figures in [as_read(each).partition(": ")]
            }
            for name, ends in told.items():
                assert ends == list(dict.fromkeys((known[name][0], known[name][-1]))), title
            assert set(told) == {row[0] for row in rows[4:] if known[row[0]]}
            description = as_read(figure.xpath(".//*[contains(@id, '-description')]")[0])
            for each in (known["Hampshire"][0], known["Hampshire"][-1]):
                assert each in description
            read = {f"{shown} in {period}" for shown, period in SHOWN_IN.findall(description)}
            assert read <= {each for row in rows[:4] for each in known[row[0]]}, title
            peak = re.findall(rf"Highest figure of Hampshire: ({NUMBER}) in", description)
            values = (number(cell) for cell in rows[0][1:])
            assert [number(each) for each in peak] == [max(each for each in values if each)]
            drawn += 1
    assert drawn == len(trends)


def test_steps_are_the_reports_and_dfes_counts(
    pages: Pages, marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    _, *rows = pages.tables["front-door-steps"]
    own = dict(
        marts.execute(
            "select measure_name, value from marts.fct_figures"
            " inner join marts.dim_measure using (measure_id)"
            " where local_authority_code = ? and period_id = ? and unit = 'count'"
            " and category_id is null",
            [AUTHORITY, year],
        ).fetchall()
    )
    official = dict(
        marts.execute(
            "select measure_name, value from marts.fct_official_statistics"
            " inner join marts.dim_measure using (measure_id)"
            " where area_code = ? and financial_year = ? and unit = 'count'"
            " and category_id is null and is_preferred and not is_calculated",
            [AUTHORITY, year],
        ).fetchall()
    )
    found = {row[0]: (number(row[1]), number(row[2])) for row in rows}
    assert found == {name: (own.get(name), official.get(name)) for name in found}
    assert len(found) == 6
    # Lines 83 and 84 of 2022-23; DfE, table C1.
    if year == "2022-23":
        assert found["Initial contacts"] == (Decimal(170200), None)
        assert found["Referrals"] == (Decimal(62952), Decimal(30502))
    described = pages.descriptions()["front-door-steps-chart-description"]
    for name, shown, by_dfe in rows:
        assert f"{name}: {shown} in the report, {by_dfe} by DfE" in described


def test_conversions_divide_counts_of_one_source(
    pages: Pages, marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    """Each is worked out again from the two counts that it names."""
    counts = dict(
        marts.execute(
            "select measure_id, value from marts.fct_official_statistics"
            " where area_code = ? and financial_year = ? and unit = 'count'"
            " and category_id is null and is_preferred and not is_calculated",
            [AUTHORITY, year],
        ).fetchall()
    )
    _, *rows = pages.tables["front-door-conversions"]
    found = {row[0]: row[1:] for row in rows}
    for name, (_, part, whole) in CONVERSIONS.items():
        basis, own, *_ = found.pop(name)
        assert basis == "DfE's"
        assert float(own) == pytest.approx(float(100 * counts[part] / counts[whole]), abs=0.051)
    ((basis, own, *others),) = found.values()
    # 60,761 of 153,033 and 62,952 of 170,200, as the reports print them.
    expected = {"2021-22": 100 * 60761 / 153033, "2022-23": 100 * 62952 / 170200}[year]
    assert (basis, others) == ("The report's", ["[z]"] * 3)
    assert float(own) == pytest.approx(expected, abs=0.051)
    told = pages.descriptions()["contacts-converted-chart-description"]
    assert f"{own} in {year}" in told
    counted = {
        period: 100 * referrals / contacts
        for period, contacts, referrals in marts.execute(
            "select period_id, initial_contacts, referrals from marts.fct_contacts_and_referrals"
            " where local_authority_code = ?",
            [AUTHORITY],
        ).fetchall()
    }
    read = SHOWN_IN.findall(told)
    assert len(read) >= 2
    for shown, period in read:
        assert float(shown) == pytest.approx(counted[period], abs=0.051), period


def test_conversions_beside_others(
    pages: Pages, rates: dict[tuple[str, str, str], Decimal | None], year: str
) -> None:
    heading, *rows = pages.tables["front-door-conversions"]
    for name, _, *cells in rows:
        if name != OF_CONTACTS:
            expected = [rates[CONVERSIONS[name][0], area, year] for area in heading[2:]]
            assert [number(cell) for cell in cells] == expected, name


def test_what_conversions_mean_is_said_of_each(pages: Pages) -> None:
    _, *rows = pages.tables["front-door-conversions"]
    _, *meanings = pages.tables["front-door-meanings"]
    assert [row[0] for row in meanings] == [row[0] for row in rows] == [OF_CONTACTS, *CONVERSIONS]
    assert all(all(row) for row in meanings)
    notes = as_read(pages.pages["front-door"].get_element_by_id("main"))
    assert "never divided by each other" in notes
    assert "Both numbers of a conversion are of the same source" in notes


def test_a_later_year_is_named_as_such(pages: Pages, year: str) -> None:
    for page in ("trends", "front-door"):
        text = as_read(pages.pages[page].get_element_by_id("main"))
        assert f"Figures after {year} are later information." in text


def test_the_document_has_the_steps_and_no_trends(pages: Pages) -> None:
    document: docx.document.Document = pages.document()
    texts = [each.text for each in document.paragraphs]
    assert any("From contact to plan: conversions" in each for each in texts)
    assert not [each for each in texts if "beside others" in each]
