"""Say what stands out of a year: the highest and lowest of neighbours, and the largest changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from safeguarding.report.report_model import Quantity, Sentence
from safeguarding.report.sentences.change_sentences import against_before
from safeguarding.report.sentences.phrases import (
    RATE_UNIT,
    Part,
    counted,
    joined,
    sentence,
    tenth,
)
from safeguarding.report.sentences.place_sentences import Place, within_a_sentence
from safeguarding.report.sentences.time_series import Point, Series, barrier

MOST_NAMED = 4  # measures in one sentence; of the others their number is told
RATE = "rate_per_10000"
LEAST_BEFORE = 20  # a change in per cent of a smaller count says little
LEAST_RANKED = 5  # of fewer, the second highest is near the middle
ENDS = (
    "highest", "joint highest", "lowest", "joint lowest", "second highest", "joint second highest",
)  # fmt: skip
LEAST_YEARS = 3  # a longer time than from the year before
BASE = (
    "The largest changes are in per cent, among counts that were "
    f"{LEAST_BEFORE} or more before and "
    "whose change can be shown."
)


@dataclass(frozen=True)
class Among:
    """An area's place among its statistical neighbours, with their figures."""

    place: Place  # a ranked one
    others: Sequence[Decimal]  # the neighbours' figures

    @property
    def end(self) -> str:
        """Say `highest`, `joint lowest` or `second highest`; nothing of a place between."""
        rate = self.place.rate
        if rate is None or self.place.rank is None or self.place.of < LEAST_RANKED:
            return ""
        higher = sum(each > rate for each in self.others)
        lower = sum(each < rate for each in self.others)
        if not higher and not lower:
            return ""
        end = "highest" if not higher else "lowest" if not lower else ""
        end = end or ("second highest" if higher == 1 else "")
        is_joint = higher + lower < len(self.others)
        return f"joint {end}" if end and is_joint else end

    @property
    def distance(self) -> Decimal:
        """How many times the neighbours' median it is, or the median it."""
        rate, median = self.place.rate, self.place.median
        return max(rate / median, median / rate) if rate and median else Decimal(0)


def extremes(found: Iterable[Among]) -> Iterator[Sentence]:
    """Say of which measures an area is highest, second highest or lowest of its neighbours."""
    by_end: dict[tuple[str, int], list[Among]] = {}
    for each in sorted(found, key=lambda each: -each.distance):
        if each.end:
            by_end.setdefault((each.end, each.place.of), []).append(each)
    is_first = True
    for end, of in sorted(by_end, key=lambda key: (ENDS.index(key[0]), -key[1])):
        those = by_end[end, of]
        named, others = those[:MOST_NAMED], len(those[MOST_NAMED:])
        more: list[list[Part]] = [[counted(others), " more"]] if others else []
        area = named[0].place.area_name if is_first else "It"
        among: list[Part] = [
            ", itself and its ", counted(of - 1), " statistical neighbours,",
        ]  # fmt: skip
        is_rate_told = False
        told = []
        for each in named:
            told.append(_named(each.place, is_rate_told=is_rate_told))
            is_rate_told = is_rate_told or each.place.unit == RATE
        yield sentence(
            f"{area} was {end} of ",
            counted(of),
            *(among if is_first else []),
            " for ",
            *joined([*told, *more]),
            ".",
        )
        is_first = False


def _named(place: Place, *, is_rate_told: bool) -> list[Part]:
    """Say `referrals (1,076.0 per 10,000; median 370.7)`, the unit of rates once in a sentence."""
    assert place.rate is not None
    unit = f" {RATE_UNIT}" if place.unit == RATE and not is_rate_told else ""
    rate = Quantity(tenth(place.rate), place.unit)
    median: list[Part] = []
    if place.median is not None:
        median = ["; median ", Quantity(tenth(place.median), place.unit)]
    return [f"{within_a_sentence(place.measure_name)} (", rate, unit, *median, ")"]


def largest_changes_of(series: Sequence[Series], year: str) -> Iterator[Sentence]:
    """Say which counts rose and fell most in per cent: on the year, and since the first year.

    A change is told only if it may be stated, and only from a count of `LEAST_BEFORE` or more.
    """
    counts = [each for each in series if each.unit == "count" and _is_of(each, year)]
    on_the_year = [
        (each, each.points[-2], each.points[-1]) for each in counts if _is_told(each, -2)
    ]
    for word, way in (("rise", 1), ("fall", -1)):
        if found := _largest([each for each in on_the_year if _way(each) == way]):
            yield _told(f"Largest {word} on the year: ", found)
    long = [each for each in counts if len(each.points) >= LEAST_YEARS]
    starts = [each.points[0].period_id for each in long]
    since = [
        (each, each.points[0], each.points[-1])
        for each in long
        if each.points[0].period_id == max(starts, key=starts.count) and _is_told(each, 0)
    ]
    if found := _largest(since):
        yield _told(f"Largest change since {found[1].period_label}: ", found)


Change = tuple[Series, Point, Point]


def _is_of(series: Series, year: str) -> bool:
    return len(series.points) > 1 and series.points[-1].period_id == year


def _is_told(series: Series, place: int) -> bool:
    """Tell whether a change from a point to the latest may be stated, and is one."""
    before, latest = series.points[place], series.points[-1]
    return (
        before in series.since_break
        and before.is_shown
        and latest.is_shown
        and not barrier(series, before, latest)
        and before.number >= LEAST_BEFORE
        and latest.number != before.number
    )


def _way(change: Change) -> int:
    _, before, latest = change
    return 1 if latest.number > before.number else -1


def _largest(changes: Sequence[Change]) -> Change | None:
    """Give the largest change; none of several that are as large."""
    ordered = sorted(changes, key=_share, reverse=True)
    if len(ordered) > 1 and _share(ordered[0]) == _share(ordered[1]):
        return None
    return ordered[0] if ordered else None


def _share(change: Change) -> Decimal:
    _, before, latest = change
    return abs(latest.number - before.number) / before.number


def _told(lead: str, change: Change) -> Sentence:
    series, before, latest = change
    return sentence(lead, *against_before(series, latest, before).parts)


def nothing_stands_out(year: str) -> Sentence:
    """Say that there is neither an extreme nor a change to tell."""
    return sentence(
        f"No figure of {year} is known to be the highest, second highest or lowest among the "
        "statistical neighbours, and no large change can be shown."
    )
