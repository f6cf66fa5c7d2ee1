"""The page on how an authority compares, by DfE's official statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import plain, shown
from safeguarding.published.marts import UNITS, Record
from safeguarding.report.pages.trust import UNEXPLAINED
from safeguarding.report.report_figures import Evidence, tenths
from safeguarding.report.report_model import (
    Chart,
    ChartKind,
    Figure,
    Mark,
    Page,
    Row,
    Section,
    Table,
)
from safeguarding.report.sentences.place_sentences import Place, compared

NEIGHBOURS = "Statistical neighbours"
REGION = "Region"
ENGLAND = "England"
RATE = "rate_per_10000"
POINTS_OF_THE_COMPASS = ("North", "East", "South", "West")


@dataclass(frozen=True)
class Theme:
    """Measures that are compared together."""

    slug: str  # name of its chart and tables in addresses
    heading: str  # heading of its section
    measures: tuple[str, ...]  # its measures, in order
    told: str  # the measure that a sentence is about


THEMES = (
    Theme(
        "enquiries",
        "Referrals, assessments and enquiries",
        (
            "referrals",
            "re_referrals",
            "assessments",
            "assessments_in_time",
            "section_47_enquiries",
            "section_47_to_conference",
        ),
        "section_47_enquiries",
    ),
    Theme(
        "plans",
        "Conferences and child protection plans",
        (
            "initial_child_protection_conferences",
            "cpp_started",
            "cpp_at_year_end",
            "cpp_repeat",
            "cpp_open_2_years",
            "cpp_ended_after_2_years",
        ),
        "cpp_at_year_end",
    ),
    Theme(
        "care",
        "Children looked after",
        ("cla_at_year_end", "care_entered", "care_left", "uasc_looked_after", "uasc_share_of_cla"),
        "cla_at_year_end",
    ),
)


class Comparison:
    """Benchmarks of one year: the authority's own and its statistical neighbours'."""

    def __init__(self, evidence: Evidence) -> None:
        """Read what is compared."""
        marts = evidence.marts
        self.evidence = evidence
        self.areas = {row["area_code"]: plain(row["area_name"]) for row in marts.read("dim_area")}
        self.neighbours = [
            row["neighbour_code"]
            for row in marts.read_figures("bridge_statistical_neighbours", "neighbour_rank")
            if row["is_latest_model"]
        ]
        populations = {
            row["release_id"]: row["population_release_id"]
            for row in marts.read("dim_official_release")
        }
        self.rows: dict[tuple[str, str], Record] = {}
        for row in marts.read(
            "fct_benchmarks where financial_year = $year and category_id is null"
            " and (local_authority_code = $authority or local_authority_code in ("
            "select neighbour_code from marts.bridge_statistical_neighbours"
            " where local_authority_code = $authority and is_latest_model))"
            " order by benchmark_id",
            year=evidence.year,
            authority=evidence.authority,
        ):
            # Of a rate on two populations, the one that its own release divides by.
            own = populations.get(row["release_id"])
            key = row["local_authority_code"], row["measure_id"]
            if key not in self.rows or row["denominator"] == own:
                self.rows[key] = row

    def own(self, measure: str) -> Record | None:
        """Give the authority's row of a measure."""
        return self.rows.get((self.evidence.authority, measure))

    def figure(self, row: Record, column: str) -> Figure:
        """Give a rate of a row; shorthand with a marker where there is none."""
        if row[column] is None and column == "rate":
            return self.evidence.official_figure(row, None)
        value = row[column]
        return Figure(value, "[x]" if value is None else shown(tenths(value)))

    def unit(self, row: Record) -> str:
        """Give unit of a row's rates."""
        return UNITS[row["unit"]]


def comparison_page(evidence: Evidence) -> Page | None:
    """Say how the authority compares; None if official statistics have nothing of the year."""
    comparison = Comparison(evidence)
    sections = [
        section for theme in THEMES if (section := theme_section(comparison, theme)) is not None
    ]
    reconciled = reconciliation_section(evidence)
    if reconciled:
        sections.append(reconciled)
    if not sections:
        return None
    return Page("how-it-compares", "How it compares", tuple(sections))


def theme_section(comparison: Comparison, theme: Theme) -> Section | None:
    """Give one theme: sentence, dot plot, ranks, and the neighbours' own figures."""
    held = [row for each in theme.measures if (row := comparison.own(each)) is not None]
    if not held:
        return None
    told = next((row for row in held if row["measure_id"] == theme.told), held[0])
    return Section(
        theme.heading,
        sentences=tuple(compared(each) for each in places(comparison, told)),
        charts=(dot_plot(comparison, theme, held),),
        tables=(
            ranks_table(comparison, theme, held),
            neighbours_table(comparison, theme, held),
        ),
        notes=(
            "Rank 1 is the highest rate, whether that is good or bad. Rates are for each 10,000 "
            "children aged 0 to 17. Authorities without a figure are left out.",
        ),
    )


def places(comparison: Comparison, row: Record) -> Iterable[Place]:
    """Give the place of the authority among its neighbours, in its region and in England."""
    name = comparison.evidence.marts.measure(row["measure_id"])
    region = with_article(comparison.areas.get(row["region_code"], "its region"))
    groups = (
        ("neighbour", "its statistical neighbours", 1),
        ("region", region, 0),
        ("england", ENGLAND, 0),
    )
    for prefix, group, itself in groups:
        if row[f"{prefix}_compared"] is None:
            continue
        yield Place(
            name,
            comparison.evidence.name,
            None if row["rate"] is None else tenths(row["rate"]),
            row["unit"],
            row[f"{prefix}_rank"],
            row[f"{prefix}_compared"] + itself,
            None if row[f"{prefix}_median"] is None else tenths(row[f"{prefix}_median"]),
            group,
            row[f"{prefix}_left_out"],
            comparison.evidence.year,
        )


def with_article(region: str) -> str:
    """Give a region as one speaks of it: the South East, but London."""
    return f"the {region}" if region.split(maxsplit=1)[0] in POINTS_OF_THE_COMPASS else region


def measure_label(comparison: Comparison, row: Record) -> str:
    """Give a measure with its unit, as the dot plot's rows are named."""
    unit = "per 10,000" if row["unit"] == RATE else "%"
    return f"{comparison.evidence.marts.measure(row['measure_id'])} ({unit})"


def dot_plot(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Chart:
    """Show the authority among neighbours, region and England, each measure on its own scale."""
    evidence = comparison.evidence
    marks: list[Mark] = []
    for row in held:
        label = measure_label(comparison, row)
        own = comparison.figure(row, "rate")
        marks.append(Mark(evidence.name, label, own.value, own.shown, evidence.name))
        for code in comparison.neighbours:
            other = comparison.rows.get((code, row["measure_id"]))
            if other is not None:
                figure = comparison.figure(other, "rate")
                marks.append(
                    Mark(NEIGHBOURS, label, figure.value, figure.shown, comparison.areas[code])
                )
        for series, column, area in (
            (REGION, "region_rate", comparison.areas.get(row["region_code"], REGION)),
            (ENGLAND, "england_rate", ENGLAND),
        ):
            figure = comparison.figure(row, column)
            marks.append(Mark(series, label, figure.value, figure.shown, area))
    described = (
        f"{evidence.marts.measure(row['measure_id'])}: {comparison.figure(row, 'rate').shown}, "
        f"median of neighbours {comparison.figure(row, 'neighbour_median').shown}, "
        f"England {comparison.figure(row, 'england_rate').shown}"
        for row in held
    )
    return Chart(
        f"{theme.slug}-compared-chart",
        ChartKind.DOTS,
        f"{theme.heading}: {evidence.name} among its statistical neighbours, {evidence.year}",
        f"{'; '.join(described)}.",
        "Rate, each measure on its own scale",
        (evidence.name, NEIGHBOURS, REGION, ENGLAND),
        tuple(marks),
    )


def ranks_table(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Table:
    """Give rates, medians and ranks."""
    columns = (
        ("neighbour_median", "neighbour_rank", 1),
        ("region_median", "region_rank", 0),
        ("england_median", "england_rank", 0),
    )

    def place(row: Record, column: str, itself: int) -> Figure:
        rank = row[column]
        if rank is None:
            return Figure(None, "[x]")
        of = row[column.replace("_rank", "_compared")] + itself
        return Figure(Decimal(rank), f"{rank} of {of}")

    return Table(
        f"{theme.slug}-ranks",
        f"{theme.heading}, ranks of {comparison.evidence.name}, {comparison.evidence.year}",
        (
            "Measure",
            "Unit",
            comparison.evidence.name,
            "Neighbours' median",
            "Rank among neighbours",
            "Region's median",
            "Rank in region",
            "England's median",
            "Rank in England",
        ),
        tuple(
            Row(
                comparison.evidence.marts.measure(row["measure_id"]),
                (
                    comparison.unit(row),
                    comparison.figure(row, "rate"),
                    *(
                        cell
                        for median, rank, itself in columns
                        for cell in (comparison.figure(row, median), place(row, rank, itself))
                    ),
                ),
            )
            for row in held
        ),
    )


def neighbours_table(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Table:
    """Give the figures behind the dot plot, area by area."""
    evidence = comparison.evidence

    def cell(code: str, measure: str) -> Figure:
        row = comparison.rows.get((code, measure))
        return Figure(None, "[x]") if row is None else comparison.figure(row, "rate")

    authorities = [evidence.authority, *comparison.neighbours]
    rows = [
        Row(comparison.areas[code], tuple(cell(code, row["measure_id"]) for row in held))
        for code in authorities
    ]
    region = comparison.areas.get(held[0]["region_code"], REGION)
    for name, column in ((region, "region_rate"), (ENGLAND, "england_rate")):
        rows.append(Row(name, tuple(comparison.figure(row, column) for row in held)))
    return Table(
        f"{theme.slug}-neighbours",
        f"{theme.heading}: {evidence.name}, its statistical neighbours, region and England, "
        f"{evidence.year}",
        ("Area", *(measure_label(comparison, row) for row in held)),
        tuple(rows),
    )


def reconciliation_section(evidence: Evidence) -> Section | None:
    """Give the report's figures of the year beside DfE's."""
    marts = evidence.marts
    rows = [row for row in evidence.reconciled if row["period_id"] == evidence.year]
    if not rows:
        return None

    def number(row: Record, column: str) -> Figure:
        value = row[column]
        if value is None:
            marker = row["marker"] if column == "official_value" else None
            return Figure(None, f"[{marker}]" if marker else "[x]")
        return Figure(value, shown(marts.figure(value, row["measure_id"], row["unit"])))

    table = Table(
        "reconciliation",
        f"The report's figures beside DfE's official statistics, {evidence.name}, {evidence.year}",
        ("What is counted", "Unit", "Report", "DfE", "Difference", "Verdict", "Explanation"),
        tuple(
            Row(
                marts.measure(row["measure_id"], row["category_id"]),
                (
                    UNITS[row["unit"]],
                    number(row, "report_value"),
                    number(row, "official_value"),
                    number(row, "difference"),
                    row["verdict"].capitalize().replace("dfe", "DfE"),
                    plain(row["explanation"] or row["definition_note"] or difference_note(row)),
                ),
            )
            for row in rows
        ),
    )
    return Section("The report's figures and DfE's", tables=(table,))


def difference_note(row: Record) -> str:
    """Say what is said of a figure without an explanation: something only where it differs."""
    return UNEXPLAINED if row["verdict"] == "differs" else ""
