"""Sentences that are computed from figures: main changes, largest changes, an area's place.

A sentence is worked out from the figures as they are shown, so that a reader can do the sum again
from the table beside it. What may be said depends on the standing of the figures: no change from or
to one that is missing, suppressed, incomplete or contradicted, and none across a break in a series;
of one that is unreconciled only beside the official change; nothing is ranked unless all that it is
ranked with stands. Periods and what a remark says stay text; every other number is a `Quantity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto
from itertools import takewhile
from typing import Literal

from safeguarding.published.standings import SOUND, UNSOUND, Standing
from safeguarding.report.report_model import Figure, Quantity, Remark, RemarkKind, Sentence

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
REMARKS_OF_A_FIGURE = {  # of one, of several
    RemarkKind.DISPUTED: ("; for {} the release prints another figure too",) * 2,
    **{
        kind: (f"; the figure for {{}} is {kind}", f"; the figures for {{}} are {kind}")
        for kind in (RemarkKind.UNRECONCILED, RemarkKind.INCOMPLETE, RemarkKind.CONTRADICTED)
    },
    RemarkKind.REVISED: (
        "; the figure for {} has been changed since it was first printed",
        "; the figures for {} have been changed since they were first printed",
    ),
}
OFFICIAL = "DfE's official statistics"
VERDICTS = {  # of a statement: for one, for several
    "agrees": ("agrees with the figures", "agree with the figures"),
    "agrees within rounding": ("agrees within rounding", "agree within rounding"),
    "contradicts": ("does not agree", "do not agree"),
    "depends on the reading": ("depends on how it is read", "depend on how they are read"),
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
        official: Official figures of the same definition, by period.
        is_remainder: Whether it is what stands in no category: a gap in the table, no category.
    """

    name: str
    unit: Unit
    kind: Kind
    points: tuple[Point, ...]
    official: Mapping[str, Decimal] = field(default_factory=dict)
    is_remainder: bool = False


@dataclass(frozen=True)
class Place:
    """The place of an area among others.

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
class _Difference:
    """The difference between two figures."""

    name: str
    unit: Unit
    before: Decimal
    after: Decimal
    is_noted: bool

    @property
    def change(self) -> Decimal:
        return self.after - self.before


def changes(series: Series) -> tuple[Sentence, ...]:
    """Say what changed, by how much, against what.

    The latest figure is compared with that of the period before and with the first of the table
    (the first after the last break in the series). Percentages change in percentage points.

    Args:
        series: The series.

    Returns:
        The change first, or why none is shown; then what there is to know of it: periods that
        nothing is compared with, and the reasons that remarks give.
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
    if before is None and earlier and _state(earlier[-1]) is _State.MISSING:
        sentences += _official_alone(series, earlier[-1], latest)
    quoted = [latest, before]
    if first is not None and first is not before and not _is_unsound(latest):
        sentences.append(_since_first(series, latest, first))
        quoted.append(first)
    return (*sentences, *_reasons(point for point in quoted if point is not None))


def largest_changes(series: Sequence[Series], count: int) -> tuple[Sentence, ...]:
    """Say which categories rose most and which fell most, from the period before to the latest.

    Where a category's figures do not stand, none is called the largest, and none is said not to
    have changed: official statistics are ranked instead, as far as they have the categories.

    Args:
        series: A series for each category, all of the same unit and the same periods.
        count: How many to name on either side; more where several changed by as much.

    Returns:
        Sentences; categories without a comparable figure are named in them.

    Raises:
        ValueError: The series are not of one unit and of the same periods.
    """
    series = [each for each in series if not each.is_remainder]
    if not series:
        return (_sentence("There are no figures."),)
    if len({(each.unit, tuple(point.period_id for point in each.points)) for each in series}) > 1:
        raise ValueError("Categories are compared that differ in unit or periods.")
    if len(series[0].points) < 2:  # noqa: PLR2004 - a change is between two
        return (_sentence("There is no earlier period to compare with."),)
    before, latest = series[0].points[-2:]
    span = f"From {before.period_label} to {latest.period_label} "
    unranked = _unranked(series)
    if not unranked:
        known = [_last_difference(each) for each in series]
        differences = [each for each in known if each is not None]
        return (_sentence(span, *_ranked(differences, count, series[0].unit), "."),)
    why = f"Changes {span[0].lower()}{span[1:]}are not shown for {_why_unranked(unranked)}"
    stated = [
        _stated(difference)
        for each in series
        if (difference := _sound_difference(each)) is not None
    ]
    told = [_sentence(why, ", so the others are not ranked." if stated else ".")]
    official = [
        difference for each in series if (difference := _official_difference(each)) is not None
    ]
    lacking = [each.name for each in series if _official_difference(each) is None]
    if official and not set(lacking) & {each.name for each, _ in unranked}:
        scope = f", which have no such figures for {_enumerated(lacking)}" if lacking else ""
        ranked = _ranked(official, count, series[0].unit)
        told.append(_sentence(f"By {OFFICIAL}{scope}, ", *ranked, "."))
    elif stated:
        told.append(_sentence(span, *_joined(stated, "and"), "."))
    return tuple(told)


def barrier(series: Series, *points: Point) -> str:
    """Why no change between figures that are shown may be stated; empty if one may."""
    worst = [point for point in points if _is_unsound(point)]
    if not worst and _official_values(series, *points) is None:
        worst = [point for point in points if _standing(point) is Standing.UNRECONCILED]
    return _because(worst)


def compared(place: Place) -> Sentence:
    """Say which place an area has among others.

    Args:
        place: Its figure, its rank and the group.

    Returns:
        One sentence: figure, rank, median, and how many have no figure.
    """
    name = _within_a_sentence(place.measure_name)
    measure = name if name.startswith(TELLS_ITS_UNIT) else f"{MEASURED_AS[place.unit]} {name}"
    subject = f"{measure} in {place.area_name}"
    period = f"In {place.period_label} the " if place.period_label else "The "
    are_neighbours = place.group.startswith("its ")
    if place.rate is None or place.rank is None:
        return _sentence(
            f"There is no figure for the {subject}"
            + (f" in {place.period_label}" if place.period_label else "")
            + f", so it is not compared with {place.group if are_neighbours else 'others in '}"
            + ("." if are_neighbours else f"{place.group}.")
        )
    return _sentence(
        f"{period}{subject}, ",
        *_with_unit(place.rate, place.unit),
        ", was ",
        *_place(place.rank, place.of, place.area_name if are_neighbours else ""),
        *_among(place, are_neighbours=are_neighbours),
        ".",
    )


def counted_findings(kind: str, explained: int, examined: int, not_examined: int) -> Sentence:
    """Say what the checks of the figures found, and how far it is explained.

    Args:
        kind: What they found: `contradiction` or `warning`.
        explained: How many have a known cause.
        examined: How many somebody has examined without finding the cause.
        not_examined: How many nobody has examined yet.

    Raises:
        ValueError: A count is less than zero.
    """
    if min(explained, examined, not_examined) < 0:
        raise ValueError(f"{explained}, {examined} and {not_examined} {kind}s")
    number = explained + examined + not_examined
    found = ["The checks found ", *_number_of(number, kind, f"{kind}s")]
    if not number:
        return _sentence(*found, ".")
    return _sentence(
        *found,
        ": ",
        _count(explained),
        " explained, ",
        _count(examined),
        " examined without finding the cause, ",
        _count(not_examined),
        " open.",
    )


def counted_claims(verdicts: Mapping[str, int]) -> Sentence:
    """Say how many statements of the text the figures bear out.

    Args:
        verdicts: How many statements have each verdict, by the warehouse's names of verdicts.

    Raises:
        ValueError: A verdict is not known.
    """
    if unknown := set(verdicts) - set(VERDICTS):
        raise ValueError(f"verdicts that no sentence knows: {', '.join(sorted(unknown))}")
    total = sum(verdicts.values())
    if not total:
        return _sentence("No statements in the text were checked.")
    counts = [(words, verdicts[name]) for name, words in VERDICTS.items() if verdicts.get(name)]
    told: list[list[Part]] = [
        [_count(number), f" {one if number == 1 else several}"] for (one, several), number in counts
    ]
    checked = " statement was checked: " if total == 1 else " statements were checked: "
    return _sentence(_count(total), checked, *_joined(told, "and"), ".")


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
    names_its_day = "at 31 March" in series.name
    if series.kind == "stock" and not names_its_day:
        return f"at the end of {point.period_label}"
    return f"in {point.period_label}"


def _has(point: Point, kind: RemarkKind) -> bool:
    return any(remark.kind is kind for remark in point.figure.remarks)


def _since_break(points: Sequence[Point]) -> Sequence[Point]:
    """The points from the last break on: those that may be compared with the latest."""
    breaks = [index for index, point in enumerate(points) if _has(point, RemarkKind.BREAK)]
    return points[breaks[-1] if breaks else 0 :]


def _standing(point: Point) -> Standing | None:
    return point.figure.standing


def _is_unsound(point: Point) -> bool:
    return _standing(point) in UNSOUND


def _because(points: Sequence[Point]) -> str:
    """`the figures for 2020-21 and 2021-22 are incomplete`."""
    told = []
    for standing in dict.fromkeys(_standing(point) for point in points):
        labels = [point for point in points if _standing(point) is standing]
        are = "figure for {} is" if len(labels) == 1 else "figures for {} are"
        told.append(f"the {are.format(_labels(labels))} {standing}")
    return _enumerated(told)


def _official_values(series: Series, *points: Point) -> list[Decimal] | None:
    """Official figures of the same definition; None unless there is one for each point."""
    values = [series.official.get(point.period_id) for point in points]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _official_change(series: Series, before: Point, latest: Point) -> list[Part]:
    """What official statistics say of a change: `it fell by 3.6 percentage points to 21.8%, …`."""
    values = _official_values(series, before, latest)
    if values is None:
        return []
    old, new = values
    by = f"by {OFFICIAL} the figure "
    if old == new:
        return [by, "remained at ", *_with_unit(new, series.unit, series.name)]
    return [
        by,
        "rose by " if new > old else "fell by ",
        *_amount(old, new, series.unit),
        *_between(" (", _percentage(old, new, series.unit), ")"),
        " to ",
        *_with_unit(new, series.unit, series.name),
        ", from ",
        Quantity(old, series.unit),
    ]


def _official_sentence(series: Series, before: Point, latest: Point) -> list[Part]:
    """The same as a sentence of its own, after another."""
    told = _official_change(series, before, latest)
    if not told:
        return []
    return [" B", str(told[0])[1:], *told[1:], f" {_when(series, before)}."]


def _official_alone(series: Series, before: Point, latest: Point) -> list[Sentence]:
    told = _official_sentence(series, before, latest)
    return [_sentence("B", *told[1:])] if told else []


def _sign(change: Decimal) -> int:
    return (change > 0) - (change < 0)


def _beside(series: Series, before: Point, latest: Point) -> list[Part]:
    """The official change, where the report's may not stand alone."""
    values = _official_values(series, before, latest)
    if values is None:
        return []
    is_open = Standing.UNRECONCILED in (_standing(before), _standing(latest))
    report = _sign(_value(latest) - _value(before))
    if not is_open and report == _sign(values[1] - values[0]):
        return []
    return ["; ", *_official_change(series, before, latest)]


def _provisional(latest: Point, *others: Point) -> str:
    """What a revision may make of a change to or from a provisional figure."""
    told = ""
    for point in (latest, *others):
        if _standing(point) is not Standing.PROVISIONAL:
            continue
        text = next(
            (each.text for each in point.figure.remarks if each.kind is RemarkKind.PROVISIONAL), ""
        ).rstrip(".")
        told += f"; the figure for {point.period_label} is provisional"
        told += f": {text[0].lower()}{text[1:]}" if text else ""
        told += _turned(point, others) if point is latest else ""
    return told


def _turned(latest: Point, others: Sequence[Point]) -> str:
    """Whether a revision as large as those before would turn a rise into a fall."""
    bounds = latest.figure.revisions
    if bounds is None or not others:
        return ""
    before = _value(others[0])
    change = _sign(_value(latest) - before)
    revised = [_sign(_value(latest) * (1 + each / 100) - before) for each in bounds]
    if change == 0 or all(each in (change, 0) for each in revised):
        return ""
    turned = "this fall into a rise" if change < 0 else "this rise into a fall"
    return f"; as large a revision would turn {turned}"


def _count(number: int) -> Quantity:
    return Quantity(Decimal(number))


def _with_unit(value: Decimal, unit: Unit, name: str = "") -> list[Part]:
    """A figure with its unit, unless the name of the series tells it."""
    is_told = unit != "rate_per_10000" or RATE_UNIT in name
    return [Quantity(value, unit), "" if is_told else f" {RATE_UNIT} children"]


def _amount(before: Decimal, after: Decimal, unit: Unit) -> list[Part]:
    """How much something changed."""
    change = abs(after - before)
    if unit != "percent":
        return [Quantity(change, unit)]
    points = " percentage point" if change == 1 else " percentage points"
    return [Quantity(change, "percentage points"), points]


def _percentage(before: Decimal, after: Decimal, unit: Unit) -> list[Part]:
    """How much that is of what it was; nothing for percentages, and from zero or less."""
    if unit == "percent" or before <= 0:
        return []
    percentage = (abs(after - before) * 100 / before).quantize(ONE_PLACE, ROUND_HALF_UP)
    if not percentage:
        return ["less than ", Quantity(ONE_PLACE, "percent")]
    return [Quantity(percentage, "percent")]


def _between(before: str, parts: list[Part], after: str) -> list[Part]:
    return [before, *parts, after] if parts else []


def _flags(*points: Point) -> str:
    """What is known of figures that are told."""
    told = ""
    for kind, (one, several) in REMARKS_OF_A_FIGURE.items():
        marked = [point for point in points if _has(point, kind)]
        if marked:
            told += (one if len(marked) == 1 else several).format(_labels(marked))
    return told


def _against_before(series: Series, latest: Point, before: Point | None) -> Sentence:
    after = _with_unit(_value(latest), series.unit, series.name)
    when = f" {_when(series, latest)}"
    came = " came to " if series.kind == "flow" else " stood at "
    if before is None:
        alone = len(series.points) == 1
        ending = "; there is no earlier period to compare it with." if alone else "."
        flags = f"{_flags(latest)}{_provisional(latest)}"
        return _sentence(_name(series), came, *after, when, flags, ending)
    if why := barrier(series, before, latest):
        if _is_unsound(latest):
            came = ", as the report prints it: "
        return _sentence(
            _name(series),
            came,
            *after,
            when,
            f". The change from {before.period_label} is not shown because {why}.",
            *_official_sentence(series, before, latest),
        )
    old, new = _value(before), _value(latest)
    ending = f"{_flags(latest, before)}{_provisional(latest, before)}"
    beside = _beside(series, before, latest)
    if old == new:
        unchanged = f", unchanged from {before.period_label}"
        return _sentence(
            _name(series), " remained at ", *after, when, unchanged, ending, *beside, "."
        )
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
        ending,
        *beside,
        ".",
    )


def _since_first(series: Series, latest: Point, first: Point) -> Sentence:
    if why := barrier(series, first, latest):
        return _sentence(
            f"The change since {first.period_label} is not shown because {why}.",
            *_official_sentence(series, first, latest),
        )
    old, new = _value(first), _value(latest)
    ending = f"{_flags(first)}{_provisional(latest, first)}"
    beside = _beside(series, first, latest)
    if old == new:
        same = f"The figure is the same as that of {first.period_label}"
        return _sentence(same, ending, *beside, ".")
    return _sentence(
        f"Since {first.period_label} the figure ",
        *(_times(old, new, series.unit) or _plain_change(old, new, series.unit)),
        ", from ",
        Quantity(old, series.unit),
        ending,
        *beside,
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
    reasons = [] if is_suppressed else _texts(latest, {RemarkKind.MISSING})
    shown = [point for point in series.points if _state(point) is _State.SHOWN]
    if not shown:
        others = "; no earlier period has one that can be shown" if len(series.points) > 1 else ""
        return (_sentence(" ".join([f"{lead}{others}.", *reasons])),)
    before = series.points[-2]
    official = [] if is_suppressed else _official_sentence(series, before, latest)
    sentence = _sentence(
        f"{lead}; the latest that is shown is ",
        *_with_unit(_value(shown[-1]), series.unit, series.name),
        f" {_when(series, shown[-1])}",
        _flags(shown[-1]),
        " ".join([".", *reasons]),
        *official,
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


def _last_window(series: Series) -> tuple[Point, Point] | None:
    """The two latest points, if both are shown and no break parts them."""
    window = _since_break(series.points)[-2:]
    if len(window) < 2 or any(_state(point) is not _State.SHOWN for point in window):  # noqa: PLR2004
        return None
    return window[0], window[1]


def _last_difference(series: Series) -> _Difference | None:
    window = _last_window(series)
    if window is None:
        return None
    before, latest = window
    return _Difference(
        _name(series), series.unit, _value(before), _value(latest), bool(_flags(*window))
    )


def _sound_difference(series: Series) -> _Difference | None:
    """The latest change, if it may be stated without any other beside it."""
    window = _last_window(series)
    is_sound = window is not None and all(_may_be_ranked(point) for point in window)
    return _last_difference(series) if is_sound else None


def _official_difference(series: Series) -> _Difference | None:
    window = series.points[-2:]
    values = _official_values(series, *window)
    if values is None or any(_state(point) is _State.SUPPRESSED for point in window):
        return None
    before, after = values
    return _Difference(_name(series), series.unit, before, after, is_noted=False)


def _may_be_ranked(point: Point) -> bool:
    return _standing(point) is None or _standing(point) in SOUND


def _unranked(series: Iterable[Series]) -> list[tuple[Series, str]]:
    """Series that keep the others from being ranked, each with why."""
    found = []
    for each in series:
        window = _last_window(each)
        if window is None:
            is_broken = len(_since_break(each.points)) < 2  # noqa: PLR2004
            states = {_state(point) for point in each.points[-2:]}
            is_hidden = _State.SUPPRESSED in states
            why = "suppressed" if is_hidden else "missing"
            found.append((each, "parted by a break in the series" if is_broken else why))
        elif worst := [point for point in window if not _may_be_ranked(point)]:
            found.append((each, str(_standing(worst[-1]))))
    return found


def _why_unranked(unranked: Sequence[tuple[Series, str]]) -> str:
    """`Neglect and Emotional abuse because figures are incomplete`."""
    told = []
    for why in dict.fromkeys(why for _, why in unranked):
        names = [each.name for each, its in unranked if its == why]
        told.append(f"{_enumerated(names)} because figures are {why}")
    return ", or for ".join(told)


def _ranked(differences: Sequence[_Difference], count: int, unit: Unit) -> list[Part]:
    """The largest rises and the largest falls of changes that all stand."""
    return [
        *_listed_differences(
            "rise", [each for each in differences if each.change > 0], count, unit
        ),
        "; ",
        *_listed_differences(
            "fall", [each for each in differences if each.change < 0], count, unit
        ),
    ]


def _listed_differences(
    noun: str, differences: Sequence[_Difference], count: int, unit: Unit
) -> list[Part]:
    """The largest of some differences, and all that are as large as the last of them."""
    if not differences or count < 1:
        return [f"none {'rose' if noun == 'rise' else 'fell'}"]
    ordered = sorted(differences, key=lambda difference: -abs(difference.change))
    least = abs(ordered[:count][-1].change)
    named = [difference for difference in ordered if abs(difference.change) >= least]
    told: list[list[Part]] = [
        [
            f"{difference.name} (by ",
            *_amount(difference.before, difference.after, unit),
            *_between(", ", _percentage(difference.before, difference.after, unit), ","),
            " to ",
            *_with_unit(difference.after, unit),
            ", see the notes on this figure)" if difference.is_noted else ")",
        ]
        for difference in named
    ]
    was = f"the largest {noun} was" if len(named) == 1 else f"the largest {noun}s were"
    return [f"{was} in ", *_joined(told, "and")]


def _stated(difference: _Difference) -> list[Part]:
    """`Education rose by 2,014 (27.0%) to 9,482`."""
    if not difference.change:
        return [f"{difference.name} remained at ", *_with_unit(difference.after, difference.unit)]
    return [
        f"{difference.name} {'rose' if difference.change > 0 else 'fell'} by ",
        *_amount(difference.before, difference.after, difference.unit),
        *_between(" (", _percentage(difference.before, difference.after, difference.unit), ")"),
        " to ",
        *_with_unit(difference.after, difference.unit),
    ]


def _place(rank: int, of: int, among_itself: str = "") -> list[Part]:
    """`the second highest of 11`, counted from the nearer end; neighbours are counted apart."""
    if of == 1:
        return ["the only figure"]
    from_below = of - rank + 1
    is_high = rank <= from_below
    place = rank if is_high else from_below
    end = f"{'highest' if is_high else 'lowest'} of "
    group: list[Part] = [_count(of)]
    if among_itself:
        neighbours = " statistical neighbour" if of - 1 == 1 else " statistical neighbours"
        group = [f"{among_itself} and its ", _count(of - 1), neighbours]
    if place <= len(ORDINALS):
        return [f"the {ORDINALS[place - 1]}{end}", *group]
    return ["the ", Quantity(Decimal(place), "rank"), f"{_suffix(place)} {end}", *group]


def _suffix(number: int) -> str:
    is_teen = number % 100 in range(11, 14)
    return "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _among(place: Place, *, are_neighbours: bool) -> list[Part]:
    """`in the South East (median 239.1; no figure for 1)`."""
    where = "" if are_neighbours else f" in {place.group}"
    median: list[Part] = []
    if place.median is not None:
        whose = "their median " if are_neighbours else "median "
        median = [whose, Quantity(place.median, place.unit)]
    left_out: list[Part] = ["no figure for ", _count(place.left_out)] if place.left_out else []
    inside = [*median, *(["; "] if median and left_out else []), *left_out]
    return [where, *_between(" (", inside, ")")]


def _number_of(number: int, one: str, several: str) -> list[Part]:
    return [_count(number), f" {one if number == 1 else several}"] if number else [f"no {several}"]


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
