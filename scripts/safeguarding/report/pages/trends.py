"""The page on how the authority's official figures went over the years, beside those of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from safeguarding.published.marts import NOT_AVAILABLE, UNITS, Record
from safeguarding.report.pages.comparison import (
    ENGLAND,
    RATE,
    REGION,
    THEMES,
    Comparison,
)
from safeguarding.report.report_model import (
    BESIDE,
    Chart,
    ChartKind,
    Figure,
    Mark,
    Page,
    Row,
    Section,
    Table,
    slug_of,
)

MEDIAN = "Median of its neighbours"
Line = tuple[str, tuple[Figure, ...]]  # whose it is, and its figures year by year
OWN_SCALE = "Each chart has a scale of its own, which need not begin at zero."
PARTIAL = {
    ("assessments", "2013-14"): "In 2013-14 many authorities still made initial and core "
    "assessments, which the number of assessments of that year leaves out.",
}


def trends_page(comparison: Comparison) -> Page | None:
    """Show each measure over all years; None if official statistics have none of the authority."""
    sections = []
    for theme in THEMES:
        charts, tables = trends_of(comparison, theme.measures)
        if charts:
            notes = notes_on(comparison, theme.measures)
            sections.append(Section(theme.heading, charts=charts, tables=tables, notes=notes))
    if not sections:
        return None
    return Page("trends", "Trends beside others", tuple(sections))


def notes_on(comparison: Comparison, measures: Sequence[str]) -> tuple[str, ...]:
    """Say how to read trends, and which years are not like the others."""
    own = comparison.evidence
    there = {
        measure: comparison.over_time.get((own.authority, measure), {}) for measure in measures
    }
    years = {year for rows in there.values() for year in rows}
    partial = (note for (measure, year), note in PARTIAL.items() if year in there.get(measure, {}))
    later = [f"Figures after {own.year} are later information."] if max(years) > own.year else []
    return (OWN_SCALE, *partial, *later)


def trends_of(
    comparison: Comparison, measures: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[tuple[Chart, ...], tuple[Table, ...]]:
    """Give a chart and its table for each measure that official statistics have.

    `names` are what some measures are called, in place of the name and unit that they have.
    """
    charts, tables = [], []
    for measure in measures:
        rows = comparison.over_time.get((comparison.evidence.authority, measure), {})
        if any(row["rate"] is not None for row in rows.values()):
            latest = next(reversed(rows.values()))
            name = (names or {}).get(measure) or comparison.label(latest)
            lines = list(lines_of(comparison, measure, rows))
            charts.append(trend_chart(comparison, name, rows, lines))
            tables.append(trend_table(comparison, name, rows, lines))
    return tuple(charts), tuple(tables)


def lines_of(comparison: Comparison, measure: str, rows: Mapping[str, Record]) -> Iterator[Line]:
    """Give the lines of a chart: the authority, median, region and England, then its neighbours."""
    own = list(rows.values())
    region = comparison.areas.get(own[-1]["region_code"], REGION)
    for name, column in (
        (comparison.evidence.name, "rate"),
        (MEDIAN, "neighbour_median"),
        (region, "region_rate"),
        (ENGLAND, "england_rate"),
    ):
        yield name, tuple(comparison.rate(row, column) for row in own)
    for code in comparison.neighbours:
        its = comparison.over_time.get((code, measure), {})
        yield (
            comparison.areas[code],
            tuple(
                comparison.rate(its[year]) if year in its else Figure(None, NOT_AVAILABLE)
                for year in rows
            ),
        )


def span(rows: Mapping[str, Record]) -> str:
    """Give the years that there are."""
    years = list(rows)
    return " to ".join(dict.fromkeys((years[0], years[-1])))


def trend_chart(
    comparison: Comparison, name: str, rows: Mapping[str, Record], lines: Sequence[Line]
) -> Chart:
    """Draw a measure over the years; the same in the reports of all years."""
    unit = next(iter(rows.values()))["unit"]
    return Chart(
        f"{slug_of(name)}-trend-chart",
        ChartKind.TRENDS,
        f"{name}, {span(rows)}",
        description_of(list(rows), lines),
        UNITS[unit] if unit == RATE else "",
        tuple(whose for whose, _ in lines),
        tuple(
            Mark(whose, year, figure.value, figure.shown)
            for whose, figures in lines
            for year, figure in zip(rows, figures, strict=True)
        ),
        comparison.evidence.official_source(rows.values()),
    )


def trend_table(
    comparison: Comparison, name: str, rows: Mapping[str, Record], lines: Sequence[Line]
) -> Table:
    """Give the figures behind a chart."""
    return Table(
        f"{slug_of(name)}-trend",
        f"{name}: {comparison.evidence.name} beside others, {span(rows)}",
        ("Area", *rows),
        tuple(Row(whose, figures) for whose, figures in lines),
        is_over_time=True,
        source=comparison.evidence.official_source(rows.values()),
        is_folded=True,
    )


def description_of(years: Sequence[str], lines: Sequence[Line]) -> str:
    """Say where the authority's line and those beside it begin and end, and where its own peaks."""
    (name, own), *_ = lines
    known = [place for place, figure in enumerate(own) if figure.value is not None]
    told = []
    for whose, figures in lines[: 1 + BESIDE]:
        ends = dict.fromkeys(f"{figures[at].shown} in {years[at]}" for at in (known[0], known[-1]))
        told.append(f"{whose}: {', '.join(ends)}.")
    peak = max(known, key=lambda each: own[each].value or 0)
    told.append(f"Highest figure of {name}: {own[peak].shown} in {years[peak]}.")
    return f"{' '.join(told)} The table below has the figures of all lines, neighbours included."
