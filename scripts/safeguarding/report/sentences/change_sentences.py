"""Say how a series changed: from the period before, and from the first of the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import takewhile

from safeguarding.published.standings import Standing
from safeguarding.report.report_model import Quantity, RemarkKind, Sentence
from safeguarding.report.sentences.phrases import (
    Part,
    Unit,
    bracketed,
    counted,
    moved,
    rose_or_fell,
    sentence,
    share_changed,
    with_unit,
)
from safeguarding.report.sentences.time_series import Point, Series, barrier, by_year, labels

OFFICIAL = "DfE's official statistics"
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


def changes(series: Series) -> tuple[Sentence, ...]:
    """Say what changed, by how much, against what.

    The latest figure is compared with that of the period before and with the first of the table
    (the first after the last break in the series). Percentages change in percentage points.

    Of quarters, the year comes first; then the latest quarter is compared with the same quarter a
    year before, and named as later information if it is after the year reported.
    """
    return _of_quarters(series) if series.is_quarterly else _of_periods(series)


def _of_quarters(series: Series) -> tuple[Sentence, ...]:
    yearly = by_year(series)
    told = [*_of_periods(yearly)] if any(each.is_shown for each in yearly.points) else []
    latest = series.points[-1]
    if told and latest in yearly.points:
        return tuple(told)
    if not latest.is_shown:
        return (*told, *_without_the_latest(series))
    before = next((each for each in series.since_break if _is_year_before(each, latest)), None)
    if before is not None and not before.is_shown:
        before = None
    is_later = series.year and latest.financial_year > series.year
    lead = f"Later information (after {series.year}): " if is_later else ""
    told.append(sentence(lead, *against_before(series, latest, before).parts))
    last = series.since_break[-2:-1]
    if last and last[0].is_shown and not last[0].is_unsound:
        when = "At the end of" if series.kind == "stock" else "In"
        told.append(
            sentence(
                f"{when} {last[0].period_label}, the quarter before, the figure was ",
                *with_unit(last[0].number, series.unit, series.name),
                f"{flags(*last)}.",
            )
        )
    return (*told, *_reasons([latest]))


def _is_year_before(point: Point, latest: Point) -> bool:
    years = int(latest.period_id[:4]) - int(point.period_id[:4])
    return years == 1 and point.quarter == latest.quarter


def _of_periods(series: Series) -> tuple[Sentence, ...]:
    if not series.points:
        return (sentence(series.title, ": there are no figures."),)
    latest = series.points[-1]
    if not latest.is_shown:
        return _without_the_latest(series)
    earlier = series.since_break[:-1]
    before = earlier[-1] if earlier and earlier[-1].is_shown else None
    first = next((point for point in earlier if point.is_shown), None)
    leading = list(takewhile(lambda point: not point.is_shown, earlier))
    gaps = [*leading, *(point for point in earlier[-1:] if point not in leading)]
    sentences = [
        against_before(series, latest, before),
        *_break_sentence(series),
        *_gap_sentences([point for point in gaps if not point.is_shown]),
    ]
    if before is None and earlier and earlier[-1].is_missing:
        told = _official_sentence(series, earlier[-1], latest)
        sentences += [sentence(*told)] if told else []
    quoted = [latest, before]
    if first is not None and first is not before and not latest.is_unsound:
        sentences.append(_since_first(series, latest, first))
        quoted.append(first)
    return (*sentences, *_reasons(point for point in quoted if point is not None))


def flags(*points: Point) -> str:
    """Say what is known of figures that are told."""
    told = ""
    for kind, (one, several) in REMARKS_OF_A_FIGURE.items():
        if marked := [point for point in points if point.has(kind)]:
            told += (one if len(marked) == 1 else several).format(labels(marked))
    return told


def against_before(series: Series, latest: Point, before: Point | None) -> Sentence:
    """Say the latest figure and how it changed from an earlier one, with what is known of both."""
    new, unit = latest.number, series.unit
    after = [*with_unit(new, unit, series.name), f" {series.when(latest)}"]
    came = " came to " if series.kind == "flow" else " stood at "
    if before is None:
        alone = len(series.points) == 1
        ending = "; there is no earlier period to compare it with." if alone else "."
        noted = f"{flags(latest)}{_provisional(latest)}"
        return sentence(series.title, came, *after, noted, ending)
    if why := barrier(series, before, latest):
        if latest.is_unsound:
            came = ", as the report prints it: "
        why = f". The change from {before.period_label} is not shown because {why}."
        official = bracketed(" ", _official_sentence(series, before, latest), "")
        return sentence(series.title, came, *after, why, *official)
    old = before.number
    if old == new:
        told = [" remained at ", *after, f", unchanged from {before.period_label}"]
    else:
        told = [
            " ",
            *moved(old, new, unit, series.name),
            f" {series.when(latest)}, from ",
            Quantity(old, unit),
            f" {series.when(before)}",
        ]
    ending = f"{flags(latest, before)}{_provisional(latest, before)}"
    return sentence(series.title, *told, ending, *_beside(series, before, latest), ".")


def _since_first(series: Series, latest: Point, first: Point) -> Sentence:
    if why := barrier(series, first, latest):
        return sentence(
            f"The change since {first.period_label} is not shown because {why}.",
            *bracketed(" ", _official_sentence(series, first, latest), ""),
        )
    old, new, unit = first.number, latest.number, series.unit
    ending = [f"{flags(first)}{_provisional(latest, first)}", *_beside(series, first, latest), "."]
    if old == new:
        return sentence(f"The figure is the same as that of {first.period_label}", *ending)
    in_points = [
        *rose_or_fell(old, new, unit, "has "),
        *bracketed(" (", share_changed(old, new, unit), ")"),
    ]
    return sentence(
        f"Since {first.period_label} the figure ",
        *(_times(old, new, unit) or in_points),
        ", from ",
        Quantity(old, unit),
        *ending,
    )


def _times(old: Decimal, new: Decimal, unit: Unit) -> list[Part]:
    """Say doubled, halved and the like; nothing where no such word is true."""
    if unit == "percent" or old <= 0 or new <= 0:
        return []
    words = {2: "doubled", 3: "trebled"}
    if new * 2 <= old:
        return ["has halved" if new * 2 == old else "has more than halved"]
    times = int(new // old)
    more = "more than " if times * old < new else ""
    if times in words:
        return [f"has {more}{words[times]}"]
    return [f"has grown to {more}", counted(times), " times what it was"] if times > 1 else []


def _official_change(series: Series, before: Point, latest: Point, by: str) -> list[Part]:
    """Say `by DfE's official statistics the figure fell by 12 (3.6%) to 322, from 334`."""
    values = series.official_values(before, latest)
    if values is None:
        return []
    old, new = values
    by = f"{by} {OFFICIAL} the figure "
    if old == new:
        return [by, "remained at ", *with_unit(new, series.unit, series.name)]
    told = moved(old, new, series.unit, series.name)
    return [by, *told, ", from ", Quantity(old, series.unit)]


def _official_sentence(series: Series, before: Point, latest: Point) -> list[Part]:
    return bracketed("", _official_change(series, before, latest, "By"), f" {series.when(before)}.")


def _sign(change: Decimal) -> int:
    return (change > 0) - (change < 0)


def _beside(series: Series, before: Point, latest: Point) -> list[Part]:
    """Give the official change where the report's may not stand alone."""
    values = series.official_values(before, latest)
    if values is None:
        return []
    is_open = Standing.UNRECONCILED in (before.standing, latest.standing)
    if not is_open and _sign(latest.number - before.number) == _sign(values[1] - values[0]):
        return []
    return ["; ", *_official_change(series, before, latest, "by")]


def _provisional(latest: Point, *others: Point) -> str:
    """Say how a revision may alter a change to or from a provisional figure."""
    told = ""
    for point in (latest, *others):
        if point.standing is not Standing.PROVISIONAL:
            continue
        text = next(
            (each.text for each in point.figure.remarks if each.kind is RemarkKind.PROVISIONAL), ""
        ).rstrip(".")
        told += f"; the figure for {point.period_label} is provisional"
        told += f": {text[0].lower()}{text[1:]}" if text else ""
        told += _turned(point, others) if point is latest else ""
    return told


def _turned(latest: Point, others: Sequence[Point]) -> str:
    """Say whether a revision as large as those before would turn a rise into a fall."""
    bounds = latest.figure.revisions
    if bounds is None or not others:
        return ""
    before = others[0].number
    change = _sign(latest.number - before)
    revised = [_sign(latest.number * (1 + each / 100) - before) for each in bounds]
    if change == 0 or all(each in (change, 0) for each in revised):
        return ""
    turned = "this fall into a rise" if change < 0 else "this rise into a fall"
    return f"; as large a revision would turn {turned}"


def _break_sentence(series: Series) -> list[Sentence]:
    start = series.since_break[0]
    if start is series.points[0]:
        return []
    told = [
        f"There is a break in the series in {start.period_label}, "
        "so nothing before it is compared with what follows.",
        *start.texts({RemarkKind.BREAK}),
    ]
    return [sentence(" ".join(told))]


def _gap_sentences(gaps: Sequence[Point]) -> list[Sentence]:
    """Say which periods nothing is compared with, and why."""
    sentences = []
    if missing := [point for point in gaps if point.is_missing]:
        are = "is no figure" if len(missing) == 1 else "are no figures"
        told = [f"There {are} for {labels(missing)} to compare it with."]
        told += [text for point in missing for text in point.texts({RemarkKind.MISSING})]
        sentences.append(sentence(" ".join(dict.fromkeys(told))))
    if suppressed := [point for point in gaps if point.is_suppressed]:
        one = len(suppressed) == 1
        figures, it = ("figure for {} is", "it") if one else ("figures for {} are", "them")
        figures = figures.format(labels(suppressed))
        sentences.append(sentence(f"The {figures} suppressed, so nothing is compared with {it}."))
    return sentences


def _without_the_latest(series: Series) -> tuple[Sentence, ...]:
    latest = series.points[-1]
    period = latest.period_label
    there_is = (
        f"the figure for {period} is suppressed"
        if latest.is_suppressed
        else f"there is no figure for {period}"
    )
    lead = f"{series.title}: {there_is}"
    reasons = latest.texts({RemarkKind.MISSING})
    shown = [point for point in series.points if point.is_shown]
    if not shown:
        others = "; no earlier period has one that can be shown" if len(series.points) > 1 else ""
        return (sentence(" ".join([f"{lead}{others}.", *reasons])),)
    last = shown[-1]
    official = _official_sentence(series, series.points[-2], latest)
    told = sentence(
        lead,
        *([] if latest.is_suppressed or official else _by_dfe(series, latest)),
        "; the latest figure shown is ",
        *with_unit(last.number, series.unit, series.name),
        f" {series.when(last)}",
        flags(last),
        " ".join([".", *reasons]),
        *([] if latest.is_suppressed else bracketed(" ", official, "")),
    )
    return (told, *_reasons([last]))


def _by_dfe(series: Series, point: Point) -> list[Part]:
    """Give DfE's figure where the report has none, though it may be of another definition."""
    value = {**series.official_otherwise, **series.official}.get(point.period_id)
    if value is None:
        return []
    return bracketed(", but DfE has ", with_unit(value, series.unit, series.name), "")


def _reasons(points: Iterable[Point]) -> list[Sentence]:
    """Give what the remarks on figures say, each once."""
    return [
        sentence(f"On the figure for {point.period_label}: {text}")
        for point in points
        for text in point.texts(REMARKS_OF_A_FIGURE)
    ]
