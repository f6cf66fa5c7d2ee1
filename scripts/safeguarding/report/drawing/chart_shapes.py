"""The shape of each kind of chart, as Altair states it: axes, marks, keys; no data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import altair as alt

from safeguarding.report.drawing.chart_theme import (
    DASHES,
    FONT,
    HEAT_SHADES,
    HOLLOW_DASH,
    LARGEST,
    OTHERS,
    SERIES,
    SHAPES,
    token,
)
from safeguarding.report.report_model import ChartKind

Shape = dict[str, Any]  # a specification of Vega
Value = str | float | Sequence[float]  # of a scale's range
Channel = TypeVar("Channel", alt.Color, alt.Fill, alt.Shape, alt.Size, alt.Stroke)

KEY_BESIDE = 110  # what the key beside stacked columns takes of the width
WIDTH, HEIGHT = 440, 230  # narrow, so that letters stay legible on a phone
SIZE = 13
CROWDED = 10  # more columns have their numbers written upwards
TRACK = 34  # height of a row of dots
CELL_WIDTH, CELL = 40, 17  # of a heat map: a cell's width, the height of each line of its row
STEP = 51  # height of a step with its two bars
BROKEN: Final = "break-paths-show-domains"  # a line has a gap where there is no figure
FIGURES, GAPS = "figures", "gaps"  # the data sets of every shape
PARAMETERS: Mapping[str, Any] = {
    "heading": [],
    "key": [],
    "names": [],
    "places": [],
    "top": 1,
    "columns": 2,
}


def styled(chart: alt.TopLevelMixin, *, upright: bool) -> Shape:
    """Give a chart with what all charts share, as Vega-Lite."""
    text = token("text")
    spec: Shape = chart.to_dict(validate=False)
    spec["params"] = [{"name": name, "value": value} for name, value in PARAMETERS.items()]
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
            "columns": {"expr": "columns"},
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


def drawn_as(kind: ChartKind | None, series: int, places: int) -> alt.TopLevelMixin:
    """Give a kind's own layers."""
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
        ChartKind.STEPS: _steps,
    }
    return made[kind](series, places)


def _on(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name), width=WIDTH, height=HEIGHT)


def _x(places: int, padding: float = 0) -> alt.X:
    """Place periods from left to right, by their number."""
    axis = alt.Axis(
        labelExpr="places[datum.value]",
        title=None,
        grid=False,
        labelOverlap=False,
    )
    scale = alt.Scale(domain=list(range(places)), paddingInner=padding or alt.Undefined)
    return alt.X("place:O", axis=axis, scale=scale)


def _numbers(ticks: int, **others: Any) -> alt.Axis:  # noqa: ANN401 - as Altair takes them
    return alt.Axis(title=None, tickCount=ticks, domain=False, ticks=False, **others)


def _scale(values: Sequence[Value]) -> alt.Scale:
    return alt.Scale(domain=list(range(len(values))), range=values)


def _y() -> alt.Y:
    return alt.Y(
        "value:Q",
        stack=None,
        axis=_numbers(5),
        scale=alt.Scale(zero=True, nice=True, domainMax=alt.ExprRef("top")),
    )


def _colours(series: int) -> list[str]:
    return [token(SERIES[each % len(SERIES)]) for each in range(series)]


def _by_series(channel: type[Channel], values: Sequence[Value]) -> Channel:
    legend = alt.Legend(labelExpr="names[datum.value]") if len(values) > 1 else None
    return channel("series:N", scale=_scale(values), legend=legend)


def _cycled(values: Sequence[Value], series: int) -> list[Value]:
    return [values[each % len(values)] for each in range(series)]


def _texts(source: alt.Chart, x: alt.X, y: alt.Y, **look: Any) -> alt.Chart:  # noqa: ANN401
    """Write each mark's number where it stands."""
    return source.mark_text(**look).encode(x=x, y=y, text=alt.Text("text:N"))


def _shaded(channel: type[Channel], names: Sequence[str]) -> Channel:
    """Colour cells of a heat map by their shade."""
    return channel("shade:O", legend=None, scale=_scale([token(each) for each in names]))


def _gap_signs(places: int) -> alt.Chart:
    """Give the shorthand of missing figures, at the foot."""
    foot = alt.YValue(HEIGHT)  # type: ignore[no-untyped-call]
    signs = _on(GAPS).mark_text(baseline="bottom", dy=-3)
    return signs.encode(x=_x(places), y=foot, text=alt.Text("text:N"))


def _lines(series: int, places: int) -> alt.TopLevelMixin:
    """Draw lines with dashes and points with shapes of their own; hollow points are marked."""
    x, y, source = _x(places), _y(), _on(FIGURES)
    colour = _by_series(alt.Color, _colours(series))
    dashes = alt.StrokeDash("series:N", legend=None, scale=_scale(_cycled(DASHES, series)))
    lines = source.mark_line(strokeWidth=2.5, invalid=BROKEN).encode(
        x=x, y=y, color=colour, strokeDash=dashes
    )
    points = source.mark_point(size=60, opacity=1, strokeWidth=2, invalid="filter").encode(
        x=x,
        y=y,
        color=colour,
        shape=_by_series(alt.Shape, _cycled(SHAPES, series)),
        fill=alt.condition(
            alt.datum.marked,
            alt.value(token("background")),
            _by_series(alt.Fill, _colours(series)),
        ),
    )
    edge = {"stroke": token("background"), "strokeWidth": 3}
    texts = _texts(source, x, y, dy=-13, invalid="filter", **edge)
    return alt.layer(lines, points, texts, _gap_signs(places))


def _bars(
    source: alt.Chart,
    series: int,
    x: alt.X,
    y: alt.Y | None = None,
    offset: alt.XOffset | None = None,
) -> alt.Chart:
    """Draw columns; marked ones are hollow with a dashed outline."""
    hollow = alt.datum.marked
    return source.mark_bar(strokeWidth=2, invalid="filter").encode(
        x=x,
        y=y or _y(),
        xOffset=offset or alt.Undefined,
        color=_by_series(alt.Color, _colours(series)),
        stroke=_by_series(alt.Stroke, _colours(series)),
        fillOpacity=alt.FillOpacityValue(**alt.condition(hollow, alt.value(0), alt.value(1))),
        strokeDash=alt.StrokeDashValue(
            **alt.condition(hollow, alt.value(HOLLOW_DASH), alt.value([1, 0]))
        ),
    )


def _groups(series: int, places: int) -> alt.TopLevelMixin:
    x = _x(places, 0.15)
    beside = alt.XOffset("series:N", scale=alt.Scale(domain=list(range(series))))
    bars = _bars(_on(FIGURES), series, x, offset=beside)
    look = (
        {"angle": 270, "align": "left", "baseline": "middle", "dx": 4, "dy": 0}
        if series * places > CROWDED
        else {"angle": 0, "align": "center", "baseline": "bottom", "dx": 0, "dy": -3}
    )
    texts = _texts(_on(FIGURES), x, _y(), invalid="filter", **look).encode(xOffset=beside)
    return alt.layer(bars, texts, _gap_signs(places))


def _flows(series: int, places: int) -> alt.TopLevelMixin:
    """Draw those entering up, those leaving down, the net as a line."""
    x = _x(places, 0.1)
    flows = _on(FIGURES).transform_filter("datum.series < 2")
    net = _on(FIGURES).transform_filter("datum.series == 2")
    bars = _bars(flows, series, x)
    layers: list[alt.Chart] = [bars]
    for condition, dy in (("datum.value >= 0", -8), ("datum.value < 0", 8)):
        those = flows.transform_filter(condition)
        layers.append(_texts(those, x, _y(), baseline="middle", dy=dy, fontSize=SIZE - 2))
    colour = token("background")
    halo = net.mark_line(strokeWidth=5, stroke=colour, invalid=BROKEN).encode(x=x, y=_y())
    line = net.mark_line(strokeWidth=2.5, stroke=token(SERIES[2]), invalid=BROKEN).encode(
        x=x, y=_y()
    )
    points = net.mark_point(
        size=50, opacity=1, filled=True, shape="diamond", fill=token(SERIES[2]), stroke=colour,
        strokeWidth=1, invalid="filter",
    ).encode(x=x, y=_y())  # fmt: skip
    return alt.layer(*layers, halo, line, points, _gap_signs(places))


def _columns_and_line(series: int, places: int) -> alt.TopLevelMixin:
    """Give columns above, a line below, each on a scale of its own: their sizes differ too much."""
    panels = []
    for number in range(series):
        source = (
            _on(FIGURES)
            .transform_filter(f"datum.series == {number}")
            .properties(height=HEIGHT * 0.7)
        )
        y = alt.Y("value:Q", axis=_numbers(4))
        x = _x(places, 0.1)
        above = alt.Title(
            text=alt.ExprRef(f"names[{number}]"), anchor="start", fontSize=SIZE, frame="group"
        )
        if number == 0:
            first = _bars(source, 1, x, y=y)
            texts = _texts(source, x, y, baseline="bottom", dy=-3)
            panels.append(alt.layer(first, texts).properties(title=above))
        else:
            own = alt.ColorValue(token(SERIES[number]))
            line = source.mark_line(strokeWidth=2.5, invalid=BROKEN).encode(x=x, y=y, color=own)
            points = source.mark_point(
                size=50, filled=True, opacity=1, shape=SHAPES[number], invalid="filter"
            ).encode(x=x, y=y, color=own)
            texts = _texts(source, x, y, dy=-13, invalid="filter", fontSize=SIZE - 2)
            panels.append(alt.layer(line, points, texts).properties(title=above))
    return alt.vconcat(*panels, spacing=24)


def _shares(series: int, places: int) -> alt.TopLevelMixin:
    """Give columns of 100 per cent; the first series at the top, as in the key."""
    colours = [*LARGEST, *(OTHERS[each % 2] for each in range(series))][:series]
    x = _x(places, 0.08)
    y = alt.Y(
        "value:Q",
        stack="zero",
        axis=_numbers(5, grid=False),
        scale=alt.Scale(domain=[0, 100], nice=False, clamp=True),
    )
    order = alt.Order("series:Q", sort="descending")
    bars = _on(FIGURES).mark_bar(stroke=token("background"), strokeWidth=1.5).encode(
        x=x,
        y=y,
        order=order,
        color=alt.Color(
            "series:N",
            scale=_scale([token(each) for each in colours]),
            legend=alt.Legend(
                labelExpr="names[datum.value]", orient="right", direction="vertical", columns=1,
                symbolType="square", symbolStrokeWidth=0,
            ),
        ),
    )  # fmt: skip
    on_them = _scale([token(f"on-{each}") for each in colours])
    middle = alt.Y("value:Q", stack="zero", bandPosition=0.5)
    texts = _texts(_on(FIGURES), x, middle, fontSize=SIZE - 2).encode(
        order=order,
        detail=alt.Detail("series:N"),
        fill=alt.Fill("series:N", legend=None, scale=on_them),
    )
    return (
        alt.layer(bars, texts, _gap_signs(places))
        .resolve_scale(fill="independent", color="independent")
        .properties(width=WIDTH - KEY_BESIDE, height=HEIGHT + 110)
    )


def _dots(series: int, places: int) -> alt.TopLevelMixin:
    """Give a row for each measure with a scale of its own: the authority large, with its number."""
    del places
    colours = [token(each) for each in ("1", "other-2", "3", "4")][:series]
    shapes = ["circle", "circle", "triangle-up", "square"][:series]
    x = alt.X("value:Q", scale=alt.Scale(zero=False, nice=True), axis=_numbers(4))
    source = alt.Chart(width=WIDTH, height=TRACK)
    points = source.mark_point(filled=True, opacity=1, strokeWidth=1, invalid="filter").encode(
        x=x,
        color=_by_series(alt.Color, colours),
        shape=_by_series(alt.Shape, shapes),
        size=_by_series(alt.Size, [190, 50, 100, 100][:series]),
    )
    texts = source.mark_text(dy=-15, fontWeight="bold", invalid="filter").encode(
        x=x, text=alt.Text("text:N")
    )
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
    """Give a row for each series; shade and number say how many."""
    shades = [f"heat-{each}" for each in range(HEAT_SHADES)]
    x = _x(places, 0.05)
    y = alt.Y(
        "series:O",
        axis=alt.Axis(
            labelExpr="names[datum.value]", title=None, domain=False, ticks=False, labelLimit=WIDTH
        ),
        scale=alt.Scale(domain=list(range(series)), paddingInner=0.08),
    )
    source = _on(FIGURES).properties(width=alt.Step(CELL_WIDTH), height=alt.Step(CELL))
    cells = source.mark_rect().encode(
        x=x,
        y=y,
        color=_shaded(alt.Color, shades),
    )
    on_them = _shaded(alt.Fill, [f"on-{each}" for each in shades])
    texts = _texts(source, x, y).encode(fill=on_them)
    return alt.layer(cells, texts).resolve_scale(color="independent", fill="independent")


def _steps(series: int, places: int) -> alt.TopLevelMixin:
    """Give a row for each step with a bar for each series, and the number at its end."""
    y = alt.Y(
        "place:O",
        axis=alt.Axis(
            labelExpr="places[datum.value]", title=None, domain=False, ticks=False, labelPadding=8
        ),
        scale=alt.Scale(domain=list(range(places)), paddingInner=0.25),
    )
    x = alt.X(
        "value:Q", stack=None, axis=None, scale=alt.Scale(domainMin=0, domainMax=alt.ExprRef("top"))
    )
    beside = alt.YOffset("series:N", scale=alt.Scale(domain=list(range(series)), paddingInner=0.15))
    source = _on(FIGURES).properties(width=WIDTH * 0.52, height=places * STEP)
    bars = source.mark_bar(strokeWidth=2, invalid="filter").encode(
        x=x,
        y=y,
        yOffset=beside,
        color=_by_series(alt.Color, _colours(series)),
        stroke=_by_series(alt.Stroke, _colours(series)),
        fillOpacity=alt.FillOpacityValue(
            **alt.condition(alt.datum.marked, alt.value(0), alt.value(1))
        ),
        strokeDash=alt.StrokeDashValue(
            **alt.condition(alt.datum.marked, alt.value(HOLLOW_DASH), alt.value([1, 0]))
        ),
    )
    texts = source.mark_text(align="left", dx=5, invalid="filter").encode(
        x=x, y=y, yOffset=beside, text=alt.Text("text:N")
    )
    return alt.layer(bars, texts)
