"""The report's charts: nothing left out, nothing invented, legible for everyone, safe on a page."""

from __future__ import annotations

import os
import re
import struct
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import altair as alt
import pytest

from safeguarding.report.drawing import chart_data, chart_shapes, charts, trend_lines
from safeguarding.report.drawing.chart_theme import (
    COLOURS,
    DASHES,
    HEAT_SHADES,
    LARGEST,
    OTHERS,
    SERIES,
    SHAPES,
    VARIABLES,
    style_sheet,
    token,
)
from safeguarding.report.drawing.charts import to_png, to_svg
from safeguarding.report.report_model import MEANINGS, SIGNS, Chart, ChartKind, Mark, RemarkKind

SVG = "{http://www.w3.org/2000/svg}"
ROOM_FOR_A_SIGN = 12  # units: beside the last number
YEARS = ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23"]
QUARTERS = [f"Q{quarter} {year}" for year in range(2019, 2024) for quarter in (1, 2, 3, 4)][:17]
SIGNED = [
    RemarkKind.DISPUTED,
    RemarkKind.CONTRADICTED,
    RemarkKind.REVISED,
    RemarkKind.BREAK,
]
HOSTILE = "<script>alert(\"x\")</script> & 'q' \u202eevil\u200f]]> " + "W" * 500


def mark(series: str, x: str, value: int | None, remark: RemarkKind | None = None) -> Mark:
    shown = "[x]" if value is None else f"{value:,}"
    number = None if value is None else Decimal(value)
    return Mark(series, x, number, shown, remark)


def table(names: list[str], xs: list[str], first: int = 101) -> list[Mark]:
    """Marks whose values are all different."""
    return [
        mark(name, x, first + 7 * i + 150 * j)
        for i, x in enumerate(xs)
        for j, name in enumerate(names)
    ]


def chart(kind: ChartKind, marks: list[Mark], series: list[str] | None = None) -> Chart:
    names = series or list(dict.fromkeys(each.series for each in marks))
    return Chart("a-chart", kind, "A title", "A description", "Number", tuple(names), tuple(marks))


def dots() -> list[Mark]:
    return [
        each
        for x, base in (("Referrals (per 10,000)", 600), ("Repeat referrals (%)", 20))
        for each in (
            mark("Hampshire", x, base + 9),
            *(mark("Neighbours", x, base + 3 * i) for i in range(10)),
            mark("Region", x, base + 11),
            mark("England", x, base + 14),
        )
    ]


EXAMPLES: dict[str, Chart] = {
    "one line": chart(ChartKind.LINES, table(["Hampshire"], YEARS)),
    "lines": chart(ChartKind.LINES, table(["Hampshire", "South East", "England"], YEARS)),
    "quarters": chart(ChartKind.LINES, table(["Entered", "Left"], QUARTERS)),
    "columns and line": chart(ChartKind.COLUMNS_AND_LINE, table(["New", "All"], QUARTERS)),
    "flows": chart(ChartKind.FLOWS, table(["Entered", "Left", "Net"], QUARTERS)),
    "shares": chart(ChartKind.SHARES, table(["Neglect", "Emotional abuse"], YEARS, 10)),
    "groups": chart(ChartKind.GROUPS, table(["Neglect", "Physical", "Sexual"], YEARS)),
    "dots": chart(ChartKind.DOTS, dots()),
    "heat": chart(ChartKind.HEAT, table(["Plans", "Referrals"], YEARS, 1)),
    "steps": chart(
        ChartKind.STEPS, table(["Printed", "Official"], ["Contacts", "Referrals", "Plans"])
    ),
    "trends": chart(
        ChartKind.TRENDS,
        table(["Hampshire", "Median", "South East", "England", "Kent", "Devon & more"], YEARS),
    ),
}
EACH = pytest.mark.parametrize("name", EXAMPLES)
OVER_TIME = pytest.mark.parametrize("name", ["one line", "lines", "columns and line", "groups"])


def with_one(example: Chart, index: int, changed: Mark) -> Chart:
    marks = [changed if i == index else each for i, each in enumerate(example.marks)]
    return chart(example.kind, marks, list(example.series))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 -- this project's own text


def texts_of(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in parsed(svg).iter(f"{SVG}text")]


def width_of(svg: str) -> float:
    return float(parsed(svg).get("viewBox", "").split()[2])


def relative_luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""

    def channel(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return (
        0.2126 * channel(colour[1:3])
        + 0.7152 * channel(colour[3:5])
        + 0.0722 * channel(colour[5:7])
    )


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted(map(relative_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


# ---- colours


def test_contrast_is_reckoned_as_wcag_says() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # a known failure of 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize("name", [*SERIES, *OTHERS])
    def test_marks_stand_out_from_the_page(self, mode: int, name: str) -> None:
        assert ratio(COLOURS[name][mode], COLOURS["background"][mode]) >= 3

    def test_text_is_legible_on_the_page(self, mode: int) -> None:
        assert ratio(COLOURS["text"][mode], COLOURS["background"][mode]) >= 7

    @pytest.mark.parametrize("name", [each for each in COLOURS if f"on-{each}" in COLOURS])
    def test_text_is_legible_on_marks(self, mode: int, name: str) -> None:
        assert ratio(COLOURS[f"on-{name}"][mode], COLOURS[name][mode]) >= 4.5

    @pytest.mark.parametrize("order", [SERIES, (*LARGEST, *OTHERS, OTHERS[0])], ids=str)
    def test_neighbours_differ_in_grey(self, mode: int, order: tuple[str, ...]) -> None:
        for one, other in pairwise(order):
            assert ratio(COLOURS[one][mode], COLOURS[other][mode]) >= 1.7, (one, other)

    def test_each_shade_of_heat_is_a_step_on(self, mode: int) -> None:
        shades = [COLOURS[f"heat-{i}"][mode] for i in range(HEAT_SHADES)]
        steps = [ratio(shade, COLOURS["background"][mode]) for shade in shades]
        assert steps == sorted(steps)
        assert all(after / before >= 1.25 for before, after in pairwise(steps))


def test_every_series_differs_without_its_colour() -> None:
    assert len(set(SHAPES)) == len(SERIES) == len({tuple(dash) for dash in DASHES})


def test_each_colour_has_a_stand_in_of_its_own() -> None:
    assert len({token(name) for name in COLOURS}) == len(COLOURS)


def test_style_sheet_sets_every_variable_for_both_modes() -> None:
    light, dark = style_sheet().split("@media", 1)
    for name, (bright, dim) in VARIABLES.items():
        assert f"{name}:{bright};" in light
        assert f"{name}:{dim};" in dark


# ---- every figure is there


@pytest.mark.parametrize("name", ["one line", "columns and line", "groups", "heat", "steps"])
def test_every_value_is_written(name: str) -> None:
    written = texts_of(to_svg(EXAMPLES[name]))
    for each in EXAMPLES[name].marks:
        assert each.shown in written, each


def test_ends_of_several_lines_are_written() -> None:
    written = texts_of(to_svg(EXAMPLES["lines"]))
    for each in EXAMPLES["lines"].marks:
        assert (each.shown in written) == (each.x in (YEARS[0], YEARS[-1])), each


def test_numbers_of_lines_do_not_lie_on_each_other() -> None:
    close = [mark("A", "2021-22", 1000), mark("B", "2021-22", 990), mark("C", "2021-22", 500)]
    written = texts_of(to_svg(chart(ChartKind.LINES, close)))
    assert [each for each in written if each in ("1,000", "990", "500")].count("990") == 0
    assert {"1,000", "500"} <= set(written)


def test_entering_is_written_above_and_leaving_below() -> None:
    example = EXAMPLES["flows"]
    written = texts_of(to_svg(example))
    for each in example.marks:
        if each.series != "Net":
            assert each.shown in written, each
    rows = chart_data.figures(example)
    assert all(row["value"] > 0 for row in rows if row["series"] == 0)
    assert all(row["value"] < 0 for row in rows if row["series"] == 1)


def test_the_authority_has_its_value_beside_its_mark() -> None:
    written = texts_of(to_svg(EXAMPLES["dots"]))
    assert {"609", "29"} <= set(written)


@EACH
def test_every_series_and_place_is_named(name: str) -> None:
    written = " ".join(texts_of(to_svg(EXAMPLES[name])))
    for each in EXAMPLES[name].marks:
        assert each.x in written
    for series in EXAMPLES[name].series:
        if len(EXAMPLES[name].series) > 1 and (name, series) != ("flows", "Net"):
            assert series in written, series


@pytest.mark.parametrize("name", ["groups", "columns and line"])
def test_every_column_is_drawn(name: str) -> None:
    """Columns are paths filled in a series' colour; one more is each series' sign in the key."""
    example = EXAMPLES[name]
    series = 1 if name == "columns and line" else len(example.series)
    svg = to_svg(example)
    for index in range(series):
        columns = svg.count(f'fill="var(--chart-{SERIES[index]},')
        in_key = 0 if name == "columns and line" else 1
        expected = len([each for each in example.marks if each.series == example.series[index]])
        assert columns == expected + in_key, index


@OVER_TIME
def test_a_gap_is_no_mark_and_says_what_it_is(name: str) -> None:
    whole = EXAMPLES[name]
    last = len(whole.marks) - 1
    gap = with_one(whole, last, mark(whole.marks[last].series, whole.marks[last].x, None))
    written = texts_of(to_svg(gap))
    assert f"[x] {MEANINGS[RemarkKind.MISSING]}" in written
    assert "0" not in {each for each in written if each not in texts_of(to_svg(whole))}
    values = [row["value"] for row in chart_data.figures(gap)]
    assert values[last] is None
    if name != "columns and line":
        assert "[x]" in written


def test_a_line_is_broken_where_a_figure_is_missing() -> None:
    values = [1, 2, None, 4, 5]
    marks = [mark("A", year, value) for year, value in zip(YEARS, values, strict=True)]
    svg = to_svg(chart(ChartKind.LINES, marks))
    (line,) = [
        each.get("d", "")
        for each in parsed(svg).iter(f"{SVG}path")
        if each.get("stroke-width") == "2.5" and each.get("d", "").count("L") == 2
    ]
    assert line.count("M") == 2


@pytest.mark.parametrize("kind", SIGNED)
@OVER_TIME
def test_a_remark_is_seen_without_colour(name: str, kind: RemarkKind) -> None:
    whole = EXAMPLES[name]
    first = whole.marks[0]
    marked = with_one(whole, 0, Mark(first.series, first.x, first.value, first.shown, kind))
    svg = to_svg(marked)
    assert f"{first.shown}{SIGNS[kind]}" in texts_of(svg)
    key = f"{SIGNS[kind]} {MEANINGS[kind]}".replace(" ", "")  # in lines, if it is long
    assert key in "".join(texts_of(svg)).replace(" ", "")
    assert width_of(svg) <= width_of(to_svg(whole)) + ROOM_FOR_A_SIGN
    if "line" in name and name != "columns and line":
        assert "var(--chart-background" in svg
    else:
        assert 'fill-opacity="0"' in svg
        assert 'stroke-dasharray="4,2"' in svg


@EACH
def test_a_chart_without_remarks_has_no_key(name: str) -> None:
    written = texts_of(to_svg(EXAMPLES[name]))
    assert not [each for each in written for sign in SIGNS.values() if each.startswith(sign)]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_chart_without_figures_says_so(kind: ChartKind) -> None:
    for marks in ([], [mark("A", "2021-22", None)]):
        written = texts_of(to_svg(chart(kind, marks, ["A"])))
        assert chart_data.NOTHING in " ".join(written)


# ---- trends


def neighbours_in(svg: str) -> dict[str, ElementTree.Element]:
    """What shows a neighbour, by its name."""
    return {
        "".join(each.findtext(f"{SVG}text") or ""): each
        for each in parsed(svg).iter(f"{SVG}g")
        if (each.get("class") or "").startswith("near ")
    }


def test_a_neighbour_has_a_line_a_name_and_its_figures() -> None:
    example = EXAMPLES["trends"]
    svg = to_svg(example)
    found = neighbours_in(svg)
    assert list(found) == list(example.neighbours) == ["Kent", "Devon & more"]
    for number, (name, group) in enumerate(found.items(), start=1):
        first, *_, last = [each for each in example.marks if each.series == name]
        told = f"{name}: {first.shown} in {first.x}, {last.shown} in {last.x}"
        assert group.findtext(f"{SVG}path/{SVG}title") == told
        assert group.get("class") == f"near n{number}"
        assert [each.get("visibility") for each in group.iter(f"{SVG}text")] == ["hidden"]
        lines = [
            each.get("d", "")
            for each in parsed(svg).iter(f"{SVG}path")
            if each.get("class") == f"line n{number}"
        ]
        assert [line.count("L") for line in lines] == [len(YEARS) - 1]


def test_a_trend_is_drawn_to_scale() -> None:
    """Equal steps of the figures are equal steps on the page, higher ones further up."""
    svg = to_svg(EXAMPLES["trends"])
    places = [
        (float(each.get("cx", "")), float(each.get("cy", "")))
        for each in parsed(svg).iter(f"{SVG}circle")
    ]
    assert len(places) == len(YEARS)
    across = [after[0] - before[0] for before, after in pairwise(places)]
    up = [before[1] - after[1] for before, after in pairwise(places)]
    assert max(across) - min(across) < 0.2
    assert max(up) - min(up) < 0.2
    assert min(up) > 0


def test_a_neighbour_that_is_not_known_has_no_line() -> None:
    example = EXAMPLES["trends"]
    marks = [
        mark(each.series, each.x, None if each.series == "Kent" else int(each.value or 0))
        for each in example.marks
    ]
    svg = to_svg(chart(ChartKind.TRENDS, marks))
    assert list(neighbours_in(svg)) == ["Devon & more"]
    # Its gaps are in the table: signs at the foot are of the lines that are named.
    assert "[x]" not in texts_of(svg)


def test_a_lone_figure_is_a_dot_and_a_gap_breaks_a_trend() -> None:
    values = {"Hampshire": [1, None, 3, 4, 5], "Kent": [None, 2, None, 4, 5]}
    names = ["Hampshire", "Median", "South East", "England", "Kent"]
    marks = [
        mark(name, year, values.get(name, [7] * 5)[place])
        for name in names
        for place, year in enumerate(YEARS)
    ]
    svg = to_svg(chart(ChartKind.TRENDS, marks))
    (line,) = [e.get("d", "") for e in parsed(svg).iter() if e.get("class") == "line n1"]
    assert (line.count("M"), line.count("L"), line.count("h0")) == (2, 1, 1)
    assert "[x]" in texts_of(svg)


def test_style_sheet_shows_as_many_neighbours_as_there_can_be() -> None:
    for number in range(1, 11):
        assert f".n{number}:checked) .line.n{number}" in style_sheet().replace(")) ", ") ")


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (76.4, 97.9, [75, 80, 85, 90, 95, 100]),
        (1.2, 7.2, [0, 2, 4, 6, 8]),
        (5, 5, [0, 1, 2, 3, 4, 5]),
        (0, 0, [0, 1]),
    ],
)
def test_a_scale_has_round_numbers(least: float, most: float, ticks: list[float]) -> None:
    found = trend_lines.ticks_of(least, most)
    assert found[: len(ticks)] == pytest.approx(ticks)
    assert found[0] <= least <= most <= found[-1]
    assert found[-1] > found[0]


# ---- safe, small and the same


@pytest.mark.parametrize("name", EXAMPLES)
def test_hostile_names_neither_run_nor_break_the_drawing(name: str) -> None:
    example = EXAMPLES[name]
    swapped = {each: HOSTILE + each for each in (*example.series,)}
    marks = [
        Mark(swapped[each.series], f"{HOSTILE}{each.x}", each.value, each.shown)
        for each in example.marks
    ]
    svg = to_svg(
        Chart(
            "a-chart", example.kind, HOSTILE, HOSTILE, HOSTILE,
            tuple(swapped.values()), tuple(marks),
        )
    )  # fmt: skip
    root = parsed(svg)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "g", "path", "text", "tspan", "line", "rect", "defs", "clipPath", "circle", "title",
    }  # fmt: skip
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    assert "\u202e" not in "".join(texts_of(svg))


@EACH
def test_root_says_what_a_screen_reader_needs(name: str) -> None:
    root = parsed(to_svg(EXAMPLES[name]))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "A title"
    assert root.get("aria-describedby") == "a-chart-description"
    assert root.get("viewBox", "").startswith("0 0 ")
    inner = [each for each in root.iter() if each is not root]
    assert not [each for each in inner if each.get("id") or each.get("aria-label")]


@EACH
def test_colours_are_variables_with_their_light_colour(name: str) -> None:
    svg = to_svg(EXAMPLES[name])
    known = {f"var({variable},{light})" for variable, (light, _) in VARIABLES.items()}
    painted = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) - {"none", "transparent"}
    assert painted <= known, painted - known


@EACH
def test_svg_is_small(name: str) -> None:
    assert len(to_svg(EXAMPLES[name])) < 60_000


@EACH
def test_the_same_chart_is_the_same_text(name: str) -> None:
    assert to_svg(EXAMPLES[name]) == to_svg(EXAMPLES[name])


def test_one_chart_leaves_nothing_in_another() -> None:
    before = to_svg(EXAMPLES["lines"])
    other = table(["X", "Y", "Z"], ["1", "2", "3", "4", "5"], 900)
    to_svg(chart(ChartKind.LINES, other))
    assert to_svg(EXAMPLES["lines"]) == before


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"trends"}))
def test_shapes_are_valid_vega_lite(name: str) -> None:
    example = EXAMPLES[name]
    shape = chart_shapes.drawn_as(
        example.kind, len(example.series), len({m.x for m in example.marks})
    )
    assert isinstance(shape, alt.TopLevelMixin)
    shape.to_dict(validate=True)


@EACH
def test_picture_is_twice_as_large_and_in_the_light_colours(name: str) -> None:
    svg = to_svg(EXAMPLES[name])
    png = to_png(svg)
    width, height = struct.unpack(">II", png[16:24])
    left, top, right, bottom = map(float, parsed(svg).get("viewBox", "").split())
    assert (left, top) == (0, 0)
    assert (width, height) == (pytest.approx(2 * right, abs=2), pytest.approx(2 * bottom, abs=2))
    assert png == to_png(svg)


def test_other_programs_find_their_fonts() -> None:
    """The renderer alone is kept from the fonts of the system."""
    to_png(to_svg(EXAMPLES["one line"]))
    assert os.environ.get("FONTCONFIG_FILE") != str(charts.FONTS)
