"""Charts of series over time, with the text that stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from safeguarding.exports.workbooks.workbook_model import readable
from safeguarding.published.marts import NOT_APPLICABLE, UNITS
from safeguarding.published.standings import SOUND
from safeguarding.report.report_model import MARKED, Chart, ChartKind, Mark
from safeguarding.report.sentences.time_series import Series

WHOLE = 99  # per cent: shares that add up to less leave something out
FEW_POINTS = 6  # of a series whose figures are all told


def chart_of(kind: ChartKind, chart_id: str, title: str, series: Sequence[Series]) -> Chart | None:
    """Give a chart of series over time; None if there is no figure to draw."""
    drawn = [
        each for each in series if any(point.figure.value is not None for point in each.points)
    ]
    if not drawn:
        return None
    periods = [point.period_label for point in drawn[0].points]
    where = " to ".join(dict.fromkeys((periods[0], periods[-1])))
    marks = tuple(
        Mark(
            one.name,
            point.period_label,
            point.figure.value,
            point.figure.shown,
            remark=next(
                (remark.kind for remark in point.figure.remarks if remark.kind in MARKED), None
            ),
        )
        for one in drawn
        for point in one.points
        if point.figure.shown != NOT_APPLICABLE
    )
    return Chart(
        f"{chart_id}-chart",
        kind,
        f"{title}, {where}",
        " ".join((description_of(drawn), *left_out_of(drawn if kind is ChartKind.SHARES else ()))),
        UNITS[drawn[0].unit],
        tuple(one.name for one in drawn),
        marks,
    )


def description_of(series: Sequence[Series]) -> str:
    """Write alternative text: each series' figures, or where it begins, peaks, bottoms and ends."""
    return " ".join(described(each) for each in series)


def left_out_of(series: Sequence[Series]) -> Iterable[str]:
    """Give periods whose shares do not add up to 100 per cent."""
    for position in range(len(series[0].points) if series else 0):
        points = [each.points[position] for each in series]
        values = [point.figure.value for point in points if point.figure.value is not None]
        if values and sum(values) < WHOLE:
            yield (
                f"The shares of {points[0].period_label} add up to {readable(str(sum(values)))}%: "
                "the rest is not printed."
            )


def is_ranked(series: Series) -> bool:
    """Tell whether the highest and the lowest figure of a series may be named: all of it stands."""
    return all(
        point.figure.value is not None and point.figure.standing in {None, *SOUND}
        for point in series.points
    )


def described(series: Series) -> str:
    """Give one series in words and figures."""
    points = [point for point in series.points if point.figure.value is not None]
    if not points:
        return f"{series.name}: no figures."
    first, last = points[0], points[-1]
    if is_ranked(series):
        by_value = sorted(points, key=lambda point: point.figure.value or 0)
        told = [f"{readable(first.figure.shown)} in {first.period_label}"]
        for word, point in (("highest", by_value[-1]), ("lowest", by_value[0])):
            if point not in (first, last):
                told.append(f"{word} {readable(point.figure.shown)} in {point.period_label}")
        if last is not first:
            told.append(f"{readable(last.figure.shown)} in {last.period_label}")
    else:
        every = points if len(points) <= FEW_POINTS else dict.fromkeys((first, last))
        told = [f"{readable(point.figure.shown)} in {point.period_label}" for point in every]
    gaps = [
        point.period_label
        for point in series.points
        if point.figure.value is None and point.figure.shown != NOT_APPLICABLE
    ]
    missing = f" No figure for {', '.join(gaps)}." if gaps else ""
    noted = [
        f"{point.period_label} {remark.kind.value}"
        for point in points
        for remark in point.figure.remarks
        if remark.kind in MARKED
    ]
    remarks = f" Marked: {', '.join(noted)}." if noted else ""
    return f"{series.name}: {', '.join(told)}.{missing}{remarks}"
