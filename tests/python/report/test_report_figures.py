"""Every number of the report, read back from its pages and its document, is the mart's."""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import docx
import duckdb
import pytest
from lxml import html

from safeguarding.published.standings import Standing

AUTHORITY = "E10000014"
YEARS = ["2021-22", "2022-23"]
UNITS = {
    "count": "Number",
    "percent": "Percentage",
    "rate_per_10000": "Rate per 10,000 children",
    "all": "Number, all new plans",
    "of all": "Percentage, of all new plans",
}
SOURCES = ("referral_source_id", "dim_referral_source", "referral_source_name")
ABUSE = ("cpp_category_id", "dim_cpp_category", "cpp_category_name")
# Fact, column, measure, unit, and what divides the figures: key, dimension and its name.
Column = tuple[str, str, str, str, tuple[str, str, str] | None]
# Each table with the columns that its rows are.
PRINTED: list[tuple[str, list[Column]]] = [
    (
        "contacts-and-referrals-table",
        [
            ("fct_contacts_and_referrals", "initial_contacts", "initial_contacts", "count", None),
            ("fct_contacts_and_referrals", "referrals", "referrals", "count", None),
            ("fct_referrals_by_source", "referrals", "referrals_by_source", "count", SOURCES),
            (
                "fct_referrals_by_source",
                "published_pct",
                "referrals_by_source",
                "percent",
                SOURCES,
            ),
        ],
    ),
    (
        "section-47-and-assessments-table",
        [
            ("fct_section_47_and_assessments", column, measure, unit, None)
            for column, measure, unit in (
                ("section_47_enquiries", "section_47_enquiries", "count"),
                ("section_47_to_conference_pct", "section_47_to_conference", "percent"),
                ("assessments", "assessments", "count"),
                ("assessments_in_time_pct", "assessments_in_time", "percent"),
            )
        ],
    ),
    (
        "child-protection-plans-table",
        [
            *(
                ("fct_child_protection_plans", column, measure, unit, None)
                for column, measure, unit in (
                    ("plans_at_year_end", "cpp_at_year_end", "count"),
                    ("ended_after_2_years", "cpp_ended_after_2_years", "count"),
                    ("ended_after_2_years_pct", "cpp_ended_after_2_years", "percent"),
                    ("open_2_years", "cpp_open_2_years", "count"),
                    ("open_2_years_pct", "cpp_open_2_years", "percent"),
                    ("repeat_plans", "cpp_repeat", "count"),
                    ("repeat_plans_pct", "cpp_repeat", "percent"),
                )
            ),
            ("fct_cpp_by_category", "plans_started", "cpp_started", "count", ABUSE),
            ("fct_cpp_by_category", "published_pct", "cpp_started", "percent", ABUSE),
            ("fct_cpp_by_category", "calculated_pct", "cpp_started", "of all", ABUSE),
            ("fct_cpp_by_category", "all_plans_started", "cpp_started", "all", None),
            (
                "fct_cpp_by_category",
                "published_rate_per_10000",
                "cpp_started",
                "rate_per_10000",
                ABUSE,
            ),
        ],
    ),
    (
        "children-looked-after-table",
        [("fct_children_looked_after", "children_looked_after", "cla_at_year_end", "count", None)],
    ),
    (
        "care-flows-table",
        [
            ("fct_care_flows", column, measure, "count", None)
            for column, measure in (
                ("entered_care", "care_entered"),
                ("left_care", "care_left"),
                ("published_net_change", "care_net_change"),
                ("entered_placed_with_parents", "care_entered_placed_with_parents"),
                ("entered_uasc", "care_entered_uasc"),
            )
        ],
    ),
    (
        "uasc-arrivals-table",
        [("fct_uasc", "uasc_arrivals", "uasc_arrivals", "count", None)],
    ),
    (
        "uasc-care-leavers-table",
        [("fct_uasc", "uasc_care_leavers", "uasc_care_leavers", "count", None)],
    ),
]
THEMES = ("enquiries", "plans", "care")
NUMBER = r"-?[\d,]+(?:\.\d+)?"
Key = tuple[str, str, str]  # measure, unit, period, as people read them
Rows = list[list[str]]


class Pages:
    """The pages of one report, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = {
            path.stem: html.fromstring(path.read_bytes()) for path in sorted(folder.glob("*.html"))
        }

    def tables(self) -> dict[str, Rows]:
        """Each table by its name, headings first, as it is seen."""
        return {
            caption.get("id").removesuffix("-caption"): self.rows(caption.getparent())
            for page in self.pages.values()
            for caption in page.xpath("//caption[@id]")
        }

    @staticmethod
    def rows(table: html.HtmlElement) -> Rows:
        seen = copy.deepcopy(table)
        for each in seen.xpath(".//*[@class='tip' or @class='sign' or @class='unseen']"):
            each.drop_tree()
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
            for row in seen.xpath(".//tr")
        ]

    def sentences(self) -> list[str]:
        return [
            " ".join(each.text_content().split())
            for page in self.pages.values()
            for each in page.xpath("//p[@class='lead']|//*[@class='points']/li")
        ]


@pytest.fixture(scope="module", params=YEARS)
def year(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pages(report_exports: Path, year: str) -> Pages:
    return Pages(report_exports / "report" / "hampshire" / year)


@pytest.fixture(scope="module")
def tables(pages: Pages) -> dict[str, Rows]:
    return pages.tables()


@pytest.fixture(scope="module")
def marts(report_exports: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(report_exports / "safeguarding.duckdb"), read_only=True)


def number(text: str) -> Decimal | None:
    """What a cell says; None for shorthand."""
    if text.startswith("["):
        return None
    return Decimal(text.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", ""))


def figures_of(marts: duckdb.DuckDBPyConnection) -> dict[Key, Decimal | None]:
    """Every figure of the conformed facts, by its names."""
    found: dict[Key, Decimal | None] = {}
    for _, columns in PRINTED:
        for fact, column, measure, unit, by in columns:
            join = f"inner join marts.{by[1]} using ({by[0]})" if by else ""
            name = f"measure_name || ': ' || {by[2]}" if by else "measure_name"
            for label, period, value in marts.sql(
                f"""
                select {name}, period_label, {column}
                from marts.{fact}
                inner join marts.dim_period using (period_id)
                inner join marts.dim_measure on measure_id = '{measure}'
                {join}
                where local_authority_code = '{AUTHORITY}'
                """
            ).fetchall():
                found[label, UNITS[unit], period] = None if value is None else Decimal(value)
    return found


@pytest.fixture(scope="module")
def figures(marts: duckdb.DuckDBPyConnection) -> dict[Key, Decimal | None]:
    return figures_of(marts)


def test_tables_of_the_reports(
    tables: dict[str, Rows], figures: dict[Key, Decimal | None], year: str
) -> None:
    for name, columns in PRINTED:
        heading, *rows = tables[name]
        assert heading[:2] == ["Measure", "Unit"]
        for label, unit, *cells in rows:
            found = [number(cell) for cell in cells]
            expected = [figures.get((label, unit, period)) for period in heading[2:]]
            assert found == expected, (name, label, unit)
        counted = len({(row[0], row[1]) for row in rows})
        assert counted == len(rows) >= len(columns)
        if re.fullmatch(r"\d{4}-\d{2}", heading[2]):
            assert heading[-1] == year


def test_headline_figures(
    tables: dict[str, Rows], figures: dict[Key, Decimal | None], year: str
) -> None:
    heading, *rows = tables["headline-figures"]
    assert heading[3:] == [year, "Change", "Change by DfE"]
    assert len(rows) == 15
    for label, unit, before, now, change, _ in rows:
        key = UNITS["all"] if label == "New child protection plans" else unit
        old, new = figures.get((label, key, heading[2])), figures.get((label, key, year))
        assert (number(before), number(now)) == (old, new), label
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
    as_seen = sorted(tuple(" ".join(text.split()) for text in row) for row in expected)
    assert sorted((row[3], row[4], row[5]) for row in rows) == as_seen
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
                neighbour_rank || ' of ' || (neighbour_compared + 1),
                region_median,
                region_rank || ' of ' || region_compared,
                england_median,
                england_rank || ' of ' || england_compared
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
    figures: dict[Key, Decimal | None],
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


MOVED = re.compile(
    rf"^(?P<name>.+?) (?P<way>rose|fell) by (?P<change>{NUMBER})"
    rf"(?: percentage points| \((?P<share>{NUMBER})%\))?"
    rf" to (?P<now>{NUMBER})%? (?:in|at the end of) (?P<period>[^,;]+?)"
    rf", from (?P<before>{NUMBER})%? (?:in|at the end of) (?P<earlier>[^,;.]+)[.;]"
)


def test_movements_are_the_marts(pages: Pages, figures: dict[Key, Decimal | None]) -> None:
    """Sentences such as: Referrals rose by 2,191 (3.6%) to 62,952 in 2022-23, from 60,761 …"""
    moved = [found for text in pages.sentences() if (found := MOVED.match(text))]
    assert len(moved) >= 8
    for found in moved:
        values = {
            unit: (
                figures.get((found["name"], unit, found["earlier"])),
                figures.get((found["name"], unit, found["period"])),
            )
            for unit in UNITS.values()
        }
        stated = number(found["before"]), number(found["now"])
        assert stated in values.values(), found[0]
        before, now = stated
        assert before is not None
        assert now is not None
        assert number(found["change"]) == abs(now - before), found[0]
        assert (now > before) == (found["way"] == "rose"), found[0]
        if found["share"]:
            share = abs(now - before) / before * 100
            tenth = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
            assert Decimal(found["share"].replace(",", "")) == tenth, found[0]


SINCE = re.compile(
    rf"^Since (?P<first>.+?) (?:the figure|it) has (?P<way>risen|fallen) by (?P<change>{NUMBER})"
    rf"(?: percentage points| \((?P<share>{NUMBER})%\))?, from (?P<before>{NUMBER})%?"
)
TIMES = re.compile(
    rf"^Since (?P<first>.+?) the figure has "
    rf"(?:(?P<more>more than )?(?P<word>doubled|trebled|halved)"
    rf"|grown to (?P<also>more than )?(?P<times>\d+) times what it was), from (?P<before>{NUMBER})"
)
WORDS = {"doubled": Decimal(2), "trebled": Decimal(3), "halved": Decimal("0.5")}
STANDING = re.compile(
    rf"^In (?P<year>\S+) the (?:rate|share|percentage) of (?P<name>.+) in Hampshire,"
    rf" (?P<rate>{NUMBER})"
    rf"(?:%| per 10,000 children), was the (?:(?P<place>\w+) )?(?P<end>highest|lowest) of"
    rf" (?:(?P<of>\d+) )?(?P<group>Hampshire and its (?P<others>\d+) statistical neighbours"
    rf"|in the South East|in England) \((?:their )?median (?P<median>{NUMBER})%?"
    rf"(?:; no figure for (?P<left>\d+))?\)"
)
PLACES = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
GROUPS = {"Hampshire": "neighbour", "in the South East": "region", "in England": "england"}


def counted_by(place: str | None) -> int:
    """1 for the highest itself, 2 for `second`, 22 for `22nd`."""
    if place is None:
        return 1
    return PLACES.index(place) + 2 if place in PLACES else int(place.rstrip("stndrh"))


def test_long_movements_are_the_marts(pages: Pages, figures: dict[Key, Decimal | None]) -> None:
    """`Since 2018-19 the figure has risen by 53,012 (45.2%), from 117,188.` after a movement."""
    checked = 0
    sentences = pages.sentences()
    for before, text in pairwise(sentences):
        moved, found, times = MOVED.match(before), SINCE.match(text), TIMES.match(text)
        if moved and times:
            first, now = number(times["before"]), number(moved["now"])
            assert first == figures[moved["name"], "Number", times["first"]]
            assert first is not None
            assert now is not None
            told = WORDS[times["word"]] if times["word"] else Decimal(times["times"])
            is_more = bool(times["more"] or times["also"])
            assert (now / first != told) == is_more, text
            assert abs(now / first - told) < 1, text
        if not (moved and found):
            continue
        now, first = number(moved["now"]), number(found["before"])
        assert first in {
            figures.get((moved["name"], unit, found["first"])) for unit in UNITS.values()
        }, text
        assert now is not None
        assert first is not None
        assert number(found["change"]) == abs(now - first), text
        assert (now > first) == (found["way"] == "risen"), text
        if found["share"]:
            tenth = (abs(now - first) / first * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
            assert number(found["share"]) == tenth, text
        checked += 1
    assert checked >= 5


def test_standings_are_the_marts(pages: Pages, marts: duckdb.DuckDBPyConnection, year: str) -> None:
    standings = [found for text in pages.sentences() if (found := STANDING.match(text))]
    assert len(standings) == len(THEMES) * len(GROUPS)
    for found in standings:
        group = GROUPS[found["group"].split(" and ")[0]]
        itself = " + 1" if group == "neighbour" else ""
        expected = marts.sql(
            f"""
            select rate, {group}_rank, {group}_compared{itself}, {group}_median, {group}_left_out
            from marts.fct_benchmarks
            inner join marts.dim_measure using (measure_id)
            where local_authority_code = '{AUTHORITY}' and financial_year = '{found["year"]}'
                and lower(measure_name) = lower('{found["name"]}') and category_id is null
            """
        ).fetchall()
        assert found["year"] == year
        of = int(found["of"] or int(found["others"]) + 1)
        counted = counted_by(found["place"])
        rank = counted if found["end"] == "highest" else of + 1 - counted
        told = (number(found["rate"]), rank, of, number(found["median"]), int(found["left"] or 0))
        assert told in expected, found[0]


def test_counts_are_the_marts(pages: Pages, marts: duckdb.DuckDBPyConnection, year: str) -> None:
    said = " ".join(pages.sentences())
    for severity, name in (("error", "contradictions"), ("warning", "warnings")):
        number_found, explained, examined = marts.sql(
            f"""
            select
                count(*),
                count(*) filter (is_explained),
                count(*) filter (known_issue_id is not null and not is_explained)
            from marts.fct_quality_findings
            inner join marts.dim_release using (release_id)
            where financial_year <= '{year}' and severity = '{severity}'
            """
        ).fetchall()[0]
        assert (
            f"found {number_found} {name}: {explained} explained, {examined} examined without "
            f"finding the cause, {number_found - explained - examined} open."
        ) in said
    verdicts = dict(
        marts.sql(
            f"""
            select verdict, count(*) from marts.fct_narrative_claims
            inner join marts.dim_release using (release_id)
            where financial_year = '{year}'
            group by 1
            """
        ).fetchall()
    )
    assert f"{sum(verdicts.values())} statements were checked: " in said
    assert f"{verdicts['contradicts']} do not agree" in said
    assert f"{verdicts['not checkable']} cannot be checked" in said


def test_every_sentence_is_one_of_those(pages: Pages) -> None:
    """What holds a number is checked above, or says that there is none."""
    others = (
        r"^The checks found ",
        r"^\d+ statements were checked: ",
        r"^Changes from \S+ to \S+ are not shown for ",
        r"^By DfE's official statistics.*, the largest rises ",
        r"^From \S+ to \S+ (?:.+ (?:rose|fell) by .+)",
        r" The change from .+ is not shown because ",
        r"^The change since .+ is not shown because ",
        r"there is no figure for ",
        r"^On the figure for ",
        r"^The figure is the same as that of ",
    )
    unknown = [
        text
        for text in pages.sentences()
        if not any(each.match(text) for each in (MOVED, SINCE, TIMES, STANDING))
        and not any(re.search(each, text) for each in others)
    ]
    assert unknown == []


def document_tables(path: Path) -> dict[str, Rows]:
    """Tables of a document by their caption, headings first."""
    document = docx.Document(str(path))
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


def test_document_has_the_tables_of_the_pages(pages: Pages, year: str) -> None:
    in_document = document_tables(pages.folder / f"hampshire-safeguarding-{year}.docx")
    captions = {
        " ".join(caption.text_content().split()): Pages.rows(caption.getparent())
        for page in pages.pages.values()
        for caption in page.xpath("//caption[@id]")
    }
    assert set(captions) <= set(in_document)
    for caption, rows in captions.items():
        assert in_document[caption] == rows, caption


def test_downloads_are_the_tables(pages: Pages, tables: dict[str, Rows]) -> None:
    for name, rows in tables.items():
        path = pages.folder / "data" / f"{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.reader(file))
        assert len(found) == len(rows), name
        for read, seen in zip(found, rows, strict=True):
            for cell, text in zip(read[: len(seen)], seen, strict=True):
                assert same(cell, text), (name, cell, text)
        words = {each.value for each in Standing} | {""}
        for column in range(len(rows[0]), len(found[0])):
            header = found[0][column].removesuffix(", standing")
            assert header in rows[0]
            assert {read[column] for read in found[1:]} <= words


def same(cell: str, text: str) -> bool:
    """Whether a cell of a CSV file is what a page shows."""
    if " ".join(cell.split()).removeprefix("'") == text:
        return True
    return Decimal(cell) == number(text.split(" of ", maxsplit=1)[0])


def described(pages: Pages) -> Iterator[tuple[str, str]]:
    for page in pages.pages.values():
        for each in page.xpath("//*[@id][contains(@id, '-chart-description')]"):
            yield each.get("id"), " ".join(each.text_content().split())


def test_descriptions_of_charts(pages: Pages, figures: dict[Key, Decimal | None]) -> None:
    """`Referrals: 40,014 in 2018-19, 62,952 in 2022-23.` are the mart's figures."""
    known = {(value, period) for (_, _, period), value in figures.items() if value is not None}
    checked = 0
    for name, text in described(pages):
        if "compared" in name or "findings" in name or "looked-after" in name:
            continue
        for value, period in re.findall(
            rf"({NUMBER}) in (\d{{4}}-\d{{2}}|[A-Z][a-z]{{2}}-[A-Z][a-z]{{2}} \d{{4}})", text
        ):
            assert (number(value), period) in known, (name, value, period)
            checked += 1
    assert checked > 30
