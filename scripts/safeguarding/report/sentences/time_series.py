"""Figures of one thing over time, and what may be said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from safeguarding.published.standings import UNSOUND, Standing
from safeguarding.report.report_model import Figure, Remark, RemarkKind
from safeguarding.report.sentences.phrases import Unit, listed

Kind = Literal["flow", "stock", "ratio"]

NOT_AVAILABLE, SUPPRESSED = "[x]", "[c]"
NUMBER = re.compile(r"([-\u2212]?\d[\d,]*(?:\.\d+)?)%?(?:\s*\[\w+\])*")
QUARTER = re.compile(r"Q[1-4]")
LAST_QUARTER, QUARTERS = "Q4", 4
SUMMED = (RemarkKind.DISPUTED, RemarkKind.UNRECONCILED)  # what is said of a sum as of its parts
NO_TOTAL = "A year's total is given only where all four quarters are known."
REVISABLE = "Its last quarter may be revised."
AT_YEAR_END = "at 31 March"  # in a name that tells the day itself
DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True)
class Point:
    """A figure of a series."""

    period_label: str  # the period as it is shown: `2022-23`, `Apr-Jun 2022`, `31 March 2023`
    period_id: str  # its key
    figure: Figure  # the figure

    @property
    def financial_year(self) -> str:
        """The financial year that it is, or is a quarter of."""
        return self.period_id.partition(" ")[0]

    @property
    def quarter(self) -> str:
        """The quarter of the financial year, such as `Q1`; empty if it is none."""
        return self.period_id.partition(" ")[2]

    @property
    def standing(self) -> Standing | None:
        """Standing of the figure."""
        return self.figure.standing

    @property
    def is_unsound(self) -> bool:
        """Whether no change may be taken from it."""
        return self.standing in UNSOUND

    @cached_property
    def is_suppressed(self) -> bool:
        """Whether disclosure control hides it."""
        return self.has(RemarkKind.SUPPRESSED) or SUPPRESSED in self.figure.shown

    @cached_property
    def is_shown(self) -> bool:
        """Whether there is a number to see."""
        value = self.figure.value
        return not self.is_suppressed and value is not None and value.is_finite()

    @property
    def is_missing(self) -> bool:
        """Whether there is no figure, though none is hidden."""
        return not self.is_shown and not self.is_suppressed

    @cached_property
    def number(self) -> Decimal:
        """The figure as it is shown, e.g. rounded; only of a point that shows one."""
        if match := NUMBER.fullmatch(self.figure.shown.strip()):
            return Decimal(match[1].replace(",", "").replace("\u2212", "-"))
        assert self.figure.value is not None
        return self.figure.value

    def has(self, kind: RemarkKind) -> bool:
        """Tell whether a remark of a kind is on it."""
        return any(remark.kind is kind for remark in self.figure.remarks)

    def texts(self, kinds: Iterable[RemarkKind]) -> list[str]:
        """Give the text of remarks; none of a suppressed figure, as it may give the figure away."""
        if self.is_suppressed:
            return []
        said = (each.text.strip() for each in self.figure.remarks if each.kind in kinds)
        return list(
            dict.fromkeys(text if text[-1] in ".!?" else f"{text}." for text in said if text)
        )


@dataclass(frozen=True)
class Series:
    """Figures of one thing over time."""

    name: str  # what they are, as a sentence can begin with it: `Section 47 enquiries`
    unit: Unit  # what they are counted in
    # whether they are counted in a period (`flow`), at its end (`stock`) or are a `ratio`
    kind: Kind
    points: tuple[Point, ...]  # the figures, in the order of time
    # official figures of the same definition, by period
    official: Mapping[str, Decimal] = field(default_factory=dict)
    # those of another definition, by period
    official_otherwise: Mapping[str, Decimal] = field(default_factory=dict)
    # whether it is what stands in no category: a gap in the table, no category
    is_remainder: bool = False
    year: str = ""  # the financial year reported; what is later is later information

    @property
    def is_quarterly(self) -> bool:
        """Whether its figures are of quarters."""
        return bool(self.points) and all(QUARTER.fullmatch(each.quarter) for each in self.points)

    @property
    def title(self) -> str:
        """The name with a capital."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def since_break(self) -> Sequence[Point]:
        """The points from the last break on: those that may be compared with the latest."""
        breaks = [at for at, point in enumerate(self.points) if point.has(RemarkKind.BREAK)]
        return self.points[breaks[-1] if breaks else 0 :]

    def when(self, point: Point) -> str:
        """Say when a figure was: `in 2022-23`, `at 31 March 2023`."""
        if DAY.fullmatch(point.period_label):
            return f"at {point.period_label}"
        if self.kind == "stock" and AT_YEAR_END not in self.name:
            return f"at the end of {point.period_label}"
        return f"in {point.period_label}"

    def official_values(self, *points: Point) -> list[Decimal] | None:
        """Give official figures of the same definition; None unless each point has one."""
        values = [self.official.get(point.period_id) for point in points]
        known = [value for value in values if value is not None]
        return known if len(known) == len(values) else None


def labels(points: Sequence[Point]) -> str:
    """List the periods of points."""
    return listed([point.period_label for point in points])


def barrier(series: Series, *points: Point) -> str:
    """Say why no change between figures that are shown may be stated; nothing if one may.

    For example `the figures for 2020-21 and 2021-22 are incomplete`.
    """
    worst = [point for point in points if point.is_unsound]
    if not worst and series.official_values(*points) is None:
        worst = [point for point in points if point.standing is Standing.UNRECONCILED]
    told = []
    for standing in dict.fromkeys(point.standing for point in worst):
        those = [point for point in worst if point.standing is standing]
        are = "figure for {} is" if len(those) == 1 else "figures for {} are"
        told.append(f"the {are.format(labels(those))} {standing}")
    return listed(told)


def by_year(series: Series) -> Series:
    """Give a series of quarters by financial year, up to the year reported.

    A flow's figure is the sum of the year's four quarters; that of a stock or a ratio the last
    quarter's.
    """
    points = [
        each for each in series.points if not series.year or each.financial_year <= series.year
    ]
    if series.kind != "flow" or series.unit != "count":
        return replace(series, points=tuple(p for p in points if p.quarter == LAST_QUARTER))
    years: dict[str, list[Point]] = {}
    for point in points:
        years.setdefault(point.financial_year, []).append(point)
    found: list[Point] = []
    is_broken = False
    for year, quarters in years.items():
        if found or year == series.year or len(quarters) == QUARTERS:
            found.append(Point(year, year, _total(quarters, is_broken=is_broken)))
        is_broken = any(each.has(RemarkKind.BREAK) for each in quarters[1:])
    return replace(series, points=tuple(found))


def _total(quarters: Sequence[Point], *, is_broken: bool) -> Figure:
    """Give a year's total with what is known of its quarters.

    `is_broken` says that a break in the series lies between it and the total before.
    """
    if any(each.is_suppressed for each in quarters):
        return Figure(None, SUPPRESSED, remarks=(Remark(RemarkKind.SUPPRESSED, NO_TOTAL),))
    is_parted = any(each.has(RemarkKind.BREAK) for each in quarters[1:])
    is_known = all(each.is_shown and not each.is_unsound for each in quarters)
    if len(quarters) < QUARTERS or is_parted or not is_known:
        return Figure(None, NOT_AVAILABLE, remarks=(Remark(RemarkKind.MISSING, NO_TOTAL),))
    value = sum((each.number for each in quarters), Decimal(0))
    remarks = [
        Remark(remark.kind, f"{each.period_label}: {remark.text}")
        for each in quarters
        for remark in each.figure.remarks
        if remark.kind in SUMMED
    ]
    breaks = [each for each in quarters[0].figure.remarks if each.kind is RemarkKind.BREAK]
    if is_broken and not breaks:
        breaks = [Remark(RemarkKind.BREAK, "There is a break within the year before.")]
    is_provisional = any(each.standing is Standing.PROVISIONAL for each in quarters)
    if is_provisional:
        remarks.append(Remark(RemarkKind.PROVISIONAL, REVISABLE))
    return Figure(
        value,
        f"{value:,f}",
        remarks=(*breaks, *remarks),
        standing=Standing.PROVISIONAL if is_provisional else None,
    )
