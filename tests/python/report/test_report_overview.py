"""The overview: its tiles, what stands out and what to ask are the marts', and fit one screen."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from lxml import html
from playwright.sync_api import Browser

from safeguarding.report.pages.sparkline import sparkline
from safeguarding.report.report_model import Mark, RemarkKind
from safeguarding.report.sentences.place_sentences import Place
from safeguarding.report.sentences.standing_out import LEAST_BEFORE, Among, extremes
from support import browser_checks
from support.files.workbook_figures import OFFICIAL, labelled
from support.report_reading import AUTHORITY, NUMBER, YEARS, Pages, as_read, figures_of, number

ENDS = {"highest": "neighbour_rank = 1", "second highest": "neighbour_rank = 2",
        "lowest": "neighbour_rank = neighbour_rank_of"}  # fmt: skip
PLACED = re.compile(
    r"^(?:Hampshire|It) was (?P<end>second highest|highest|lowest) of (?P<of>\d+)"
    r"(?:, itself and its (?P<others>\d+) statistical neighbours,)? for (?P<named>.+)\.$"
)
NAMED = re.compile(rf"([^,(]+?) \(({NUMBER})(?: per 10,000|%)?; median ({NUMBER})%?\)")
LARGEST = re.compile(
    rf"^Largest (?:rise|fall) on the year: (?P<name>.+?) (?P<way>rose|fell) by {NUMBER} "
    rf"\((?P<share>{NUMBER})%\)"
)


@pytest.fixture(scope="module")
def tiles(pages: Pages) -> dict[str, html.HtmlElement]:
    """Each tile by what is counted."""
    found = pages.pages["index"].xpath("//li[@class='tile']")
    return {as_read(each.xpath("./h3")[0]): each for each in found}


def shown(tile: html.HtmlElement) -> Decimal | None:
    """The figure of a tile, without signs and notes."""
    figure = tile.xpath(".//p[@class='now']/span")[0]
    text = "".join(figure.xpath(".//text()[not(ancestor::*[@class='tip' or @class='sign'"
                                " or @class='unseen'])]"))  # fmt: skip
    return number(text.strip().removesuffix("%"))


def peers(tile: html.HtmlElement) -> dict[str, str]:
    """What stands beside a tile's figure, by its name."""
    return {as_read(each[0]): as_read(each[1]) for each in tile.xpath("./dl/div")}


def tenth(value: Decimal | None) -> Decimal | None:
    """One decimal place, as rates are shown here."""
    return None if value is None else value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_figures_of_tiles(
    tiles: dict[str, html.HtmlElement], marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    figures = figures_of(marts)
    official = {(name, unit, when): value
                for (_, name, unit, when), value in labelled(marts, OFFICIAL)}  # fmt: skip
    assert 6 <= len(tiles) <= 8
    for name, tile in tiles.items():
        key = name, "Percentage" if "%" in as_read(tile.xpath("./p")[0]) else "Number", year
        printed = figures.get(key)
        is_of_dfe = "DfE" in "".join(tile.xpath("./p[@class='now']//*[@class='sign']/text()"))
        assert is_of_dfe == (printed is None), name
        value = official[key] if is_of_dfe else printed
        assert shown(tile) == (tenth(value) if key[1] == "Percentage" else value), name


def test_places_of_tiles(
    tiles: dict[str, html.HtmlElement], marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    """A rank is of how many, and is there only where enough authorities are known."""
    checked = 0
    for name, tile in tiles.items():
        rows = marts.execute(
            "select rate, neighbour_median, england_rate, england_rank, england_rank_of,"
            " value, unit"
            " from marts.fct_benchmarks inner join marts.dim_measure using (measure_id)"
            " where local_authority_code = ? and financial_year = ? and measure_name = ?"
            " and category_id is null",
            [AUTHORITY, year, name],
        ).fetchall()
        its = peers(tile)
        assert bool(its) == bool(rows), name
        if not rows:
            continue
        rank = its.pop("Rank in England", None)
        told = tuple(number(each.removesuffix("%")) for each in its.values())
        of_rank = tuple(map(int, rank.split(" of "))) if rank else (None, None)
        expected = [(*map(tenth, row[:3]), *row[3:5]) for row in rows]
        assert (*told, *of_rank) in expected, name
        # DfE's rate is never beside another count than its own without notice.
        ((*_, count, unit),) = rows
        differs = unit == "rate_per_10000" and count != shown(tile)
        assert (f"(DfE: {count:,.0f})" in next(iter(its))) == differs, name
        checked += 1
    assert checked >= 6


def test_small_lines_tell_the_years(
    tiles: dict[str, html.HtmlElement], marts: duckdb.DuckDBPyConnection
) -> None:
    figures = figures_of(marts)
    checked = 0
    for name, tile in tiles.items():
        unit = "Percentage" if "%" in as_read(tile.xpath("./p")[0]) else "Number"
        (line,) = tile.xpath(".//svg")
        for told in line.get("aria-label").rstrip(".").split("; "):
            when, value = re.fullmatch(rf"(\S+): (?:\S+ )?({NUMBER}|\[x\]).*", told).groups()  # type: ignore[union-attr]
            if "DfE" not in told:
                assert figures.get((name, unit, when)) == number(value), (name, told)
                checked += 1
    assert checked >= 30


def test_highest_and_lowest_are_those_of_the_marts(
    pages: Pages, marts: duckdb.DuckDBPyConnection, year: str
) -> None:
    """Question 8 of docs/questions.md, in sentences."""
    found = [each for text in pages.sentences("index") if (each := PLACED.match(text))]
    assert {each["end"] for each in found} >= {"highest", "lowest"}
    for each in found:
        rows = marts.sql(
            f"select measure_name, rate, neighbour_median from marts.fct_benchmarks"
            f" inner join marts.dim_measure using (measure_id)"
            f" where local_authority_code = '{AUTHORITY}' and financial_year = '{year}'"
            f" and neighbour_rank_of = {each['of']} and {ENDS[each['end']]}"
        ).fetchall()
        named = {
            (name.removeprefix(", ").removeprefix(" and ").strip().lower(), number(r), number(m))
            for name, r, m in NAMED.findall(each["named"])
        }
        assert named == {(name.lower(), tenth(rate), tenth(median)) for name, rate, median in rows}
        assert each["others"] in {None, str(int(each["of"]) - 1)}


def test_largest_changes_are_the_largest_of_the_table(pages: Pages) -> None:
    found = [each for text in pages.sentences("index") if (each := LARGEST.match(text))]
    assert found
    told = {each["way"]: (each["name"], number(each["share"])) for each in found}
    shares: dict[str, list[tuple[Decimal, str]]] = {"rose": [], "fell": []}
    for label, unit, before, now, change, _ in pages.tables["headline-figures"][1:]:
        old, new = number(before), number(now)
        if unit != "Number" or label.startswith("Net") or number(change) is None:
            continue
        if old is None or new is None or old < LEAST_BEFORE or old == new:
            continue
        share = (abs(new - old) * 100 / old).quantize(Decimal("0.1"), ROUND_HALF_UP)
        shares["rose" if new > old else "fell"].append((share, label))
    for way, those in shares.items():
        assert told.get(way) == (max(those)[::-1] if those else None)


def test_questions_of_2022_23(report_exports: Path, marts: duckdb.DuckDBPyConnection) -> None:
    """Lines 90, 110, 123 of the report; DfE's 28,484 and 245; 41 arrivals, then 49."""
    pages = Pages(report_exports / "report" / "hampshire" / YEARS[1])
    asked = [each for each in pages.sentences("index") if each.endswith("?")]
    (contradicted,) = marts.sql(
        "select count(*) from marts.fct_narrative_claims inner join marts.dim_release"
        " using (release_id) where verdict = 'contradicts' and financial_year = '2022-23'"
    ).fetchall()
    name = "unaccompanied asylum-seeking children"
    assert asked == [
        "Why does the report have 22,166 for assessments completed in 2022-23, and DfE 28,484 by "
        "the same definition?",
        f"Why does the report have 239 for {name} looked after at the end of 2022-23, and DfE 245 "
        "by the same definition?",
        f"Which is right for {name} entering care in Jul-Sep 2022: 45 as printed, or 46 as other "
        "figures have it?",
        f"Why was the figure for arrivals of {name} in Apr-Jun 2022 revised from 41 to 49, and may "
        "the figure for Apr-Jun 2023 change as much?",
        f"Which of the {contradicted[0]} statements that do not agree with the figures will be "
        "corrected?",
    ]


BANNER = """() => {
  const told = document.createElement('p');
  told.className = 'synthetic';
  told.textContent = 'SYNTHETIC. All figures of this report are made up.';
  document.querySelector('.masthead').after(told);
}"""


def test_all_that_is_read_first_fits(browser: Browser, pages: Pages) -> None:
    """One screen at 1280 by 900, two at 390: tiles, what stands out, what to ask."""
    path = pages.folder / "index.html"
    bottom = (
        "Math.max(...[...document.querySelectorAll('main > section')].slice(0, 3)"
        ".map((e) => e.lastElementChild.getBoundingClientRect().bottom + scrollY))"
    )
    for width, screens in ((browser_checks.DESKTOP, 1), (browser_checks.PHONE, 2)):
        with browser_checks.opened(browser, path, width) as page:
            headings = page.locator("main > section > h2").all_text_contents()
            assert headings[:3] == ["Key figures", "What stands out", "What to ask"]
            assert page.evaluate(bottom) <= screens * browser_checks.HEIGHT, width
            if width == browser_checks.DESKTOP:  # still, where a line says that all is made up
                page.evaluate(BANNER)
                assert page.evaluate(bottom) <= browser_checks.HEIGHT


def test_word_has_the_tiles_as_a_table(
    pages: Pages, tiles: dict[str, html.HtmlElement], year: str
) -> None:
    table = pages.document().tables[0]
    headers, *rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert headers[0] == "Measure"
    assert headers[1] == year
    assert headers[-1] == "Rank in England"
    assert [row[0].removesuffix(" (%)") for row in rows] == list(tiles)
    for row in rows:
        assert re.search(r"\d of \d|\[[uz]\]", row[-1]), row


def place(rate: str, rank: int, of: int = 6) -> Place:
    return Place("Section 47 enquiries", "Shire", Decimal(rate), "rate_per_10000", rank, of,
                 Decimal("5"), "its statistical neighbours", 0, "2022-23")  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "others", "end"),
    [
        ("9", "1 2 3 4 5", "highest"),
        ("9", "1 2 3 4 9", "joint highest"),
        ("8", "1 2 3 4 9", "second highest"),
        ("1", "2 3 4 5 9", "lowest"),
        ("1", "1 3 4 5 9", "joint lowest"),
        ("4", "1 3 4 5 9", ""),
        ("4", "4 4 4 4 4", ""),  # all are as high
        ("9", "1 2 3", ""),  # of four, the second is near the middle
    ],
)
def test_ends_of_an_order(rate: str, others: str, end: str) -> None:
    those = [Decimal(each) for each in others.split()]
    rank = 1 + sum(each > Decimal(rate) for each in those)
    assert Among(place(rate, rank, len(those) + 1), those).end == end


def test_unranked_figures_and_long_lists() -> None:
    """A place in a field that is not whole is none; of many measures four are named."""
    those = [Decimal(each) for each in (1, 2, 3, 4, 5)]
    unranked = Among(Place("Referrals", "Shire", Decimal(9), "rate_per_10000", None, 3, None,
                           "its statistical neighbours", 8, "2022-23"), those)  # fmt: skip
    assert list(extremes([unranked])) == []
    (told,) = extremes([Among(place(str(9 + n), 1), those) for n in range(6)])
    assert told.text.count("median 5") == 4
    assert told.text.endswith(" and 2 more.")


def test_a_small_line_is_parted_by_gaps_and_breaks() -> None:
    def mark(when: int, value: int | None, kind: RemarkKind | None = None) -> Mark:
        shown = "[x]" if value is None else str(value)
        return Mark("Children", str(when), None if value is None else Decimal(value), shown, kind)

    whole = sparkline([mark(2019, 1), mark(2020, 2), mark(2021, 3)])
    assert whole is not None
    assert (len(whole.paths), whole.end) == (1, (92.0, 4.0))  # the highest is at the upper margin
    parted = sparkline([
        mark(2018, 1), mark(2019, None, RemarkKind.MISSING), mark(2020, 2),
        mark(2021, 3, RemarkKind.BREAK), mark(2022, 2),
    ])  # fmt: skip
    assert parted is not None
    assert len(parted.paths) == 3
    assert parted.words == "2018: 1; 2019: [x] (not drawn); 2020: 2; 2021: [b] 3; 2022: 2."
    assert sparkline([mark(2021, 1), mark(2022, None)]) is None
    assert sparkline([]) is None
