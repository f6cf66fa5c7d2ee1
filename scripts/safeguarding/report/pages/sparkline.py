"""A small line of years, with the years in words for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from safeguarding.report.report_model import SIGNS, Mark, RemarkKind

WIDTH, HEIGHT, MARGIN = 96, 30, 4  # of the drawing's own units
LEAST = 2  # figures that make a line
Point = tuple[float, float]


@dataclass(frozen=True)
class Sparkline:
    """What an SVG element is written from."""

    paths: tuple[str, ...]  # parts of the line, between gaps and breaks
    end: Point  # the latest figure
    words: str  # the years with their figures
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(history: Sequence[Mark]) -> Sparkline | None:
    """Draw the years from the lowest figure to the highest; a gap or a break parts the line.

    None if there are fewer than two figures.
    """
    values = [float(mark.value) for mark in history if mark.value is not None]
    if len(values) < LEAST:
        return None
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / (len(history) - 1)

    def at(place: int, value: float) -> Point:
        share = (value - low) / (high - low) if high > low else 0.5
        height = HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        return round(MARGIN + place * step, 1), round(height, 1)

    parts: list[list[Point]] = [[]]
    for place, mark in enumerate(history):
        if mark.value is None or mark.remark is RemarkKind.BREAK:
            parts.append([])
        if mark.value is not None:
            parts[-1].append(at(place, float(mark.value)))
    drawn = [each for each in parts if each]
    return Sparkline(tuple(_path(each) for each in drawn), drawn[-1][-1], in_words(history))


def _path(points: Sequence[Point]) -> str:
    """Give a part of the line; a figure between two gaps is a dot."""
    places = " L".join(f"{x} {y}" for x, y in points)
    return f"M{places}" if len(points) > 1 else f"M{places}h0.1"


def in_words(history: Iterable[Mark]) -> str:
    """Tell the years: `2021-22: 60,761; 2022-23: DfE 62,952.`."""
    return "; ".join(f"{mark.x}: {_shown(mark)}" for mark in history) + "."


def _shown(mark: Mark) -> str:
    """Give a figure with its sign, and with whether it is drawn."""
    sign = SIGNS[mark.remark] if mark.remark else ""
    text = mark.shown if sign == mark.shown else f"{sign} {mark.shown}".strip()
    return text if mark.value is not None else f"{text} (not drawn)"
