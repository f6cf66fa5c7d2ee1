"""The first page: tiles, what stands out, what to ask, and the year's figures beside the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from safeguarding.exports.report_tables import EXPLAINED, finding_state
from safeguarding.published.marts import UNITS, Record, as_official, tenths
from safeguarding.published.standings import Standing, Subject
from safeguarding.report.pages.comparison import Comparison, places
from safeguarding.report.pages.series_charts import chart_of
from safeguarding.report.pages.subjects import section
from safeguarding.report.pages.tiles import (
    MEASURES,
    change_of,
    official_change,
    points_of,
    tiles,
)
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import ChartKind, Page, Row, Section, Sentence, Table
from safeguarding.report.sentences import questions
from safeguarding.report.sentences.questions import Differing
from safeguarding.report.sentences.standing_out import (
    BASE,
    Among,
    extremes,
    largest_changes_of,
    nothing_stands_out,
)
from safeguarding.report.sentences.time_series import AT_YEAR_END, Series, by_year

KEY_FIGURES, STANDS_OUT, TO_ASK = "Key figures", "What stands out", "What to ask"
PEERS = (
    "Neighbours are the authority's statistical neighbours; their figure is the median. Rank 1 is "
    "the highest, whether that is good or bad."
)
MOST_SENTENCES, MOST_QUESTIONS = 6, 5
DRAWN = ("referrals", "assessments", "section_47_enquiries")
DIFFERENCES = ("care_net_change",)  # a share of a difference says nothing


def overview(evidence: Evidence, comparison: Comparison) -> Page:
    """Give the first page of a report."""
    series = annual_series(evidence)
    counts = {measure: each for (measure, unit), each in series.items() if unit == "count"}
    drawn = [counts[each] for each in DRAWN if each in counts]
    title = "Referrals, assessments and Section 47 enquiries"
    sections = (
        key_figures(evidence, series, comparison),
        section(
            STANDS_OUT,
            tuple(islice(standing_out(evidence, counts, comparison), MOST_SENTENCES))
            or (nothing_stands_out(evidence.year),),
        ),
        section(TO_ASK, to_ask(evidence)),
        Section(
            "The year in figures",
            tables=(headline_table(evidence, series),),
            notes=tuple(evidence.counted_otherwise({measure for measure, _ in series})),
        ),
        section(
            "From referral to enquiry",
            (),
            chart_of(ChartKind.LINES, "overview", title, drawn),
        ),
    )
    return Page("index", "Overview", sections)


def key_figures(
    evidence: Evidence, series: Mapping[tuple[str, str], Series], comparison: Comparison
) -> Section:
    """Give the tiles, with where DfE's figures in them are from."""
    measures = {measure for measure, _ in MEASURES}
    benchmarks = [
        row
        for (code, measure), row in comparison.rows.items()
        if code == evidence.authority and measure in measures
    ]
    source = evidence.official_source(benchmarks)
    chosen = tiles(evidence, series, comparison)
    notes = (*([PEERS] if any(each.peers for each in chosen) else []), BASE)
    return Section(KEY_FIGURES, notes=notes, tiles=chosen, source=source)


def standing_out(
    evidence: Evidence, counts: Mapping[str, Series], comparison: Comparison
) -> Iterator[Sentence]:
    """Say what is unusual among neighbours, and what changed most."""
    yield from extremes(among_neighbours(evidence, comparison))
    up_to_now = [
        replace(each, points=tuple(points_of(evidence, each)))
        for measure, each in counts.items()
        if measure not in DIFFERENCES
    ]
    yield from largest_changes_of(up_to_now, evidence.year)


def among_neighbours(evidence: Evidence, comparison: Comparison) -> Iterator[Among]:
    """Give the authority's place among its neighbours, measure by measure."""
    for (code, measure), row in comparison.rows.items():
        if code != evidence.authority or row["neighbour_rank"] is None:
            continue
        others = [
            tenths(its["rate"])
            for each in comparison.neighbours
            if (its := comparison.rows.get((each, measure))) and its["rate"] is not None
        ]
        (place,) = (each for each in places(comparison, row) if each.are_neighbours)
        yield Among(place, others)


def to_ask(evidence: Evidence) -> tuple[Sentence, ...]:
    """Give what a member could ask of the year's report, the largest matters first."""
    differing = [questions.by_dfe(each) for each in unexplained_by_dfe(evidence)]
    inside = [questions.within_the_report(each) for each in unexplained_inside(evidence)]
    told = [*differing[:2], *inside[:1], *revision_to_ask(evidence), *statements_to_ask(evidence)]
    if not told and not differing and not inside:
        return (questions.nothing_to_ask(evidence.year),)
    return tuple(told[:MOST_QUESTIONS])


def key_of(row: Record) -> tuple[str, str | None, str, str]:
    """Give what a row is about."""
    return row["measure_id"], row["category_id"], row["unit"], row["period_id"]


def weight(row: Record) -> tuple[bool, bool, int]:
    """Order by how much a figure matters here: whole before part, a tile's before another's."""
    order = [measure for measure, _ in MEASURES]
    measure = row["measure_id"]
    is_of_tile = measure in order
    place = order.index(measure) if is_of_tile else len(order)
    return row["category_id"] is not None, not is_of_tile, place


def open_findings(evidence: Evidence) -> list[Record]:
    """Give findings on the releases of the report's year that nobody has explained."""
    return [
        row
        for row in evidence.marts.findings
        if evidence.releases[row["release_id"]]["financial_year"] == evidence.year
        and finding_state(row) != EXPLAINED
    ]


def unexplained_by_dfe(evidence: Evidence) -> Iterator[Differing]:
    """Give the year's figures that differ from DfE's of the same definition, without a reason."""
    unexplained = {
        key_of(row)
        for row in evidence.marts.findings
        if row["check_id"] == "differs_from_official" and finding_state(row) != EXPLAINED
    }
    rows = [
        row
        for row in evidence.reconciled
        if row["period_id"] == evidence.year and key_of(row) in unexplained
    ]
    for row in sorted(rows, key=lambda row: (weight(row), -abs(row["difference_pct"] or 0))):
        values = row["report_value"], row["official_value"]
        if row["is_same_definition"] and None not in values:
            own, official = (Decimal(as_official(each, row["unit"])) for each in values)
            yield differing_of(evidence, row, own, official)


def unexplained_inside(evidence: Evidence) -> Iterator[Differing]:
    """Give figures that contradict others of the same report, without a reason."""
    rows = [
        row
        for row in open_findings(evidence)
        if row["severity"] == "error"
        and row["expected_value"] is not None
        and is_printed(evidence, row)
    ]
    for row in sorted(rows, key=lambda row: (row["period_id"][:7] != evidence.year, weight(row))):
        printed, expected = (
            Decimal(evidence.marts.figure(each, row["measure_id"], row["unit"]))
            for each in (row["printed_value"], row["expected_value"])
        )
        yield differing_of(evidence, row, printed, expected)


def is_printed(evidence: Evidence, row: Record) -> bool:
    """Tell whether a finding is about one printed figure, not about the sum of several."""
    measure, category, unit, period = key_of(row)
    printed = evidence.marts.observations.get((evidence.authority, measure, category, period), [])
    return any((each["unit"], each["value"]) == (unit, row["printed_value"]) for each in printed)


def revision_to_ask(evidence: Evidence) -> Iterator[Sentence]:
    """Ask of the largest revision that the report of the year made."""
    rows = [
        row
        for row in evidence.revisions
        if evidence.releases[row["later_release_id"]]["financial_year"] == evidence.year
        and row["measure_id"] not in DIFFERENCES
        and row["change_pct"] is not None
    ]
    if not rows:
        return
    row = min(
        rows,
        key=lambda row: (row["unit"] != "count", weight(row)[:2], -abs(row["change_pct"])),
    )
    later, earlier = (
        Decimal(evidence.marts.figure(row[each], row["measure_id"], row["unit"]))
        for each in ("later_value", "earlier_value")
    )
    subject = Subject(row["measure_id"], row["category_id"], row["unit"], is_calculated=False)
    standings = evidence.marts.standings
    provisional = [
        evidence.marts.period(each)
        for each in evidence.marts.periods
        if standings.of(evidence.authority, each, subject) is Standing.PROVISIONAL
    ]
    yield questions.revised(differing_of(evidence, row, later, earlier), "".join(provisional[-1:]))


def statements_to_ask(evidence: Evidence) -> Iterator[Sentence]:
    """Ask of statements in the text of the year's report that the figures contradict."""
    contradicted = sum(
        row["verdict"] == "contradicts"
        and evidence.releases[row["release_id"]]["financial_year"] == evidence.year
        for row in evidence.marts.read_figures("fct_narrative_claims")
    )
    if contradicted:
        yield questions.statements(contradicted)


def differing_of(evidence: Evidence, row: Record, printed: Decimal, other: Decimal) -> Differing:
    """Give two figures for what a row is about."""
    marts = evidence.marts
    name = marts.measure(row["measure_id"], row["category_id"])
    is_stock = marts.measures[row["measure_id"]]["measure_kind"] == "stock"
    at = "at the end of" if is_stock and AT_YEAR_END not in name else "in"
    return Differing(name, f"{at} {marts.period(row['period_id'])}", row["unit"], printed, other)


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
            "[u]: the report's figures do not allow a change to be shown. DfE's change is given "
            "where its official statistics count the same thing.",
        ),
        source=evidence.official_source(compared, "official_release_id"),
    )
