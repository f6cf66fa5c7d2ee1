"""Colours, shapes and signs of the report's charts, and what makes them accessible.

Every colour is a CSS variable with a value for light and one for dark pages. The first six come
from the Government Analysis Function's palette for charts; their order alternates dark and light,
so that neighbours differ when printed in grey too.
"""

from __future__ import annotations

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # vl-convert carries the first; one metric
PREFIX = "--chart-"

# What a colour is called, without the prefix: (on light pages, on dark pages).
COLOURS: dict[str, tuple[str, str]] = {
    "background": ("#ffffff", "#14181d"),
    "text": ("#0b0c0c", "#f3f2f1"),
    "grid": ("#dcdfe2", "#3a424b"),
    "axis": ("#6f777b", "#8d979f"),
    "1": ("#12436d", "#9cc9ff"),
    "2": ("#28a197", "#1f9086"),
    "3": ("#801650", "#ffb3dc"),
    "4": ("#f46a25", "#d9581a"),
    "5": ("#3d3d3d", "#e3e3e3"),
    "6": ("#a285d1", "#8f6cc9"),
    "other-1": ("#565b60", "#c3c7cb"),  # what is beyond the colours: two greys in turn
    "other-2": ("#8a9096", "#7b8289"),
    "heat-0": ("#edf2f7", "#1e2a35"),
    "heat-1": ("#c5d8ea", "#264159"),
    "heat-2": ("#8db4d8", "#31597c"),
    "heat-3": ("#2f6ea8", "#7fb3e0"),
    "heat-4": ("#12436d", "#c9e2fa"),
    # text on those
    "on-1": ("#ffffff", "#0b0c0c"),
    "on-2": ("#0b0c0c", "#0b0c0c"),
    "on-3": ("#ffffff", "#0b0c0c"),
    "on-4": ("#0b0c0c", "#0b0c0c"),
    "on-5": ("#ffffff", "#0b0c0c"),
    "on-6": ("#0b0c0c", "#0b0c0c"),
    "on-other-1": ("#ffffff", "#0b0c0c"),
    "on-other-2": ("#0b0c0c", "#0b0c0c"),
    "on-heat-0": ("#0b0c0c", "#f3f2f1"),
    "on-heat-1": ("#0b0c0c", "#f3f2f1"),
    "on-heat-2": ("#0b0c0c", "#f3f2f1"),
    "on-heat-3": ("#ffffff", "#0b0c0c"),
    "on-heat-4": ("#ffffff", "#0b0c0c"),
}
SERIES = ("1", "2", "3", "4", "5", "6")
# Stacks of more series than colours: the largest five in colour, the others in greys; light and
# dark in turn.
LARGEST, OTHERS = ("2", "1", "4", "3", "6"), ("other-1", "other-2")
HEAT_SHADES = 5

VARIABLES: dict[str, tuple[str, str]] = {PREFIX + name: both for name, both in COLOURS.items()}

SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
DASHES: tuple[list[int], ...] = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 4])
HOLLOW_DASH = [4, 2]
# Of trends: the authority, the neighbours' median, region, England. Colour, width, dashes.
TRENDS: tuple[tuple[str, float, str], ...] = (
    ("1", 3.5, ""),
    ("5", 2.25, "8 3"),
    ("3", 2, "2 3"),
    ("4", 2, "9 3 2 3"),
)
NEIGHBOURS = 10  # that a trend can tell apart: as many as DfE's model gives an authority


def token(name: str) -> str:
    """Give the stand-in for a colour while a chart is drawn: one for each, unlike real colours."""
    return f"#{list(COLOURS).index(name) + 1:06x}"


# A stand-in as the renderer writes it, and what takes its place.
TOKENS: dict[str, str] = {
    token(name): f"var({PREFIX}{name},{light})" for name, (light, _) in COLOURS.items()
}


def style_sheet() -> str:
    """Give the variables their colours in CSS, by the reader's preference; light in print."""

    def rule(index: int) -> str:
        return "".join(f"{name}:{both[index]};" for name, both in VARIABLES.items())

    return (
        f":root{{{rule(0)}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{rule(1)}}}}}\n"
        f"{_neighbours_shown()}"
    )


def _neighbours_shown() -> str:
    """Show a neighbour's line and name where it is pointed at, or chosen for all charts of a part.

    Without a script: a browser that does not know `:has` still shows the name of a line that is
    pointed at.
    """

    def rule(of_line: str, look: str) -> str:
        places = ",".join(
            f":is(svg:has(.near.n{each}:hover),section:has(.n{each}:checked)) {of_line}.n{each}"
            for each in range(1, NEIGHBOURS + 1)
        )
        return f"@media screen{{{places}{{{look}}}}}\n"

    return rule(".line", f"stroke:var({PREFIX}text);stroke-width:3") + rule(
        ".name", "visibility:visible"
    )
