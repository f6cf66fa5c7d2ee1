"""Say which categories of a table changed most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from safeguarding.published.standings import SOUND
from safeguarding.report.report_model import Sentence
from safeguarding.report.sentences.change_sentences import OFFICIAL, flags
from safeguarding.report.sentences.phrases import (
    Part,
    Unit,
    bracketed,
    joined,
    listed,
    rose_or_fell,
    sentence,
    share_changed,
    with_unit,
)
from safeguarding.report.sentences.time_series import Point, Series

Window = tuple[Point, Point]


@dataclass(frozen=True)
class _Difference:
    """The difference between two figures; whether remarks are on them."""

    name: str
    unit: Unit
    before: Decimal
    after: Decimal
    is_noted: bool = False

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    def told(self, between: tuple[str, str]) -> list[Part]:
        """Say `rose by 2,014 (27.0%) to 9,482`, the share between two signs."""
        share = share_changed(self.before, self.after, self.unit)
        return [
            *rose_or_fell(self.before, self.after, self.unit),
            *bracketed(between[0], share, between[1]),
            " to ",
            *with_unit(self.after, self.unit),
        ]


def largest_changes(series: Sequence[Series], count: int) -> tuple[Sentence, ...]:
    """Say which categories rose most and which fell most, from the period before to the latest.

    All series have the same unit and periods; more than `count` are named where several changed by
    as much.

    Where a category's figures are not sound, none is called the largest, and none is said not to
    have changed: official statistics are ranked instead, as far as they have the categories.

    Raises:
        ValueError: The series are not of one unit and of the same periods.
    """
    series = [each for each in series if not each.is_remainder]
    if not series:
        return (sentence("There are no figures."),)
    if len({(each.unit, tuple(point.period_id for point in each.points)) for each in series}) > 1:
        raise ValueError("Categories are compared that differ in unit or periods.")
    if len(series[0].points) < 2:  # noqa: PLR2004 - a change is between two
        return (sentence("There is no earlier period to compare with."),)
    before, latest = series[0].points[-2:]
    span = f"rom {before.period_label} to {latest.period_label} "
    known = [(each, window) for each in series if (window := _window(each)) is not None]
    unranked = _unranked(series)
    if not unranked:
        return (sentence(f"F{span}", *_ranked([_difference(*each) for each in known], count), "."),)
    why = f"Changes f{span}are not shown for {_why_unranked(unranked)}"
    stated = [_stated(_difference(*each)) for each in known if _is_sound(each[1])]
    told = [sentence(why, ", so the others are not ranked." if stated else ".")]
    found = [(each, _official_difference(each)) for each in series]
    lacking = [each.name for each, difference in found if difference is None]
    official = [difference for _, difference in found if difference is not None]
    if official and not set(lacking) & {each.name for each, _ in unranked}:
        scope = f", which have no such figures for {listed(lacking)}" if lacking else ""
        told.append(sentence(f"By {OFFICIAL}{scope}, ", *_ranked(official, count), "."))
    elif stated:
        told.append(sentence(f"F{span}", *joined(stated), "."))
    return tuple(told)


def _window(series: Series) -> Window | None:
    """Give the two latest points, if both are shown and no break parts them."""
    window = series.since_break[-2:]
    if len(window) < 2 or not all(point.is_shown for point in window):  # noqa: PLR2004
        return None
    return window[0], window[1]


def _difference(series: Series, window: Window) -> _Difference:
    before, after = (point.number for point in window)
    return _Difference(series.title, series.unit, before, after, bool(flags(*window)))


def _official_difference(series: Series) -> _Difference | None:
    window = series.points[-2:]
    values = series.official_values(*window)
    if values is None or any(point.is_suppressed for point in window):
        return None
    before, after = values
    return _Difference(series.title, series.unit, before, after)


def _is_sound(window: Iterable[Point]) -> bool:
    """Tell whether a change may be stated and ranked without any other beside it."""
    return all(point.standing is None or point.standing in SOUND for point in window)


def _unranked(series: Iterable[Series]) -> list[tuple[Series, str]]:
    """Find series that keep the others from being ranked, each with why."""
    found = []
    for each in series:
        window = _window(each)
        if window is None:
            is_broken = len(each.since_break) < 2  # noqa: PLR2004
            is_hidden = any(point.is_suppressed for point in each.points[-2:])
            why = "suppressed" if is_hidden else "missing"
            found.append((each, "separated by a break in the series" if is_broken else why))
        elif worst := [point for point in window if not _is_sound([point])]:
            found.append((each, str(worst[-1].standing)))
    return found


def _why_unranked(unranked: Sequence[tuple[Series, str]]) -> str:
    """Say `Neglect and Emotional abuse because figures are incomplete`."""
    told = []
    for why in dict.fromkeys(why for _, why in unranked):
        names = [each.name for each, its in unranked if its == why]
        told.append(f"{listed(names)} because figures are {why}")
    return ", or for ".join(told)


def _ranked(differences: Sequence[_Difference], count: int) -> list[Part]:
    """Name the largest rises and the largest falls of changes that are all sound."""
    rises = [each for each in differences if each.change > 0]
    falls = [each for each in differences if each.change < 0]
    return [*_largest("rise", "rose", rises, count), "; ", *_largest("fall", "fell", falls, count)]


def _largest(noun: str, verb: str, differences: Sequence[_Difference], count: int) -> list[Part]:
    """Name the largest of some differences, and all that are as large as the last of them."""
    if not differences or count < 1:
        return [f"none {verb}"]
    ordered = sorted(differences, key=lambda difference: -abs(difference.change))
    least = abs(ordered[:count][-1].change)
    told: list[list[Part]] = []
    for difference in ordered:
        if abs(difference.change) >= least:
            _, *amount = difference.told((", ", ","))
            noted = ", see the notes on this figure)" if difference.is_noted else ")"
            told.append([f"{difference.name} (by ", *amount, noted])
    was = f"the largest {noun} was" if len(told) == 1 else f"the largest {noun}s were"
    return [f"{was} in ", *joined(told)]


def _stated(difference: _Difference) -> list[Part]:
    if difference.change:
        return [f"{difference.name} ", *difference.told((" (", ")"))]
    return [f"{difference.name} remained at ", *with_unit(difference.after, difference.unit)]
