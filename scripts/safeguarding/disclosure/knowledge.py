"""Work out what readers can know of an authority's figures, and how these are related.

Readers know the arithmetic of the measures, how printed figures are rounded, everything that was
published before, and official statistics, which stand beside the figures in the same database. So
`read_authorities` makes one system of all releases: a figure that two releases print alike is one
count, a figure that they print differently is two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from math import floor

import duckdb

from safeguarding.disclosure.known_counts import (
    CALCULATED,
    LAST,
    QUARTERS,
    SIGNED,
    TOTAL,
    KnownCounts,
    total_of,
)
from safeguarding.disclosure.known_relations import (
    Correspondence,
    Figure,
    Official,
    Relations,
    Terms,
    by_key,
    distinct_ratios,
    read_figures,
    read_official,
    read_relations,
)
from safeguarding.disclosure.protection import Cell, Count, Protection, Ratio, System
from safeguarding.financial_years import year_after

PER = {"percent": 100, "rate_per_10000": 10000, "average": 1}


@dataclass
class Authority:
    """An authority's figures as readers can take them together.

    Attributes:
        system: How all counts are related.
        small: Counts to suppress.
        scopes: By name (`release ...` or `latest`): the figures of one release or the latest ones.
    """

    system: System = field(default_factory=System)
    small: set[Count] = field(default_factory=set)
    scopes: dict[str, Scope] = field(default_factory=dict)


def read_authorities(
    connection: duckdb.DuckDBPyConnection, declared: Collection[str]
) -> list[Authority]:
    """Make the system of each authority with controlled releases.

    Args:
        connection: One with the temporary tables `controlled` and `figures`.
        declared: Measures that the conformed facts have.
    """
    relations = read_relations(connection, declared)
    official = read_official(connection)
    bounds = connection.sql("select least_count, greatest_count from controlled").fetchall()
    rules = {(int(least), int(greatest)) for least, greatest in bounds}
    authorities = []
    for code, figures in read_figures(connection).items():
        authority = Authority()
        names = sorted({figure.release for figure in figures if figure.is_controlled})
        ratios = distinct_ratios(figures)
        latest = by_key(figure for figure in figures if figure.is_latest)
        scopes = {"latest": latest} | {
            f"release {name}": latest | by_key(each for each in figures if each.release == name)
            for name in names
        }
        for figure in figures:
            if figure.unit == "count" and figure.is_public:
                authority.system.known.add(Count(figure.cell, int(figure.value)))
        authority.scopes = {
            name: Scope(authority.system, relations, official.get(code, {}), content, ratios)
            for name, content in scopes.items()
        }
        for scope in authority.scopes.values():
            authority.small |= scope.small(rules)
        authority.system.unprinted -= authority.system.printed
        authorities.append(authority)
    return authorities


class Scope(KnownCounts):
    """Figures of a release, the latest ones in place of what it does not print.

    Args:
        system: Where to add its counts and ties.
        relations: What follows from what.
        official: Official statistics of the authority.
        figures: Its figures by cell and unit.
        ratios: Percentages and rates of all releases.
    """

    def __init__(
        self,
        system: System,
        relations: Relations,
        official: Official,
        figures: Mapping[tuple[Cell, str], Figure],
        ratios: Sequence[Figure],
    ) -> None:
        """Add its counts and the ties between all of them."""
        super().__init__(system, relations, official, figures)
        self._tie_days()
        self._tie_official_flows()
        self._tie_quarters()
        self._tie_relations()
        self._tie_added()
        self._tie_official()
        self._tie_ratios(ratios)

    def small(self, rules: set[tuple[int, int]]) -> set[Count]:
        """List counts to suppress: printed counts, and counts that follow from printed ones."""
        small = {
            count
            for count in (*self.implied, *self.counts.values())
            if (count in self.implied or count.cell.measure.endswith((TOTAL, CALCULATED)))
            and any(least <= abs(count.value) <= greatest for least, greatest in rules)
        }
        return self.flagged | (small - self.system.known)

    def to_hide(self, protection: Protection) -> Iterator[tuple[Cell, str]]:
        """List figures of this scope that hidden counts take with them, with their units."""
        gone = (protection.cells & set(self.counts)) - self.published
        for cell in gone:
            yield (cell, "count")
        totals = {cell for cell in gone if cell.measure.endswith(TOTAL)}
        for cell in self.counts:
            if cell in gone or total_of(cell) in totals:
                yield (cell, "calculated")
        for ratio in self.ratios:
            found = (self._count_of(ratio.cell), self._base_of(ratio.cell, ratio.unit))
            is_gone = any(count.cell in gone for count in found if count)
            is_alone = self._is_alone(ratio)
            is_hidden = Ratio(ratio.cell, ratio.unit) in protection.ratios
            if is_gone or is_hidden or (is_alone and not ratio.is_public):
                yield (ratio.cell, ratio.unit)

    def _is_alone(self, ratio: Figure) -> bool:
        """Check whether a ratio's counts are unknown, so that none can be checked."""
        if ratio.unit == "rate_per_10000":
            return ratio.cell not in self.counts
        if ratio.cell.measure not in self.relations.added:
            return False
        is_made = ratio.unit == "percent" or self._count_of(ratio.cell) is not None
        return not is_made or self._base_of(ratio.cell, ratio.unit) is None

    def _tie_days(self) -> None:
        """Tie stocks: one day under two names, and two days with the flows between them."""
        for cell, count in sorted(self.counts.items()):
            same = self._same_day(cell)
            if cell.period.endswith(LAST) and same != cell and same in self.counts:
                self.system.tie([(count, 1), (self.counts[same], -1)])
        before: Count | None = None
        nets: list[Count | None] = []
        years = sorted({cell.period[:7] for cell in self.counts})
        for period in (year + quarter for year in years for quarter in QUARTERS):
            like = Cell(self.authority, "cla_at_year_end", "", period)
            nets.append(self._find(like, "care_net_change" + CALCULATED))
            if (day := self._find(like, like.measure)) is None:
                continue
            if before and all(nets):
                self.system.tie([(before, 1), *((net, 1) for net in nets if net), (day, -1)])
            before, nets = day, []

    def _tie_official_flows(self) -> None:
        """Tie two stocks by the official flows of the year between, if they are near enough."""
        for cell in self._cells("cla_at_year_end"):
            before = self._find(cell, cell.measure, year_after(cell.period, -1))
            entered = self._officials("care_entered", "", cell.period)
            left = self._officials("care_left", "", cell.period)
            if " " not in cell.period and before and entered and left:
                gap = before.value + int(entered[0]) - int(left[0]) - self.counts[cell].value
                if abs(gap) <= self._slack(int(entered[0] + left[0])):
                    self.system.tie([(before, 1), (self.counts[cell], -1)])

    def _slack(self, value: int) -> int:
        """Return how far a sum may be from an official one and still reveal its parts."""
        return max(floor(self.relations.tolerance * value), 1)

    def _tie_quarters(self) -> None:
        """Tie a flow of a year to those of its quarters."""
        for cell, year in sorted(self.counts.items()):
            if self.relations.kinds.get(cell.measure) != "flow" or " " in cell.period:
                continue
            terms = self._quarters_of(cell)
            if terms and cell.measure not in SIGNED:
                self.system.tie([*terms, (year, -1)], is_limit=len(terms) < len(QUARTERS))

    def _quarters_of(self, cell: Cell) -> list[tuple[Count, int]]:
        """Return counts of the quarters of a year, as terms of a sum."""
        quarters = (self.counts.get(cell._replace(period=cell.period[:7] + q)) for q in QUARTERS)
        return [(quarter, 1) for quarter in quarters if quarter]

    def _tie_relations(self) -> None:
        for measure, operands in self.relations.sums:
            has_limit = (measure, operands) in self.relations.limits
            for whole, terms, gap in self._related(measure, operands):
                # An upper limit that is not equal to the sum is not a sum.
                if len(terms) == len(operands) and not (has_limit and gap):
                    self.system.tie([*terms, (whole, -1)])
        for measure, operands in self.relations.limits:
            for whole, terms, _ in self._related(measure, operands):
                if terms:
                    self.system.tie([*terms, (whole, -1)], is_limit=True)
        for measure, (part, _) in self.relations.bases.items():
            for cell in self._cells(part):
                base = self._base_of(cell._replace(measure=measure), "percent")
                if base and not cell.category:
                    self.system.tie([(self.counts[cell], 1), (base, -1)], is_limit=True)

    def _tie_added(self) -> None:
        """Tie counts of added measures by the sums that they happen to form.

        No rule relates them. So a total that equals another count is taken for it, and a small
        count for the difference of two others that it equals.
        """
        added = self.relations.added
        wholes = {cell: count for cell, count in self.counts.items() if not cell.category}
        for cell, total in wholes.items():
            if cell.measure.removesuffix(TOTAL) in added and cell.measure.endswith(TOTAL):
                for other, count in wholes.items():
                    if other.period == cell.period and total.value == count.value and other != cell:
                        self.system.tie([(total, 1), (count, -1)])
        for small in self.flagged:
            if small.cell.measure not in added or small.cell.category:
                continue
            beside = [
                count
                for cell, count in wholes.items()
                if cell.period == small.cell.period and count != small
            ]
            for whole, rest in permutations(beside, 2):
                is_of_added = {whole.cell.measure, rest.cell.measure} & added
                if whole.value - rest.value == small.value and is_of_added:
                    self.system.tie([(whole, 1), (rest, -1), (small, -1)])

    def _related(
        self, measure: str, operands: Terms
    ) -> Iterator[tuple[Count, list[tuple[Count, int]], int]]:
        """Yield each count of a measure, the counts of its relation, and their difference."""
        for cell in self._cells(measure) + self._cells(measure + TOTAL):
            if not cell.category:
                found = [(self._find(cell, name), factor) for name, factor in operands]
                terms = [(count, factor) for count, factor in found if count is not None]
                whole = self.counts[cell]
                yield whole, terms, whole.value - sum(by * count.value for count, by in terms)

    def _tie_official(self) -> None:
        """Tie counts to official ones: known where they are equal, near where they are near."""
        for cell, count in sorted(self.counts.items()):
            is_total = cell.measure.endswith(TOTAL)
            found = self.relations.official.get((cell.measure.removesuffix(TOTAL), cell.category))
            if found is None:
                continue
            if found.made_of == "quarters":
                self._tie_official_year(count, found)
            elif (found.made_of == "categories") == is_total and (
                " " not in cell.period or self._same_day(cell) != cell
            ):
                for value in self._officials(*found.official, cell.period):
                    slack = floor(self.relations.tolerance * int(value))
                    self.system.tie_near(count, int(value), slack, is_same=found.is_same)
                self._tie_official_ratios(count, found)

    def _tie_official_year(self, quarter: Count, found: Correspondence) -> None:
        """Tie four quarters to a year that is near their sum: readers may know by how much."""
        cell = quarter.cell
        terms = self._quarters_of(cell)
        if not cell.period.endswith(LAST) or len(terms) < len(QUARTERS):
            return
        total = sum(count.value for count, _ in terms)
        for value in self._officials(*found.official, cell.period):
            if abs(total - int(value)) <= self._slack(int(value)):
                self.system.tie(terms)

    def _tie_official_ratios(self, count: Count, found: Correspondence) -> None:
        for unit, per in PER.items():
            base = self._base_of(count.cell._replace(measure=found.official[0]), unit)
            for value in self._officials(*found.official, count.cell.period, unit):
                if base:
                    self.system.tie_share((count, base), value, 1, per)

    def _tie_ratios(self, ratios: Sequence[Figure]) -> None:
        """Tie counts to bases by every percentage and rate that holds for them."""
        for ratio in ratios:
            count, base = self._count_of(ratio.cell), self._base_of(ratio.cell, ratio.unit)
            if count is None or base is None:
                continue
            hideable = None if ratio.is_public else Ratio(ratio.cell, ratio.unit)
            # Some tables were rounded to fewer decimals than are printed.
            for decimals in range(ratio.decimals, -1, -1):
                if self.system.tie_share(
                    (count, base), ratio.value, decimals, PER[ratio.unit], hideable
                ):
                    break
