"""The page on the way from contact to plan: how many at each step, and for every 100 before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from safeguarding.exports.workbooks.workbook_model import shown
from safeguarding.published.marts import NOT_APPLICABLE, NOT_AVAILABLE, UNRELIABLE, tenths
from safeguarding.published.standings import UNSOUND
from safeguarding.report.pages.comparison import ENGLAND, Comparison, Theme
from safeguarding.report.pages.series_charts import chart_of
from safeguarding.report.pages.trends import (
    MEDIAN,
    notes_on,
    trends_of,
)
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import (
    MARKED,
    OF_STANDINGS,
    Chart,
    ChartKind,
    Figure,
    Mark,
    Page,
    Remark,
    RemarkKind,
    Row,
    Section,
    Table,
)
from safeguarding.report.sentences.time_series import Series

CONTACTS, REFERRALS = "initial_contacts", "referrals"
STEPS: Final = (
    CONTACTS,
    REFERRALS,
    "assessments",
    "section_47_enquiries",
    "initial_child_protection_conferences",
    "cpp_started",
)
REPORT, DFE = "The report's count", "DfE's count"
BY_REPORT, BY_DFE = "The report's", "DfE's"
HUNDRED = 100


@dataclass(frozen=True)
class Conversion:
    """What is counted at one step for every 100 of the step before."""

    measure: str  # the official percentage; empty if DfE does not publish what it is made of
    name: str  # what it is called here
    can: str  # what it can mean
    cannot: str  # what it cannot


OF_CONTACTS = Conversion(
    "",
    "Referrals for every 100 contacts",
    "How many of the contacts that reach the council become a referral, as the council itself "
    "counts both.",
    "How the council compares: contacts are not published for any council, and each counts them in "
    "its own way. Nor does the next step begin here: it divides by DfE's referrals, which are "
    "counted more narrowly.",
)
CONVERSIONS = (
    Conversion(
        "referral_to_assessment",
        "Assessments for every 100 referrals",
        "How many assessments the council completes for the referrals that it has, beside its "
        "neighbours.",
        "The share of referrals that were assessed. An assessment may follow a referral of the "
        "year before, or none, so there can be more than 100.",
    ),
    Conversion(
        "assessment_to_section_47",
        "Section 47 enquiries for every 100 assessments",
        "How often the council makes enquiries about significant harm, for the assessments that it "
        "completes.",
        "That an assessment led to each enquiry: an enquiry may begin before one, or without one. "
        "A high figure does not show whether more children are at risk or the council makes "
        "enquiries sooner.",
    ),
    Conversion(
        "section_47_to_conference",
        "Initial conferences for every 100 Section 47 enquiries",
        "How many enquiries end without a conference: where the figure is low, most do.",
        "Whether the enquiries were needed. A conference counts in the year that it is held, even "
        "if its enquiry began the year before.",
    ),
    Conversion(
        "conference_to_plan",
        "Plans started for every 100 initial conferences",
        "How often a conference decides that a child needs a plan.",
        "How many conferences of this year led to a plan. A plan may follow a conference of the "
        "year before, or come with a child from another authority.",
    ),
)
NAMES: Mapping[str, str] = {each.measure: each.name for each in CONVERSIONS}
THEME = Theme("front-door", "From referral to plan", tuple(NAMES), "referral_to_assessment")
BASES = (
    "Both numbers of a conversion are of the same source: those of referrals and later steps are "
    "DfE's, so that neighbours can be set beside them; those of contacts are the report's."
)
TWO_COUNTS = (
    "The report's and DfE's counts are set beside each other, never divided by each other. DfE "
    "publishes no contacts."
)


def front_door_page(comparison: Comparison) -> Page | None:
    """Give the steps of the year and their conversions over the years; None if there is neither."""
    evidence = comparison.evidence
    steps = steps_of(evidence)
    of_contacts = contacts_converted(evidence)
    charts, tables = trends_of(comparison, THEME.measures, NAMES)
    if not any(each.value is not None for _, pair in steps for each in pair):
        return None
    sections = [steps_section(evidence, steps)]
    conversions = conversions_table(comparison, of_contacts)
    own = contacts_chart(of_contacts)
    if conversions.rows:
        sections.append(
            Section(
                "How many for every 100 of the step before",
                tables=(conversions, meanings_table(evidence, conversions)),
                notes=(BASES,),
            )
        )
    if charts or own:
        sections.append(
            Section(
                "Over the years",
                charts=(*([own] if own else []), *charts),
                tables=tables,
                notes=notes_on(comparison, THEME.measures) if charts else (),
            )
        )
    return Page("front-door", "From contact to plan", tuple(sections))


def steps_of(evidence: Evidence) -> list[tuple[str, tuple[Figure, Figure]]]:
    """Give each step with the report's count of the year and DfE's."""
    none = Figure(None, NOT_AVAILABLE)
    found = []
    for measure in STEPS:
        own = next(
            (
                evidence.figure(row, evidence.year)
                for lines in map(evidence.lines, evidence.marts.reports)
                for row in lines.rows
                if (row.figure.measure, row.figure.unit, row.category) == (measure, "count", None)
                and evidence.year in lines.periods
            ),
            none,
        )
        official = evidence.official_figures(measure).get(evidence.year, none)
        found.append((evidence.marts.measure(measure), (own, official)))
    return found


def steps_section(evidence: Evidence, steps: list[tuple[str, tuple[Figure, Figure]]]) -> Section:
    """Show how many there were at each step, by both counts."""
    year, name = evidence.year, evidence.name
    counts = [row for measure in STEPS for row in evidence.official_counts(measure)]
    source = evidence.official_source(row for row in counts if row["financial_year"] == year)
    told = "; ".join(
        f"{step}: {own.shown} in the report, {official.shown} by DfE"
        for step, (own, official) in steps
    )
    chart = Chart(
        "front-door-steps-chart",
        ChartKind.STEPS,
        f"From contact to plan, {name}, {year}",
        f"{told}.",
        "",
        (REPORT, DFE),
        tuple(
            Mark(whose, step, figure.value, figure.shown, remark_of(figure))
            for step, pair in steps
            for whose, figure in zip((REPORT, DFE), pair, strict=True)
            if figure.value is not None
        ),
        source,
    )
    table = Table(
        "front-door-steps",
        f"From contact to plan: numbers of {name}, {year}",
        ("Step", REPORT, DFE),
        tuple(Row(step, pair) for step, pair in steps),
        (TWO_COUNTS,),
        source=source,
    )
    notes = tuple(evidence.counted_otherwise(STEPS))
    return Section(f"The steps in {year}", charts=(chart,), tables=(table,), notes=notes)


def remark_of(figure: Figure) -> RemarkKind | None:
    """Give what is marked of a figure where it is drawn."""
    return next((each.kind for each in figure.remarks if each.kind in MARKED), None)


def contacts_converted(evidence: Evidence) -> Series | None:
    """Work out referrals for every 100 contacts by the report's counts, year by year.

    A year without both figures, or with one that the evidence speaks against, has none.
    """
    found: dict[str, Series] = {}
    for lines in map(evidence.lines, evidence.marts.reports):
        for row in lines.rows:
            figure = row.figure
            if figure.measure in (CONTACTS, REFERRALS) and figure.unit == "count":
                found[figure.measure] = evidence.series(row, lines.periods)
    contacts, referrals = found.get(CONTACTS), found.get(REFERRALS)
    if contacts is None or referrals is None:
        return None
    points = tuple(
        replace(whole, figure=for_every_100(part.figure, whole.figure))
        for part, whole in zip(referrals.points, contacts.points, strict=True)
    )
    return replace(
        contacts, name=OF_CONTACTS.name, unit="percent", kind="ratio", points=points, official={}
    )


def for_every_100(part: Figure, whole: Figure) -> Figure:
    """Divide two of the report's counts; none where one of them is missing or not sound."""
    missing = [each.shown for each in (part, whole) if each.value is None]
    if part.value is None or not whole.value:
        return Figure(None, next(iter(missing), NOT_APPLICABLE))
    remarks: tuple[Remark, ...] = tuple(
        each for figure in (part, whole) for each in figure.remarks if each.kind in OF_STANDINGS
    )
    if {part.standing, whole.standing} & set(UNSOUND):
        return Figure(None, UNRELIABLE, remarks=remarks)
    value = tenths((HUNDRED * part.value / whole.value).quantize(Decimal("0.1")))
    return Figure(value, shown(value), remarks=remarks)


def contacts_chart(of_contacts: Series | None) -> Chart | None:
    """Draw referrals for every 100 contacts; None if there are none."""
    if of_contacts is None:
        return None
    title = f"{OF_CONTACTS.name}, by the report's counts"
    chart = chart_of(ChartKind.LINES, "contacts-converted", title, [of_contacts])
    return replace(chart, y_title="") if chart else None


def conversions_table(comparison: Comparison, of_contacts: Series | None) -> Table:
    """Give the conversions of the year beside the neighbours' median, region and England."""
    evidence = comparison.evidence
    rows, held = [], []
    for point in of_contacts.points if of_contacts else ():
        if point.period_id == evidence.year:
            others = (Figure(None, NOT_APPLICABLE),) * 3
            rows.append(Row(OF_CONTACTS.name, (BY_REPORT, point.figure, *others)))
    for each in CONVERSIONS:
        row = comparison.rows.get((evidence.authority, each.measure))
        if row:
            held.append(row)
            columns = ("rate", "neighbour_median", "region_rate", "england_rate")
            figures = (comparison.rate(row, column) for column in columns)
            rows.append(Row(each.name, (BY_DFE, *figures)))
    region = comparison.areas.get(held[0]["region_code"], "Region") if held else "Region"
    return Table(
        "front-door-conversions",
        f"From contact to plan: conversions of {evidence.name}, {evidence.year}",
        ("Conversion", "Counts", evidence.name, MEDIAN, region, ENGLAND),
        tuple(rows),
        source=evidence.official_source(held),
    )


def meanings_table(evidence: Evidence, conversions: Table) -> Table:
    """Say what each conversion can and cannot mean."""
    there = {row.label for row in conversions.rows}
    return Table(
        "front-door-meanings",
        f"What the conversions can and cannot mean, {evidence.year}",
        ("Conversion", "What it can mean", "What it cannot mean"),
        tuple(
            Row(each.name, (each.can, each.cannot))
            for each in (OF_CONTACTS, *CONVERSIONS)
            if each.name in there
        ),
    )
