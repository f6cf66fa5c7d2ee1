"""The pages on the reports' own figures, from contacts to unaccompanied children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from safeguarding.exports import report_tables
from safeguarding.exports.workbooks.workbook_model import shown
from safeguarding.published.marts import NOT_APPLICABLE, NOT_AVAILABLE, UNITS
from safeguarding.published.standings import SOUND
from safeguarding.report.report_figures import Evidence, Lines
from safeguarding.report.report_model import (
    MARKED,
    OF_STANDINGS,
    Chart,
    ChartKind,
    Figure,
    Mark,
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
WHOLE = 99  # per cent: shares that add up to less leave something out
FEW_POINTS = 6  # of a series whose figures are all told
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
    totals = [row for row in lines.rows if row.category is None]
    counts, shares, _ = by_unit(lines, "referrals_by_source")
    by_source = category_series(evidence.series(row, lines.periods) for row in counts)
    percentages = [evidence.series(row, lines.periods) for row in shares]
    all_series = [evidence.series(row, lines.periods) for row in totals]
    yield Section(
        "Contacts and referrals",
        sentences=sentences_of(all_series),
        charts=charts_of(
            line_chart("contacts-and-referrals", "Contacts and referrals", all_series)
        ),
    )
    yield Section(
        "Where referrals come from",
        sentences=largest_changes(by_source, LARGEST) if by_source else (),
        charts=charts_of(
            chart_of(
                ChartKind.SHARES,
                "referral-sources",
                "Shares of referrals by source",
                largest_first(category_series(percentages)),
            )
        ),
    )
    yield table_section(evidence, lines)


def enquiries(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give section 47 enquiries, and assessments."""
    lines = held["section_47_and_assessments"]
    for heading, measures in (
        ("Section 47 enquiries", ("section_47_enquiries", "section_47_to_conference")),
        ("Assessments", ("assessments", "assessments_in_time")),
    ):
        rows = [row for row in lines.rows if row.figure.measure in measures]
        each = [evidence.series(row, lines.periods) for row in rows]
        yield Section(
            heading,
            sentences=sentences_of(each),
            charts=charts_of(*(line_chart(slug_of(one.name), one.name, [one]) for one in each)),
        )
    yield table_section(evidence, lines)


def plans(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give child protection plans."""
    lines = held["child_protection_plans"]
    stock = series_of(evidence, lines, ["cpp_at_year_end"], "count")
    started, _, of_all = by_unit(lines, "cpp_started")
    totals = series_of(evidence, lines, ["cpp_started"], "count")
    of_all_plans = category_series(evidence.series(row, lines.periods) for row in of_all)
    categories = category_series(evidence.series(row, lines.periods) for row in started)
    shares = series_of(
        evidence, lines, ["cpp_ended_after_2_years", "cpp_open_2_years", "cpp_repeat"], "percent"
    )
    yield Section(
        "Plans at the end of the year",
        sentences=sentences_of(stock),
        charts=charts_of(line_chart("plans-at-year-end", "Child protection plans", stock)),
    )
    yield Section(
        "New plans by category",
        sentences=(
            *sentences_of(totals),
            *(largest_changes(categories, LARGEST) if categories else ()),
        ),
        charts=charts_of(
            chart_of(
                ChartKind.GROUPS,
                "new-plans-by-category",
                "New child protection plans by category of abuse",
                categories,
            ),
            chart_of(
                ChartKind.SHARES,
                "new-plans-shares",
                "Shares of all new child protection plans by category of abuse",
                of_all_plans,
            ),
        ),
    )
    yield Section(
        LONG_AND_REPEAT,
        sentences=sentences_of(shares),
        charts=charts_of(line_chart("long-and-repeat-plans", LONG_AND_REPEAT, shares)),
    )
    yield table_section(evidence, lines)


def care(evidence: Evidence, held: dict[str, Lines]) -> Iterable[Section]:
    """Give children looked after, and those entering and leaving care."""
    if "children_looked_after" in held:
        lines = held["children_looked_after"]
        stock = [evidence.series(row, lines.periods) for row in lines.rows]
        without = without_unaccompanied(evidence, stock[0])
        yield Section(
            "Children looked after",
            sentences=sentences_of(stock),
            charts=charts_of(
                line_chart(
                    "children-looked-after",
                    "Children looked after at 31 March, with and without unaccompanied children",
                    [*stock, *([without[-1]] if without else [])],
                )
            ),
            tables=(
                evidence.table(lines, "children-looked-after-table"),
                *([comparison_table(evidence, [*stock, *without])] if without else []),
            ),
        )
    if "care_flows" in held:
        lines = held["care_flows"]
        flows = series_of(
            evidence, lines, ["care_entered", "care_left", "care_net_change"], "count"
        )
        yield Section(
            "Entering and leaving care",
            sentences=sentences_of(flows[:2]),
            charts=charts_of(
                chart_of(ChartKind.FLOWS, "care-flows", "Children entering and leaving care", flows)
            ),
            tables=(evidence.table(lines, "care-flows-table"),),
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
    yield Section(
        "Arrivals and care leavers",
        sentences=sentences_of(each),
        charts=charts_of(
            chart_of(
                ChartKind.COLUMNS_AND_LINE,
                "uasc",
                "Unaccompanied asylum-seeking children: arrivals, and care leavers",
                each,
            )
        ),
        tables=tuple(
            evidence.table(lines, f"{slug_of(name.replace('_', '-'))}-table")
            for name, lines in held.items()
        ),
    )


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
)


def by_unit(lines: Lines, measure: str) -> tuple[list[report_tables.Row], ...]:
    """Give rows of a measure's categories: counts, printed percentages, those worked out."""
    rows = [row for row in lines.rows if row.figure.measure == measure and row.category]
    return (
        [row for row in rows if row.figure.unit == "count"],
        [row for row in rows if row.figure.unit == "percent" and not row.figure.worked_out],
        [row for row in rows if row.figure.unit == "percent" and row.figure.worked_out],
    )


def series_of(evidence: Evidence, lines: Lines, measures: Sequence[str], unit: str) -> list[Series]:
    """Give the rows of some measures in a unit, over time, in the order of the measures."""
    rows = {
        row.figure.measure: row
        for row in lines.rows
        if row.figure.unit == unit and row.category is None
    }
    return [evidence.series(rows[each], lines.periods) for each in measures if each in rows]


def category_series(series: Iterable[Series]) -> list[Series]:
    """Give series named by their category alone, as a chart's key has room for."""
    return [replace(each, name=each.name.split(": ", 1)[-1]) for each in series]


def largest_first(series: Iterable[Series]) -> list[Series]:
    """Give series by their latest figure, so that the largest shares have colours."""

    def latest(each: Series) -> Decimal:
        known = [point.figure.value for point in each.points if point.figure.value is not None]
        return known[-1] if known else Decimal(0)

    return sorted(series, key=latest, reverse=True)


def sentences_of(series: Iterable[Series]) -> tuple[Sentence, ...]:
    """Say what changed, for each series."""
    return tuple(sentence for each in series for sentence in changes(each))


def table_section(evidence: Evidence, lines: Lines) -> Section:
    """Give the table as the report prints it."""
    slug = slug_of(lines.report.table_name.replace("_", "-"))
    table: Table = evidence.table(lines, f"{slug}-table")
    return Section("The figures", tables=(table,))


def charts_of(*charts: Chart | None) -> tuple[Chart, ...]:
    """Give the charts that there are."""
    return tuple(chart for chart in charts if chart)


def line_chart(chart_id: str, title: str, series: Sequence[Series]) -> Chart | None:
    """Give lines over time."""
    return chart_of(ChartKind.LINES, chart_id, title, series)


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
                f"The shares of {points[0].period_label} add up to {sum(values)}%: "
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
        told = [f"{first.figure.shown} in {first.period_label}"]
        for word, point in (("highest", by_value[-1]), ("lowest", by_value[0])):
            if point not in (first, last):
                told.append(f"{word} {point.figure.shown} in {point.period_label}")
        if last is not first:
            told.append(f"{last.figure.shown} in {last.period_label}")
    else:
        every = points if len(points) <= FEW_POINTS else dict.fromkeys((first, last))
        told = [f"{point.figure.shown} in {point.period_label}" for point in every]
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
