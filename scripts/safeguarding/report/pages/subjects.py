"""The pages on the reports' own figures, from contacts to unaccompanied children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import shown
from safeguarding.published.marts import NOT_AVAILABLE
from safeguarding.published.other_measures import TABLES as OTHER_TABLES
from safeguarding.report.pages.series_charts import chart_of
from safeguarding.report.report_figures import Evidence, Lines
from safeguarding.report.report_model import (
    OF_STANDINGS,
    Chart,
    ChartKind,
    Figure,
    Page,
    Row,
    Section,
    Sentence,
    Table,
    slug_of,
)
from safeguarding.report.sentences.category_changes import largest_changes
from safeguarding.report.sentences.change_sentences import changes
from safeguarding.report.sentences.time_series import Series

LARGEST = 2  # categories named in a sentence
LONG_AND_REPEAT = "Plans lasting two years or more, and repeat plans"
UASC, WITHOUT_UASC = "uasc_looked_after", "cla_excluding_uasc"


@dataclass(frozen=True)
class Subject:
    """What a page shows of the reports' tables."""

    slug: str  # the page's file name without `.html`
    title: str  # its heading
    reports: tuple[str, ...]  # names of the reports' tables on it (`Report.table_name`)
    # functions that make its sections of those tables
    sections: Callable[[Evidence, dict[str, Lines]], Iterable[Section]]


def page_of(evidence: Evidence, subject: Subject) -> Page | None:
    """Give the page of a subject; None if no release prints any of its figures."""
    lines = {
        report.table_name: evidence.lines(report)
        for report in evidence.marts.reports
        if report.table_name in subject.reports
    }
    held = {name: each for name, each in lines.items() if each.rows and each.periods}
    if not held:
        return None
    return Page(subject.slug, subject.title, tuple(subject.sections(evidence, held)))


def contacts(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give contacts and referrals, and where referrals come from."""
    lines = held["contacts_and_referrals"]
    totals = [evidence.series(row, lines.periods) for row in lines.rows if row.category is None]
    counts, shares, _ = by_category(evidence, lines, "referrals_by_source")
    yield section(
        "Contacts and referrals",
        changes_of(totals),
        chart_of(ChartKind.LINES, "contacts-and-referrals", "Contacts and referrals", totals),
    )
    title = "Shares of referrals by source"
    yield section(
        "Where referrals come from",
        largest_changes(counts, LARGEST) if counts else (),
        chart_of(ChartKind.SHARES, "referral-sources", title, largest_first(shares)),
    )
    yield figures_section(evidence, lines)


def enquiries(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give section 47 enquiries, and assessments."""
    lines = held["section_47_and_assessments"]
    for heading, measures in (
        ("Section 47 enquiries", ("section_47_enquiries", "section_47_to_conference")),
        ("Assessments", ("assessments", "assessments_in_time")),
    ):
        rows = [row for row in lines.rows if row.figure.measure in measures]
        each = [evidence.series(row, lines.periods) for row in rows]
        charts = (chart_of(ChartKind.LINES, slug_of(one.name), one.name, [one]) for one in each)
        yield section(heading, changes_of(each), *charts)
    yield figures_section(evidence, lines)


def plans(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give child protection plans."""
    lines = held["child_protection_plans"]
    stock = series_of(evidence, lines, ["cpp_at_year_end"], "count")
    totals = series_of(evidence, lines, ["cpp_started"], "count")
    started, _, of_all = by_category(evidence, lines, "cpp_started")
    long = ["cpp_ended_after_2_years", "cpp_open_2_years", "cpp_repeat"]
    shares = series_of(evidence, lines, long, "percent")
    yield section(
        "Plans at the end of the year",
        changes_of(stock),
        chart_of(ChartKind.LINES, "plans-at-year-end", "Child protection plans", stock),
    )
    by = "new child protection plans by category of abuse"
    yield section(
        "New plans by category",
        (*changes_of(totals), *(largest_changes(started, LARGEST) if started else ())),
        chart_of(ChartKind.GROUPS, "new-plans-by-category", by.capitalize(), started),
        chart_of(ChartKind.SHARES, "new-plans-shares", f"Shares of all {by}", of_all),
    )
    yield section(
        LONG_AND_REPEAT,
        changes_of(shares),
        chart_of(ChartKind.LINES, "long-and-repeat-plans", LONG_AND_REPEAT, shares),
    )
    yield figures_section(evidence, lines)


def care(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give children looked after, and those entering and leaving care."""
    if "children_looked_after" in held:
        lines = held["children_looked_after"]
        stock = [evidence.series(row, lines.periods) for row in lines.rows]
        without = without_unaccompanied(evidence, stock[0])
        title = "Children looked after at 31 March, with and without unaccompanied children"
        drawn = [*stock, *without[-1:]]
        yield section(
            "Children looked after",
            changes_of(stock),
            chart_of(ChartKind.LINES, "children-looked-after", title, drawn),
            tables=[
                table_of(evidence, lines),
                *([comparison_table(evidence, [*stock, *without])] if without else []),
            ],
        )
    if "care_flows" in held:
        lines = held["care_flows"]
        measures = ["care_entered", "care_left", "care_net_change"]
        flows = series_of(evidence, lines, measures, "count")
        yield section(
            "Entering and leaving care",
            changes_of(flows[:2]),
            chart_of(ChartKind.FLOWS, "care-flows", "Children entering and leaving care", flows),
            tables=[table_of(evidence, lines)],
        )


def without_unaccompanied(evidence: Evidence, stock: Series) -> list[Series]:
    """Give unaccompanied children looked after as DfE counts them, and the children without them.

    Only the first of the two is printed anywhere for each year; the second is worked out.
    """
    official = evidence.official_figures(UASC)
    among = [official.get(point.period_id, Figure(None, NOT_AVAILABLE)) for point in stock.points]
    if all(figure.value is None for figure in among):
        return []
    rest = [less(point.figure, figure) for point, figure in zip(stock.points, among, strict=True)]
    return [
        with_figures(stock, "Unaccompanied children among them (DfE)", among),
        with_figures(stock, "Without unaccompanied children (worked out)", rest),
    ]


def with_figures(series: Series, name: str, figures: Sequence[Figure]) -> Series:
    """Give another series over the same periods."""
    pairs = zip(series.points, figures, strict=True)
    points = tuple(replace(point, figure=figure) for point, figure in pairs)
    return replace(series, name=name, points=points)


def less(whole: Figure, part: Figure) -> Figure:
    """Give a whole without a part; what is not known of either is not known of the rest."""
    if whole.value is None or part.value is None:
        return Figure(None, next(each.shown for each in (whole, part) if each.value is None))
    value = whole.value - part.value
    remarks = tuple(each for each in whole.remarks if each.kind in OF_STANDINGS)
    return Figure(value, shown(int(value)), remarks=remarks, standing=whole.standing)


def comparison_table(evidence: Evidence, series: Sequence[Series]) -> Table:
    """Show children looked after with and without unaccompanied ones, and the text's figures."""
    points = series[0].points
    rows = [Row(each.name, tuple(point.figure for point in each.points)) for each in series]
    printed = [evidence.text_figure(WITHOUT_UASC, point.period_id) for point in points]
    if any(printed):
        name = "Without unaccompanied children, as the report's text prints it"
        rows.append(Row(name, tuple(each or Figure(None, NOT_AVAILABLE) for each in printed)))
    labels = [point.period_label for point in points]
    return Table(
        "children-without-uasc-table",
        f"Children looked after with and without unaccompanied children, {evidence.name}, "
        f"{labels[0]} to {labels[-1]}",
        ("Children", *labels),
        tuple(rows),
        (
            "Unaccompanied children are DfE's count at 31 March, from its official statistics; the "
            "report's own count less DfE's is worked out here and printed in neither.",
        ),
    )


def unaccompanied(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give unaccompanied asylum-seeking children: arrivals and care leavers."""
    each = [evidence.series(row, lines.periods) for lines in held.values() for row in lines.rows]
    title = "Unaccompanied asylum-seeking children: arrivals, and care leavers"
    yield section(
        "Arrivals and care leavers",
        changes_of(each),
        chart_of(ChartKind.COLUMNS_AND_LINE, "uasc", title, each),
        tables=[table_of(evidence, lines) for lines in held.values()],
    )


def others(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give measures that no other page has."""
    for lines in held.values():
        totals = [evidence.series(row, lines.periods) for row in lines.rows if row.category is None]
        tables = [table_of(evidence, lines)]
        yield section(lines.report.title, changes_of(totals), tables=tables)


SUBJECTS = (
    Subject(
        "contacts-and-referrals", "Contacts and referrals", ("contacts_and_referrals",), contacts
    ),
    Subject(
        "section-47-and-assessments",
        "Section 47 enquiries and assessments",
        ("section_47_and_assessments",),
        enquiries,
    ),
    Subject("child-protection-plans", "Child protection plans", ("child_protection_plans",), plans),
    Subject(
        "children-looked-after",
        "Children looked after",
        ("children_looked_after", "care_flows"),
        care,
    ),
    Subject(
        "unaccompanied-children",
        "Unaccompanied asylum-seeking children",
        ("uasc_arrivals", "uasc_care_leavers"),
        unaccompanied,
    ),
    Subject("other-measures", "Other measures", OTHER_TABLES, others),
)


def section(
    heading: str,
    sentences: tuple[Sentence, ...],
    *charts: Chart | None,
    tables: Iterable[Table] = (),
) -> Section:
    """Give a section with the charts that there are."""
    return Section(heading, sentences, tuple(filter(None, charts)), tuple(tables))


def figures_section(evidence: Evidence, lines: Lines) -> Section:
    """Give the table as the report prints it."""
    return Section("The figures", tables=(table_of(evidence, lines),))


def table_of(evidence: Evidence, lines: Lines) -> Table:
    """Give a table of the reports under its own name."""
    return evidence.table(lines, f"{slug_of(lines.report.table_name)}-table")


def by_category(evidence: Evidence, lines: Lines, measure: str) -> tuple[list[Series], ...]:
    """Give a measure's categories over time: counts, printed percentages, those worked out.

    They are named by the category alone, as a chart's key has room for.
    """
    found: tuple[list[Series], ...] = ([], [], [])
    for row in lines.rows:
        figure = row.figure
        if figure.measure == measure and row.category and figure.unit in {"count", "percent"}:
            one = evidence.series(row, lines.periods)
            kind = 0 if figure.unit == "count" else 2 if figure.worked_out else 1
            found[kind].append(replace(one, name=one.name.split(": ", 1)[-1]))
    return found


def series_of(evidence: Evidence, lines: Lines, measures: Sequence[str], unit: str) -> list[Series]:
    """Give the rows of some measures in a unit, over time, in the order of the measures."""
    rows = {
        row.figure.measure: row
        for row in lines.rows
        if row.figure.unit == unit and row.category is None
    }
    return [evidence.series(rows[each], lines.periods) for each in measures if each in rows]


def largest_first(series: Iterable[Series]) -> list[Series]:
    """Give series by their latest figure, so that the largest shares have colours."""

    def latest(each: Series) -> Decimal:
        known = [point.figure.value for point in each.points if point.figure.value is not None]
        return known[-1] if known else Decimal(0)

    return sorted(series, key=latest, reverse=True)


def changes_of(series: Iterable[Series]) -> tuple[Sentence, ...]:
    """Say what changed, for each series."""
    return tuple(sentence for each in series for sentence in changes(each))
