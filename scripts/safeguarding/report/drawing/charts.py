"""A report's charts, as SVG for its pages and as PNG for its document.

Altair states what each kind looks like, vl-convert draws it. A shape is compiled once for each
kind and number of series and periods; what differs from chart to chart is data and parameters. The
SVG is put inline into HTML: it has no script, no style sheet and no identifier, and its colours are
the variables of `report.chart_theme`, so that it follows the page into dark mode.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any, TypeVar

import altair as alt
import vl_convert

from safeguarding.report.drawing.chart_theme import (
    DASHES,
    FONT,
    HEAT_SHADES,
    HOLLOW_DASH,
    LARGEST,
    OTHERS,
    SERIES,
    SHAPES,
    TOKENS,
    token,
)
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

Shape = dict[str, Any]  # a specification of Vega
Value = str | float | Sequence[float]  # of a scale's range
Channel = TypeVar("Channel", alt.Color, alt.Fill, alt.Shape, alt.Size, alt.Stroke)

FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
WIDTH, HEIGHT = 440, 230  # narrow, so that letters stay legible on a phone
SIZE = 13
LONGEST = 120  # letters of a name; more is cut
LETTER = 6.8  # width of a letter, or less
FEW_PERIODS = 10  # more have no room for a number beside each point
HEADROOM = 1.12  # over the highest value, for its number
NEAR = 0.07  # of the highest value: numbers of lines that are nearer would overlap
SHARE_WITH_LABEL = 5  # per cent of a stack that a number fits into
PAPER = "#ffffff"
FIRST = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>1</text></svg>'
TRACK = 34  # height of a row of dots
CELL = 32  # height of a row of a heat map: two lines
NOTHING = "There are no figures to draw."
FIGURES, GAPS = "figures", "gaps"  # the data sets of every shape
PARAMETERS: Mapping[str, Any] = {"heading": [], "key": [], "names": [], "places": [], "top": 1}

_TOKEN = re.compile("|".join(TOKENS))
_LONG_NUMBER = re.compile(r"(?<=[\s,\"(A-Za-z-])(-?\d+\.\d)\d+")
_VARIABLE = re.compile(r"var\([a-z0-9-]+,(#[0-9a-f]{6})\)")
# The key's signs are those of points, whose outline the dashes of lines would break up.
_DASHED_SIGN = re.compile(r'(role-legend-symbol"[^>]*><path [^>]*?) stroke-dasharray="[^"]*"')
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_ROOT = re.compile(r"<svg[^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")


def to_svg(chart: Chart) -> str:
    """A chart as an SVG element to be put into a page.

    Args:
        chart: The chart; its description stands in the page with the id `<chart_id>-description`.

    Returns:
        The element, named by the chart's title.
    """
    _only_own_fonts()
    kind = chart.kind if any(mark.value is not None for mark in chart.marks) else None
    shape = _shape(kind, len(chart.series), len(_places(chart)), upright=_is_upright(chart))
    return _tidy(vl_convert.vega_to_svg(_filled(shape, chart)), chart)


def to_png(svg: str) -> bytes:
    """A chart as a picture in light colours, two pixels to a unit.

    Args:
        svg: What `to_svg` gave.
    """
    _only_own_fonts()
    light = _VARIABLE.sub(lambda match: match[1], svg)
    light = light.replace(">", f'><rect width="100%" height="100%" fill="{PAPER}"/>', 1)
    return bytes(vl_convert.svg_to_png(light, scale=2))


def named(text: str) -> str:
    """A name as a chart shows it: one line, cut to what there is room for."""
    name = clean(text)
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


@cache
def _only_own_fonts() -> None:
    """Hide the fonts of the system from the renderer, which looks when it first draws a text.

    Programs that this one starts are to find them again.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    try:
        vl_convert.svg_to_png(FIRST)
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


# ---- what is drawn


def _places(chart: Chart) -> list[str]:
    """Periods, or what is measured, in order."""
    return list(dict.fromkeys(mark.x for mark in chart.marks))


def _is_upright(chart: Chart) -> bool:
    """Whether periods have to be written upwards to fit beside each other."""
    if chart.kind in (ChartKind.DOTS, ChartKind.HEAT):
        return False
    words = [len(word) for place in _places(chart) for word in named(place).split()]
    return max(words, default=0) * LETTER > WIDTH / max(1, len(_places(chart)))


def _wrapped(text: str, width: float) -> list[str]:
    """A name in lines, for a width in the drawing's units."""
    return wrap(named(text), max(1, int(width / LETTER))) or [""]


def _names(chart: Chart) -> list[list[str]]:
    """Names of the series, in lines."""
    room = {ChartKind.HEAT: WIDTH * 0.62, ChartKind.SHARES: WIDTH / 3}.get(chart.kind, WIDTH)
    return [_wrapped(each, room) for each in chart.series]


def _place_names(chart: Chart) -> list[list[str]]:
    """Names of periods, or of what is measured, in lines."""
    places = _places(chart)
    if chart.kind is ChartKind.DOTS:
        return [_wrapped(each, WIDTH) for each in places]
    if _is_upright(chart):
        return [[named(each)] for each in places]
    return [_wrapped(each, WIDTH / len(places)) for each in places]


def _filled(shape: Shape, chart: Chart) -> Shape:
    """A shape with a chart's data and parameters."""
    parameters = {
        "heading": _wrapped(chart.y_title, WIDTH),
        "key": _key(chart),
        "names": _names(chart),
        "places": _place_names(chart),
        "top": HEADROOM * max((float(mark.value or 0) for mark in chart.marks), default=1.0),
    }
    filled = copy.copy(shape)
    filled["signals"] = [
        each | {"value": parameters[each["name"]]} if each["name"] in parameters else each
        for each in shape["signals"]
    ]
    data = {FIGURES: _figures(chart), GAPS: _gaps(chart)}
    filled["data"] = [
        each | {"values": data[each["name"]]} if each["name"] in data else each
        for each in shape["data"]
    ]
    return filled


def _figures(chart: Chart) -> list[Shape]:
    """A row of data for each mark with a value."""
    places = {place: index for index, place in enumerate(_places(chart))}
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
                "text": f"{mark.shown if position in labelled else ''}{sign}",
                "marked": bool(sign),
                "shade": _shade(value or 0, float(most)),
            }
        )
    if chart.kind is ChartKind.DOTS:  # what is drawn later lies on top: the authority's own
        rows.sort(key=lambda row: (row["series"] != 1, row["series"] == 0))
    return rows


def _labelled(chart: Chart) -> set[int]:
    """Which marks have their number beside them: all where there is room."""
    every = set(range(len(chart.marks)))
    few = len(_places(chart)) <= FEW_PERIODS
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
    """Marks whose number would lie on that of another at the same place."""
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
    """Which of the shades of a heat map a value has; only zero has the lightest."""
    if value <= 0 or most <= 0:
        return 0
    return min(HEAT_SHADES - 1, 1 + int((HEAT_SHADES - 1) * value / most * 0.999))


def _gap_sign(mark: Mark) -> str:
    """What is written where a figure is missing: its own shorthand."""
    return named(mark.shown) or SIGNS[RemarkKind.MISSING]


def _gaps(chart: Chart) -> list[Shape]:
    """A row for each place where a figure is missing."""
    signs: dict[int, list[str]] = {}
    places = _places(chart)
    for mark in chart.marks:
        if mark.value is None:
            signs.setdefault(places.index(mark.x), []).append(_gap_sign(mark))
    return [
        {"place": place, "text": " ".join(dict.fromkeys(found)), "value": 0}
        for place, found in signs.items()
    ]


def _key(chart: Chart) -> list[str]:
    """What the signs in a chart mean."""
    used = {mark.remark for mark in chart.marks if mark.remark in MARKED}
    lines = [f"{SIGNS[each]} {MEANINGS[each]}" for each in MARKED if each in used]
    if all(mark.value is None for mark in chart.marks):
        lines.append(NOTHING)
    missing = {_gap_sign(mark) for mark in chart.marks if mark.value is None}
    known = {SIGNS[each]: MEANINGS[each] for each in (RemarkKind.MISSING, RemarkKind.SUPPRESSED)}
    lines += [f"{sign} {known.get(sign, MEANINGS[RemarkKind.MISSING])}" for sign in sorted(missing)]
    return lines


# ---- what it looks like


@cache
def _shape(kind: ChartKind | None, series: int, places: int, *, upright: bool) -> Shape:
    """The shape of a kind as Vega. Never changed: it is shared.

    Args:
        kind: The kind; None for a chart without figures.
        series: How many series it has.
        places: How many periods, or rows of dots.
        upright: Whether periods are written upwards.
    """
    lite = _styled(_altair(kind, series, places), upright=upright)
    vega: Shape = vl_convert.vegalite_to_vega(lite)
    vega.pop("background", None)
    return vega


def _styled(chart: alt.TopLevelMixin, *, upright: bool) -> Shape:
    """A chart with what all charts share, as Vega-Lite."""
    text = token("text")
    spec: Shape = chart.to_dict(validate=False)
    spec["params"] = [
        *({"name": name, "value": value} for name, value in PARAMETERS.items()),
    ]
    spec["title"] = {
        "text": {"expr": "heading"},
        "subtitle": {"expr": "key"},
        "anchor": "start",
        "frame": "bounds",
        "offset": 10,
    }
    spec["config"] = {
        "font": FONT,
        "aria": False,
        "view": {"stroke": None},
        "axis": {
            "labelColor": text,
            "titleColor": text,
            "labelFontSize": SIZE,
            "titleFontSize": SIZE,
            "gridColor": token("grid"),
            "domainColor": token("axis"),
            "tickColor": token("axis"),
            "labelLimit": 260,
        },
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "columns": 2,
            "labelFontSize": SIZE,
            "labelColor": text,
            "labelLimit": 400,
            "title": None,
            "symbolStrokeWidth": 2.5,
            "symbolSize": 110,
            "offset": 6,
        },
        "title": {
            "color": text,
            "subtitleColor": text,
            "fontSize": SIZE,
            "subtitleFontSize": SIZE - 1,
        },
        "header": {
            "title": None,
            "labelColor": text,
            "labelFontSize": SIZE,
            "labelFontWeight": "bold",
        },
        "axisX": {"labelAngle": -90} if upright else {"labelAngle": 0},
        "text": {"fill": text, "fontSize": SIZE - 1},
    }
    return spec


def _altair(kind: ChartKind | None, series: int, places: int) -> alt.TopLevelMixin:
    """A kind's own layers."""
    if kind is None:
        return _on(FIGURES).mark_point().properties(height=SIZE)
    made = {
        ChartKind.LINES: _lines,
        ChartKind.COLUMNS_AND_LINE: _columns_and_line,
        ChartKind.FLOWS: _flows,
        ChartKind.SHARES: _shares,
        ChartKind.GROUPS: _groups,
        ChartKind.DOTS: _dots,
        ChartKind.HEAT: _heat,
    }
    return made[kind](series, places)


def _on(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name), width=WIDTH, height=HEIGHT)


def _x(places: int, padding: float = 0) -> alt.X:
    """Periods, from left to right, by their number."""
    axis = alt.Axis(
        labelExpr="places[datum.value]",
        title=None,
        grid=False,
        labelOverlap=False,
    )
    scale = alt.Scale(domain=list(range(places)), paddingInner=padding or alt.Undefined)
    return alt.X("place:O", axis=axis, scale=scale)


def _y(title: str | None = None) -> alt.Y:
    return alt.Y(
        "value:Q",
        stack=None,
        axis=alt.Axis(title=title, tickCount=5, domain=False, ticks=False),
        scale=alt.Scale(zero=True, nice=True, domainMax=alt.ExprRef("top")),
    )


def _legend(series: int) -> alt.Legend | None:
    return alt.Legend(labelExpr="names[datum.value]") if series > 1 else None


def _colours(series: int) -> list[str]:
    return [token(SERIES[each % len(SERIES)]) for each in range(series)]


def _by_series(channel: type[Channel], series: int, values: Sequence[Value]) -> Channel:
    scale = alt.Scale(domain=list(range(series)), range=values)
    return channel("series:N", scale=scale, legend=_legend(series))


def _cycled(values: Sequence[Value], series: int) -> list[Value]:
    return [values[each % len(values)] for each in range(series)]


def _gap_signs(places: int) -> alt.Chart:
    """The shorthand of missing figures, at the foot."""
    return (
        _on(GAPS)
        .mark_text(baseline="bottom", dy=-3)
        .encode(x=_x(places), y=alt.value(HEIGHT), text="text:N")
    )


def _line_layers(series: int, places: int, y: alt.Y, source: alt.Chart) -> list[alt.Chart]:
    """Lines with dashes and points with shapes of their own; hollow points are marked."""
    x = _x(places)
    colour = _by_series(alt.Color, series, _colours(series))
    lines = source.mark_line(strokeWidth=2.5, invalid="break-paths-show-domains").encode(
        x=x,
        y=y,
        color=colour,
        strokeDash=alt.StrokeDash(
            "series:N",
            legend=None,
            scale=alt.Scale(domain=list(range(series)), range=_cycled(DASHES, series)),
        ),
    )
    points = source.mark_point(size=60, opacity=1, strokeWidth=2, invalid="filter").encode(
        x=x,
        y=y,
        color=colour,
        shape=_by_series(alt.Shape, series, _cycled(SHAPES, series)),
        fill=alt.condition(
            alt.datum.marked,
            alt.value(token("background")),
            _by_series(alt.Fill, series, _colours(series)),
        ),
    )
    texts = source.mark_text(
        dy=-13,
        stroke=token("background"),
        strokeWidth=3,
        invalid="filter",
    ).encode(x=x, y=y, text="text:N")
    return [lines, points, texts]


def _lines(series: int, places: int) -> alt.TopLevelMixin:
    return alt.layer(*_line_layers(series, places, _y(), _on(FIGURES)), _gap_signs(places))


def _bars(
    source: alt.Chart,
    series: int,
    x: alt.X,
    y: alt.Y | None = None,
    offset: alt.XOffset | None = None,
) -> alt.Chart:
    """Columns; marked ones are hollow with a dashed outline."""
    hollow = alt.datum.marked
    return source.mark_bar(strokeWidth=2, invalid="filter").encode(
        x=x,
        y=y or _y(),
        xOffset=offset or alt.Undefined,
        color=_by_series(alt.Color, series, _colours(series)),
        stroke=_by_series(alt.Stroke, series, _colours(series)),
        fillOpacity=alt.condition(hollow, alt.value(0), alt.value(1)),
        strokeDash=alt.condition(hollow, alt.value(HOLLOW_DASH), alt.value([1, 0])),
    )


def _groups(series: int, places: int) -> alt.TopLevelMixin:
    x = _x(places, 0.15)
    beside = alt.XOffset("series:N", scale=alt.Scale(domain=list(range(series))))
    crowded = series * places > FEW_PERIODS
    bars = _bars(_on(FIGURES), series, x, offset=beside)
    texts = (
        _on(FIGURES)
        .mark_text(
            angle=270 if crowded else 0,
            align="left" if crowded else "center",
            baseline="middle" if crowded else "bottom",
            dx=4 if crowded else 0,
            dy=0 if crowded else -3,
            invalid="filter",
        )
        .encode(x=x, y=_y(), xOffset=beside, text="text:N")
    )
    return alt.layer(bars, texts, _gap_signs(places))


def _flows(series: int, places: int) -> alt.TopLevelMixin:
    """Entering up, leaving down, the net as a line."""
    x = _x(places, 0.1)
    flows = _on(FIGURES).transform_filter("datum.series < 2")
    net = _on(FIGURES).transform_filter("datum.series == 2")
    bars = _bars(flows, series, x)
    layers: list[alt.Chart] = [bars]
    for condition, dy in (("datum.value >= 0", -8), ("datum.value < 0", 8)):
        layers.append(
            flows.transform_filter(condition)
            .mark_text(baseline="middle", dy=dy, fontSize=SIZE - 2)
            .encode(x=x, y=_y(), text="text:N")
        )
    colour = token("background")
    halo = net.mark_line(strokeWidth=5, stroke=colour, invalid="break-paths-show-domains").encode(
        x=x, y=_y()
    )
    line = net.mark_line(
        strokeWidth=2.5, stroke=token(SERIES[2]), invalid="break-paths-show-domains"
    ).encode(x=x, y=_y())
    points = net.mark_point(
        size=50, opacity=1, filled=True, shape="diamond", fill=token(SERIES[2]), stroke=colour,
        strokeWidth=1, invalid="filter",
    ).encode(x=x, y=_y())  # fmt: skip
    return alt.layer(*layers, halo, line, points, _gap_signs(places))


def _columns_and_line(series: int, places: int) -> alt.TopLevelMixin:
    """Columns above, a line below, each on a scale of its own: their sizes differ too much."""
    panels = []
    for number in range(series):
        source = (
            _on(FIGURES)
            .transform_filter(f"datum.series == {number}")
            .properties(height=HEIGHT * 0.7)
        )
        y = alt.Y("value:Q", axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False))
        x = _x(places, 0.1)
        above = alt.Title(
            text=alt.ExprRef(f"names[{number}]"), anchor="start", fontSize=SIZE, frame="group"
        )
        if number == 0:
            first = _bars(source, 1, x, y=y)
            texts = source.mark_text(baseline="bottom", dy=-3).encode(x=x, y=y, text="text:N")
            panels.append(alt.layer(first, texts).properties(title=above))
        else:
            own = alt.value(token(SERIES[number]))
            line = source.mark_line(strokeWidth=2.5, invalid="break-paths-show-domains").encode(
                x=x, y=y, color=own
            )
            points = source.mark_point(
                size=50, filled=True, opacity=1, shape=SHAPES[number], invalid="filter"
            ).encode(x=x, y=y, color=own)
            texts = source.mark_text(dy=-13, invalid="filter", fontSize=SIZE - 2).encode(
                x=x, y=y, text="text:N"
            )
            panels.append(alt.layer(line, points, texts).properties(title=above))
    return alt.vconcat(*panels, spacing=24)


def _shares(series: int, places: int) -> alt.TopLevelMixin:
    """Columns of 100 per cent; the first series at the top, as in the key."""
    colours = [*LARGEST, *(OTHERS[each % 2] for each in range(series))][:series]
    x = _x(places, 0.08)
    y = alt.Y(
        "value:Q",
        stack="zero",
        axis=alt.Axis(title=None, tickCount=5, domain=False, ticks=False, grid=False),
        scale=alt.Scale(domain=[0, 100], nice=False, clamp=True),
    )
    order = alt.Order("series:Q", sort="descending")
    bars = _on(FIGURES).mark_bar(stroke=token("background"), strokeWidth=1.5).encode(
        x=x,
        y=y,
        order=order,
        color=alt.Color(
            "series:N",
            scale=alt.Scale(domain=list(range(series)), range=[token(each) for each in colours]),
            legend=alt.Legend(
                labelExpr="names[datum.value]", orient="right", direction="vertical", columns=1,
                symbolType="square", symbolStrokeWidth=0,
            ),
        ),
    )  # fmt: skip
    texts = (
        _on(FIGURES)
        .mark_text(fontSize=SIZE - 2)
        .encode(
            x=x,
            y=alt.Y("value:Q", stack="zero", bandPosition=0.5),
            order=order,
            detail="series:N",
            text="text:N",
            fill=alt.Fill(
                "series:N",
                legend=None,
                scale=alt.Scale(
                    domain=list(range(series)), range=[token(f"on-{each}") for each in colours]
                ),
            ),
        )
    )
    return (
        alt.layer(bars, texts, _gap_signs(places))
        .resolve_scale(fill="independent", color="independent")
        .properties(width=WIDTH - 110, height=HEIGHT + 110)
    )


def _dots(series: int, places: int) -> alt.TopLevelMixin:
    """A row for each measure with a scale of its own: the authority large, with its number."""
    del places
    colours = [token(each) for each in ("1", "other-2", "3", "4")][:series]
    shapes = ["circle", "circle", "triangle-up", "square"][:series]
    x = alt.X(
        "value:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, tickCount=4, domain=False, ticks=False),
    )
    source = alt.Chart(width=WIDTH, height=TRACK)
    points = source.mark_point(filled=True, opacity=1, strokeWidth=1, invalid="filter").encode(
        x=x,
        color=_by_series(alt.Color, series, colours),
        shape=_by_series(alt.Shape, series, shapes),
        size=_by_series(alt.Size, series, [190, 50, 100, 100][:series]),
    )
    texts = source.mark_text(dy=-15, fontWeight="bold", invalid="filter").encode(x=x, text="text:N")
    header = alt.Header(
        labelExpr="places[datum.value]", labelOrient="top", labelAnchor="start", title=None,
        labelPadding=16, labelLimit=WIDTH,
    )  # fmt: skip
    return (
        alt.layer(points, texts, data=alt.NamedData(FIGURES))
        .facet(row=alt.Row("place:O", header=header), spacing=30)
        .resolve_scale(x="independent")
    )


def _heat(series: int, places: int) -> alt.TopLevelMixin:
    """A row for each series; shade and number say how many."""
    x = _x(places, 0.05)
    y = alt.Y(
        "series:O",
        axis=alt.Axis(
            labelExpr="names[datum.value]", title=None, domain=False, ticks=False, labelLimit=WIDTH
        ),
        scale=alt.Scale(domain=list(range(series)), paddingInner=0.08),
    )
    shades = list(range(HEAT_SHADES))
    source = _on(FIGURES).properties(width=alt.Step(52), height=alt.Step(CELL))
    cells = source.mark_rect().encode(
        x=x,
        y=y,
        color=alt.Color(
            "shade:O",
            legend=None,
            scale=alt.Scale(domain=shades, range=[token(f"heat-{each}") for each in shades]),
        ),
    )
    texts = source.mark_text().encode(
        x=x,
        y=y,
        text="text:N",
        fill=alt.Fill(
            "shade:O",
            legend=None,
            scale=alt.Scale(domain=shades, range=[token(f"on-heat-{each}") for each in shades]),
        ),
    )
    return alt.layer(cells, texts).resolve_scale(color="independent", fill="independent")


# ---- what a page gets


def _tidy(svg: str, chart: Chart) -> str:
    """The drawing as an element of a page: named, scalable, its colours variables."""
    found = _ROOT.match(svg)
    if not found:
        message = f"The chart {chart.chart_id} was not drawn as an SVG element"
        raise ValueError(message)
    width, height = found.groups()
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' width="{width}" height="{height}"'
        f' aria-label="{escape(clean(chart.title))}"'
        f' aria-describedby="{chart.chart_id}-description" focusable="false">'
    )
    body = _LONG_NUMBER.sub(r"\1", svg[found.end() :])
    body = _DASHED_SIGN.sub(r"\1", _ROLES.sub("", body))
    # What is written over a line has an edge in the background's colour, behind its letters.
    body = body.replace("<text ", '<text paint-order="stroke" stroke-linejoin="round" ')
    return root + _TOKEN.sub(lambda match: TOKENS[match[0]], body)
