"""Lines of an authority, of what it is set beside, and of its neighbours in grey, as SVG.

A report has about twenty of these. They are written here, since vl-convert would take as long for
them as for all else of a report, and each grey line needs a name of its own: a pointer on it, or a
choice beside the charts (`chart_theme`), shows whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from math import ceil, floor, log10

from safeguarding.report.drawing.chart_data import gaps, key, named, places_of
from safeguarding.report.drawing.chart_theme import FONT, TOKENS, TRENDS, token
from safeguarding.report.report_model import BESIDE, Chart
from safeguarding.report.text import clean

WIDTH, HEIGHT = 380, 210  # of the part with the lines
LEFT, RIGHT, FOOT = 46, 14, 62  # around it: room for numbers and for years, written upwards
SIZE, ROW = 13, 19  # of letters, and of a row of the key
TICKS = 5
HALO = 'paint-order="stroke" stroke-linejoin="round" stroke-width="3"'
Points = list[tuple[float, float] | None]  # in the drawing's units; None is a gap


def element_of(chart: Chart, width: str, height: str) -> str:
    """Give the start of a chart's element: named, scalable, described in the page."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' width="{width}" height="{height}"'
        f' aria-label="{escape(clean(chart.title))}"'
        f' aria-describedby="{chart.chart_id}-description" focusable="false">'
    )


def trend_lines(chart: Chart) -> str:
    """Give a chart of trends as an SVG element."""
    head = [*filter(None, [named(chart.y_title)]), *key(chart)]
    names = chart.series[: 1 + BESIDE]
    top = ROW * (len(head) + ceil(len(names) / 2)) + SIZE
    plot = _Plot(chart, top)
    body = (
        *(_text(2, SIZE + ROW * row, text) for row, text in enumerate(head)),
        *_legend(names, ROW * len(head)),
        *plot.frame(),
        *plot.neighbours(),
        *plot.lines(),
        *plot.gaps(),
        *plot.names(),
    )
    root = element_of(chart, str(LEFT + WIDTH + RIGHT), str(top + HEIGHT + FOOT))
    return f'{root}<g font-family="{FONT}" font-size="{SIZE}">{"".join(body)}</g></svg>'


def _colour(name: str) -> str:
    return TOKENS[token(name)]


def _text(x: float, y: float, text: str, look: str = "") -> str:
    fill = _colour("text")
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}"{look}>{escape(named(text))}</text>'


def _legend(names: Sequence[str], top: float) -> Iterator[str]:
    """Name the lines that are not grey, two to a row."""
    for place, name in enumerate(names):
        x, y = 2 + (WIDTH + LEFT) / 2 * (place % 2), top + ROW * (place // 2) + SIZE
        yield f'<path d="M{x:g},{y - 4:g}h32"{_look(place)}/>'
        yield _text(x + 40, y, name)


def _look(place: int) -> str:
    """Give the look of a line that is not grey."""
    colour, width, dashes = TRENDS[place]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f' fill="none" stroke="{_colour(colour)}" stroke-width="{width:g}"{dashed}'


def ticks_of(least: float, most: float) -> list[float]:
    """Give round numbers for a scale that holds two values; from zero unless they are close."""
    low = 0.0 if least < most / 2 or least == most else least
    rough = (most - low) / TICKS or 1.0
    unit = 10 ** floor(log10(rough))
    step = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= rough)
    return [step * each for each in range(floor(low / step), max(1, ceil(most / step)) + 1)]


class _Plot:
    """The part with the lines, from `top` down."""

    def __init__(self, chart: Chart, top: float) -> None:
        self.chart, self.top = chart, top
        self.places = places_of(chart)
        known = [float(mark.value) for mark in chart.marks if mark.value is not None]
        self.ticks = ticks_of(min(known, default=0), max(known, default=1))
        self.values: dict[str, list[tuple[Decimal | None, str]]] = {
            name: [(None, "")] * len(self.places) for name in chart.series
        }
        for mark in chart.marks:
            self.values[mark.series][self.places.index(mark.x)] = mark.value, mark.shown

    def x(self, place: int) -> float:
        return LEFT + WIDTH * (place + 0.5) / len(self.places)

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.top + HEIGHT * (1 - (value - low) / (high - low))

    def points(self, name: str) -> Points:
        """Where a line goes through, year by year."""
        return [
            None if value is None else (self.x(place), self.y(float(value)))
            for place, (value, _) in enumerate(self.values[name])
        ]

    def path(self, name: str) -> str:
        """A line, broken where a figure is missing; a lone figure is a dot."""
        steps, before = [], False
        points = self.points(name)
        for place, point in enumerate(points):
            if point:
                steps.append(f"{'L' if before else 'M'}{point[0]:.1f},{point[1]:.1f}")
                is_alone = not before and not any(points[place + 1 : place + 2])
                steps += ["h0"] if is_alone else []
            before = bool(point)
        return "".join(steps)

    def ends(self, name: str) -> list[int]:
        """The places of the first and the last figure."""
        known = [place for place, (value, _) in enumerate(self.values[name]) if value is not None]
        return list(dict.fromkeys((*known[:1], *known[-1:])))

    def frame(self) -> Iterator[str]:
        """Draw the scale with its lines, and the years, written upwards."""
        for tick in self.ticks:
            y = self.y(tick)
            line = _colour("axis" if tick == self.ticks[0] else "grid")
            yield f'<path d="M{LEFT},{y:.1f}h{WIDTH}" stroke="{line}"/>'
            yield _text(LEFT - 7, round(y + 4, 1), f"{tick:,g}", ' text-anchor="end"')
        foot = self.top + HEIGHT + 9
        for place, name in enumerate(self.places):
            x = round(self.x(place) + 4, 1)
            turned = f' text-anchor="end" transform="rotate(-90 {x:g} {foot:g})"'
            yield _text(x, foot, name, turned)

    def neighbours(self) -> Iterator[str]:
        """Draw the grey lines."""
        for number, name in enumerate(self.chart.neighbours, start=1):
            if path := self.path(name):
                yield (
                    f'<path class="line n{number}" d="{path}" fill="none" stroke-linecap="round"'
                    f' stroke="{_colour("other-2")}" stroke-width="1.25"/>'
                )

    def lines(self) -> Iterator[str]:
        """Draw what is not grey, the authority on top with points, and numbers at its ends."""
        names = self.chart.series[: 1 + BESIDE]
        for place, name in reversed(list(enumerate(names))):
            yield f'<path d="{self.path(name)}" stroke-linecap="round"{_look(place)}/>'
        own, colour = names[0], _colour(TRENDS[0][0])
        points = self.points(own)
        for x, y in filter(None, points):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
        for place in self.ends(own):
            if point := points[place]:
                look = f' text-anchor="middle" font-weight="bold" stroke="{_colour("background")}"'
                shown = self.values[own][place][1]
                yield _text(round(point[0], 1), round(point[1] - 9, 1), shown, f"{look} {HALO}")

    def gaps(self) -> Iterator[str]:
        """Write the shorthand of missing figures at the foot."""
        for gap in gaps(self.chart):
            x, y = round(self.x(gap["place"]), 1), self.top + HEIGHT - 4
            yield _text(x, y, gap["text"], ' text-anchor="middle" font-size="12"')

    def names(self) -> Iterator[str]:
        """Give each neighbour a wide line that is not seen, with its name and figures."""
        yield (
            f'<g fill="{_colour("text")}" stroke="{_colour("background")}" {HALO}'
            ' text-anchor="end" font-weight="bold">'
        )
        for number, name in enumerate(self.chart.neighbours, start=1):
            ends = self.ends(name)
            if not ends:
                continue
            figures = self.values[name]
            told = ", ".join(f"{figures[each][1]} in {self.places[each]}" for each in ends)
            x, y = self.points(name)[ends[-1]] or (0, 0)
            own = escape(named(name))
            yield (
                f'<g class="near n{number}"><path d="{self.path(name)}" fill="none"'
                f' stroke-opacity="0" stroke-width="9"><title>{own}: {escape(told)}</title></path>'
                f'<text x="{round(x + 8, 1):g}" y="{round(y - 7, 1):g}" class="name n{number}"'
                f' visibility="hidden">{own}</text></g>'
            )
        yield "</g>"
