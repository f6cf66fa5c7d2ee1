"""Every number of the report's sentences, read back from its pages, is the mart's."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import duckdb

from support.report_reading import (
    AUTHORITY,
    LATER,
    NUMBER,
    UNITS,
    Figures,
    Pages,
    number,
)

THEMES = 3  # of the page on how it compares


MOVED = re.compile(
    rf"(?:{LATER.pattern})?(?P<name>.+?) (?P<way>rose|fell) by (?P<change>{NUMBER})"
    rf"(?: percentage points| \((?P<share>{NUMBER})%\))?"
    rf" to (?P<now>{NUMBER})%? (?:in|at the end of) (?P<period>[^,;]+?)"
    rf", from (?P<before>{NUMBER})%? (?:in|at the end of) (?P<earlier>[^,;.]+)[.;]"
)


def test_movements_are_the_marts(pages: Pages, figures: Figures) -> None:
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


def test_long_movements_are_the_marts(pages: Pages, figures: Figures) -> None:
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
    assert len(standings) == THEMES * len(GROUPS)
    for found in standings:
        group = GROUPS[found["group"].split(" and ")[0]]
        expected = marts.sql(
            f"""
            select rate, {group}_rank, {group}_rank_of, {group}_median, {group}_left_out
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


QUARTER_BEFORE = rf"^(?:In|At the end of) (.+), the quarter before, the figure was ({NUMBER})"


def test_quarters_before_are_the_marts(pages: Pages, figures: Figures) -> None:
    """`In Jan-Mar 2023, the quarter before, the figure was 195.` after what is compared."""
    checked = 0
    for before, text in pairwise(pages.sentences()):
        if found := re.match(QUARTER_BEFORE, text):
            name = re.split(" rose by| fell by| stood at", LATER.sub("", before))[0]
            assert figures[name, "Number", found[1]] == number(found[2]), text
            checked += 1
    assert checked == 4


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
        QUARTER_BEFORE,
        r"^(?:Hampshire|It) was (?:second )?(?:highest|lowest) of ",  # in test_report_overview
        r"\?$",
    )
    unknown = [
        text
        for text in pages.sentences(*(set(pages.pages) - {"about"}))
        if not any(each.match(text) for each in (MOVED, SINCE, TIMES, STANDING))
        and not any(re.search(each, text) for each in others)
    ]
    assert unknown == []
