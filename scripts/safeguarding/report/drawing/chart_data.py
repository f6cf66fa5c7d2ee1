"""The data of a chart: its marks as rows, its names in lines, its gaps and the key to its signs."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from safeguarding.exports.workbooks.workbook_model import readable
from safeguarding.published.marts import UNRELIABLE
from safeguarding.report.drawing.chart_shapes import CELL, FIGURES, GAPS, KEY_BESIDE, WIDTH, Shape
from safeguarding.report.drawing.chart_theme import HEAT_SHADES
from safeguarding.report.report_model import (
    MARKED,
    MEANINGS,
    SIGNS,
    Chart,
    ChartKind,
    Mark,
    RemarkKind,
)
from safeguarding.report.text import clean

LONGEST = 120  # letters of a name; more is cut
APART = 2  # letters between the names of two periods
HALF = 28  # letters of a name in the key that leave room for another beside it
LETTER = 6.8  # width of a letter, or less
FEW_PERIODS = 10  # more have no room for a number beside each point
HEADROOM = 1.12  # over the highest value, for its number
NEAR = 0.07  # of the highest value: numbers of lines that are nearer would overlap
SHARE_WITH_LABEL = 5  # per cent of a stack that a number fits into
NOTHING = "There are no figures to draw."
GREY = "Grey lines: its statistical neighbours"


def named(text: str) -> str:
    """Give a name as a chart shows it: one line, cut to what there is room for."""
    name = clean(text)
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def places_of(chart: Chart) -> list[str]:
    """Give periods, or what is measured, in order."""
    return list(dict.fromkeys(mark.x for mark in chart.marks))


def is_upright(chart: Chart) -> bool:
    """Tell whether periods have to be written upwards to fit beside each other."""
    if chart.kind in (ChartKind.DOTS, ChartKind.STEPS):
        return False
    if chart.kind is ChartKind.HEAT:  # so that its cells can be narrow
        return True
    words = [len(word) for place in places_of(chart) for word in named(place).split()]
    width = WIDTH - KEY_BESIDE if chart.kind is ChartKind.SHARES else WIDTH
    return (max(words, default=0) + APART) * LETTER > width / max(1, len(places_of(chart)))


def _wrapped(text: str, width: float) -> list[str]:
    """Give a name in lines, for a width in the drawing's units."""
    return wrap(named(text), max(1, int(width / LETTER))) or [""]


def _names(chart: Chart) -> list[list[str]]:
    """Give names of the series, in lines."""
    room = {ChartKind.HEAT: WIDTH * 0.56, ChartKind.SHARES: WIDTH / 3}.get(chart.kind, WIDTH)
    return [_wrapped(each, room) for each in chart.series]


def _place_names(chart: Chart) -> list[list[str]]:
    """Give names of periods, or of what is measured, in lines."""
    places = places_of(chart)
    if chart.kind is ChartKind.DOTS:
        return [_wrapped(each, WIDTH) for each in places]
    if chart.kind is ChartKind.STEPS:
        return [_wrapped(each, WIDTH * 0.32) for each in places]
    if is_upright(chart):
        return [[named(each)] for each in places]
    return [_wrapped(each, WIDTH / len(places)) for each in places]


def filled(shape: Shape, chart: Chart) -> Shape:
    """Give a shape a chart's data and parameters."""
    names = _names(chart)
    parameters = {
        "heading": _wrapped(chart.y_title, WIDTH),
        "key": key(chart),
        "names": names,
        "columns": 2 if max(map(len, chart.series)) <= HALF else 1,
        "places": _place_names(chart),
        "y_step": CELL * max(2, *map(len, names)),
        "top": HEADROOM * max((float(mark.value or 0) for mark in chart.marks), default=1.0),
    }
    values = {FIGURES: figures(chart), GAPS: gaps(chart)}

    def given(key: str, name: str, known: Mapping[str, Any]) -> list[Shape]:
        return [
            each | {name: known[each["name"]]} if each["name"] in known else each
            for each in shape[key]
        ]

    return shape | {
        "signals": given("signals", "value", parameters),
        "data": given("data", "values", values),
    }


def figures(chart: Chart) -> list[Shape]:
    """Give a row of data for each mark with a value."""
    places = {place: index for index, place in enumerate(places_of(chart))}
    most = max((mark.value for mark in chart.marks if mark.value is not None), default=0)
    labelled = _labelled(chart)
    rows = []
    for position, mark in enumerate(chart.marks):
        value = None if mark.value is None else float(mark.value)
        sign = SIGNS[mark.remark] if mark.remark in MARKED else ""
        is_down = chart.kind is ChartKind.FLOWS and mark.series in chart.series[1:2]
        rows.append(
            {
                "series": chart.series.index(mark.series),
                "place": places[mark.x],
                "value": -value if value is not None and is_down else value,
                "text": f"{readable(mark.shown) if position in labelled else ''}{sign}",
                "marked": bool(sign),
                "shade": _shade(value or 0, float(most)),
            }
        )
    if chart.kind is ChartKind.DOTS:  # what is drawn later lies on top: the authority's own
        rows.sort(key=lambda row: (row["series"] != 1, row["series"] == 0))
    return rows


def _labelled(chart: Chart) -> set[int]:
    """Tell which marks have their number beside them: all where there is room."""
    every = set(range(len(chart.marks)))
    few = len(places_of(chart)) <= FEW_PERIODS
    if chart.kind is ChartKind.DOTS:
        return {each for each in every if chart.marks[each].series == chart.series[0]}
    if chart.kind is ChartKind.SHARES:
        return {
            each for each in every if (chart.marks[each].value or 0) >= SHARE_WITH_LABEL and few
        }
    if chart.kind is ChartKind.FLOWS:
        return {each for each in every if chart.marks[each].series in chart.series[:2]}
    if chart.kind is not ChartKind.LINES or (few and len(chart.series) == 1):
        return every
    ends: set[int] = set()
    for series in chart.series:
        drawn = [
            each
            for each in every
            if chart.marks[each].series == series and chart.marks[each].value is not None
        ]
        ends |= {min(drawn), max(drawn)} if drawn else set()
    return ends - _too_near(chart, ends)


def _too_near(chart: Chart, labelled: set[int]) -> set[int]:
    """Give marks whose number would lie on that of another at the same place."""
    room = NEAR * max(float(mark.value or 0) for mark in chart.marks)
    hidden: set[int] = set()
    kept: dict[str, float] = {}
    for each in sorted(labelled, key=lambda each: -(chart.marks[each].value or 0)):
        mark = chart.marks[each]
        value = float(mark.value or 0)
        if mark.x in kept and kept[mark.x] - value < room:
            hidden.add(each)
        else:
            kept[mark.x] = value
    return hidden


def _shade(value: float, most: float) -> int:
    """Tell which of the shades of a heat map a value has; only zero has the lightest."""
    if value <= 0 or most <= 0:
        return 0
    return min(HEAT_SHADES - 1, 1 + int((HEAT_SHADES - 1) * value / most * 0.999))


def _gap_sign(mark: Mark) -> str:
    """Say what is written where a figure is missing: its own shorthand."""
    return named(mark.shown) or SIGNS[RemarkKind.MISSING]


def gaps(chart: Chart) -> list[Shape]:
    """Give a row for each place where a figure is missing."""
    signs: dict[int, list[str]] = {}
    places = places_of(chart)
    for mark in chart.marks:
        if mark.value is None and mark.series not in chart.neighbours:
            signs.setdefault(places.index(mark.x), []).append(_gap_sign(mark))
    return [
        {"place": place, "text": " ".join(dict.fromkeys(found)), "value": 0}
        for place, found in signs.items()
    ]


def key(chart: Chart) -> list[str]:
    """Say what the signs in a chart mean."""
    used = {mark.remark for mark in chart.marks if mark.remark in MARKED}
    lines = [GREY] if chart.neighbours else []
    lines += [f"{SIGNS[each]} {MEANINGS[each]}" for each in MARKED if each in used]
    if all(mark.value is None for mark in chart.marks):
        lines.append(NOTHING)
    missing = {
        _gap_sign(mark)
        for mark in chart.marks
        if mark.value is None and mark.series not in chart.neighbours
    }
    known = {SIGNS[each]: MEANINGS[each] for each in (RemarkKind.MISSING, RemarkKind.SUPPRESSED)}
    known[UNRELIABLE] = "not known, or known of too few authorities"
    lines += [f"{sign} {known.get(sign, MEANINGS[RemarkKind.MISSING])}" for sign in sorted(missing)]
    return [part for line in lines for part in _wrapped(line, WIDTH)]
