"""An attack on released figures: between which bounds must a hidden count lie?

Nothing here comes from the code that hides figures. The attacker reads what everybody can read
(every release's figures, the facts, the tables of official statistics), knows the arithmetic that
the measures' definitions state and how figures are rounded, and solves it as an integer program.
What an attacker can only suppose (that a figure has not been revised since it was published, that
official statistics count the same children) is supposed wherever it happens to be true: the
attacker is lucky, but never wrong. `truth` serves to sort out the suppositions, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Name = tuple[str, str, str]  # measure, category, period
Truth = Mapping[Name, int]
MOST = 10**5
QUARTERS = (" Q1", " Q2", " Q3", " Q4")
STOCKS = {"cla_at_year_end", "cla_excluding_uasc", "uasc_looked_after", "cpp_at_year_end"}
STOCKS |= {"cpp_open_2_years", "uasc_care_leavers", "open_cases"}
SHARES = {  # percentage: its count and its base
    "referrals_by_source": ("referrals_by_source", "with_source"),
    "cpp_started": ("cpp_started", "started"),
    "cpp_ended_after_2_years": ("cpp_ended_after_2_years", "cpp_ended"),
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
    (("cpp_ended_after_2_years",), "cpp_ended"),
    (("conferences",), "section_47_enquiries"),
    (("in_time",), "assessments"),
    (("uasc_looked_after",), "cla_at_year_end"),
]
EQUAL = [  # what equals what within a period: a sum of nothing
    (("care_entered", 1), ("care_left", -1), ("net", -1)),
    (("care_entered_uasc", 1), ("uasc_arrivals", -1)),
    (("cla_excluding_uasc", 1), ("uasc_looked_after", 1), ("cla_at_year_end", -1)),
]
TOTALS = {"referrals_by_source": "with_source", "cpp_started": "started"}
YEARS_OF_QUARTERS = ("care_entered", "care_left")  # official statistics have the year
OFFICIAL = {  # measure of official statistics without category: the report's
    "referrals": "with_source",
    "initial_child_protection_conferences": "conferences",
    "assessments_in_time": "in_time",
    "cpp_started": "started",
    "population_0_to_17": "population",
}
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


@dataclass(frozen=True)
class Printed:
    """A figure as the public reads it; `release` is blank for one of a fact."""

    authority: str
    release: str
    measure: str
    category: str
    period: str
    unit: str
    value: Decimal
    decimals: int


@dataclass(frozen=True)
class Public:
    """All that is public of all authorities; `official` is by authority as well."""

    printed: Mapping[str, Sequence[Printed]]
    official: Mapping[str, Sequence[Printed]]


def read_public(database: Path) -> Public:
    """Read every figure that the released database shows, and other tables that hold any."""
    printed: dict[str, list[Printed]] = defaultdict(list)
    official: dict[str, list[Printed]] = defaultdict(list)
    with duckdb.connect(str(database), read_only=True) as connection:
        for row in connection.execute(
            "select local_authority_code, release_id, measure_id, coalesce(category_id, ''),"
            " period_id, unit, value, coalesce(decimals_printed, 0)"
            " from marts.fct_observations where value is not null"
            # Tables beside the facts must not say more than they do.
            " union all select local_authority_code, release_id, measure_id,"
            " coalesce(category_id, ''), period_id, unit, report_value, 2"
            " from marts.fct_reconciliation where made_of = 'figure' and report_value is not null"
            " union all select local_authority_code, later_release_id, measure_id,"
            " coalesce(category_id, ''), period_id, unit, later_value, 2 from marts.fct_revisions"
            " union all select local_authority_code, release_id, measure_id,"
            " coalesce(category_id, ''), period_id, unit, printed_value, 2"
            " from marts.fct_quality_findings where printed_value is not null and unit is not null"
        ).fetchall():
            printed[row[0]].append(Printed(*row))
        for unit, columns in (("count", FACTS), ("percent", FACT_SHARES)):
            for table, pairs in columns.items():
                for pair in pairs.split():
                    column, _, measure = pair.partition("=")
                    for authority, period, category, value in connection.execute(
                        f"select local_authority_code, period_id,"
                        f" {KEYS.get(table, chr(39) * 2)}, {column} from marts.fct_{table}"
                        f" where {column} is not null"
                    ).fetchall():
                        printed[authority].append(
                            Printed(authority, "", measure, category, period, unit, value, 2)
                        )
        for row in connection.execute(
            "select area_code, release_id, measure_id, coalesce(category_id, ''), financial_year,"
            " unit, value, 1 from marts.fct_official_statistics where value is not null"
            " and not is_calculated and is_latest_release"
        ).fetchall():
            official[row[0]].append(Printed(*row))
    return Public(printed, official)


@dataclass(frozen=True)
class Constraint:
    """The sum of counts times their factors lies between two bounds."""

    terms: tuple[tuple[Name, int], ...]
    least: float
    greatest: float


class Attack:
    """All that is public about one authority, as an integer program.

    Args:
        truth: Every count of the release that is attacked, also those that nobody prints.
        positive: Counts of the release that are hidden and known to be no zero, for zeros are not
            suppressed by rule.
    """

    def __init__(self, truth: Truth, positive: Iterable[Name] = ()) -> None:
        self.truth = {same_day(name): value for name, value in truth.items()}
        self.positive = {same_day(name) for name in positive}
        self.known: dict[Name, int] = {}
        self.constraints: list[Constraint] = []
        self.solved: dict[Name, tuple[int, int]] = {}
        self._add_arithmetic()

    def read(self, figures: Iterable[Printed]) -> None:
        """Take printed figures, of whichever release, that hold for the one attacked."""
        for figure in figures:
            measure = "net" if figure.measure.startswith("care_net_change") else figure.measure
            name = same_day((measure, figure.category, figure.period))
            if figure.unit == "count":
                self._tell(name, int(figure.value))
            elif figure.unit == "rate_per_10000":
                population = ("population", "", figure.period[:7])
                self._share(name, population, figure.value, figure.decimals, 10000)
            elif measure in SHARES:
                self._share(*_pair(measure, name), figure.value, figure.decimals, 100)

    def read_official(self, figures: Iterable[Printed]) -> None:
        """Take official statistics: equal where they are, near where they are near."""
        for figure in figures:
            measure = figure.measure
            if not figure.category:
                measure = OFFICIAL.get(measure, measure)
            name = (measure, figure.category, figure.period)
            if figure.unit == "percent" and figure.measure in SHARES:
                self._share(*_pair(figure.measure, name), figure.value, figure.decimals, 100)
            if figure.unit != "count":
                continue
            value = int(figure.value)
            self._tell(name, value)
            if measure in YEARS_OF_QUARTERS:
                terms = tuple(((measure, "", figure.period + q), 1) for q in QUARTERS)
                self._add(Constraint(terms, value, value))
                self._add(Constraint(terms, value - value // 50, value + value // 50))
            if figure.measure == "referrals":
                # Counted more widely by the report, but hardly ever less.
                self._add(Constraint(((("referrals", "", figure.period), 1),), value, MOST))

    def bounds(self, name: Name, enough: int) -> tuple[int, int]:
        """Bounds of a count; once they are `enough` apart, no further ones are looked for."""
        name = same_day(name)
        value = self.truth[name]
        if name in self.known:
            return (value, value)
        for sign in (1, -1):
            # What solutions for other counts have shown is enough, or not yet all there is.
            low, high = self.solved.get(name, (value, value))
            if high - low < enough:
                self._solve(name, sign, enough)
        return self.solved[name]

    def _solve(self, name: Name, sign: int, enough: int) -> None:
        """Widen the solved bounds of a count, and of all others, by what a solution shows."""
        names, rows = self._component(name)
        place = {other: i for i, other in enumerate(names)}
        matrix = np.zeros((len(rows), len(names)))
        least, greatest = np.zeros(len(rows)), np.zeros(len(rows))
        for i, row in enumerate(rows):
            scale = max(abs(factor) for _, factor in row.terms)  # the solver's tolerances are small
            least[i], greatest[i] = row.least / scale, row.greatest / scale
            for other, factor in row.terms:
                matrix[i, place[other]] += factor / scale
        aim = np.zeros(len(names))
        aim[place[name]] = -sign
        limits = [self._limits(other) for other in names]
        # Beyond what is enough the bounds do not matter: the program stays small.
        value = self.truth[name]
        limits[place[name]] = (
            max(limits[place[name]][0], value - 4 * enough),
            min(limits[place[name]][1], value + 4 * enough),
        )
        found = milp(
            aim,
            integrality=np.ones(len(names)),
            bounds=Bounds(*(np.array(side) for side in zip(*limits, strict=True))),
            constraints=[LinearConstraint(matrix, least, greatest)] if rows else [],
        )
        assert found.status == 0, f"no solution for {name}: {found.message}"
        for other, solved in zip(names, found.x, strict=True):
            true = self.truth[other]
            low, high = self.solved.get(other, (true, true))
            self.solved[other] = (min(low, round(solved)), max(high, round(solved)))

    def _limits(self, name: Name) -> tuple[float, float]:
        if name[0] == "net":
            return (-MOST, MOST)
        return (1 if name in self.positive else 0, MOST)

    def _component(self, name: Name) -> tuple[list[Name], list[Constraint]]:
        """Unknown counts that hang together with one, and their constraints."""
        of_name: dict[Name, list[int]] = defaultdict(list)
        open_rows = [self._open(row) for row in self.constraints]
        for i, row in enumerate(open_rows):
            for other, _ in row.terms:
                of_name[other].append(i)
        seen, rows, queue = {name}, set(), [name]
        while queue:
            for i in of_name[queue.pop()]:
                if i not in rows:
                    rows.add(i)
                    new = {other for other, _ in open_rows[i].terms} - seen
                    seen |= new
                    queue += new
        return sorted(seen), [open_rows[i] for i in sorted(rows)]

    def _open(self, row: Constraint) -> Constraint:
        """A constraint on what is not known."""
        known = sum(factor * self.known[n] for n, factor in row.terms if n in self.known)
        terms = tuple((n, factor) for n, factor in row.terms if n not in self.known)
        return Constraint(terms, row.least - known, row.greatest - known)

    def _tell(self, name: Name, value: int) -> None:
        if self.truth.get(name) == value:
            self.known[name] = value

    def _share(self, part: Name, whole: Name, value: Decimal, decimals: int, per: int) -> None:
        """A share that was rounded: two limits, in whole numbers."""
        scale = 2 * 10**decimals
        exact = int(Fraction(value) * scale)
        whole, part = same_day(whole), same_day(part)
        sides = (
            Constraint(((part, per * scale), (whole, -(exact + 1))), -np.inf, 0),
            Constraint(((part, per * scale), (whole, -(exact - 1))), 0, np.inf),
        )
        # A share of other counts holds for neither side.
        if all(self._holds(side) for side in sides):
            self.constraints += sides

    def _add(self, row: Constraint) -> None:
        if self._holds(row):
            self.constraints.append(row)

    def _holds(self, row: Constraint) -> bool:
        """Whether a constraint is true, and of counts that are there."""
        if any(name not in self.truth for name, _ in row.terms):
            return False
        total = sum(factor * self.truth[name] for name, factor in row.terms)
        return row.least <= total <= row.greatest

    def _equal(self, terms: Iterable[tuple[Name, int]]) -> None:
        self._add(Constraint(tuple((same_day(name), factor) for name, factor in terms), 0, 0))

    def _add_arithmetic(self) -> None:
        periods = sorted({name[2] for name in self.truth})
        for period in periods:
            for measure, total in TOTALS.items():
                parts = sorted(n for n in self.truth if n[0] == measure and n[2] == period and n[1])
                if parts:
                    self._equal([*((n, 1) for n in parts), ((total, "", period), -1)])
            for terms in EQUAL:
                self._equal(((measure, "", period), factor) for measure, factor in terms)
            for parts_of, whole in PARTS:
                terms_of = [((part, "", period), 1) for part in parts_of]
                terms_of = [term for term in terms_of if same_day(term[0]) in self.truth]
                row = (
                    *((same_day(n), f) for n, f in terms_of),
                    (same_day((whole, "", period)), -1),
                )
                self._add(Constraint(row, -np.inf, 0))
        years = [period for period in periods if len(period) == len("2019-20")]
        for before, year in pairwise(years):
            days = [before, *(year + quarter for quarter in QUARTERS)]
            for earlier, later in pairwise(days):
                self._equal(
                    [
                        (("cla_at_year_end", "", earlier), 1),
                        (("net", "", later), 1),
                        (("cla_at_year_end", "", later), -1),
                    ]
                )
            flows = [(("net", "", year + quarter), 1) for quarter in QUARTERS]
            ends = [(("cla_at_year_end", "", before), 1), (("cla_at_year_end", "", year), -1)]
            self._equal([*flows, *ends])
            self._equal(
                [
                    (("cpp_at_year_end", "", before), 1),
                    (("started", "", year), 1),
                    (("cpp_ended", "", year), -1),
                    (("cpp_at_year_end", "", year), -1),
                ]
            )


def same_day(name: Name) -> Name:
    """A count on 31 March by the year's name, whichever period it was printed under."""
    measure, category, period = name
    is_last = measure in STOCKS and period.endswith(" Q4")
    return (measure, category, period[:7]) if is_last else name


def _pair(measure: str, name: Name) -> tuple[Name, Name]:
    part, whole = SHARES[measure]
    return (part, name[1], name[2]), (whole, "", name[2])


def secrets(counts: Mapping[Name, int], published: set[Name], most: int) -> Iterator[Name]:
    """Counts from 1 to `most`, either side of zero, that no published release prints."""
    for name, value in sorted(counts.items()):
        if 1 <= abs(value) <= most and name not in published:
            yield name
