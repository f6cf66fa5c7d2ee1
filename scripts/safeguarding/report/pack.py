"""Make reports: which there are, and what is in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import duckdb

from safeguarding.exports.workbooks.workbook_model import plain, shown
from safeguarding.published.marts import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    UNITS,
    UNRELIABLE,
    Record,
    written,
)
from safeguarding.report.pages.comparison import comparison_page
from safeguarding.report.pages.quality import statement_page
from safeguarding.report.pages.subjects import SUBJECTS, charts_of, line_chart, page_of
from safeguarding.report.pages.trust import claims_page, quality_page
from safeguarding.report.report_figures import Evidence, Lines
from safeguarding.report.report_model import (
    OF_STANDINGS,
    Edition,
    Figure,
    Pack,
    Page,
    RemarkKind,
    Row,
    Section,
    Sentence,
    Table,
    slug_of,
)
from safeguarding.report.sentences.change_sentences import changes
from safeguarding.report.sentences.time_series import Point, Series, barrier

SYNTHETIC = "SYNTHETIC"
# Measures that the overview speaks of, and those that its chart draws.
TOLD = ("referrals", "section_47_enquiries", "cpp_at_year_end", "cla_at_year_end")
DRAWN = ("referrals", "assessments", "section_47_enquiries")


def editions(connection: duckdb.DuckDBPyConnection) -> list[Edition]:
    """List the reports that there are figures for: each authority's years with a release."""
    rows = connection.execute(
        """
        select distinct
            authority.local_authority_code,
            authority.local_authority_name,
            authority.region_name,
            release.financial_year
        from marts.fct_observations as observation
        inner join marts.dim_release as release
            on observation.release_id = release.release_id
        inner join marts.dim_local_authority as authority
            on observation.local_authority_code = authority.local_authority_code
        order by 2, 1, 4
        """
    ).fetchall()
    return [
        Edition(code, plain(name), plain(region), year, f"{slug_of(plain(name))}/{year}")
        for code, name, region, year in rows
    ]


def pack_of(connection: duckdb.DuckDBPyConnection, authority: str, year: str) -> Pack:
    """Make one authority's report of one financial year.

    Args:
        connection: A database whose schema `marts` holds the published tables; only read.
        authority: ONS code of the authority.
        year: Financial year.

    Raises:
        ValueError: No release of that year prints a figure of the authority.
    """
    evidence = Evidence(connection, authority, year)
    releases = [evidence.releases[each] for each in sorted(evidence.own_releases)]
    if not any(release["financial_year"] == year for release in releases):
        message = f"There is no release of {authority} for {year}"
        raise ValueError(message)
    pages = [page for subject in SUBJECTS if (page := page_of(evidence, subject)) is not None]
    others = (quality_page(evidence), claims_page(evidence), comparison_page(evidence))
    pages.extend(page for page in others if page is not None)
    pages.append(statement_page(connection, authority))
    return Pack(
        authority,
        evidence.name,
        year,
        tuple(cited(release) for release in releases),
        (overview(evidence), *pages),
        any(SYNTHETIC in f"{release['title']} {release['publisher']}" for release in releases),
    )


def cited(release: Record) -> str:
    """Give a release as one cites it."""
    published = written(release["published_date"])
    return f"{plain(release['title'])}, {plain(release['publisher'])}, {published}"


def overview(evidence: Evidence) -> Page:
    """Make the first page: main changes, headline figures of the year and the year before."""
    rows = {
        (row.figure.measure, row.figure.unit): (lines, evidence.series(row, lines.periods))
        for lines in annual_lines(evidence)
        for row in lines.rows
        if row.category is None
    }
    told = [rows[each, "count"][1] for each in TOLD if (each, "count") in rows]
    drawn = [rows[each, "count"][1] for each in DRAWN if (each, "count") in rows]
    return Page(
        "index",
        "Overview",
        (
            Section("Main changes", sentences=tuple(first_sentences(told))),
            Section(
                "From referral to enquiry",
                charts=charts_of(
                    line_chart("overview", "Referrals, assessments and Section 47 enquiries", drawn)
                ),
            ),
            Section(
                "The year in figures",
                tables=(headline_table(evidence, [series for _, series in rows.values()]),),
            ),
        ),
    )


def annual_lines(evidence: Evidence) -> Iterator[Lines]:
    """List the reports' tables by year."""
    for report in evidence.marts.reports:
        lines = evidence.lines(report)
        if lines.rows and evidence.year in lines.periods:
            yield lines


def first_sentences(series: list[Series]) -> Iterator[Sentence]:
    """Give the latest change of each, without the longer view, which the subjects' pages have."""
    for each in series:
        yield from changes(each)[:1]


def headline_table(evidence: Evidence, series: list[Series]) -> Table:
    """Give each figure of the year beside that of the year before."""
    rows = []
    before = ""
    for each in series:
        points = [point for point in each.points if point.period_id <= evidence.year]
        if len(points) < 2 or points[-1].period_id != evidence.year:  # noqa: PLR2004 - two years
            continue
        earlier, now = points[-2:]
        before = earlier.period_label
        official = official_change(each, earlier, now)
        change = change_of(each, earlier, now)
        rows.append(
            Row(each.name, (UNITS[each.unit], earlier.figure, now.figure, change, official))
        )
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
