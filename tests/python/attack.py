"""An attack on a released database: what can be worked out of the figures it hides?

Nothing here comes from the code that hides figures. The attacker knows what every reader can: the
arithmetic that the measures' definitions state, how percentages are rounded, and the number of
children in the area. Bounds of every figure are drawn together until nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb

Name = tuple[str, str, str]  # measure, category, period
MOST = 10**7
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
SHARES = {  # percentage: its count and its base
    "referrals_by_source": ("referrals_by_source", "with_source"),
    "cpp_started": ("cpp_started", "started"),
    "cpp_ended_after_2_years": ("cpp_ended_after_2_years", "ended"),
    "cpp_open_2_years": ("cpp_open_2_years", "cpp_at_year_end"),
    "cpp_repeat": ("cpp_repeat", "started"),
    "section_47_to_conference": ("conferences", "section_47_enquiries"),
    "assessments_in_time": ("in_time", "assessments"),
    "uasc_share_of_cla": ("uasc_looked_after", "cla_at_year_end"),
}
PARTS = [  # parts that no child can be in twice, and their whole
    (("care_entered_uasc", "care_entered_placed_with_parents"), "care_entered"),
    (("with_source",), "referrals"),
    (("referrals",), "initial_contacts"),
    (("cpp_open_2_years",), "cpp_at_year_end"),
    (("cpp_repeat",), "started"),
    (("cpp_ended_after_2_years",), "ended"),
    (("conferences",), "section_47_enquiries"),
    (("in_time",), "assessments"),
]
FACTS = {
    "care_flows": "entered_care=care_entered left_care=care_left published_net_change=net"
    " calculated_net_change=net entered_uasc=care_entered_uasc"
    " entered_placed_with_parents=care_entered_placed_with_parents",
    "child_protection_plans": "plans_at_year_end=cpp_at_year_end open_2_years=cpp_open_2_years"
    " ended_after_2_years=cpp_ended_after_2_years repeat_plans=cpp_repeat",
    "children_looked_after": "children_looked_after=cla_at_year_end",
    "contacts_and_referrals": "initial_contacts=initial_contacts referrals=referrals"
    " referrals_with_source=with_source",
    "section_47_and_assessments": "section_47_enquiries=section_47_enquiries"
    " assessments=assessments",
    "uasc": "uasc_arrivals=uasc_arrivals uasc_care_leavers=uasc_care_leavers",
    "referrals_by_source": "referrals=referrals_by_source",
    "cpp_by_category": "plans_started=cpp_started",
}
FACT_SHARES = {
    "child_protection_plans": "open_2_years_pct=cpp_open_2_years repeat_plans_pct=cpp_repeat"
    " ended_after_2_years_pct=cpp_ended_after_2_years",
    "section_47_and_assessments": "section_47_to_conference_pct=section_47_to_conference"
    " assessments_in_time_pct=assessments_in_time",
    "referrals_by_source": "published_pct=referrals_by_source calculated_pct=referrals_by_source",
    "cpp_by_category": "published_pct=cpp_started calculated_pct=cpp_started",
}
KEYS = {"referrals_by_source": "referral_source_id", "cpp_by_category": "cpp_category_id"}


class Attack:
    """Bounds of the figures of one authority.

    Args:
        names: Every count there is, printed or hidden.
        population: Children in the area.
    """

    def __init__(self, names: Iterable[Name], population: int) -> None:
        self.population = population
        self.bounds: dict[Name, tuple[int, int]] = {}
        self.sums: list[tuple[list[tuple[Name, int]], bool]] = []
        self.shares: list[tuple[Name, Name, Fraction, Fraction]] = []
        for name in names:
            self._know(name, 0, MOST)
        self._add_arithmetic()

    def read_release(self, database: Path, authority: str, release: str) -> None:
        """Take what `fct_observations` prints of a release."""
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute(
                "select measure_id, coalesce(category_id, ''), period_id, unit, value,"
                " decimals_printed from marts.fct_observations"
                " where local_authority_code = ? and release_id = ? and value is not null",
                [authority, release],
            ).fetchall()
        for measure, category, period, unit, value, decimals in rows:
            self._read((measure, category, period), unit, value, decimals)

    def read_facts(self, database: Path, authority: str) -> None:
        """Take what the conformed facts hold, the calculated columns included."""
        with duckdb.connect(str(database), read_only=True) as connection:
            for units, columns in (("count", FACTS), ("percent", FACT_SHARES)):
                for table, pairs in columns.items():
                    for pair in pairs.split():
                        column, _, measure = pair.partition("=")
                        rows = connection.execute(
                            f"select period_id, {KEYS.get(table, chr(39) * 2)}, {column}"
                            f" from marts.fct_{table}"
                            f" where local_authority_code = ? and {column} is not null",
                            [authority],
                        ).fetchall()
                        for period, category, value in rows:
                            self._read((measure, category, period), units, value, 2)

    def tell(self, name: Name, value: int) -> None:
        """Let the attacker know a count, e.g. from an earlier publication."""
        self._know(name, value, value)

    def tell_least(self, name: Name, value: int) -> None:
        """Let the attacker know that a count is at least so much."""
        self._know(name, value, MOST)

    def run(self) -> None:
        """Draw the bounds together until nothing moves."""
        for _ in range(500):
            before = dict(self.bounds)
            for terms, is_limit in self.sums:
                if any(self._is_open(name) for name, _ in terms):
                    self._draw_sum(terms, is_limit)
            for part, whole, low, high in self.shares:
                if self._is_open(part) or self._is_open(whole):
                    self._draw_share(part, whole, low, high)
            if self.bounds == before:
                return

    def _read(self, name: Name, unit: str, value: Decimal, decimals: int) -> None:
        measure, category, period = name
        if unit == "count":
            known = "net" if measure == "care_net_change" else measure
            self._know((known, category, period), int(value), int(value))
            return
        half = Fraction(1, 2 * 10**decimals)
        low, high = Fraction(value) - half, Fraction(value) + half
        if unit == "rate_per_10000":
            least = math.ceil(low * self.population / 10000)
            self._know((measure, category, period), least, int(high * self.population / 10000))
        elif measure in SHARES:
            part, whole = SHARES[measure]
            names = ((part, category, period), (whole, "", period))
            if all(name in self.bounds for name in names):
                self.shares.append((*names, low / 100, high / 100))

    def _know(self, name: Name, low: int, high: int) -> None:
        least = -MOST if name[0] == "net" else 0
        old = self.bounds.get(name, (least, MOST))
        self.bounds[name] = (
            max(old[0], low if low != 0 or high != MOST else least),
            min(old[1], high),
        )

    def _add_arithmetic(self) -> None:
        names = sorted(self.bounds)
        for measure, total in (("referrals_by_source", "with_source"), ("cpp_started", "started")):
            for period in sorted({n[2] for n in names if n[0] == measure}):
                parts = [n for n in names if n[0] == measure and n[2] == period]
                self._know((total, "", period), 0, MOST)
                self.sums.append(([(p, 1) for p in parts] + [((total, "", period), -1)], False))
        for measure, _, period in names:
            if measure in ("section_47_enquiries", "assessments"):
                part = "conferences" if measure == "section_47_enquiries" else "in_time"
                self._know((part, "", period), 0, MOST)
            if measure == "care_entered":
                self._know(("net", "", period), 0, MOST)
                self._equal(period, [("care_entered", 1), ("care_left", -1), ("net", -1)])
                self._equal(period, [("care_entered_uasc", 1), ("uasc_arrivals", -1)])
            if measure == "cla_excluding_uasc":
                self._equal(
                    period,
                    [("cla_excluding_uasc", 1), ("uasc_looked_after", 1), ("cla_at_year_end", -1)],
                )
        for measure, _, period in names:
            before = f"{int(period[:4]) - 1}-{int(period[:4]) % 100:02d}"
            if measure == "cla_at_year_end":
                terms = [(("net", "", f"{period} {q}"), 1) for q in QUARTERS]
                self._sum([*terms, ((measure, "", before), 1), ((measure, "", period), -1)])
            if measure == "cpp_at_year_end" and (measure, "", before) in self.bounds:
                self._know(("ended", "", period), 0, MOST)
                stock = [((measure, "", before), 1), ((measure, "", period), -1)]
                flows = [(("started", "", period), 1), (("ended", "", period), -1)]
                self._sum(stock + flows)
        for parts_of, whole in PARTS:
            for name in sorted(self.bounds):
                if name[0] == whole:
                    terms = [((p, "", name[2]), 1) for p in parts_of]
                    terms = [term for term in terms if term[0] in self.bounds]
                    self.sums.append(([*terms, (name, -1)], True))

    def _equal(self, period: str, terms: Sequence[tuple[str, int]]) -> None:
        self._sum([((measure, "", period), sign) for measure, sign in terms])

    def _sum(self, terms: list[tuple[Name, int]]) -> None:
        if all(name in self.bounds for name, _ in terms):
            self.sums.append((terms, False))

    def _is_open(self, name: Name) -> bool:
        return self.bounds[name][0] < self.bounds[name][1]

    def _draw_sum(self, terms: list[tuple[Name, int]], is_limit: bool) -> None:
        """Draw together what sums to nought, or to no more than nought."""
        for name, sign in terms:
            rest = [(self.bounds[n], s) for n, s in terms if n != name]
            low = sum(s * (b[0] if s > 0 else b[1]) for b, s in rest)
            high = sum(s * (b[1] if s > 0 else b[0]) for b, s in rest)
            # sign * x = -rest, or sign * x <= -rest
            least, greatest = (-MOST * 9 if is_limit else -high), -low
            self._narrow(name, *((least, greatest) if sign > 0 else (-greatest, -least)))

    def _draw_share(self, part: Name, whole: Name, low: Fraction, high: Fraction) -> None:
        (part_low, part_high), (whole_low, whole_high) = self.bounds[part], self.bounds[whole]
        self._narrow(part, math.ceil(low * whole_low), math.floor(high * whole_high))
        greatest = math.floor(part_high / low) if low > 0 else MOST
        self._narrow(whole, math.ceil(part_low / high), greatest)

    def _narrow(self, name: Name, low: int, high: int) -> None:
        old = self.bounds[name]
        self.bounds[name] = (max(old[0], low), min(old[1], high))
