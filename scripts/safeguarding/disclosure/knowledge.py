"""Work out what readers can know of an authority's figures, and how these are related.

Readers know the arithmetic of the measures, how printed figures are rounded, everything that was
published before, and official statistics, which stand beside the figures in the same database. So
`read_authorities` makes one system of all releases: a figure that two releases print alike is one
count, a figure that they print differently is two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import permutations
from math import floor

import duckdb

from safeguarding.disclosure.known_relations import (
    MOST_PEOPLE,
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

TOTAL = "@total"  # of a measure's categories, which percentages of it give away
CALCULATED = "@calculated"  # net change: children entering less children leaving
REST = "@rest"  # a base less its part: what a percentage tells of as well

SIGNED = {"care_net_change", "care_net_change" + CALCULATED}
POPULATION = "population_0_to_17"
QUARTERS = (" Q1", " Q2", " Q3", " Q4")
LAST = QUARTERS[-1]  # ends on the last day of the year
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


class Scope:
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
        """Add printed counts, counts that follow from them, and the ties between all of these."""
        self.system, self.relations, self.official = system, relations, official
        self.authority = next((cell.authority for cell, _ in figures), "")
        self.ratios = [figure for figure in figures.values() if figure.unit != "count"]
        self.counts: dict[Cell, Count] = {}
        self.published: set[Cell] = set()
        self.flagged: set[Count] = set()
        self.implied: set[Count] = set()
        for figure in figures.values():
            if figure.unit == "count":
                count = self._add(figure.cell, int(figure.value))
                if figure.is_small:
                    self.flagged.add(count)
                if not figure.is_controlled:
                    self.published.add(figure.cell)
                elif figure.is_public:
                    system.republished.add(count)
        self._add_totals()
        self._add_net_changes()
        self._add_official_counts()
        self._add_plans_ended()
        self._add_missing_terms()
        self._add_looked_after()
        self._add_missing_terms()
        self._add_bases()
        self._add_implied_counts()
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
            if cell in gone or _total(cell) in totals:
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

    def _add(self, cell: Cell, value: int, *, is_printed: bool = True) -> Count:
        count = self.counts[cell] = Count(cell, value)
        (self.system.printed if is_printed else self.system.unprinted).add(count)
        return count

    def _find(self, like: Cell, measure: str, period: str | None = None) -> Count | None:
        """Find the count of a measure without categories, or of the total of one that has them.

        A stock on the last day of a year is looked for under both names of the day.
        """
        period = period or like.period
        for name in (measure, measure + TOTAL):
            cell = Cell(like.authority, name, "", period)
            for same in (cell, self._same_day(cell)):
                if same in self.counts:
                    return self.counts[same]
        return None

    def _same_day(self, cell: Cell) -> Cell:
        if self.relations.kinds.get(cell.measure) != "stock":
            return cell
        is_quarter = cell.period.endswith(LAST)
        if not is_quarter and " " in cell.period:
            return cell
        return cell._replace(period=cell.period[:7] + ("" if is_quarter else LAST))

    def _count_of(self, ratio: Cell) -> Count | None:
        """Find the count that a percentage or rate is the share of."""
        measure, _ = self.relations.bases.get(ratio.measure, (ratio.measure, ""))
        cell = ratio._replace(measure=measure)
        return self.counts.get(cell) or self.counts.get(self._same_day(cell))

    def _base_of(self, ratio: Cell, unit: str) -> Count | None:
        if unit == "rate_per_10000":
            return self._find(ratio, POPULATION, ratio.period[:7])
        base = self.relations.bases.get(ratio.measure)
        return self._find(ratio, base[1]) if base else None

    def _cells(self, measure: str) -> list[Cell]:
        return sorted(cell for cell in self.counts if cell.measure == measure)

    def _official(self, measure: str, category: str, period: str) -> int | None:
        """Find the official count of what a measure counts; of several, the first."""
        found = self.relations.official.get((measure, category))
        if found is None or found.made_of == "quarters":
            return None
        values = self._officials(*found.official, period)
        return int(values[0]) if values else None

    def _officials(
        self, measure: str, category: str, period: str, unit: str = "count"
    ) -> Sequence[Decimal]:
        return self.official.get((measure, category, period[:7], unit), ())

    def _sum(self, cell: Cell, terms: Sequence[tuple[Count, int]], *, is_printed: bool) -> None:
        """Add a count that is the sum of others, and known as far as they are."""
        value = sum(factor * part.value for part, factor in terms)
        self.system.add_sum(self._add(cell, value, is_printed=is_printed), terms)

    def _add_totals(self) -> None:
        parts = defaultdict(list)
        for cell, count in sorted(self.counts.items()):
            if cell.category:
                parts[_total(cell)].append((count, 1))
        for total, terms in parts.items():
            self._sum(total, terms, is_printed=True)

    def _add_net_changes(self) -> None:
        for cell in self._cells("care_entered"):
            entered, left = self.counts[cell], self._find(cell, "care_left")
            if left:
                net = cell._replace(measure="care_net_change" + CALCULATED)
                self._sum(net, [(entered, 1), (left, -1)], is_printed=True)
                if published := self._find(cell, "care_net_change"):
                    self.system.tie([(published, 1), (self.counts[net], -1)])

    def _add_official_counts(self) -> None:
        """Add counts that no report prints, but official statistics do.

        Where a share is printed, its own count and base come from it.
        """
        shares = {
            (measure, ratio.cell.period)
            for ratio in self.ratios
            for measure in self.relations.bases.get(ratio.cell.measure, ())
        }
        years = {cell.period[:7] for cell in self.counts}
        years |= {year_after(year, -1) for year in years}
        for (measure, category), found in sorted(self.relations.official.items()):
            name = measure + TOTAL if found.made_of == "categories" else measure
            for year in years if found.is_same else ():
                cell = Cell(self.authority, name, category, year)
                value = self._official(measure, category, year)
                is_there = cell in self.counts or self._same_day(cell) in self.counts
                if value is not None and not is_there and (measure, year) not in shares:
                    self.system.known.add(self._add(cell, value, is_printed=False))

    def _add_plans_ended(self) -> None:
        """Add all plans ended: the base of those ended after two years, which the stocks imply."""
        for cell in self._cells("cpp_at_year_end"):
            before = self._find(cell, "cpp_at_year_end", year_after(cell.period, -1))
            started = self._find(cell, "cpp_started")
            if before and started and " " not in cell.period:
                terms = [(before, 1), (started, 1), (self.counts[cell], -1)]
                ended = cell._replace(measure="cpp_ended")
                if ended in self.counts:
                    self.system.tie([*terms, (self.counts[ended], -1)])
                else:
                    self._sum(ended, terms, is_printed=False)

    def _add_missing_terms(self) -> None:
        """Add what a relation leaves open where one of its counts is not printed."""
        for measure, operands in self.relations.sums:
            if (measure, operands) in self.relations.limits:
                continue
            names = [(measure, -1), *operands]
            measures = {name for name, _ in names}
            for cell in sorted(c for c in self.counts if c.measure in measures and not c.category):
                found = [(self._find(cell, name), factor) for name, factor in names]
                missing = [names[i] for i, (count, _) in enumerate(found) if count is None]
                if len(missing) == 1:
                    ((name, own),) = missing
                    value = -own * sum(f * count.value for count, f in found if count)
                    if value >= 0 or name in SIGNED:
                        self._add(cell._replace(measure=name), value, is_printed=False)

    def _add_looked_after(self) -> None:
        """Add children looked after at the end of each quarter, from those a year ended with."""
        for cell in self._cells("cla_at_year_end"):
            if " " in cell.period:
                continue
            value = self.counts[cell].value
            for quarter in QUARTERS:
                later = cell._replace(period=year_after(cell.period) + quarter)
                net = self._find(later, "care_net_change" + CALCULATED)
                if net is None or value + net.value < 0:
                    break
                value += net.value
                if self._find(later, later.measure) is None:
                    self._add(later, value, is_printed=False)

    def _add_bases(self) -> None:
        """Add bases that are not printed: from official statistics, or a count and its share."""
        for ratio in self.ratios:
            if ratio.unit == "rate_per_10000":
                self._add_population(ratio.cell)
                continue
            base = self.relations.bases.get(ratio.cell.measure)
            if (
                base is None
                or ratio.unit != "percent"
                or ratio.cell.category
                or self._base_of(ratio.cell, ratio.unit)
            ):
                continue
            cell = ratio.cell._replace(measure=base[1])
            is_within = cell.period.endswith(QUARTERS[:3])
            value = None if is_within else self._official(base[1], "", cell.period)
            count = self._count_of(ratio.cell)
            if count and ratio.value and (value is None or not ratio.is_share(count.value, value)):
                value = round(count.value * 100 / ratio.value)
            if value is not None:
                self._add(cell, value, is_printed=False)

    def _add_population(self, cell: Cell) -> None:
        """Add the population of a year: an official one that fits all rates, or what they leave."""
        year = cell._replace(measure=POPULATION, category="", period=cell.period[:7])
        if year in self.counts:
            return
        bounds = [
            ratio.populations(self.counts[ratio.cell].value)
            for ratio in self.ratios
            if ratio.unit == "rate_per_10000"
            and ratio.cell.period[:7] == year.period
            and ratio.cell in self.counts
        ]
        options = [int(value) for value in self._officials(POPULATION, "", year.period)]
        low = max((low for low, _ in bounds), default=0)
        high = min((high for _, high in bounds), default=MOST_PEOPLE)
        fitting = [value for value in options if low <= value <= high]
        if fitting:
            self.system.known.add(self._add(year, fitting[0], is_printed=False))
        elif low <= high < MOST_PEOPLE:
            self._add(year, (low + high) // 2, is_printed=False)

    def _add_implied_counts(self) -> None:
        """Add counts that are not printed, from percentages; and what is left of the base."""
        for ratio in self.ratios:
            base = self._base_of(ratio.cell, ratio.unit)
            if ratio.unit != "percent" or base is None:
                continue
            count = self._count_of(ratio.cell)
            if count is None:
                measure = self.relations.bases[ratio.cell.measure][0]
                value = round(ratio.value * base.value / 100)
                count = self._add(ratio.cell._replace(measure=measure), value, is_printed=False)
                self.implied.add(count)
            if not ratio.cell.category and count.value <= base.value:
                cell = ratio.cell._replace(measure=ratio.cell.measure + REST)
                self._sum(cell, [(base, 1), (count, -1)], is_printed=False)
                self.implied.add(self.counts[cell])

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


def _total(cell: Cell) -> Cell:
    return cell._replace(measure=cell.measure + TOTAL, category="")
