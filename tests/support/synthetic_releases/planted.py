"""Errors put into SYNTHETIC releases on purpose, and what each must be found by.

At most one stands in a release. Each is in a figure that a later release prints right, so that no
series of latest figures jumps by it; only the kind `jump` stands in a last annual release. What a
check must say of it is worked out here from the figures, never read from the warehouse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

import numpy as np

from support.synthetic_releases.councils import Council, Style
from support.synthetic_releases.figures import CPP_CATEGORIES, SOURCES, Book, Key
from support.synthetic_releases.timetable import (
    LAST_YEAR,
    PeriodType,
    Release,
    Timetable,
    period_id,
)

# How far back of a release's latest period a figure is surely printed by the next release too.
YEARS_BACK, QUARTERS_BACK = 3, 8
# Two decimals are kept: nearer to a half of the second one than this, how it rounds is in doubt.
TIE = Fraction(1, 10**6)
CENT = Decimal("0.01")
POINTS_OFF = 5
LEAST_TO_CHANGE = 20
NOT_AVAILABLE = "[x]"
MULTIPLE = "multiple"


@dataclass(frozen=True)
class Cell:
    """A figure as it is wrongly printed.

    Attributes:
        key: Its series.
        period: Number of its period.
        text: What is printed.
        value: That as a number in units of its last decimal place; None if it is no number.
        decimals: How many decimals it has.
        line: Line of a second print beside the right one; None if it stands in its place.
    """

    key: Key
    period: int
    text: str
    value: int | None
    decimals: int = 0
    line: int | None = None


class Finding(NamedTuple):
    """What a check must report: its keys and, where arithmetic gives them, its two figures."""

    check_id: str
    period_id: str
    measure_id: str
    category_id: str = ""
    printed_value: str = ""
    expected_value: str = ""


@dataclass(frozen=True)
class Planted:
    """An error: the council and the number of its release, what is printed, and what finds it."""

    kind: str
    council_no: int
    release_no: int
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]


Error = tuple[tuple[Cell, ...], tuple[Finding, ...]]


@dataclass(frozen=True)
class Page:
    """One council's release, open to be read: by its number in the book of all figures."""

    council_no: int
    style: Style
    release: Release
    book: Book
    rng: np.random.Generator

    def value(self, key: Key, period: int) -> int | None:
        """What the release prints, in units of the last decimal place; None if suppressed."""
        series = self.book[key]
        state = int(period < self.release.latest(series.period_type))
        place = (self.council_no, period - series.first, state)
        return None if series.is_hidden[place] else int(series.values[place])

    def steady(self, key: Key, period: int) -> int | None:
        """The same, but None too where another release suppresses it."""
        series = self.book[key]
        is_hidden = series.is_hidden[self.council_no, period - series.first].any()
        return None if is_hidden else self.value(key, period)

    def periods(self, period_type: PeriodType) -> list[int]:
        """Periods whose figures a later release prints again, in random order."""
        latest = self.release.latest(period_type)
        back = YEARS_BACK if period_type == "financial_year" else QUARTERS_BACK
        return [latest - int(step) for step in self.rng.permutation(back + 1)]

    def parts(self, measure: str, period: int) -> dict[str, int] | None:
        """Counts by category, or None if any is suppressed."""
        names = SOURCES if measure == "referrals_by_source" else CPP_CATEGORIES
        printed = [name for name in names if name != MULTIPLE or self.style.has_multiple]
        values = {name: self.value(Key(measure, name), period) for name in printed}
        found = {name: value for name, value in values.items() if value is not None}
        return found if len(found) == len(printed) else None

    def count(self, key: Key, period: int, value: int) -> Cell:
        """A wrong count as a cell."""
        return Cell(key, period, self.style.count(value), value)

    def percent(self, key: Key, period: int, scaled: int) -> Cell:
        """A wrong percentage as a cell."""
        return Cell(key, period, self.style.percent(scaled), scaled, self.style.decimals)

    def format_number(self, scaled: int) -> str:
        """A percentage's value in two decimals."""
        return _two(Fraction(scaled, 10**self.style.decimals)) or ""

    def found(
        self, cell: Cell, check: str, printed: str = "", expected: str = "", measure: str = ""
    ) -> Finding:
        """What a check must report of the period of a cell, and of its measure if not another."""
        name = period_id(self.book[cell.key].period_type, cell.period)
        category = "" if measure else cell.key.category
        return Finding(check, name, measure or cell.key.measure, category, printed, expected)

    def wrong_count(self, key: Key, period: int, wrong: int, check: str, right: int) -> Error:
        """A wrong count that a check finds, which expects the right one."""
        cell = self.count(key, period, wrong)
        return (cell,), (self.found(cell, check, _whole(wrong), _whole(right)),)

    def wrong_share(self, key: Key, period: int, value: int, expected: str) -> Error:
        """A percentage that is too high, as it is found beside its base."""
        wrong = value + POINTS_OFF * 10**self.style.decimals
        cell = self.percent(key, period, wrong)
        printed = self.format_number(wrong)
        return (cell,), (self.found(cell, "percentage_of_base", printed, expected),)


Kind = Callable[[Page], Error | None]


def plant(
    councils: Sequence[Council],
    timetable: Timetable,
    book: Book,
    wanted: int,
    rng: np.random.Generator,
) -> list[Planted]:
    """Make `wanted` errors, at most one in each release.

    Raises:
        ValueError: There are not that many releases that an error fits in.
    """
    releases = timetable.releases()
    found: list[Planted] = []
    made: Counter[str] = Counter()
    for place in rng.permutation(len(councils) * len(releases)):
        if len(found) == wanted:
            break
        council_no, release_no = divmod(int(place), len(releases))
        release = releases[release_no]
        page = Page(council_no, councils[council_no].style, release, book, rng)
        kinds = _kinds(release, is_last=release_no == len(releases) - 1)
        # The rarest first, so that there are some of every kind.
        for name, kind in sorted(kinds, key=lambda named: made[named[0]]):
            error = kind(page)
            if error:
                made[name] += 1
                found.append(Planted(name, council_no, release_no, *error))
                break
    if len(found) < wanted:
        raise ValueError(
            f"--planted-errors: found a share that asks for {wanted} errors, expected at most"
            f" {len(found)}, one in each release that one fits in. Ask for a smaller share."
        )
    return sorted(found, key=lambda error: (error.council_no, error.release_no))


def _kinds(release: Release, *, is_last: bool) -> list[tuple[str, Kind]]:
    if is_last:
        return [("jump", _jump)]
    leavers = Key("uasc_care_leavers")
    in_time = Key("assessments_in_time", "", "percent")
    of_quarters: list[tuple[str, Kind]] = [
        ("net_change", _net_change),
        ("uasc_arrivals", _uasc_arrivals),
        ("parts_of_entering", _parts_of_entering),
        ("missing_figure", lambda page: _missing(page, leavers, "quarter")),
        ("negative_count", lambda page: _impossible_leavers(page, lambda n: (f"-{n}", -n, 0))),
        ("leading_nought", lambda page: _impossible_leavers(page, lambda n: (f"0{n}", n, 0))),
        ("broken_count", lambda page: _impossible_leavers(page, _with_a_half)),
    ]
    of_years: list[tuple[str, Kind]] = [
        ("impossible_percentage", _impossible_percentage),
        ("missing_figure", lambda page: _missing(page, in_time, "financial_year")),
        ("percentage_of_source", lambda page: _percentage_of_part(page, "referrals_by_source")),
        ("percentage_of_category", lambda page: _percentage_of_part(page, "cpp_started")),
        ("percentage_of_plans", _percentage_of_plans),
        ("exchanged_counts", _exchanged_counts),
        ("exchanged_rows", _exchanged_rows),
        ("referrals_without_source", _referrals_without_source),
        ("contacts_below_referrals", _contacts_below_referrals),
        ("wrong_rate", _wrong_rate),
        ("stock_of_children", _stock_of_children),
        ("plans_ended", _plans_ended),
        ("printed_twice", _printed_twice),
    ]
    return of_years if release.is_annual and release.year < LAST_YEAR else of_quarters


def _net_change(page: Page) -> Error | None:
    key = Key("care_net_change")
    period = page.periods("quarter")[0]
    net = page.value(key, period)
    if net is None:
        return None
    return page.wrong_count(key, period, net + int(page.rng.integers(3, 9)), "net_change", net)


def _uasc_arrivals(page: Page) -> Error | None:
    key = Key("uasc_arrivals")
    for period in page.periods("quarter"):
        if value := page.steady(key, period):
            cell = page.count(key, period, value + 2)
            said = ("uasc_entrants_match_arrivals", _whole(value), _whole(value + 2))
            return (cell,), (page.found(cell, *said, measure="care_entered_uasc"),)
    return None


def _parts_of_entering(page: Page) -> Error | None:
    key = Key("care_entered_placed_with_parents")
    for period in page.periods("quarter"):
        entered = page.value(Key("care_entered"), period)
        unaccompanied = page.value(Key("care_entered_uasc"), period) or 0
        if entered is not None and page.steady(key, period) is not None:
            cell = page.count(key, period, entered - unaccompanied + 4)
            said = ("parts_within_total", _whole(entered), _whole(entered + 4))
            return (cell,), (page.found(cell, *said, measure="care_entered"),)
    return None


def _missing(page: Page, key: Key, period_type: PeriodType) -> Error | None:
    for period in page.periods(period_type):
        if page.steady(key, period) is not None:
            cell = Cell(key, period, NOT_AVAILABLE, None)
            return (cell,), (page.found(cell, "figure_missing"),)
    return None


def _impossible_leavers(page: Page, spoil: Callable[[int], tuple[str, int, int]]) -> Error | None:
    key = Key("uasc_care_leavers")
    for period in page.periods("quarter"):
        if value := page.steady(key, period):
            text, wrong, decimals = spoil(value)
            printed = _two(Fraction(wrong, 10**decimals)) or ""
            cell = Cell(key, period, text, wrong, decimals)
            return (cell,), (page.found(cell, "impossible_value", printed),)
    return None


def _with_a_half(count: int) -> tuple[str, int, int]:
    return f"{count}.5", 10 * count + 5, 1


def _impossible_percentage(page: Page) -> Error | None:
    key = Key("assessments_in_time", "", "percent")
    period = page.periods("financial_year")[0]
    value = page.value(key, period)
    if value is None:
        return None
    wrong = value + 100 * 10**page.style.decimals
    cell = page.percent(key, period, wrong)
    return (cell,), (page.found(cell, "impossible_value", page.format_number(wrong)),)


def _percentage_of_part(page: Page, measure: str) -> Error | None:
    for period in page.periods("financial_year"):
        parts = page.parts(measure, period)
        if parts is None:
            continue
        category = str(page.rng.choice(list(parts)))
        key = Key(measure, category, "percent")
        value = page.steady(key, period)
        expected = _two(Fraction(100 * parts[category], sum(parts.values())))
        if value is None or expected is None:
            continue
        cells, findings = page.wrong_share(key, period, value, expected)
        shares = [page.value(Key(measure, name, "percent"), period) or 0 for name in parts]
        total = page.format_number(sum(shares) + (cells[0].value or 0) - value)
        of_all = page.found(cells[0], "shares_sum_to_100", total, "100.00", measure)
        return cells, (*findings, of_all)
    return None


def _percentage_of_plans(page: Page) -> Error | None:
    measure = str(page.rng.choice(["cpp_open_2_years", "cpp_repeat"]))
    key = Key(measure, "", "percent")
    for period in page.periods("financial_year"):
        part = page.value(Key(measure), period)
        if measure == "cpp_repeat":
            parts = page.parts("cpp_started", period)
            whole = sum(parts.values()) if parts else None
        else:
            whole = page.value(Key("cpp_at_year_end"), period)
        value = page.steady(key, period)
        if part is None or whole is None or value is None:
            continue
        if expected := _two(Fraction(100 * part, whole)):
            return page.wrong_share(key, period, value, expected)
    return None


def _exchanged_counts(page: Page) -> Error | None:
    """Two sources' counts change places, their percentages do not."""
    measure = "referrals_by_source"
    for period in page.periods("financial_year"):
        parts = page.parts(measure, period)
        if parts is None:
            continue
        whole = sum(parts.values())
        names = [str(name) for name in page.rng.permutation(list(parts))]
        for one, other in permutations(names, 2):
            expected = [_two(Fraction(100 * parts[name], whole)) for name in (other, one)]
            is_steady = all(page.steady(Key(measure, name), period) for name in (one, other))
            is_far = 100 * abs(parts[one] - parts[other]) > whole
            if not (is_steady and is_far and all(expected)):
                continue
            cells = (
                page.count(Key(measure, one), period, parts[other]),
                page.count(Key(measure, other), period, parts[one]),
            )
            shares = [page.value(Key(measure, name, "percent"), period) for name in (one, other)]
            return cells, tuple(
                page.found(cell, "percentage_of_base", page.format_number(share or 0), wanted or "")
                for cell, share, wanted in zip(cells, shares, expected, strict=True)
            )
    return None


def _exchanged_rows(page: Page) -> Error | None:
    """In the latest year a source's whole row stands under another's label, which had zero."""
    measure = "referrals_by_source"
    period = page.release.year
    is_nought = {
        name: page.steady(Key(measure, name), period) == 0
        and page.value(Key(measure, name), period - 1) == 0
        for name in SOURCES
    }
    for empty in (name for name, zero in is_nought.items() if zero):
        for full in (str(name) for name in page.rng.permutation(list(SOURCES))):
            value = page.steady(Key(measure, full), period)
            before = page.value(Key(measure, full), period - 1)
            share = page.value(Key(measure, full, "percent"), period)
            if value and before and share is not None:
                vanished = page.count(Key(measure, full), period, 0)
                cells = (
                    vanished,
                    page.percent(Key(measure, full, "percent"), period, 0),
                    page.count(Key(measure, empty), period, value),
                    page.percent(Key(measure, empty, "percent"), period, share),
                )
                return cells, (page.found(vanished, "label_vanished", "0.00", _whole(before)),)
    return None


def _referrals_without_source(page: Page) -> Error | None:
    key = Key("referrals")
    for period in page.periods("financial_year"):
        parts = page.parts("referrals_by_source", period)
        if parts is not None:
            total = sum(parts.values())
            return page.wrong_count(key, period, total + 25, "sources_below_referrals", total)
    return None


def _contacts_below_referrals(page: Page) -> Error | None:
    period = page.periods("financial_year")[0]
    referrals = page.value(Key("referrals"), period)
    if referrals is None:
        return None
    key = Key("initial_contacts")
    return page.wrong_count(key, period, referrals - 7, "parts_within_total", referrals)


def _wrong_rate(page: Page) -> Error | None:
    measure, category = "cpp_started", "neglect"
    period = page.periods("financial_year")[0]
    key = Key(measure, category, "rate_per_10000")
    least: list[Fraction] = []
    for name in CPP_CATEGORIES:
        rate = page.value(Key(measure, name, key.unit), period)
        count = page.value(Key(measure, name), period)
        if name == category or rate is None or count is None:
            continue
        least.append(Fraction(10_000 * count) / (Fraction(rate, 10) + Fraction(1, 20)))
    right, count = page.value(key, period), page.value(Key(measure, category), period)
    if right is None or count is None:
        return None
    wrong = 2 * right
    printed = _two(max(least))
    expected = _two(Fraction(10_000 * count) / (Fraction(wrong, 10) - Fraction(1, 20)))
    if printed is None or expected is None or Decimal(printed) <= Decimal(expected):
        return None
    cell = Cell(key, period, f"{wrong // 10}.{wrong % 10}", wrong, 1)
    found = page.found(cell, "rates_imply_one_population", printed, expected, measure)
    return (cell,), (found,)


def _stock_of_children(page: Page) -> Error | None:
    """The latest year's stock, so that no change after it is wrong too."""
    key, period = Key("cla_at_year_end"), page.release.year
    value, before = page.value(key, period), page.value(key, period - 1)
    if value is None or before is None:
        return None
    wrong = value + 7 + before // 200  # more than may be recorded late, a two-hundredth
    cell = page.count(key, period, wrong)
    said = ("cla_stock_and_flows", _whole(wrong - before), _whole(value - before))
    return (cell,), (page.found(cell, *said),)


def _plans_ended(page: Page) -> Error | None:
    """Half as many again as the percentage beside it is worked out from."""
    key = Key("cpp_ended_after_2_years")
    latest = page.release.year
    for period in (latest, latest - 1, latest - 2):
        value = page.steady(key, period)
        parts = page.parts("cpp_started", period)
        stock = page.value(Key("cpp_at_year_end"), period)
        before = page.value(Key("cpp_at_year_end"), period - 1)
        share = page.value(Key(key.measure, "", "percent"), period)
        if value is None or parts is None or stock is None or before is None or share is None:
            continue
        wrong = value + value // 2 + 1
        ended = sum(parts.values()) - stock + before
        half = Fraction(1, 2 * 10 ** page.style.places(period - page.book[key].first))
        least = 100 * wrong / (Fraction(share, 10**page.style.decimals) + half)
        if value < LEAST_TO_CHANGE or ended > least - 1:
            continue
        cell = page.count(key, period, wrong)
        found = page.found(cell, "cpp_stock_and_flows", _whole(ended), measure="cpp_started")
        return (cell,), (found,)
    return None


def _printed_twice(page: Page) -> Error | None:
    key = Key("cpp_at_year_end")
    period = page.periods("financial_year")[0]
    value = page.value(key, period)
    if value is None:
        return None
    cell = Cell(key, period, page.style.count(value + 3), value + 3, line=129)
    said = ("same_count_printed_twice", _whole(value), _whole(value + 3))
    return (cell,), (page.found(cell, *said),)


def _jump(page: Page) -> Error | None:
    key = Key("initial_contacts")
    value = page.value(key, LAST_YEAR)
    before = page.value(key, LAST_YEAR - 1)
    if value is None or before is None:
        return None
    return page.wrong_count(key, LAST_YEAR, 10 * value, "jump", before)


def kinds() -> Iterator[str]:
    """Names of all kinds of error."""
    for is_annual, is_last in ((True, False), (True, True), (False, False)):
        release = Release(LAST_YEAR - 1, 4 * LAST_YEAR - 1, is_annual)
        yield from (name for name, _ in _kinds(release, is_last=is_last))


def _whole(number: int) -> str:
    return f"{number}.00"


def _two(number: Fraction) -> str | None:
    """A number in two decimals, or None if it lies so near a half that engines may differ."""
    part = 100 * number - (100 * number).__floor__()
    if abs(part - Fraction(1, 2)) < TIE:
        return None
    cents = round(100 * number)
    return str((Decimal(cents) / 100).quantize(CENT, ROUND_HALF_UP))
