"""A report's charts, as SVG for its pages and as PNG for its document.

Altair states what each kind looks like, vl-convert draws it; trends are drawn by `trend_lines`. A
shape is compiled once for each kind and number of series and periods; what differs from chart to
chart is data and parameters. The SVG is put inline into HTML: it has no script, no style sheet and
no identifier, and its colours are the variables of `chart_theme`, so that it follows the page into
dark mode.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import vl_convert
from altair.utils.schemapi import debug_mode

from safeguarding.report.drawing.chart_data import filled, is_upright, places_of
from safeguarding.report.drawing.chart_shapes import Shape, drawn_as, styled
from safeguarding.report.drawing.chart_theme import TOKENS
from safeguarding.report.drawing.trend_lines import element_of, trend_lines
from safeguarding.report.report_model import Chart, ChartKind

FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
PAPER = "#ffffff"
FIRST = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>1</text></svg>'

_TOKEN = re.compile("|".join(TOKENS))
_LONG_NUMBER = re.compile(r"(?<=[\s,\"(A-Za-z-])(-?\d+\.\d)\d+")
_VARIABLE = re.compile(r"var\([a-z0-9-]+,(#[0-9a-f]{6})\)")
# The key's signs are those of points, whose outline the dashes of lines would break up.
_DASHED_SIGN = re.compile(r'(role-legend-symbol"[^>]*><path [^>]*?) stroke-dasharray="[^"]*"')
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_ROOT = re.compile(r"<svg[^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")


def to_svg(chart: Chart) -> str:
    """Give a chart as an SVG element to be put into a page.

    Its description stands in the page with the id `<chart_id>-description`.
    """
    if chart.kind is ChartKind.TRENDS:
        return trend_lines(chart)
    _only_own_fonts()
    kind = chart.kind if any(mark.value is not None for mark in chart.marks) else None
    shape = _shape(kind, len(chart.series), len(places_of(chart)), upright=is_upright(chart))
    return _tidy(vl_convert.vega_to_svg(filled(shape, chart)), chart)


def to_png(svg: str) -> bytes:
    """Give a chart as a picture in light colours, two pixels to a unit."""
    _only_own_fonts()
    light = _VARIABLE.sub(lambda match: match[1], svg)
    light = light.replace(">", f'><rect width="100%" height="100%" fill="{PAPER}"/>', 1)
    return bytes(vl_convert.svg_to_png(light, scale=2))


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


@cache
def _shape(kind: ChartKind | None, series: int, places: int, *, upright: bool) -> Shape:
    """Give the shape of a kind as Vega. Never changed: it is shared.

    Without a kind, that of a chart without figures; `upright`: periods are written upwards.
    """
    with debug_mode(False):  # a test validates the shapes
        lite = styled(drawn_as(kind, series, places), upright=upright)
    vega: Shape = vl_convert.vegalite_to_vega(lite)
    vega.pop("background", None)
    return vega


def _tidy(svg: str, chart: Chart) -> str:
    """Give the drawing as an element of a page: named, scalable, its colours variables."""
    found = _ROOT.match(svg)
    if not found:
        message = f"The chart {chart.chart_id} was not drawn as an SVG element"
        raise ValueError(message)
    root = element_of(chart, *found.groups())
    body = _LONG_NUMBER.sub(r"\1", svg[found.end() :])
    body = _DASHED_SIGN.sub(r"\1", _ROLES.sub("", body))
    # What is written over a line has an edge in the background's colour, behind its letters.
    body = body.replace("<text ", '<text paint-order="stroke" stroke-linejoin="round" ')
    return root + _TOKEN.sub(lambda match: TOKENS[match[0]], body)
