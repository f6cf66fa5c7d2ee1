"""Which figures must be hidden so that the small ones among them cannot be worked out.

Figures are tied to each other: sources sum to a total, children entering less children leaving are
the net change, a percentage of a known base is a count. Whoever reads the released figures can
solve such ties for a hidden one. `protect` plays that reader: it works out between which bounds
each small count must lie, and hides further figures until the bounds are wide enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

MOST_ROUNDS = 200  # bounds settle in about as many rounds as a series has years


class Cell(NamedTuple):
    """A count of one thing: what is hidden, it is hidden wherever it is printed.

    Attributes:
        authority: `local_authority_code`.
        measure: `measure_id`, or a name with `@` for a count that follows from printed ones.
        category: `category_id`, blank where the measure has none.
        period: `period_id`.
    """

    authority: str
    measure: str
    category: str
    period: str


@dataclass(frozen=True)
class Tie:
    """The sum of some cells, each times its sign, lies between two bounds (one value: a sum).

    Attributes:
        terms: Cells with their factors, 1 or -1.
        least: Least value of the sum.
        greatest: Greatest value of the sum.
    """

    terms: tuple[tuple[Cell, int], ...]
    least: float
    greatest: float


@dataclass
class View:
    """Figures that a reader can take together: those of one release, or the latest ones.

    Attributes:
        values: The count of each cell.
        public: Cells whose count is known to everybody, whatever is hidden here.
        ties: How the cells hang together.
    """

    values: dict[Cell, int] = field(default_factory=dict)
    public: set[Cell] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)

    def tie(self, terms: Iterable[tuple[Cell, int]], *, is_limit: bool = False) -> None:
        """Tie cells together as their counts are; a limit is a sum that is never above nought.

        A reader is taken to know by how much printed figures miss a sum. A limit that they break
        tells a reader nothing.
        """
        found = tuple(terms)
        value = sum(factor * self.values[cell] for cell, factor in found)
        if not is_limit:
            self.ties.append(Tie(found, value, value))
        elif value <= 0:
            self.ties.append(Tie(found, -inf, 0))


Bounds = dict[Cell, tuple[float, float]]


def protect(
    views: Sequence[View],
    small: set[Cell],
    twins: Mapping[Cell, set[Cell]],
    signed: set[str],
    width: int,
) -> set[Cell]:
    """Choose what to hide: the small cells and as many others as it takes.

    Where several would do, the smallest count goes first, then the order of the keys; a nought
    goes last, for it hides little.

    Args:
        views: Figures as they can be taken together.
        small: Cells to hide in any case.
        twins: Cells that count the same thing: hidden together.
        signed: Measures that may be negative.
        width: How far apart the bounds of a small cell must be at least.

    Returns:
        The cells to hide. A small cell that follows from public figures alone stays what it is:
        nothing that could be hidden here would protect it.
    """
    hidden: set[Cell] = set()
    audits = [_Audit(view, signed) for view in views]
    chosen = set(small)
    while chosen:
        hidden |= chosen | {twin for cell in chosen for twin in twins.get(cell, ())}
        chosen = {cell for audit in audits for cell in audit.helpers(hidden, small, width)}
    return hidden


class _Audit:
    """What a reader of one view can work out."""

    def __init__(self, view: View, signed: set[str]) -> None:
        self.view = view
        self.signed = signed
        self.ties_of: dict[Cell, list[Tie]] = defaultdict(list)
        for tie in view.ties:
            for cell, _ in tie.terms:
                self.ties_of[cell].append(tie)

    def helpers(self, hidden: set[Cell], small: set[Cell], width: int) -> Iterator[Cell]:
        """For each small cell whose bounds are too close, one more cell to hide."""
        unknown = {cell for cell in hidden if cell in self.view.values} - self.view.public
        bounds = self._bounds(unknown)
        for cell in sorted(small & unknown):
            if bounds[cell][1] - bounds[cell][0] < width:
                helper = self._helper(cell, hidden, bounds, width)
                if helper is not None:
                    yield helper

    def _bounds(self, unknown: set[Cell]) -> Bounds:
        """Bounds of the unknown cells, drawn together tie by tie until nothing moves.

        A hidden count is taken to be known to be at least 1, as noughts are not hidden by rule.
        """
        bounds = {cell: self._widest(cell) for cell in unknown}
        ties = {id(tie): tie for cell in sorted(unknown) for tie in self.ties_of[cell]}.values()
        for _ in range(MOST_ROUNDS):
            moved = False
            for tie in ties:
                for cell, _factor in tie.terms:
                    if cell in bounds:
                        low, high = self._implied(tie, cell, bounds)
                        new = (max(low, bounds[cell][0]), min(high, bounds[cell][1]))
                        moved = moved or new != bounds[cell]
                        bounds[cell] = new
            if not moved:
                break
        return bounds

    def _widest(self, cell: Cell) -> tuple[float, float]:
        if cell.measure in self.signed:
            return (-inf, inf)
        return (0 if self.view.values[cell] == 0 else 1, inf)

    def _implied(self, tie: Tie, cell: Cell, bounds: Bounds) -> tuple[float, float]:
        """Bounds of a cell that one tie gives, from those of the others in it."""
        low, high, own = tie.least, tie.greatest, 1
        for other, factor in tie.terms:
            if other == cell:
                own = factor
                continue
            value = self.view.values[other]
            least, greatest = bounds.get(other, (value, value))
            low -= greatest if factor > 0 else -least
            high -= least if factor > 0 else -greatest
        return (low, high) if own > 0 else (-high, -low)

    def _helper(self, cell: Cell, hidden: set[Cell], bounds: Bounds, width: int) -> Cell | None:
        """Smallest cell not hidden that is tied to this one closely, or through hidden ones."""
        ties = [
            tie for tie in self.ties_of[cell] if _is_close(self._implied(tie, cell, bounds), width)
        ]
        # A lower bound from one tie and an upper one from another can be close together as well.
        ties = ties or self.ties_of[cell]
        seen = {cell}
        while ties:
            cells = {other for tie in ties for other, _ in tie.terms} - seen
            seen |= cells
            options = cells - hidden - self.view.public
            if options:
                return min(options, key=self._order)
            through = sorted(cells & hidden - self.view.public)
            ties = [tie for other in through for tie in self.ties_of[other]]
        return None

    def _order(self, cell: Cell) -> tuple[bool, int, Cell]:
        value = abs(self.view.values[cell])
        return (value == 0, value, cell)


def _is_close(bounds: tuple[float, float], width: int) -> bool:
    """Whether bounds of one tie alone are too close, a count being at least nought."""
    return bounds[1] - max(bounds[0], 0) < width or bounds[1] - bounds[0] < width
