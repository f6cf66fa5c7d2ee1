"""What readers can know of an authority's figures, and how the figures hang together.

Readers know the arithmetic of the measures, how printed figures are rounded, everything that was
published before, and official statistics, which stand beside the figures in the same database. So
`read_authorities` makes one system of all releases: a figure that two releases print alike is one
count, a figure that they print differently is two. What follows from what is data
(`figure_relations.csv`, `percentage_bases.csv`, `official_correspondences.csv`,
`official_ratios.csv`) but for the few ties below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import ceil, floor, inf
from typing import NamedTuple

import duckdb

from safeguarding.disclosure.protection import Cell, Count, Protection, Ratio, System, Tie

TOTAL = "@total"  # of a measure's categories, which percentages of it give away
CALCULATED = "@calculated"  # net change: children entering less children leaving
REST = "@rest"  # a base less its part: what a percentage tells of as well

# Percentages whose base no check knows, as their own count is not printed.
OTHER_BASES = {
    "section_47_to_conference": ("section_47_to_conference", "section_47_enquiries"),
    "assessments_in_time": ("assessments_in_time", "assessments"),
    "cpp_ended_after_2_years": ("cpp_ended_after_2_years", "cpp_ended"),
}
SIGNED = {"care_net_change", "care_net_change" + CALCULATED}
POPULATION = "population_0_to_17"
QUARTERS = (" Q1", " Q2", " Q3", " Q4")
LAST = QUARTERS[-1]  # ends on the last day of the year
PER = {"percent": 100, "rate_per_10000": 10000}

Terms = tuple[tuple[str, int], ...]


class Figure(NamedTuple):
    """A figure that a release prints.

    Attributes:
        release: `release_id`.
        cell: What it is about.
        unit: `count`, `percent` or `rate_per_10000`.
        value: The figure, in `unit`.
        decimals: To how many decimals it is printed.
        is_controlled: Whether a rule is about the release.
        is_latest: Whether no later release prints the figure.
        is_public: Whether the audience may know it anyway.
        is_small: Whether it is to be suppressed.
    """

    release: str
    cell: Cell
    unit: str
    value: Decimal
    decimals: int
    is_controlled: bool
    is_latest: bool
    is_public: bool
    is_small: bool


class Correspondence(NamedTuple):
    """Which official figure counts what a measure counts.

    Attributes:
        official: Measure and category of official statistics.
        made_of: `figure`, `categories` (their sum) or `quarters` (their sum).
        is_same: Whether the definitions are the same.
    """

    official: tuple[str, str]
    made_of: str
    is_same: bool


@dataclass(frozen=True)
class Relations:
    """What follows from what, as the reference data says.

    Attributes:
        bases: For a percentage's measure: the measures of its count and of its base.
        sums: Measure, and the measures with signs that it equals.
        limits: Measure, and the measures whose sum it is at least.
        kinds: `measure_kind` of each measure.
        official: For a measure and category: the official figure.
        tolerance: By which share an official figure can differ and still tell about a count.
    """

    bases: Mapping[str, tuple[str, str]]
    sums: Sequence[tuple[str, Terms]]
    limits: Sequence[tuple[str, Terms]]
    kinds: Mapping[str, str]
    official: Mapping[tuple[str, str], Correspondence]
    tolerance: Fraction


Official = Mapping[tuple[str, str, str, str], Sequence[Decimal]]  # measure, category, year, unit


@dataclass
class Authority:
    """An authority's figures as readers can take them together.

    Attributes:
        system: How all counts hang together.
        small: Counts to suppress.
        scopes: By name (`release ...` or `latest`): the figures of one release or the latest ones.
    """

    system: System = field(default_factory=System)
    small: set[Count] = field(default_factory=set)
    scopes: dict[str, Scope] = field(default_factory=dict)


def read_authorities(connection: duckdb.DuckDBPyConnection) -> list[Authority]:
    """Make the system of each authority with controlled releases.

    Args:
        connection: One with the temporary tables `controlled` and `figures`.
    """
    relations = _read_relations(connection)
    official = _read_official(connection)
    least_greatest = connection.sql("select least_count, greatest_count from controlled").fetchall()
    rules = {(int(least), int(greatest)) for least, greatest in least_greatest}
    authorities = []
    for code, figures in _read_figures(connection).items():
        authority = Authority()
        names = sorted({figure.release for figure in figures if figure.is_controlled})
        ratios = _distinct_ratios(figures)
        latest = _by_key(figure for figure in figures if figure.is_latest)
        scopes = {"latest": latest}
        for name in names:
            own = _by_key(figure for figure in figures if figure.release == name)
            scopes[f"release {name}"] = latest | own
        for figure in figures:
            if figure.unit == "count" and figure.is_public:
                authority.system.known.add(Count(figure.cell, int(figure.value)))
        for name, content in scopes.items():
            authority.scopes[name] = Scope(
                authority.system, relations, official.get(code, {}), content, ratios
            )
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
        """Add counts that are printed, those that follow, and the ties between all of them."""
        self.system, self.relations, self.official = system, relations, official
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
        self._tie_official()
        self._tie_ratios(ratios)

    def small(self, rules: set[tuple[int, int]]) -> set[Count]:
        """Counts to suppress: printed ones, and those that are not printed but follow."""

        def is_small(value: int) -> bool:
            return any(least <= abs(value) <= greatest for least, greatest in rules)

        derived = self.implied | {
            count
            for count in self.counts.values()
            if count.cell.measure.endswith((TOTAL, CALCULATED))
        }
        small = {count for count in derived if is_small(count.value)}
        return self.flagged | (small - self.system.known)

    def to_hide(self, protection: Protection) -> Iterator[tuple[Cell, str]]:
        """Figures of this scope that hidden counts take with them, with their units."""
        gone = (protection.cells & set(self.counts)) - self.published
        for cell in gone:
            yield (cell, "count")
        totals = {cell for cell in gone if cell.measure.endswith(TOTAL)}
        for cell in self.counts:
            if cell in gone or _total(cell) in totals:
                yield (cell, "calculated")
        for ratio in self.ratios:
            found = (self._count_of(ratio.cell), self._base_of(ratio.cell, ratio.unit))
            cells = {count.cell for count in found if count}
            is_alone = ratio.unit == "rate_per_10000" and ratio.cell not in self.counts
            if (
                cells & gone
                or Ratio(ratio.cell, ratio.unit) in protection.ratios
                or (is_alone and not ratio.is_public)
            ):
                yield (ratio.cell, ratio.unit)

    def _add(self, cell: Cell, value: int, *, is_printed: bool = True) -> Count:
        count = Count(cell, value)
        self.counts[cell] = count
        (self.system.printed if is_printed else self.system.unprinted).add(count)
        return count

    def _find(self, like: Cell, measure: str, period: str | None = None) -> Count | None:
        """Count of a measure without categories, or of the total of one that has them.

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
        """Count that a percentage or rate is the share of."""
        measure = self.relations.bases.get(ratio.measure, (ratio.measure, ""))[0]
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
        """Official count of what a measure counts; of several, the first."""
        found = self.relations.official.get((measure, category))
        if found is None or found.made_of == "quarters":
            return None
        values = self.official.get((*found.official, period[:7], "count"), ())
        return int(values[0]) if values else None

    # Counts that follow from printed ones.

    def _sum(self, cell: Cell, terms: Sequence[tuple[Count, int]], *, is_printed: bool) -> None:
        """Add a count that is the sum of others, and known as far as they are."""
        value = sum(factor * part.value for part, factor in terms)
        count = self._add(cell, value, is_printed=is_printed)
        if all(part in self.system.known for part, _ in terms):
            self.system.known.add(count)
            if any(part in self.system.republished for part, _ in terms):
                self.system.republished.add(count)
        self.system.tie([*terms, (count, -1)])

    def _add_totals(self) -> None:
        parts = defaultdict(list)
        for cell in sorted(self.counts):
            if cell.category:
                parts[_total(cell)].append((self.counts[cell], 1))
        for total, terms in parts.items():
            self._sum(total, terms, is_printed=True)

    def _add_net_changes(self) -> None:
        for cell in self._cells("care_entered"):
            entered, left = self.counts[cell], self._find(cell, "care_left")
            if left:
                net = cell._replace(measure="care_net_change" + CALCULATED)
                self._sum(net, [(entered, 1), (left, -1)], is_printed=True)
                published = self._find(cell, "care_net_change")
                if published:
                    self.system.tie([(published, 1), (self.counts[net], -1)])

    def _add_official_counts(self) -> None:
        """Counts that no report prints, but official statistics do.

        Where a share is printed, its own count and base come from it.
        """
        shares = {
            (measure, ratio.cell.period)
            for ratio in self.ratios
            for measure in self.relations.bases.get(ratio.cell.measure, ())
        }
        authorities = {cell.authority for cell in self.counts}
        years = {cell.period[:7] for cell in self.counts}
        years |= {_year_before(year) for year in years}
        for (measure, category), found in sorted(self.relations.official.items()):
            name = measure + TOTAL if found.made_of == "categories" else measure
            for authority, year in product(authorities, years if found.is_same else ()):
                cell = Cell(authority, name, category, year)
                value = self._official(measure, category, year)
                is_there = cell in self.counts or self._same_day(cell) in self.counts
                if value is not None and not is_there and (measure, year) not in shares:
                    self.system.known.add(self._add(cell, value, is_printed=False))

    def _add_plans_ended(self) -> None:
        """All plans ended: the base of those ended after two years, and what the stocks imply."""
        for cell in self._cells("cpp_at_year_end"):
            before = self._find(cell, "cpp_at_year_end", _year_before(cell.period))
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
            names = [(measure, -1), *operands]
            measures = {name for name, _ in names}
            for cell in sorted(c for c in self.counts if c.measure in measures and not c.category):
                found = [(self._find(cell, name), factor) for name, factor in names]
                missing = [names[i] for i, (count, _) in enumerate(found) if count is None]
                if len(missing) == 1 and not self._has_limit(measure, operands):
                    ((name, own),) = missing
                    value = -own * sum(f * count.value for count, f in found if count)
                    if value >= 0 or name in SIGNED:
                        self._add(cell._replace(measure=name), value, is_printed=False)

    def _add_looked_after(self) -> None:
        """Children looked after at the end of a quarter, from the day before and the changes."""
        for cell in self._cells("cla_at_year_end"):
            if " " in cell.period:
                continue
            value = self.counts[cell].value
            year = _year_after(cell.period)
            for quarter in QUARTERS:
                net = self._find(cell, "care_net_change" + CALCULATED, year + quarter)
                if net is None:
                    break
                value += net.value
                later = cell._replace(period=year + quarter)
                if value < 0:
                    break
                if self._find(later, later.measure) is None:
                    self._add(later, value, is_printed=False)

    def _add_bases(self) -> None:
        """Bases that are not printed: from official statistics, or from a count and its share."""
        for ratio in self.ratios:
            if ratio.unit == "rate_per_10000":
                self._add_population(ratio.cell)
                continue
            base = self.relations.bases.get(ratio.cell.measure)
            if base is None or ratio.cell.category or self._base_of(ratio.cell, ratio.unit):
                continue
            cell = ratio.cell._replace(measure=base[1])
            value = None
            if not cell.period.endswith(QUARTERS[:3]):
                value = self._official(base[1], "", cell.period)
            count = self._count_of(ratio.cell)
            if (
                count
                and ratio.value
                and (value is None or not _is_share(ratio, count.value, value))
            ):
                value = round(count.value * 100 / ratio.value)
            if value is not None:
                self._add(cell, value, is_printed=False)

    def _add_population(self, cell: Cell) -> None:
        """Population of a year: an official one that fits all rates, or one that they leave."""
        year = cell._replace(measure=POPULATION, category="", period=cell.period[:7])
        if year in self.counts:
            return
        pairs = [
            (ratio, self.counts[ratio.cell].value)
            for ratio in self.ratios
            if ratio.unit == "rate_per_10000"
            and ratio.cell.period[:7] == year.period
            and ratio.cell in self.counts
        ]
        options = [int(v) for v in self.official.get((POPULATION, "", year.period, "count"), ())]
        low, high = 0, 10**9
        for ratio, count in pairs:
            half = Fraction(1, 2 * 10**ratio.decimals)
            low = max(low, ceil(count * 10000 / (Fraction(ratio.value) + half)))
            if ratio.value > half:
                high = min(high, floor(count * 10000 / (Fraction(ratio.value) - half)))
        fitting = [value for value in options if low <= value <= high]
        if fitting:
            self.system.known.add(self._add(year, fitting[0], is_printed=False))
        elif low <= high < 10**9:
            self._add(year, (low + high) // 2, is_printed=False)

    def _add_implied_counts(self) -> None:
        """Counts that are not printed, from their percentages; and what is left of the base."""
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
                terms = [(base, 1), (count, -1)]
                self._sum(cell, terms, is_printed=False)
                self.implied.add(self.counts[cell])

    # Ties between counts.

    def _tie_days(self) -> None:
        """Tie stocks: one day under two names, and two days with the flows between them."""
        for cell, count in sorted(self.counts.items()):
            same = self._same_day(cell)
            if cell.period.endswith(LAST) and same != cell and same in self.counts:
                self.system.tie([(count, 1), (self.counts[same], -1)])
        ended: list[Count] = []
        nets: list[Count | None] = []
        authorities = {cell.authority for cell in self.counts}
        years = sorted({cell.period[:7] for cell in self.counts})
        for authority in authorities:
            for year in years:
                for quarter in QUARTERS:
                    like = Cell(authority, "cla_at_year_end", "", year + quarter)
                    nets.append(self._find(like, "care_net_change" + CALCULATED))
                    day = self._find(like, "cla_at_year_end")
                    if day is None:
                        continue
                    if ended and all(nets):
                        terms = [(net, 1) for net in nets if net]
                        self.system.tie([(ended[-1], 1), *terms, (day, -1)])
                    ended.append(day)
                    nets = []

    def _tie_official_flows(self) -> None:
        """Tie two stocks by the official flows of the year between, if they are near enough."""
        for cell in self._cells("cla_at_year_end"):
            before = self._find(cell, cell.measure, _year_before(cell.period))
            entered, left = (
                self.official.get((measure, "", cell.period, "count"), ())
                for measure in ("care_entered", "care_left")
            )
            if before and entered and left:
                gap = before.value + int(entered[0]) - int(left[0]) - self.counts[cell].value
                if abs(gap) <= self._slack(int(entered[0] + left[0])):
                    self.system.tie([(before, 1), (self.counts[cell], -1)])

    def _slack(self, value: int) -> int:
        """By how much a sum may differ from an official one and still tell about its parts."""
        return max(floor(self.relations.tolerance * value), 1)

    def _tie_quarters(self) -> None:
        """Tie a flow of a year to those of its quarters."""
        for cell, year in sorted(self.counts.items()):
            if self.relations.kinds.get(cell.measure) != "flow" or " " in cell.period:
                continue
            quarters = [self.counts.get(cell._replace(period=cell.period + q)) for q in QUARTERS]
            terms = [(quarter, 1) for quarter in quarters if quarter]
            if terms and cell.measure not in SIGNED:
                self.system.tie([*terms, (year, -1)], is_limit=len(terms) < len(QUARTERS))

    def _has_limit(self, measure: str, operands: Terms) -> bool:
        return (measure, operands) in self.relations.limits

    def _tie_relations(self) -> None:
        for is_limit, relations in (
            (False, self.relations.sums),
            (True, self.relations.limits),
        ):
            for measure, operands in relations:
                cells = self._cells(measure) + self._cells(measure + TOTAL)
                for whole in (self.counts[cell] for cell in cells if not cell.category):
                    self._relate(whole, operands, is_limit, self._has_limit(measure, operands))
        for measure, (part, _) in self.relations.bases.items():
            for cell in self._cells(part):
                base = self._base_of(cell._replace(measure=measure), "percent")
                if base and not cell.category:
                    self.system.tie([(self.counts[cell], 1), (base, -1)], is_limit=True)

    def _relate(self, whole: Count, operands: Terms, is_limit: bool, has_limit: bool) -> None:
        found = [(self._find(whole.cell, name), factor) for name, factor in operands]
        terms = [(count, factor) for count, factor in found if count is not None]
        gap = whole.value - sum(factor * count.value for count, factor in terms)
        if is_limit and terms:
            self.system.tie([*terms, (whole, -1)], is_limit=True)
        elif len(terms) == len(found) and not (has_limit and gap):
            # What is only an upper limit where it does not happen to be the sum is no sum.
            self.system.tie([*terms, (whole, -1)])

    def _tie_official(self) -> None:
        """Tie counts to official ones: known where they are equal, near where they are near."""
        for cell, count in sorted(self.counts.items()):
            measure, is_total = cell.measure.removesuffix(TOTAL), cell.measure.endswith(TOTAL)
            found = self.relations.official.get((measure, cell.category))
            if found is None:
                continue
            if found.made_of == "quarters":
                self._tie_official_year(count, found)
            elif (found.made_of == "categories") == is_total and (
                " " not in cell.period or self._same_day(cell) != cell
            ):
                key = (*found.official, cell.period[:7], "count")
                for value in self.official.get(key, ()):
                    self._near(count, int(value), found.is_same)
                self._tie_official_ratios(count, found)

    def _near(self, count: Count, value: int, is_same: bool) -> None:
        slack = floor(self.relations.tolerance * value)
        gap = count.value - value
        if gap == 0:
            self.system.known.add(count)
        elif abs(gap) <= slack:
            self.system.ties[Tie(((count, 1),), value - slack, value + slack)] = None
        elif not is_same:
            # Readers may know which of the two definitions is the wider one.
            low, high = (value, inf) if gap > 0 else (-inf, value)
            self.system.ties[Tie(((count, 1),), low, high)] = None

    def _tie_official_year(self, quarter: Count, found: Correspondence) -> None:
        """Tie four quarters to a year that is near their sum: readers may know by how much."""
        cell = quarter.cell
        if not cell.period.endswith(LAST):
            return
        year = cell.period[:7]
        quarters = [self.counts.get(cell._replace(period=year + q)) for q in QUARTERS]
        terms = [(count, 1) for count in quarters if count]
        total = sum(count.value for count, _ in terms)
        for value in self.official.get((*found.official, year, "count"), ()):
            is_near = abs(total - int(value)) <= self._slack(int(value))
            if len(terms) == len(QUARTERS) and is_near:
                self.system.tie(terms)

    def _tie_official_ratios(self, count: Count, found: Correspondence) -> None:
        measure, category = found.official
        year = count.cell.period[:7]
        for value in self.official.get((measure, category, year, "percent"), ()):
            base = self._base_of(count.cell._replace(measure=measure), "percent")
            if base:
                self._share((count, base), value, 1, 100, None)
        population = self.counts.get(
            count.cell._replace(measure=POPULATION, category="", period=year)
        )
        for value in self.official.get((measure, category, year, "rate_per_10000"), ()):
            if population:
                self._share((count, population), value, 1, 10000, None)

    def _tie_ratios(self, ratios: Sequence[Figure]) -> None:
        """Tie counts to bases by every percentage and rate that holds for them."""
        for ratio in ratios:
            count, base = self._count_of(ratio.cell), self._base_of(ratio.cell, ratio.unit)
            if count is None or base is None:
                continue
            hideable = None if ratio.is_public else Ratio(ratio.cell, ratio.unit)
            # Some tables were rounded to fewer decimals than they are printed with.
            for decimals in range(ratio.decimals, -1, -1):
                if self._share((count, base), ratio.value, decimals, PER[ratio.unit], hideable):
                    break

    def _share(
        self,
        pair: tuple[Count, Count],
        value: Decimal,
        decimals: int,
        per: int,
        hideable: Ratio | None,
    ) -> bool:
        """Tie a count to its base by a rounded share, if the share is theirs; say whether it is."""
        count, base = pair
        scale = 2 * 10**decimals
        exact = Fraction(value) * scale
        part = per * scale * count.value
        if not (exact - 1) * base.value <= part <= (exact + 1) * base.value:
            return False
        for bound, low, high in ((exact + 1, -inf, 0), (exact - 1, 0, inf)):
            terms = ((count, per * scale * bound.denominator), (base, -bound.numerator))
            self.system.ties[Tie(tuple(sorted(terms)), low, high, hideable)] = None
        return True


def _is_share(ratio: Figure, count: int, base: int) -> bool:
    half = Fraction(1, 2 * 10**ratio.decimals)
    return abs(Fraction(ratio.value) * base - 100 * count) <= half * base


def _total(cell: Cell) -> Cell:
    return cell._replace(measure=cell.measure + TOTAL, category="")


def _year_before(period: str) -> str:
    start = int(period[:4])
    return f"{start - 1}-{start % 100:02d}"


def _year_after(period: str) -> str:
    start = int(period[:4])
    return f"{start + 1}-{(start + 2) % 100:02d}"


def _by_key(figures: Iterable[Figure]) -> dict[tuple[Cell, str], Figure]:
    return {(figure.cell, figure.unit): figure for figure in figures}


def _distinct_ratios(figures: Iterable[Figure]) -> list[Figure]:
    """Percentages and rates of all releases: one that is public is so wherever it is printed."""
    found: dict[tuple[Cell, str, Decimal, int], Figure] = {}
    for figure in figures:
        if figure.unit != "count":
            key = (figure.cell, figure.unit, figure.value, figure.decimals)
            if key not in found or figure.is_public:
                found[key] = figure
    return list(found.values())


def _read_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Figure]]:
    """Figures by authority; of two that a release prints of one thing, the first."""
    found = defaultdict(list)
    for authority, release, measure, category, period, unit, *rest in connection.sql(
        """
        select
            local_authority_code,
            release_id,
            measure_id,
            coalesce(category_id, ''),
            period_id,
            unit,
            arg_min(value, source_line),
            coalesce(arg_min(decimals_printed, source_line), 0),
            bool_or(is_controlled),
            bool_or(is_latest_release),
            not arg_min(is_secret, source_line),
            bool_or(is_small)
        from figures
        group by all
        order by all
        """
    ).fetchall():
        cell = Cell(authority, measure, category, period)
        found[authority].append(Figure(release, cell, unit, *rest))
    return found


def _read_official(connection: duckdb.DuckDBPyConnection) -> dict[str, Official]:
    """Official statistics of the authorities; what is only calculated from them is left out."""
    found: dict[str, dict[tuple[str, str, str, str], list[Decimal]]] = defaultdict(dict)
    for area, measure, category, year, unit, value in connection.sql(
        """
        select
            area_code,
            measure_id,
            coalesce(category_id, ''),
            financial_year,
            unit,
            value
        from marts.fct_official_statistics
        where
            value is not null
            and (unit = 'count' or not is_calculated)
            and area_code in (select local_authority_code from figures)
        group by all
        order by all
        """
    ).fetchall():
        found[area].setdefault((measure, category, year, unit), []).append(value)
    return dict(found)


def _read_relations(connection: duckdb.DuckDBPyConnection) -> Relations:
    bases = dict(OTHER_BASES)
    for measure, count, base in connection.sql(
        "select measure_id, numerator_measure_id, base_measure_id from raw.percentage_bases"
    ).fetchall():
        bases[measure] = (count, base)
    relations: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
    for check, measure, relation, operand, sign in connection.sql(
        "select check_id, measure_id, relation, operand_measure_id, cast(sign as integer)"
        " from raw.figure_relations where local_authority_code is null order by all"
    ).fetchall():
        relations[(check, measure, relation)].append((operand, sign))
    sums: list[tuple[str, Terms]] = []
    limits: list[tuple[str, Terms]] = []
    for (_, measure, relation), operands in relations.items():
        (sums if relation == "equals" else limits).append((measure, tuple(operands)))
    kinds = dict(connection.sql("select measure_id, measure_kind from raw.measures").fetchall())
    official = {
        # The count and the base of a share for which no report prints a count.
        name: Correspondence((measure, ""), "figure", is_same=name[0] == measure)
        for ratio, part, whole in connection.sql(
            "select measure_id, part_measure_id, base_measure_id from raw.official_ratios"
            " where unit = 'percent' and is_by_category = 'false'"
        ).fetchall()
        if ratio in bases
        for name, measure in (((bases[ratio][0], ""), part), ((bases[ratio][1], ""), whole))
    }
    for measure, category, made_of, theirs, their_category, is_same in connection.sql(
        "select measure_id, coalesce(category_id, ''), made_of, official_measure_id,"
        " coalesce(official_category_id, ''), is_same_definition = 'true'"
        " from raw.official_correspondences"
        " where unit = 'count' and official_measure_id is not null"
    ).fetchall():
        official[(measure, category)] = Correspondence((theirs, their_category), made_of, is_same)
    ((tolerance,),) = connection.sql(
        "select max(cast(official_tolerance_pct as decimal(9, 4))) from raw.disclosure_rules"
    ).fetchall()
    return Relations(bases, sums, limits, kinds, official, Fraction(tolerance or 0) / 100)
