"""Work out the counts of an authority that readers know: printed ones, and those that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from safeguarding.disclosure.known_relations import MOST_PEOPLE, Figure, Official, Relations
from safeguarding.disclosure.protection import Cell, Count, System
from safeguarding.financial_years import year_after

TOTAL = "@total"  # of a measure's categories, which percentages of it give away
CALCULATED = "@calculated"  # net change: children entering less children leaving
REST = "@rest"  # a base less its part: what a percentage tells of as well

SIGNED = {"care_net_change", "care_net_change" + CALCULATED}
POPULATION = "population_0_to_17"
QUARTERS = (" Q1", " Q2", " Q3", " Q4")
LAST = QUARTERS[-1]  # ends on the last day of the year


class KnownCounts:
    """The counts of a release, the latest ones in place of what it does not print.

    Attributes:
        counts: Every count, printed or not, by cell.
        published: Cells that a release without control prints.
        flagged: Printed counts to suppress.
        implied: Counts that follow from percentages.
        ratios: Percentages and rates.
    """

    def __init__(
        self,
        system: System,
        relations: Relations,
        official: Official,
        figures: Mapping[tuple[Cell, str], Figure],
    ) -> None:
        """Add printed counts, and counts that follow from them."""
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
                parts[total_of(cell)].append((count, 1))
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


def total_of(cell: Cell) -> Cell:
    """Return the cell of the total of a measure's categories."""
    return cell._replace(measure=cell.measure + TOTAL, category="")
