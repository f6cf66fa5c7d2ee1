"""The pages on how far the figures can be trusted: findings, revisions, statements checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from safeguarding.exports.report_tables import (
    FINDING_STATES,
    figure_of,
    finding_state,
)
from safeguarding.exports.workbooks.workbook_model import plain, shown
from safeguarding.published.facts import Report
from safeguarding.published.marts import NOT_AVAILABLE, UNITS, Record
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import (
    Cell,
    Chart,
    ChartKind,
    Figure,
    Mark,
    Page,
    Row,
    Section,
    Table,
)
from safeguarding.report.sentences.tally_sentences import counted_claims, counted_findings

SEVERITIES = {"error": "Contradiction", "warning": "Warning", "info": "Worth knowing"}
VERDICTS = {
    "contradicts": "Does not agree",
    "depends on the reading": "Depends on the reading",
    "not checkable": "Cannot be checked",
    "agrees within rounding": "Agrees within rounding",
    "agrees": "Agrees",
}
IN_THE_TEXT = "Figures in the text"
UNEXPLAINED = "No explanation recorded"


def quality_page(evidence: Evidence) -> Page:
    """Give findings of the checks on the releases up to the report's year, and revisions."""
    findings = sorted(
        (row for row in evidence.marts.findings if row["release_id"] in evidence.own_releases),
        key=lambda row: (list(SEVERITIES).index(row["severity"]), row["finding_id"]),
    )
    errors = [row for row in findings if row["severity"] == "error"]
    warnings = [row for row in findings if row["severity"] == "warning"]
    chart = heat_map(evidence, findings)
    checks = Section(
        "Findings of the checks",
        sentences=(
            counted_findings("contradiction", *states_of(errors)),
            counted_findings("warning", *states_of(warnings)),
        ),
        charts=(chart,) if chart else (),
        tables=((heat_table(evidence, chart),) if chart else ())
        + ((findings_table(evidence, findings),) if findings else ()),
        notes=(
            "Nothing was corrected: every figure is as printed.",
            "Differences from DfE's official statistics are among the warnings.",
        ),
    )
    return Page("data-quality", "Data quality and revisions", (checks, revisions_section(evidence)))


def states_of(findings: Iterable[Record]) -> tuple[int, int, int]:
    """Count how many findings are explained, examined without finding the cause, open."""
    states = Counter(finding_state(each) for each in findings)
    explained, examined, not_examined = (states[each] for each in FINDING_STATES)
    return explained, examined, not_examined


def table_names(reports: Iterable[Report]) -> dict[str, str]:
    """Find the title of the reports' table that each measure stands in."""
    return {
        figure.measure: report.title
        for report in reversed(list(reports))  # of two, the first
        for block in report.blocks
        for figure in block.figures
    }


def heat_map(evidence: Evidence, findings: Sequence[Record]) -> Chart | None:
    """Give findings by the reports' table and the year they are about."""
    if not findings:
        return None
    names = table_names(evidence.marts.reports)
    counts = Counter(
        (
            names.get(row["measure_id"], IN_THE_TEXT),
            evidence.marts.periods[row["period_id"]]["financial_year"],
        )
        for row in findings
    )
    tables = [
        title
        for title in (*dict.fromkeys(names.values()), IN_THE_TEXT)
        if any(title == each for each, _ in counts)
    ]
    years = sorted({year for _, year in counts})
    marks = tuple(
        Mark(title, year, Decimal(counts[title, year]), str(counts[title, year]))
        for year in years
        for title in tables
    )
    most, number = counts.most_common(1)[0]
    return Chart(
        "findings-chart",
        ChartKind.HEAT,
        "Findings by table and year",
        f"Most findings, {number}, are about {most[0]} in {most[1]}; the table below has them all.",
        "Number of findings",
        tuple(tables),
        marks,
    )


def heat_table(evidence: Evidence, chart: Chart) -> Table:
    """Give the heat map as a table."""
    years = list(dict.fromkeys(mark.x for mark in chart.marks))
    values = {(mark.series, mark.x): Figure(mark.value, mark.shown) for mark in chart.marks}
    return Table(
        "findings-by-table",
        f"Findings by table and year, {evidence.name}",
        ("Table", *years),
        tuple(Row(title, tuple(values[title, year] for year in years)) for title in chart.series),
        is_over_time=True,
    )


def told(evidence: Evidence, finding: Record) -> str:
    """Give a finding's message without what stands beside it, and releases by their titles."""
    message = plain(finding["message"])
    _, about, rest = message.partition(": ")
    text = rest if about else message
    years = {key: f"report of {row['financial_year']}" for key, row in evidence.releases.items()}
    titles = {row["release_id"]: plain(row["title"]) for row in evidence.marts.official_releases}
    for release, title in {**titles, **years}.items():
        text = text.replace(release, title)
    text = re.sub(r"\.? \[(report [^\]]+)\]$", r" (\1).", text)
    return f"{text[:1].upper()}{text[1:]}"


def findings_table(evidence: Evidence, findings: Iterable[Record]) -> Table:
    """Give each finding, the worst first."""
    marts = evidence.marts
    return Table(
        "findings",
        f"Findings of the checks, {evidence.name}",
        ("What is counted", "Period", "Kind", "Finding", "Cause", "Explanation"),
        tuple(
            Row(
                marts.measure(row["measure_id"], row["category_id"]),
                (
                    marts.period(row["period_id"]),
                    SEVERITIES[row["severity"]],
                    told(evidence, row),
                    finding_state(row),
                    plain(row["explanation"] or ""),
                ),
            )
            for row in findings
        ),
    )


def revisions_section(evidence: Evidence) -> Section:
    """Give figures that a later release changed."""
    marts = evidence.marts
    rows = [row for row in evidence.revisions if row["later_release_id"] in evidence.own_releases]
    if not rows:
        return Section("Revisions", notes=("No later release changed a figure.",))

    def number(row: Record, column: str) -> Figure:
        cell = figure_of(marts, row, column)
        return Figure(None if isinstance(cell, str) else Decimal(cell), shown(cell))

    table = Table(
        "revisions",
        f"Figures that a later release changed, {evidence.name}",
        ("What is counted", "Period", "Unit", "Revised in", "Earlier", "Later", "Change"),
        tuple(
            Row(
                marts.measure(row["measure_id"], row["category_id"]),
                (
                    marts.period(row["period_id"]),
                    UNITS[row["unit"]],
                    plain(evidence.releases[row["later_release_id"]]["title"]),
                    number(row, "earlier_value"),
                    number(row, "later_value"),
                    number(row, "change"),
                ),
            )
            for row in rows
        ),
        is_exact=True,
    )
    return Section("Revisions", tables=(table,))


def claims_page(evidence: Evidence) -> Page | None:
    """Give statements of the year's own releases, with their verdicts; None if there are none."""
    rows = [
        row
        for row in evidence.marts.read_figures("fct_narrative_claims", "source_line, claim_id")
        if evidence.releases[row["release_id"]]["financial_year"] == evidence.year
    ]
    if not rows:
        return None
    verdicts = Counter(row["verdict"] for row in rows)
    ordered = sorted(rows, key=lambda row: list(VERDICTS).index(row["verdict"]))
    chart = Chart(
        "claims-chart",
        ChartKind.GROUPS,
        f"Statements in the report by verdict, {evidence.year}",
        "; ".join(f"{VERDICTS[each]}: {verdicts[each]}" for each in VERDICTS) + ".",
        "Number of statements",
        ("Statements",),
        tuple(
            Mark("Statements", VERDICTS[each], Decimal(verdicts[each]), str(verdicts[each]))
            for each in VERDICTS
        ),
    )
    table = Table(
        "claims",
        f"Statements in the report, checked, {evidence.name}, {evidence.year}",
        ("Statement", "Paragraph", "Line", "Verdict", "Stated", "Worked out", "Explanation"),
        tuple(Row(plain(row["statement"]), claim_cells(row)) for row in ordered),
        (
            "Each statement is worked out from the figures as they were known when the report was "
            "published; some from DfE's official statistics as they are now.",
        ),
        is_exact=True,
    )
    section = Section(
        "Statements by verdict",
        sentences=(counted_claims(verdicts),),
        charts=(chart,),
        tables=(table,),
    )
    return Page("claims", "Statements in the report, checked", (section,))


def claim_cells(row: Record) -> tuple[Cell, ...]:
    """Say what stands beside a statement."""

    def number(value: Decimal | None) -> Figure:
        return Figure(value, NOT_AVAILABLE if value is None else shown(tidy(value)))

    return (
        plain(row["paragraph"]),
        str(row["source_line"]),
        VERDICTS[row["verdict"]],
        number(row["claimed_value"]),
        number(row["recomputed_value"]),
        plain(row["explanation"] or ""),
    )


def tidy(value: Decimal) -> Decimal:
    """Give a number without the zeros that its column adds: 30,000 and 2.6."""
    whole = value.to_integral_value()
    return Decimal(int(value)) if value == whole else value.normalize()
