"""Sentences that are computed from figures: what moved, what moved most, where an area stands.

A sentence is worked out from the figures as they are shown, so that a reader can do the sum again
from the table beside it. Nothing is compared with a figure that is missing or suppressed, and
nothing across a break in a series. Periods and what a remark says stay text; every other number
is a `Quantity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto
from itertools import takewhile
from typing import Literal

from report.model import Figure, Quantity, Remark, RemarkKind, Sentence

Unit = Literal["count", "percent", "rate_per_10000"]
Kind = Literal["flow", "stock", "ratio"]
Part = str | Quantity

SUPPRESSED = "[c]"
RATE_UNIT = "per 10,000"
NUMBER = re.compile(r"([-\u2212]?\d[\d,]*(?:\.\d+)?)%?(?:\s*\[\w+\])*")
DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
ONE_PLACE = Decimal("0.1")
ORDINALS = (
    "",
    "second ",
    "third ",
    "fourth ",
    "fifth ",
    "sixth ",
    "seventh ",
    "eighth ",
    "ninth ",
    "tenth ",
)
MEASURED_AS: dict[Unit, str] = {
    "count": "number of",
    "percent": "percentage of",
    "rate_per_10000": "rate of",
}
TELLS_ITS_UNIT = ("number ", "percentage ", "rate ", "share ")
REMARKS_OF_A_FIGURE = {
    RemarkKind.DISPUTED: "; for {} the release prints another figure too",
    RemarkKind.CONTRADICTED: "; the figure for {} is contradicted",
    RemarkKind.REVISED: "; the figure for {} has been changed since it was first printed",
}
VERDICTS = {  # of a claim: for one, for several
    "contradicts": ("is contradicted", "are contradicted"),
    "depends on the reading": ("depends on the reading", "depend on the reading"),
    "agrees": ("agrees", "agree"),
    "agrees within rounding": ("agrees within rounding", "agree within rounding"),
    "not checkable": ("cannot be checked", "cannot be checked"),
}


@dataclass(frozen=True)
class Point:
    """A figure of a series.

    Attributes:
        period_label: The period as it is shown: `2022-23`, `Apr-Jun 2022`, `31 March 2023`.
        period_id: Its key.
        figure: The figure.
    """

    period_label: str
    period_id: str
    figure: Figure


@dataclass(frozen=True)
class Series:
    """Figures of one thing over time.

    Attributes:
        name: What they are, as a sentence can begin with it: `Section 47 enquiries`.
        unit: What they are counted in.
        kind: Whether they are counted in a period (`flow`), at its end (`stock`) or are a `ratio`.
        points: The figures, in the order of time.
    """

    name: str
    unit: Unit
    kind: Kind
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Standing:
    """Where an area stands among others.

    Attributes:
        measure_name: What is measured: `Section 47 enquiries`, `Children looked after`.
        area_name: Name of the area.
        rate: Its figure; None if there is none.
        unit: Unit of the figure and the median.
        rank: Its rank, 1 for the highest; None without a figure.
        of: How many are ranked, the area among them.
        median: Median of the group; None if there is none.
        group: `its ten statistical neighbours`, `the South East`, `England`.
        left_out: How many of the group have no figure.
        period_label: The period; left out of the sentence if empty.
    """

    measure_name: str
    area_name: str
    rate: Decimal | None
    unit: Unit
    rank: int | None
    of: int
    median: Decimal | None
    group: str
    left_out: int
    period_label: str = ""


class _State(Enum):
    SHOWN = auto()
    MISSING = auto()
    SUPPRESSED = auto()


@dataclass(frozen=True)
class _Move:
    """From one figure to another."""

    name: str
    before: Decimal
    after: Decimal
    is_read_twice: bool

    @property
    def change(self) -> Decimal:
        return self.after - self.before


def moved(series: Series) -> tuple[Sentence, ...]:
    """What moved, by how much, against what.

    The latest figure is compared with that of the period before and with the first of the table
    (the first after the last break in the series). Percentages move in percentage points.

    Args:
        series: The series.

    Returns:
        The movement first; then what there is to know of it: periods that nothing is compared
        with, and the reasons that remarks give.
    """
    if not series.points:
        return (_sentence(_name(series), ": there are no figures."),)
    latest = series.points[-1]
    if _state(latest) is not _State.SHOWN:
        return _without_the_latest(series)
    window = _since_break(series.points)
    earlier = window[:-1]
    before = earlier[-1] if earlier and _state(earlier[-1]) is _State.SHOWN else None
    first = next((point for point in earlier if _state(point) is _State.SHOWN), None)
    leading = list(takewhile(lambda point: _state(point) is not _State.SHOWN, earlier))
    gaps = [*leading, *(point for point in earlier[-1:] if point not in leading)]
    sentences = [
        _against_before(series, latest, before),
        *_break_sentence(series.points, window),
        *_gap_sentences([point for point in gaps if _state(point) is not _State.SHOWN]),
    ]
    quoted = [latest, before]
    if first is not None and first is not before:
        sentences.append(_since_first(series, latest, first))
        quoted.append(first)
    return (*sentences, *_reasons(point for point in quoted if point is not None))


def largest_movers(series: Sequence[Series], count: int) -> Sentence:
    """Which categories rose most and which fell most, from the period before to the latest.

    Args:
        series: A series for each category, all of the same unit and the same periods.
        count: How many to name on either side; more where several moved by as much.

    Returns:
        One sentence; categories without a comparable figure are named in it.

    Raises:
        ValueError: The series are not of one unit and of the same periods.
    """
    if not series:
        return _sentence("There are no figures.")
    if len({(each.unit, tuple(point.period_id for point in each.points)) for each in series}) > 1:
        raise ValueError("Categories are compared that differ in unit or periods.")
    if len(series[0].points) < 2:  # noqa: PLR2004 - a movement is between two
        return _sentence("There is no earlier period to compare with.")
    before, latest = series[0].points[-2:]
    moves = [_last_move(each) for each in series]
    known = [move for move in moves if move is not None]
    left_out = [each.name for each, move in zip(series, moves, strict=True) if move is None]
    unit = series[0].unit
    parts: list[Part] = [f"From {before.period_label} to {latest.period_label} "]
    if known:
        parts += [
            *_listed_moves("rise", [each for each in known if each.change > 0], count, unit),
            "; ",
            *_listed_moves("fall", [each for each in known if each.change < 0], count, unit),
        ]
    else:
        parts.append("no two figures can be compared")
    if left_out:
        parts.append(f"; no change is given for {_enumerated(left_out)}")
    return _sentence(*parts, ".")


def compared(standing: Standing) -> Sentence:
    """Where an area stands among others.

    Args:
        standing: Its figure, its rank and the group.

    Returns:
        One sentence: figure, rank, median, and how many have no figure.
    """
    name = _within_a_sentence(standing.measure_name)
    measure = name if name.startswith(TELLS_ITS_UNIT) else f"{MEASURED_AS[standing.unit]} {name}"
    subject = f"{measure} in {standing.area_name}"
    period = f"In {standing.period_label} the " if standing.period_label else "The "
    are_neighbours = standing.group.startswith("its ")
    if standing.rate is None or standing.rank is None:
        return _sentence(
            f"There is no figure for the {subject}"
            + (f" in {standing.period_label}" if standing.period_label else "")
            + f", so it is not compared with {standing.group if are_neighbours else 'others in '}"
            + ("." if are_neighbours else f"{standing.group}.")
        )
    return _sentence(
        f"{period}{subject}, ",
        *_with_unit(standing.rate, standing.unit),
        ", was ",
        *_place(standing.rank, standing.of),
        *_among(standing, are_neighbours=are_neighbours),
        *_left_out(standing.left_out),
        ".",
    )


def counted_findings(contradictions: int, explained: int, warnings: int) -> Sentence:
    """What the checks of the figures found.

    Args:
        contradictions: Figures that contradict each other.
        explained: How many of them are explained.
        warnings: Figures that are suspicious, not wrong.

    Raises:
        ValueError: More are explained than were found, or a count is less than nought.
    """
    if not 0 <= explained <= contradictions or warnings < 0:
        raise ValueError(f"{explained} of {contradictions} explained, {warnings} warnings")
    parts: list[Part] = [
        "The checks found ",
        *_number_of(contradictions, "contradiction", "contradictions"),
    ]
    if contradictions:
        parts += [", ", *_explained(contradictions, explained), ","]
    parts += [" and ", *_number_of(warnings, "warning", "warnings"), "."]
    return _sentence(*parts)


def counted_claims(verdicts: Mapping[str, int]) -> Sentence:
    """How many statements of the text the figures bear out.

    Args:
        verdicts: How many claims have each verdict, by the warehouse's names of verdicts.

    Raises:
        ValueError: A verdict is not known.
    """
    if unknown := set(verdicts) - set(VERDICTS):
        raise ValueError(f"verdicts that no sentence knows: {', '.join(sorted(unknown))}")
    total = sum(verdicts.values())
    if not total:
        return _sentence("No claims of the text were checked.")
    counts = [(words, verdicts[name]) for name, words in VERDICTS.items() if verdicts.get(name)]
    told: list[list[Part]] = [
        [_count(number), f" {one if number == 1 else several}"] for (one, several), number in counts
    ]
    claims = "claim" if total == 1 else "claims"
    return _sentence("Of ", _count(total), f" {claims} of the text, ", *_joined(told, "and"), ".")


def _sentence(*parts: Part) -> Sentence:
    """Parts with neighbouring texts put together."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return Sentence(tuple(merged))


def _name(series: Series) -> str:
    return series.name[:1].upper() + series.name[1:]


def _within_a_sentence(name: str) -> str:
    """A name without its capital, unless it is a name of names: `Section 47`, `Family Help`."""
    first, _, others = name.partition(" ")
    is_proper = first[1:].lower() != first[1:] or others[:1].isdigit() or others[:1].isupper()
    return name if is_proper else name[:1].lower() + name[1:]


def _state(point: Point) -> _State:
    figure = point.figure
    is_marked = any(remark.kind is RemarkKind.SUPPRESSED for remark in figure.remarks)
    if is_marked or SUPPRESSED in figure.shown:
        return _State.SUPPRESSED
    is_number = figure.value is not None and figure.value.is_finite()
    return _State.SHOWN if is_number else _State.MISSING


def _value(point: Point) -> Decimal:
    """The figure as it is shown, e.g. rounded; only of a point that shows one."""
    match = NUMBER.fullmatch(point.figure.shown.strip())
    if match:
        return Decimal(match[1].replace(",", "").replace("\u2212", "-"))
    assert point.figure.value is not None
    return point.figure.value


def _when(series: Series, point: Point) -> str:
    if DAY.fullmatch(point.period_label):
        return f"at {point.period_label}"
    names_its_day = "at 31 march" in series.name.lower()
    if series.kind == "stock" and not names_its_day:
        return f"at the end of {point.period_label}"
    return f"in {point.period_label}"


def _has(point: Point, kind: RemarkKind) -> bool:
    return any(remark.kind is kind for remark in point.figure.remarks)


def _since_break(points: Sequence[Point]) -> Sequence[Point]:
    """The points from the last break on: those that may be compared with the latest."""
    breaks = [index for index, point in enumerate(points) if _has(point, RemarkKind.BREAK)]
    return points[breaks[-1] if breaks else 0 :]


def _count(number: int) -> Quantity:
    return Quantity(Decimal(number))


def _with_unit(value: Decimal, unit: Unit, name: str = "") -> list[Part]:
    """A figure with its unit, unless the name of the series tells it."""
    is_told = unit != "rate_per_10000" or RATE_UNIT in name
    return [Quantity(value, unit), "" if is_told else f" {RATE_UNIT} children"]


def _amount(before: Decimal, after: Decimal, unit: Unit) -> list[Part]:
    """How much something moved."""
    change = abs(after - before)
    if unit != "percent":
        return [Quantity(change, unit)]
    points = " percentage point" if change == 1 else " percentage points"
    return [Quantity(change, "percentage points"), points]


def _percentage(before: Decimal, after: Decimal, unit: Unit) -> list[Part]:
    """How much that is of what it was; nothing for percentages, and from nought or less."""
    if unit == "percent" or before <= 0:
        return []
    percentage = (abs(after - before) * 100 / before).quantize(ONE_PLACE, ROUND_HALF_UP)
    if not percentage:
        return ["less than ", Quantity(ONE_PLACE, "percent")]
    return [Quantity(percentage, "percent")]


def _between(before: str, parts: list[Part], after: str) -> list[Part]:
    return [before, *parts, after] if parts else []


def _flags(*points: Point) -> str:
    return "".join(
        words.format(point.period_label)
        for point in points
        for kind, words in REMARKS_OF_A_FIGURE.items()
        if _has(point, kind)
    )


def _against_before(series: Series, latest: Point, before: Point | None) -> Sentence:
    after = _with_unit(_value(latest), series.unit, series.name)
    when = f" {_when(series, latest)}"
    if before is None:
        came = " came to " if series.kind == "flow" else " stood at "
        alone = len(series.points) == 1
        ending = "; there is no earlier period to compare it with." if alone else "."
        return _sentence(_name(series), came, *after, when, _flags(latest), ending)
    old, new = _value(before), _value(latest)
    flags = _flags(latest, before)
    if old == new:
        unchanged = f", unchanged from {before.period_label}"
        return _sentence(_name(series), " remained at ", *after, when, unchanged, flags, ".")
    return _sentence(
        _name(series),
        " rose by " if new > old else " fell by ",
        *_amount(old, new, series.unit),
        *_between(" (", _percentage(old, new, series.unit), ")"),
        " to ",
        *after,
        f"{when}, from ",
        Quantity(old, series.unit),
        f" {_when(series, before)}",
        flags,
        ".",
    )


def _since_first(series: Series, latest: Point, first: Point) -> Sentence:
    old, new = _value(first), _value(latest)
    since = f"Since {first.period_label} the figure "
    if old == new:
        return _sentence(
            f"The figure is the same as that of {first.period_label}", _flags(first), "."
        )
    return _sentence(
        since,
        *(_times(old, new, series.unit) or _plain_change(old, new, series.unit)),
        ", from ",
        Quantity(old, series.unit),
        _flags(first),
        ".",
    )


def _plain_change(old: Decimal, new: Decimal, unit: Unit) -> list[Part]:
    return [
        "has risen by " if new > old else "has fallen by ",
        *_amount(old, new, unit),
        *_between(" (", _percentage(old, new, unit), ")"),
    ]


def _times(old: Decimal, new: Decimal, unit: Unit) -> list[Part]:
    """Doubled, halved and the like; nothing where no such word is true."""
    if unit == "percent" or old <= 0 or new <= 0:
        return []
    words = {2: "doubled", 3: "trebled"}
    if new * 2 <= old:
        return ["has halved" if new * 2 == old else "has more than halved"]
    times = int(new // old)
    more = "more than " if times * old < new else ""
    if times in words:
        return [f"has {more}{words[times]}"]
    return [f"has grown to {more}", _count(times), " times what it was"] if times > 1 else []


def _break_sentence(points: Sequence[Point], window: Sequence[Point]) -> list[Sentence]:
    if len(window) == len(points):
        return []
    start = window[0]
    told = [
        f"There is a break in the series in {start.period_label}, "
        "so nothing before it is compared with what follows.",
        *_texts(start, {RemarkKind.BREAK}),
    ]
    return [_sentence(" ".join(told))]


def _gap_sentences(gaps: Sequence[Point]) -> list[Sentence]:
    """Which periods nothing is compared with, and why."""
    sentences = []
    missing = [point for point in gaps if _state(point) is _State.MISSING]
    if missing:
        are = "is no figure" if len(missing) == 1 else "are no figures"
        told = [f"There {are} for {_labels(missing)} to compare it with."]
        for point in missing:
            told += _texts(point, {RemarkKind.MISSING})
        sentences.append(_sentence(" ".join(dict.fromkeys(told))))
    suppressed = [point for point in gaps if _state(point) is _State.SUPPRESSED]
    if suppressed:
        labels = _labels(suppressed)
        told_of = (
            f"The figure for {labels} is suppressed, so nothing is compared with it."
            if len(suppressed) == 1
            else f"The figures for {labels} are suppressed, so nothing is compared with them."
        )
        sentences.append(_sentence(told_of))
    return sentences


def _without_the_latest(series: Series) -> tuple[Sentence, ...]:
    latest = series.points[-1]
    is_suppressed = _state(latest) is _State.SUPPRESSED
    lead = (
        f"{_name(series)}: the figure for {latest.period_label} is suppressed"
        if is_suppressed
        else f"{_name(series)}: there is no figure for {latest.period_label}"
    )
    reasons = _texts(latest, {RemarkKind.MISSING})
    shown = [point for point in series.points if _state(point) is _State.SHOWN]
    if not shown:
        others = "; no earlier period has one that can be shown" if len(series.points) > 1 else ""
        return (_sentence(" ".join([f"{lead}{others}.", *reasons])),)
    sentence = _sentence(
        f"{lead}; the latest that is shown is ",
        *_with_unit(_value(shown[-1]), series.unit, series.name),
        f" {_when(series, shown[-1])}",
        _flags(shown[-1]),
        " ".join([".", *reasons]),
    )
    return (sentence, *_reasons([shown[-1]]))


def _reasons(points: Iterable[Point]) -> list[Sentence]:
    """What the remarks on figures say, each once."""
    return [
        _sentence(f"On the figure for {point.period_label}: {text}")
        for point in points
        for text in _texts(point, set(REMARKS_OF_A_FIGURE))
    ]


def _texts(point: Point, kinds: set[RemarkKind]) -> list[str]:
    """What remarks say; nothing of a suppressed figure, since it may tell what must not be told."""
    if _state(point) is _State.SUPPRESSED:
        return []
    remarks = (remark for remark in point.figure.remarks if remark.kind in kinds)
    return list(dict.fromkeys(_ended(remark) for remark in remarks if remark.text.strip()))


def _ended(remark: Remark) -> str:
    text = remark.text.strip()
    return text if text[-1] in ".!?" else f"{text}."


def _last_move(series: Series) -> _Move | None:
    window = _since_break(series.points)[-2:]
    if len(window) < 2 or any(_state(point) is not _State.SHOWN for point in window):  # noqa: PLR2004
        return None
    before, latest = window
    return _Move(_name(series), _value(before), _value(latest), bool(_flags(before, latest)))


def _listed_moves(noun: str, moves: Sequence[_Move], count: int, unit: Unit) -> list[Part]:
    """The largest of some moves, and all that are as large as the last of them."""
    if not moves or count < 1:
        return [f"none {'rose' if noun == 'rise' else 'fell'}"]
    ordered = sorted(moves, key=lambda move: -abs(move.change))
    least = abs(ordered[:count][-1].change)
    named = [move for move in ordered if abs(move.change) >= least]
    told: list[list[Part]] = [
        [
            f"{move.name} (by ",
            *_amount(move.before, move.after, unit),
            *_between(", ", _percentage(move.before, move.after, unit), ","),
            " to ",
            *_with_unit(move.after, unit),
            ", a figure to be read with its remarks)" if move.is_read_twice else ")",
        ]
        for move in named
    ]
    was = f"the largest {noun} was" if len(named) == 1 else f"the largest {noun}s were"
    return [f"{was} in ", *_joined(told, "and")]


def _place(rank: int, of: int) -> list[Part]:
    """`the second highest of 11`, counted from the nearer end."""
    if of == 1:
        return ["the only figure"]
    from_below = of - rank + 1
    is_high = rank <= from_below
    place = rank if is_high else from_below
    end = "highest" if is_high else "lowest"
    if place <= len(ORDINALS):
        return [f"the {ORDINALS[place - 1]}{end} of ", _count(of)]
    return ["the ", Quantity(Decimal(place), "rank"), f"{_suffix(place)} {end} of ", _count(of)]


def _suffix(number: int) -> str:
    is_teen = number % 100 in range(11, 14)
    return "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _among(standing: Standing, *, are_neighbours: bool) -> list[Part]:
    among = (
        f" among its own and those of {standing.group}"
        if are_neighbours
        else f" in {standing.group}"
    )
    if standing.median is None:
        return [among]
    return [f"{among}, whose median was ", Quantity(standing.median, standing.unit)]


def _left_out(number: int) -> list[Part]:
    return [" (no figure for ", _count(number), ")"] if number else []


def _number_of(number: int, one: str, several: str) -> list[Part]:
    return [_count(number), f" {one if number == 1 else several}"] if number else [f"no {several}"]


def _explained(contradictions: int, explained: int) -> list[Part]:
    if contradictions == 1:
        return ["explained" if explained else "not explained"]
    if explained == contradictions:
        return ["all explained"]
    return [_count(explained), " of them explained"] if explained else ["none of them explained"]


def _labels(points: Sequence[Point]) -> str:
    return _enumerated([point.period_label for point in points])


def _enumerated(names: Sequence[str]) -> str:
    return "".join(str(part) for part in _joined([[name] for name in names], "and"))


def _joined(items: Sequence[Sequence[Part]], word: str) -> list[Part]:
    """`a, b and c`."""
    parts: list[Part] = []
    for index, item in enumerate(items):
        is_last = index == len(items) - 1
        parts += ["" if index == 0 else f" {word} " if is_last else ", ", *item]
    return parts
