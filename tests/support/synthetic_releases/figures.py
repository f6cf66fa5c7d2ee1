"""SYNTHETIC figures that keep every relation that the warehouse checks.

Counts are drawn; percentages, rates, net changes and stocks follow from them by arithmetic in
whole numbers. Each figure has two states: provisional, in the releases in which its period is the
latest, and final, in every later one.

So that no series jumps beyond what it has done before, the first period of each lies well off
the level of the others, which then move by less than that. A category is either so small that it
is never printed but as zero, or starts from at least ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from support.synthetic_releases.councils import DECIMALS_KEPT, REFERENCE, Council, read
from support.synthetic_releases.timetable import LAST_YEAR, PeriodType, Timetable

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flag = NDArray[np.bool_]

# The measure of which some councils change the definition; all figures of a year are then larger.
BROKEN = "section_47_enquiries"
OFF_AFTER_BREAK = 1.6
GREATEST_SUPPRESSED = 5
LEAST_PRINTED_AT_FIRST = 10
PER_RATE = 10_000
# Categories by how their first year stands out: these fall, rise, and are the small ones.
FALLING, RISING, SMALL_RISING = 0.3, 2.2, 2.5
SOURCES = {
    "police": FALLING,
    "education": FALLING,
    "individual": RISING,
    "health_services": RISING,
    "local_authority_services": RISING,
    "housing": SMALL_RISING,
    "other_legal_agency": SMALL_RISING,
    "other": SMALL_RISING,
    "anonymous": SMALL_RISING,
    "unknown": SMALL_RISING,
    "not_recorded": SMALL_RISING,
}
SOURCES_MEASURE = "referrals_by_source"
CPP_CATEGORIES = {
    "neglect": FALLING,
    "emotional_abuse": RISING,
    "physical_abuse": SMALL_RISING,
    "sexual_abuse": SMALL_RISING,
    "multiple": SMALL_RISING,
}


class Key(NamedTuple):
    """What a series is about."""

    measure: str
    category: str = ""
    unit: str = "count"


@dataclass(frozen=True)
class Series:
    """One printed series of every council.

    Attributes:
        period_type: Kind of its periods.
        first: Number of its first period.
        values: Councils by periods by state (0 provisional, 1 final); a percentage or rate in
            units of its last decimal place.
        is_hidden: Which of them are suppressed.
        decimals: By council, how many decimals are printed.
    """

    period_type: PeriodType
    first: int
    values: Whole
    is_hidden: Flag
    decimals: Whole


Book = dict[Key, Series]


@dataclass
class Author:
    """Draws the figures of all councils and keeps them in a book.

    Attributes:
        councils: Who publishes.
        timetable: Which periods there are.
        rng: Source of all chance.
        revised: Share of provisional counts that the next release changes.
        breaks: By number of a council, the first year that its next annual release prints on
            another definition of `BROKEN`.
    """

    councils: Sequence[Council]
    timetable: Timetable
    rng: np.random.Generator
    revised: float

    def write(self) -> Book:
        """Draw every series."""
        self.book: Book = {}
        self.children = self._column([council.children for council in self.councils])
        self.decimals = self._column([council.style.decimals for council in self.councils])
        years = LAST_YEAR - self.timetable.first_table_year + 1
        growth = self.rng.uniform(0.99, 1.02, (len(self.councils), 1))
        self.breaks = self._breaks()
        self.growth: Real = np.clip(growth ** np.arange(years), 0.85, 1.6)
        self._contacts_and_referrals()
        self._section_47_and_assessments()
        self._child_protection_plans()
        self._care()
        return self.book

    def _contacts_and_referrals(self) -> None:
        level = self.children * self.rng.uniform(0.06, 0.12, self.children.shape)
        shares = self._shares(list(SOURCES.values()))
        sources = self._split(level, shares, list(SOURCES.values()), hundredths=0.4)
        both = [self._with_provisional(counts) for counts in sources]
        referrals: Whole = np.sum(both, axis=0)
        for source, counts in zip(SOURCES, both, strict=True):
            self._add_category("referrals_by_source", source, counts, referrals)
        self._add_years(Key("referrals"), referrals)
        ratio = self.rng.uniform(2.5, 6, self.children.shape) * self._wobble(0.03)
        contacts = np.rint(ratio * referrals[:, :, 1]).astype(np.int64)
        self._add_years(Key("initial_contacts"), self._with_provisional(contacts))

    def _section_47_and_assessments(self) -> None:
        for base, ratio, least, greatest, first, size in (
            ("section_47_enquiries", "section_47_to_conference", 0.35, 0.41, 0.6, 0.012),
            ("assessments", "assessments_in_time", 0.8, 0.88, 0.55, 0.04),
        ):
            level = size * self.children * self.growth * self._wobble(0.06)
            if base == "assessments":
                level = level * self._above_sources(level)
            if base == BROKEN:
                for council_no, year in self.breaks.items():
                    level[council_no, year - self.timetable.first_table_year] *= OFF_AFTER_BREAK
            counts = self._first_off(level, 1.6)
            share = self.rng.uniform(least, greatest, counts.shape)
            share[:, 0] = first
            parts = np.rint(share * counts).astype(np.int64)
            both = self._with_provisional(counts)
            if base == BROKEN:
                for council_no, year in self.breaks.items():
                    place = both[council_no, year - self.timetable.first_table_year]
                    place[0] = np.rint(place[1] / OFF_AFTER_BREAK)
            self._add_years(Key(base), both)
            self._add_percent(Key(ratio, "", "percent"), parts[:, :, None], both)

    def _breaks(self) -> dict[int, int]:
        """For half of the councils, a year that two annual releases at least print."""
        years = np.arange(self.timetable.first_year, LAST_YEAR)
        # Of its own, so that what else is drawn does not depend on it.
        chance = self.rng.spawn(1)[0]
        number = len(self.councils)
        chosen = sorted(chance.permutation(number)[: (number + 1) // 2]) if len(years) else []
        return {int(council_no): int(chance.choice(years)) for council_no in chosen}

    def _above_sources(self, level: Real) -> Real:
        """What assessments are multiplied by, of councils whose own rule compares the two."""
        own = {
            row["local_authority_code"]
            for row in read(REFERENCE / "figure_relations.csv")
            if (row["measure_id"], row["operand_measure_id"]) == ("assessments", SOURCES_MEASURE)
        }
        sources = sum(self.book[Key(SOURCES_MEASURE, source)].values for source in SOURCES)
        needed = 1.1 * np.max(np.max(sources, axis=2) / level, axis=1, keepdims=True)
        has_rule = self._column([council.code in own for council in self.councils])
        factor: Real = np.where(has_rule, np.maximum(1, needed), 1)
        return factor

    def _child_protection_plans(self) -> None:
        shape = self.children.shape
        level = self.children * self.rng.uniform(0.0045, 0.006, shape)
        factors = list(CPP_CATEGORIES.values())
        shares = self._shares(factors)
        has_multiple = self._column([council.style.has_multiple for council in self.councils])
        shares[-1] = shares[-1] * has_multiple
        rate_floor = 0.3 * self.children / PER_RATE
        drawn = self._split(level, shares, factors, hundredths=0.4, floor=rate_floor)
        both = [self._with_provisional(counts) for counts in drawn]
        both[-1] = both[-1] * has_multiple.astype(np.int64)[:, :, None]
        started: Whole = np.sum(both, axis=0)
        children = self._populations(started.shape[1])[:, :, None]
        for category, counts in zip(CPP_CATEGORIES, both, strict=True):
            self._add_category("cpp_started", category, counts, started)
            rates = rounded(10 * PER_RATE * counts, np.broadcast_to(children, counts.shape))
            key = Key("cpp_started", category, "rate_per_10000")
            self._add(key, rates, hidden(counts), decimals=np.ones_like(self.decimals))
        stock_level = 0.9 * level * self.growth
        stock = self._with_provisional(self._first_off(stock_level * self._wobble(0.05), 1.5))
        before = np.concatenate([stock[:, :1, 1], stock[:, :-1, 1]], axis=1)
        ended = started - (stock - before[:, :, None])
        self._add_years(Key("cpp_at_year_end"), stock)
        for measure, whole, share, first in (
            ("cpp_ended_after_2_years", ended, 0.04, 2.5),
            ("cpp_open_2_years", stock, 0.03, 3.0),
            ("cpp_repeat", started, 0.22, 2.4),
        ):
            base = share * (stock_level if measure == "cpp_open_2_years" else level * self.growth)
            parts = self._with_provisional(self._few(base, first))
            self._add_years(Key(measure), parts)
            self._add_percent(Key(measure, "", "percent"), parts, whole, hidden(parts))

    def _care(self) -> None:
        offset = self.timetable.first_quarter % 4
        entering = np.maximum(
            0.1 * self.children * self.rng.uniform(0.0055, 0.009, self.children.shape), 20
        )
        entered, left, stocks = self._flows(entering, offset)
        quarters = entered.shape[1]
        both = {
            "care_entered": self._with_provisional(entered),
            "care_left": self._with_provisional(left),
        }
        net = both["care_entered"] - both["care_left"]
        for measure, counts in both.items():
            self._add_quarters(Key(measure), counts, hidden(counts))
        self._add_quarters(Key("care_net_change"), net, np.zeros(net.shape, dtype=np.bool_))
        unaccompanied = self._part_of(entering, quarters, 0.02, 0.3)
        with_parents = self._part_of(entering, quarters, 0.05, 0.2)
        for measure, counts in (
            ("care_entered_uasc", unaccompanied),
            ("uasc_arrivals", unaccompanied),
            ("care_entered_placed_with_parents", with_parents),
        ):
            self._add_quarters(Key(measure), counts, hidden(counts))
        drift = np.clip(1.01 ** np.arange(quarters), 1, 1.5)
        level = self.children * self.rng.uniform(0.0002, 0.002, self.children.shape) * drift
        leavers = self._with_provisional(self._few(level, 2.0))
        self._add_quarters(Key("uasc_care_leavers"), leavers, hidden(leavers))
        self._looked_after(10 * np.rint(entering[:, 0]), stocks, net, offset)

    def _flows(self, entering: Real, offset: int) -> tuple[Whole, Whole, Whole]:
        """Children entering and leaving by printed quarter, and looked after at each year's end.

        About a tenth of those looked after leave in a quarter. The `offset` quarters before the
        first printed one complete its year.
        """
        level = entering[:, 0]
        quarters = self.timetable.last_quarter - self.timetable.first_quarter + 1 + offset
        entered = np.rint(entering * self.rng.uniform(0.93, 1.07, (len(level), quarters)))
        entered[:, offset] = np.rint(1.7 * level)
        left = np.zeros_like(entered)
        stock = 10 * np.rint(level)
        stocks = np.zeros_like(entered)
        for quarter in range(quarters):
            share = self.rng.uniform(0.094, 0.106, len(level))
            leaving = 0.5 * level if quarter == offset else share * stock
            left[:, quarter] = np.rint(leaving)
            stock = stock + entered[:, quarter] - left[:, quarter]
            stocks[:, quarter] = stock
        return (
            entered[:, offset:].astype(np.int64),
            left[:, offset:].astype(np.int64),
            stocks[:, 3::4].astype(np.int64),
        )

    def _part_of(self, entering: Real, quarters: int, least: float, greatest: float) -> Whole:
        share = self.rng.uniform(least, greatest, entering.shape)
        level = np.repeat(share * entering, quarters, axis=1)
        return self._with_provisional(self._few(level, 2.2))

    def _looked_after(self, start: Real, stocks: Whole, net: Whole, offset: int) -> None:
        """Add the stock at each year's end: before the flows are printed, near where they start."""
        timetable = self.timetable
        flow_years = stocks.shape[1]
        years = LAST_YEAR - timetable.first_stock_year + 1
        final = np.zeros((len(start), years), dtype=np.int64)
        early = years - flow_years
        final[:, :early] = np.rint(
            start[:, None] * self.rng.uniform(0.98, 1.02, (len(start), early))
        )
        final[:, early - 1] = start
        final[:, 0] = np.rint(0.7 * start)
        final[:, early:] = stocks
        provisional = final.copy()
        later_change = net[:, :, 1] - net[:, :, 0]
        for year in range(flow_years):
            quarter = 4 * year + 3 - offset
            provisional[:, early + year] -= later_change[:, quarter]
        counts = np.stack([provisional, final], axis=2)
        self.book[Key("cla_at_year_end")] = Series(
            "financial_year",
            timetable.first_stock_year,
            counts,
            hidden(counts),
            np.zeros(len(start), dtype=np.int64),
        )

    def _populations(self, years: int) -> Whole:
        """Children by council and year; they move by less than 1% a year."""
        growth = self.rng.uniform(-0.004, 0.008, (len(self.councils), years))
        growth[:, 0] = 0
        return np.rint(self.children * np.cumprod(1 + growth, axis=1)).astype(np.int64)

    def _shares(self, factors: list[float]) -> list[Real]:
        """Shares of a whole by category and council, as the factors group them."""
        shape = self.children.shape
        weights = [self.rng.uniform(0.7, 1.3, shape) for _ in factors]
        weights = [
            # Some small categories are next to nothing in some councils.
            np.where(self.rng.random(shape) < 0.15, self.rng.choice([0.02, 0.002], shape), 1)
            * weight
            if factor == SMALL_RISING
            else weight
            for weight, factor in zip(weights, factors, strict=True)
        ]
        falling = self.rng.uniform(0.4, 0.5, shape)
        small = self.rng.uniform(0.06, 0.16, shape)
        sums = {FALLING: falling, SMALL_RISING: small, RISING: 1 - falling - small}
        groups = {
            factor: np.sum(
                [w for w, f in zip(weights, factors, strict=True) if f == factor], axis=0
            )
            for factor in sums
        }
        return [
            sums[factor] * weight / groups[factor]
            for weight, factor in zip(weights, factors, strict=True)
        ]

    def _split(
        self,
        level: Real,
        shares: list[Real],
        factors: list[float],
        hundredths: float,
        floor: Real | float = 0.0,
    ) -> list[Whole]:
        """Counts of each category, whose first year stands out by its factor.

        `hundredths` is by how many hundredths of the whole, and `floor` by how many children, a
        small category's first year is above its level at least.
        """
        common = self._wobble(0.05)
        least = np.maximum(hundredths / 100 * level, floor)
        return [
            self._few(share * level * self.growth * common, factor, np.rint(least))
            if factor == SMALL_RISING
            else self._first_off(share * level * self.growth * common * self._wobble(0.06), factor)
            for share, factor in zip(shares, factors, strict=True)
        ]

    def _few(self, level: Real, first: float, least: Real | float = 0.0) -> Whole:
        """Counts that may be small: never printed but as zero, or ten or more at first."""
        counts = np.rint(level * self.rng.uniform(0.94, 1.06, level.shape))
        start = level[:, 0]
        above = np.ravel(least) if isinstance(least, np.ndarray) else least
        counts[:, 0] = np.maximum.reduce(
            [np.rint(first * start), np.rint(start + above), 0 * start + LEAST_PRINTED_AT_FIRST]
        )
        is_tiny = start < GREATEST_SUPPRESSED - 1
        tiny = np.minimum(self.rng.poisson(np.minimum(level, 3)), GREATEST_SUPPRESSED)
        found: Whole = np.where(is_tiny[:, None], tiny, counts).astype(np.int64)
        return found

    def _first_off(self, level: Real, factor: float) -> Whole:
        counts = level.copy()
        counts[:, 0] *= factor
        return np.rint(counts).astype(np.int64)

    def _with_provisional(self, final: Whole) -> Whole:
        """Both states of counts: a share of the provisional ones is a little off."""
        is_revised = self.rng.random(final.shape) < self.revised
        size = np.maximum(1, np.rint(0.01 * final)) * self.rng.choice([-1, 1], final.shape)
        provisional = np.maximum(0, final + is_revised * size).astype(np.int64)
        is_tiny = final.max(axis=1) <= GREATEST_SUPPRESSED
        provisional = np.where(
            is_tiny[:, None], np.minimum(provisional, GREATEST_SUPPRESSED), provisional
        )
        return np.stack([provisional, final], axis=2)

    def _wobble(self, width: float) -> Real:
        return self.rng.uniform(1 - width, 1 + width, self.growth.shape)

    def _column(self, values: Sequence[float]) -> Real:
        return np.array(values, dtype=np.float64)[:, None]

    def _add_category(self, measure: str, category: str, counts: Whole, whole: Whole) -> None:
        self._add_years(Key(measure, category), counts)
        self._add_percent(Key(measure, category, "percent"), counts, whole, hidden(counts))

    def _add_percent(
        self, key: Key, parts: Whole, whole: Whole, is_hidden: Flag | None = None
    ) -> None:
        scale = (100 * 10**self.decimals).astype(np.int64)[:, :, None]
        values = rounded(scale * parts, whole)
        for number, council in enumerate(self.councils):
            coarse = slice(0, council.style.rounded_years)
            step = 10 ** (DECIMALS_KEPT - 1)
            of_years = rounded(scale[number] // step * parts[number], whole[number])
            values[number, coarse] = step * of_years[coarse]
        nowhere = np.zeros(values.shape, dtype=np.bool_)
        self._add(key, values, nowhere if is_hidden is None else is_hidden, self.decimals)

    def _add_years(self, key: Key, counts: Whole) -> None:
        self._add(key, counts, hidden(counts), np.zeros_like(self.decimals))

    def _add(self, key: Key, values: Whole, is_hidden: Flag, decimals: Real) -> None:
        self.book[key] = Series(
            "financial_year",
            self.timetable.first_table_year,
            values,
            is_hidden,
            decimals[:, 0].astype(np.int64),
        )

    def _add_quarters(self, key: Key, counts: Whole, is_hidden: Flag) -> None:
        self.book[key] = Series(
            "quarter",
            self.timetable.first_quarter,
            counts,
            is_hidden,
            np.zeros(len(counts), dtype=np.int64),
        )


def hidden(counts: Whole) -> Flag:
    """Which counts are so small that they are suppressed; zero is not."""
    return (counts > 0) & (counts <= GREATEST_SUPPRESSED)


def rounded(part: Whole, whole: Whole) -> Whole:
    """`part` over `whole` to the nearest whole number, halves up, and zero over zero zero."""
    base = np.maximum(whole, 1)
    quotient: Whole = (2 * part + base) // (2 * base)
    return quotient
