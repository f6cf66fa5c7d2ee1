"""The first page: main changes, and headline figures of the year and the year before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import shown
from safeguarding.published.marts import NOT_APPLICABLE, NOT_AVAILABLE, UNITS, UNRELIABLE
from safeguarding.report.pages.series_charts import chart_of
from safeguarding.report.pages.subjects import section
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import (
    OF_STANDINGS,
    ChartKind,
    Figure,
    Page,
    RemarkKind,
    Row,
    Section,
    Table,
)
from safeguarding.report.sentences.change_sentences import changes
from safeguarding.report.sentences.time_series import Point, Series, barrier, by_year

# Measures that the overview speaks of, and those that its chart draws.
TOLD = (
    "referrals",
    "section_47_enquiries",
    "cpp_at_year_end",
    "cla_at_year_end",
    "care_entered",
    "care_left",
)
DRAWN = ("referrals", "assessments", "section_47_enquiries")


def overview(evidence: Evidence) -> Page:
    """Give the first page of a report."""
    series = annual_series(evidence)
    counts = {measure: each for (measure, unit), each in series.items() if unit == "count"}
    told = [counts[each] for each in TOLD if each in counts]
    drawn = [counts[each] for each in DRAWN if each in counts]
    title = "Referrals, assessments and Section 47 enquiries"
    sections = (
        # The longer view is on the subjects' pages.
        section("Main changes", tuple(changes(each)[0] for each in told)),
        section(
            "From referral to enquiry",
            (),
            chart_of(ChartKind.LINES, "overview", title, drawn),
        ),
        Section(
            "The year in figures",
            tables=(headline_table(evidence, series),),
            notes=tuple(evidence.counted_otherwise({measure for measure, _ in series})),
        ),
    )
    return Page("index", "Overview", sections)


def annual_series(evidence: Evidence) -> dict[tuple[str, str], Series]:
    """Give the totals of the reports' tables by year, by measure and unit.

    Of a table of quarters, those are the flows' sums.
    """
    found = {}
    for lines in map(evidence.lines, evidence.marts.reports):
        for row in lines.rows:
            series = evidence.series(row, lines.periods)
            if series.is_quarterly and series.kind == "flow":
                series = by_year(series)
            if row.category is None and evidence.year in {p.period_id for p in series.points}:
                found[row.figure.measure, row.figure.unit] = series
    return found


def headline_table(evidence: Evidence, series: Mapping[tuple[str, str], Series]) -> Table:
    """Give each figure of the year beside that of the year before."""
    rows = []
    before = ""
    for (measure, unit), each in series.items():
        about = measure, None, unit
        points = [point for point in each.points if point.period_id <= evidence.year]
        if len(points) < 2 or points[-1].period_id != evidence.year:  # noqa: PLR2004 - two years
            continue
        earlier, now = points[-2:]
        before = earlier.period_label
        official = official_change(each, earlier, now)
        shown_now, shown_before = (
            evidence.filled(point.figure, (*about, point.period_id)) for point in (now, earlier)
        )
        change = change_of(each, earlier, now)
        rows.append(Row(each.name, (UNITS[each.unit], shown_before, shown_now, change, official)))
    measures = {measure for measure, _ in series}
    compared = [
        row
        for row in evidence.reconciled
        if row["measure_id"] in measures and row["period_id"] == evidence.year
    ]
    return Table(
        "headline-figures",
        f"Headline figures, {evidence.name}, {evidence.year}",
        ("Measure", "Unit", before or "Year before", evidence.year, "Change", "Change by DfE"),
        tuple(rows),
        (
            "The change of a percentage is in percentage points.",
            "[u] stands where the report's figures do not allow a change to be shown. DfE's change "
            "is that of its official statistics, where they count the same thing.",
        ),
        source=evidence.official_source(compared, "official_release_id"),
    )


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
