"""Choose which figures to hide so that the small counts cannot be worked out.

Figures are tied to each other: sources sum to a total, children entering less children leaving are
the net change, a percentage of a base is a count. A reader of the released figures can solve such
ties for a hidden one, with an integer program if necessary. For each small count, `protect` finds a
second set of counts that fits everything the reader knows, in which the small count is far enough
from its value. No reader can rule out such a set. Figures that differ in it are hidden, as few as
are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import NamedTuple

# How many more figures may be hidden for a small count, tried in this order.
COSTS = (0, 1, 2, 3, 5, 9, 16, 30)
MOST_STEPS = 200  # of one search; most successful searches need fewer than ten
MOST_STEPS_AT_LAST = 4000  # before a small count is reported as following from public figures


class Cell(NamedTuple):
    """A count of one thing, hidden wherever it is printed.

    Attributes:
        authority: `local_authority_code`.
        measure: `measure_id`, or a name with `@` for a count that follows from printed ones.
        category: `category_id`, blank if the measure has none.
        period: `period_id`.
    """

    authority: str
    measure: str
    category: str
    period: str


class Count(NamedTuple):
    """A count of a release: two releases with different values of a cell have two counts."""

    cell: Cell
    value: int


class Ratio(NamedTuple):
    """A printed percentage or rate, which can be hidden too."""

    cell: Cell
    unit: str


class Tie(NamedTuple):
    """The sum of some counts, each times its factor, lies between two bounds.

    Attributes:
        terms: Counts with their factors.
        least: Least value of the sum.
        greatest: Greatest value of the sum.
        ratio: The figure behind the tie, if hiding it or one of the counts removes the tie.
    """

    terms: tuple[tuple[Count, int], ...]
    least: float
    greatest: float
    ratio: Ratio | None = None


@dataclass
class System:
    """Everything that readers can combine about an authority's figures.

    Attributes:
        printed: Counts that can be hidden.
        unprinted: Counts that are not printed but follow, at least roughly, from others.
        known: Counts that readers know whatever is hidden here.
        republished: Of those, the ones that a release which is controlled prints again.
        ties: How the counts are related.
    """

    printed: set[Count] = field(default_factory=set)
    unprinted: set[Count] = field(default_factory=set)
    known: set[Count] = field(default_factory=set)
    republished: set[Count] = field(default_factory=set)
    ties: dict[Tie, None] = field(default_factory=dict)

    def tie(self, terms: Iterable[tuple[Count, int]], *, is_limit: bool = False) -> None:
        """Tie counts together by their values; a limit is a sum that is never above zero.

        A reader is assumed to know how far figures are from a sum. A limit that they break tells a
        reader nothing.
        """
        found = tuple(sorted(terms))
        value = sum(factor * count.value for count, factor in found)
        if not is_limit:
            self.ties[Tie(found, value, value)] = None
        elif value <= 0:
            self.ties[Tie(found, -inf, 0)] = None

    def add_sum(self, count: Count, terms: Sequence[tuple[Count, int]]) -> None:
        """Tie a count to the terms of its sum; it is known as far as they are."""
        if all(part in self.known for part, _ in terms):
            self.known.add(count)
            if any(part in self.republished for part, _ in terms):
                self.republished.add(count)
        self.tie([*terms, (count, -1)])

    def tie_near(self, count: Count, value: int, slack: int, *, is_same: bool) -> None:
        """Tie a count to an official one: known if they are equal, close if they are close.

        Args:
            count: The count.
            value: The official count.
            slack: How far apart they may be and one still reveal the other.
            is_same: Whether the definitions are the same; readers may know which of two others
                is the wider one.
        """
        gap = count.value - value
        if gap == 0:
            self.known.add(count)
        elif abs(gap) <= slack:
            self.ties[Tie(((count, 1),), value - slack, value + slack)] = None
        elif not is_same:
            low, high = (value, inf) if gap > 0 else (-inf, value)
            self.ties[Tie(((count, 1),), low, high)] = None

    def tie_share(
        self,
        pair: tuple[Count, Count],
        value: Decimal,
        decimals: int,
        per: int,
        hideable: Ratio | None = None,
    ) -> bool:
        """Tie a count to its base by a rounded share; False if the share is not theirs.

        Args:
            pair: The count and its base.
            value: The share, in parts of `per`.
            decimals: To how many decimals it is rounded.
            per: 100 or 10,000.
            hideable: The figure that says so, if it can be hidden.
        """
        count, base = pair
        scale = 2 * 10**decimals
        exact = Fraction(value) * scale
        part = per * scale * count.value
        if not (exact - 1) * base.value <= part <= (exact + 1) * base.value:
            return False
        for bound, low, high in ((exact + 1, -inf, 0), (exact - 1, 0, inf)):
            terms = ((count, per * scale * bound.denominator), (base, -bound.numerator))
            self.ties[Tie(tuple(sorted(terms)), low, high, hideable)] = None
        return True


@dataclass
class Protection:
    """What to hide.

    Attributes:
        cells: Counts to hide, the small ones among them.
        ratios: Percentages and rates to hide although their count and base are shown.
        deducible: Small counts that follow from public figures, whatever is hidden.
    """

    cells: set[Cell] = field(default_factory=set)
    ratios: set[Ratio] = field(default_factory=set)
    deducible: set[Count] = field(default_factory=set)


@dataclass(frozen=True)
class _Witness:
    """Other values that counts could have, and what must be hidden to allow them."""

    moved: dict[Count, int]
    added: frozenset[Cell | Ratio]


def protect(system: System, small: set[Count], signed: set[str], width: int) -> Protection:
    """Choose what to hide: the small counts and as few other figures as possible.

    If several would do, the smallest count is hidden first, then by the order of the keys; a zero
    comes last, because hiding it protects little.

    Args:
        system: An authority's figures.
        small: Counts to hide in any case.
        signed: Measures that may be negative.
        width: How far apart the values must be that a reader cannot rule out for a small count.
    """
    return _Search(system, small, signed, width).run()


class _Search:
    def __init__(self, system: System, small: set[Count], signed: set[str], width: int) -> None:
        self.system, self.small, self.signed, self.width = system, small, signed, width
        self.hidden: set[Cell | Ratio] = {count.cell for count in small}
        self.ties_of: dict[Count, list[Tie]] = defaultdict(list)
        for tie in system.ties:
            for count, _ in tie.terms:
                self.ties_of[count].append(tie)
        self.fixed = system.known
        self.steps = self.most_steps = 0

    def run(self) -> Protection:
        witnesses: dict[Count, list[_Witness]] = {}
        deducible = set()
        for count in sorted(self.small):
            if count in witnesses:
                continue
            found = self._protect(count, COSTS)
            if len(found) == 1:  # it may show others to be safe too
                for other, value in found[0].moved.items():
                    if other in self.small and abs(value - other.value) >= self.width:
                        witnesses.setdefault(other, found)
            if not found:
                deducible.add(count)
                found = self._protect_with_republished(count)
            for witness in found:
                self.hidden |= witness.added
            witnesses[count] = found
        self._show_again(witnesses)
        cells = {item for item in self.hidden if isinstance(item, Cell)}
        ratios = {item for item in self.hidden if isinstance(item, Ratio)}
        return Protection(cells, ratios, deducible)

    def _protect_with_republished(self, count: Count) -> list[_Witness]:
        """Hide figures that were published before and may have been revised since."""
        if count in self.system.known:
            return []
        self.fixed = self.system.known - self.system.republished
        found = self._protect(count, COSTS)
        self.fixed = self.system.known
        return found

    def _show_again(self, witnesses: dict[Count, list[_Witness]]) -> None:
        """Show figures again that are no longer needed once others are hidden."""
        kept = {count.cell for count in self.small}
        for item in sorted(self.hidden - kept, key=lambda item: (isinstance(item, Cell), item)):
            self.hidden.remove(item)
            shown = {}
            for count, found in witnesses.items():
                if any(self._needs(witness, item) for witness in found):
                    shown[count] = self._protect(count, (0,))
                    if not shown[count]:
                        self.hidden.add(item)
                        break
            else:
                witnesses |= shown

    def _needs(self, witness: _Witness, item: Cell | Ratio) -> bool:
        """Check whether a witness needs `item` to be hidden."""
        moved = witness.moved
        if isinstance(item, Cell) and any(count.cell == item for count in moved):
            return True
        return any(self._lack(tie, moved, frozenset()) for c in moved for tie in self.ties_of[c])

    def _protect(self, count: Count, costs: Sequence[int]) -> list[_Witness]:
        """Find values of a count that are far enough apart; empty if there are none."""
        if count in self.fixed:
            return []
        for cost in costs:
            self.most_steps = MOST_STEPS_AT_LAST if cost == COSTS[-1] else MOST_STEPS
            for targets in self._targets(count):
                found: list[_Witness] = []
                left = cost
                for target in targets:
                    added = frozenset(item for witness in found for item in witness.added)
                    witness = self._find(count, target, added, left)
                    if witness is None:
                        break
                    left -= len(witness.added - added)
                    found.append(witness)
                else:
                    return found
        return []

    def _targets(self, count: Count) -> Iterator[tuple[int, ...]]:
        """Yield values, one or two, that leave the count uncertain for a reader."""
        up = count.value + self.width
        yield (up,)
        least = self._least(count)
        if count.value - self.width >= least:
            yield (count.value - self.width,)
        for down in range(1, self.width):
            if count.value - down >= least:
                yield (up - down, count.value - down)
        for more in range(1, self.width):
            yield (up + more,)

    def _find(
        self, count: Count, target: int, added: frozenset[Cell | Ratio], cost: int
    ) -> _Witness | None:
        self.steps = self.most_steps
        return self._repair({count: target}, list(self.ties_of[count]), added, cost)

    def _repair(
        self,
        moved: dict[Count, int],
        pending: list[Tie],
        added: frozenset[Cell | Ratio],
        left: int,
    ) -> _Witness | None:
        """Move further counts until every tie holds.

        Args:
            moved: Counts with their other values, which stay.
            pending: Ties that may not hold any more.
            added: What is hidden besides `self.hidden`.
            left: How many more figures may be hidden.
        """
        self.steps -= 1
        if self.steps < 0:
            return None
        broken = [tie for tie in pending if self._lack(tie, moved, added)]
        if not broken:
            return _Witness(moved, added)
        # First the tie with the fewest repairs: usually there is one, or none.
        found_options = [self._options(tie, moved, added) for tie in broken]
        for cost, item, count, value in min(found_options, key=len):
            if cost > left:
                break
            more = added if item is None else added | {item}
            others = broken
            changed = moved
            if count is not None:
                others = list(dict.fromkeys([*broken, *self.ties_of[count]]))
                changed = {**moved, count: value}
            found = self._repair(changed, others, more, left - cost)
            if found:
                return found
        return None

    def _options(
        self, tie: Tie, moved: dict[Count, int], added: frozenset[Cell | Ratio]
    ) -> list[tuple[int, Cell | Ratio | None, Count | None, int]]:
        """List repairs of a tie, the cheapest first: what to hide, and which counts to change."""
        lack = self._lack(tie, moved, added)
        options: list[tuple[tuple[object, ...], Cell | Ratio | None, Count | None, int]] = []
        if tie.ratio is not None:
            options.append(((1, False, 0, tie.ratio.cell), tie.ratio, None, 0))
        for count, factor in tie.terms:
            if count in moved or count in self.fixed:
                continue
            # Round away from zero, so that the change is large enough.
            step = -(-abs(lack) // abs(factor))
            step = int(step if (lack > 0) == (factor > 0) else -step)
            value = max(count.value + step, self._least(count))
            if value == count.value:
                continue
            is_free = count.cell in self.hidden or count.cell in added
            is_free = is_free or count in self.system.unprinted
            order = (0 if is_free else 1, count.value == 0, abs(count.value), count.cell)
            options.append((order, None if is_free else count.cell, count, int(value)))
        options.sort(key=lambda option: option[0])
        return [(int(str(order[0])), *rest) for order, *rest in options]  # type: ignore[misc]

    def _lack(self, tie: Tie, moved: dict[Count, int], added: frozenset[Cell | Ratio]) -> float:
        """Return how much a tie's sum must rise (negative: fall) to be within its bounds."""
        if tie.ratio is not None:
            hidden = (tie.ratio, *(count.cell for count, _ in tie.terms))
            if any(item in self.hidden or item in added for item in hidden):
                return 0
        total = sum(factor * moved.get(count, count.value) for count, factor in tie.terms)
        return max(tie.least - total, 0) + min(tie.greatest - total, 0)

    def _least(self, count: Count) -> float:
        """Return the least value: 1 if hidden, as readers know that no rule hides zeros."""
        if count.cell.measure in self.signed:
            return -inf
        return 0 if count.value == 0 or count in self.system.unprinted else 1
