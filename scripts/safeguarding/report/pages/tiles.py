"""The tiles of the overview: each measure's figure, change, years and place among others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import readable, shown
from safeguarding.published.marts import NOT_APPLICABLE, NOT_AVAILABLE, UNRELIABLE
from safeguarding.report.pages.comparison import Comparison
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import (
    OF_STANDINGS,
    Figure,
    Mark,
    Peers,
    RemarkKind,
    Tile,
)
from safeguarding.report.sentences.phrases import Unit, sentence, share_changed, tenth
from safeguarding.report.sentences.time_series import Point, Series, barrier

Measure = tuple[str, str]  # measure and unit
MOST = 8  # tiles that one screen has room for
# In the order of a child's way through the service; from the ninth on, they stand in for what a
# council prints nothing of.
MEASURES: tuple[Measure, ...] = (
    ("referrals", "count"),
    ("assessments", "count"),
    ("section_47_enquiries", "count"),
    ("section_47_to_conference", "percent"),
    ("cpp_at_year_end", "count"),
    ("cla_at_year_end", "count"),
    ("care_entered", "count"),
    ("uasc_arrivals", "count"),
    ("care_left", "count"),
    ("cpp_started", "count"),
    ("assessments_in_time", "percent"),
    ("initial_contacts", "count"),
    ("cpp_repeat", "percent"),
)


def tiles(
    evidence: Evidence, series: Mapping[Measure, Series], comparison: Comparison
) -> tuple[Tile, ...]:
    """Give the tiles of measures that have a figure for the year."""
    held = [each for each in MEASURES if has_figure(evidence, series, each)]
    return tuple(tile(evidence, each, series[each], comparison) for each in held[:MOST])


def has_figure(evidence: Evidence, series: Mapping[Measure, Series], measure: Measure) -> bool:
    """Tell whether there is a figure of the year, the report's or DfE's."""
    if measure not in series:
        return False
    latest = points_of(evidence, series[measure])[-1:]
    return bool(latest) and filled(evidence, measure, latest[0]).value is not None


def points_of(evidence: Evidence, series: Series) -> list[Point]:
    """Give the points up to the year, which is the last of them."""
    points = [each for each in series.points if each.period_id <= evidence.year]
    return points if points and points[-1].period_id == evidence.year else []


def filled(evidence: Evidence, measure: Measure, point: Point) -> Figure:
    """Give the figure of a point, or DfE's where the report prints none."""
    name, unit = measure
    return evidence.filled(point.figure, (name, None, unit, point.period_id))


def tile(evidence: Evidence, measure: Measure, series: Series, comparison: Comparison) -> Tile:
    """Give the tile of a measure."""
    *earlier, latest = points_of(evidence, series)
    before = earlier[-1] if earlier else None
    change = official = Figure(None, NOT_AVAILABLE)
    if before is not None:
        change = told(change_of(series, before, latest), before.figure.value, series.unit)
        base = series.official.get(before.period_id)
        if not before.is_suppressed and not latest.is_suppressed:
            official = told(official_change(series, before, latest), base, series.unit)
    is_alone = change.value is not None and not is_unreconciled(latest, before)
    figure = filled(evidence, measure, latest)
    return Tile(
        series.title,
        series.unit,
        latest.period_label,
        before.period_label if before else "",
        figure,
        change,
        None if is_alone or official.value is None else official,
        tuple(mark(evidence, measure, series, each) for each in (*earlier, latest)),
        peers(comparison, measure, figure),
    )


def told(change: Figure, base: Decimal | None, unit: Unit) -> Figure:
    """Give a change with its share of the figure before, or as percentage points."""
    if change.value is None or base is None:
        return change
    if unit == "percent":
        return replace(change, shown=f"{readable(change.shown)} percentage points")
    share = share_changed(base, base + change.value, unit) if change.value else []
    return replace(change, shown=f"{change.shown} ({sentence(*share).text})") if share else change


def is_unreconciled(*points: Point | None) -> bool:
    """Tell whether a remark on a figure asks for DfE's beside it."""
    return any(each is not None and each.has(RemarkKind.UNRECONCILED) for each in points)


def mark(evidence: Evidence, measure: Measure, series: Series, point: Point) -> Mark:
    """Give a year of the small line: what no change may be taken from is a gap."""
    figure = point.figure
    if not point.is_shown and point.period_id in series.official:
        figure = filled(evidence, measure, point)  # counted in the same way
    is_drawn = figure.value is not None and not point.is_suppressed
    is_drawn = is_drawn and not (point.is_shown and point.is_unsound)
    kinds = [each.kind for each in figure.remarks]
    kind = next((each for each in kinds if each is RemarkKind.BREAK), next(iter(kinds), None))
    return Mark(
        series.title, point.period_label, figure.value if is_drawn else None, figure.shown, kind
    )


def peers(comparison: Comparison, measure: Measure, figure: Figure) -> Peers | None:
    """Give the place among others of a count's rate, or of a percentage."""
    row = comparison.rows.get((comparison.evidence.authority, measure[0]))
    if row is None or row["rate"] is None:
        return None
    rank = row["england_rank"]
    place = (
        Figure(None, UNRELIABLE)
        if rank is None
        else Figure(Decimal(rank), f"{rank} of {row['england_rank_of']}")
    )
    rate, median, england = (
        rounded(comparison.rate(row, each)) for each in ("rate", "neighbour_median", "england_rate")
    )
    is_of_count = row["unit"] == "rate_per_10000" and row["value"] != figure.value
    count = comparison.evidence.official_figure(row, row["value"]) if is_of_count else None
    return Peers(row["unit"], count, rate, median, england, place)


def rounded(figure: Figure) -> Figure:
    """Give a rate or median with one decimal place."""
    return figure if figure.value is None else replace(figure, shown=f"{tenth(figure.value):,}")


def change_of(series: Series, before: Point, latest: Point) -> Figure:
    """Give the change of the report's figures, where they may be compared."""
    earlier, now = before.figure, latest.figure
    breaks = [each for each in now.remarks if each.kind is RemarkKind.BREAK]
    if breaks:
        return Figure(None, NOT_APPLICABLE, remarks=tuple(breaks))
    if earlier.value is None or now.value is None:
        return Figure(None, next(each.shown for each in (now, earlier) if each.value is None))
    remarks = [
        each for figure in (now, earlier) for each in figure.remarks if each.kind in OF_STANDINGS
    ]
    if barrier(series, before, latest):
        return Figure(None, UNRELIABLE, remarks=tuple(remarks))
    return replace(difference(earlier.value, now.value), remarks=tuple(remarks))


def official_change(series: Series, before: Point, latest: Point) -> Figure:
    """Give the change of official figures of the same definition."""
    values = [series.official.get(each.period_id) for each in (before, latest)]
    if values[0] is None or values[1] is None:
        return Figure(None, NOT_AVAILABLE)
    return difference(values[0], values[1])


def difference(earlier: Decimal, now: Decimal) -> Figure:
    """Give a change with its sign."""
    change = Decimal(now) - Decimal(earlier)
    text = shown(change)
    return Figure(change, f"+{text}" if change > 0 else text.replace("-", "\N{MINUS SIGN}"))
