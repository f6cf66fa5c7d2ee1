"""The page on how an authority compares, by DfE's official statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import plain, shown
from safeguarding.published.marts import NOT_AVAILABLE, UNITS, UNRELIABLE, Record, listed, tenths
from safeguarding.report.pages.trust import UNEXPLAINED
from safeguarding.report.report_figures import Evidence
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
from safeguarding.warehouse.compiled_project import literal

NEIGHBOURS = "Statistical neighbours"
REGION = "Region"
ENGLAND = "England"
RATE = "rate_per_10000"
GROUPS = ("neighbour", "region", "england")
RANKS_HEADERS = (
    "Neighbours' median", "Rank among neighbours", "Region's median", "Rank in region",
    "England's median", "Rank in England",
)  # fmt: skip
OF_NEIGHBOURS = "local_authority_code, measure_id, financial_year, unit, rate, marker"
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
    """Benchmarks of an authority and its statistical neighbours, of one year and of all."""

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
        # By area and measure: its rows by year. Of neighbours, as much as is shown.
        self.over_time: dict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        of_neighbours = marts.read(
            "fct_benchmarks where category_id is null and local_authority_code in ("
            "select neighbour_code from marts.bridge_statistical_neighbours"
            f" where local_authority_code = {literal(evidence.authority)} and is_latest_model)"
            " order by financial_year, benchmark_id",
            OF_NEIGHBOURS,
        )
        own = marts.read_figures("fct_benchmarks", "financial_year, benchmark_id")
        for row in (*own, *of_neighbours):
            if row.get("category_id") is None:
                key = row["local_authority_code"], row["measure_id"]
                self.over_time[key][row["financial_year"]] = row
        self.rows = {
            key: years[evidence.year]
            for key, years in self.over_time.items()
            if evidence.year in years
        }

    def rate(self, row: Record, column: str = "rate") -> Figure:
        """Give a rate or median of a row; shorthand with a marker where there is none."""
        value = row[column]
        if value is None and column == "rate":
            return self.evidence.official_figure(row, None)
        if value is None and column.endswith("_median"):
            return Figure(None, withheld(row, column.removesuffix("_median")))
        return Figure(value, NOT_AVAILABLE if value is None else shown(tenths(value)))

    def rates(self, row: Record) -> Iterator[tuple[str, str, Figure | None]]:
        """Give a measure's rates, area by area: group of the area, its name, its rate.

        An authority that official statistics have no row of has none.
        """
        for code in (self.evidence.authority, *self.neighbours):
            group = NEIGHBOURS if code in self.neighbours else self.evidence.name
            its = self.rows.get((code, row["measure_id"]))
            yield group, self.areas[code], None if its is None else self.rate(its)
        region = self.areas.get(row["region_code"], REGION)
        yield REGION, region, self.rate(row, "region_rate")
        yield ENGLAND, ENGLAND, self.rate(row, "england_rate")

    def measure(self, row: Record) -> str:
        """Name of a row's measure."""
        return self.evidence.marts.measure(row["measure_id"])

    def label(self, row: Record) -> str:
        """Name of a row's measure with its unit."""
        return f"{self.measure(row)} ({'per 10,000' if row['unit'] == RATE else '%'})"


def comparison_page(comparison: Comparison) -> Page | None:
    """Say how the authority compares; None if official statistics have nothing of the year."""
    found = (
        *(theme_section(comparison, theme) for theme in THEMES),
        reconciliation_section(comparison.evidence),
    )
    sections = tuple(section for section in found if section is not None)
    if not sections:
        return None
    return Page("how-it-compares", "How it compares", sections)


def theme_section(comparison: Comparison, theme: Theme) -> Section | None:
    """Give one theme: sentence, dot plot, ranks, and the neighbours' own figures."""
    rows, code = comparison.rows, comparison.evidence.authority
    held = [rows[code, each] for each in theme.measures if (code, each) in rows]
    if not held:
        return None
    told = rows.get((code, theme.told), held[0])
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
            *comparison.evidence.counted_otherwise(theme.measures),
        ),
    )


def places(comparison: Comparison, row: Record) -> Iterator[Place]:
    """Give the place of the authority among its neighbours, in its region and in England."""
    for group, name in group_names(comparison, row).items():
        if row[f"{group}_compared"] is None:
            continue
        rate, median = (
            None if row[each] is None else tenths(row[each]) for each in ("rate", f"{group}_median")
        )
        known, there = coverage(row, group)
        yield Place(
            comparison.measure(row),
            comparison.evidence.name,
            rate,
            row["unit"],
            row[f"{group}_rank"],
            row[f"{group}_rank_of"] or known,
            median,
            name,
            there - known,
            comparison.evidence.year,
        )


def group_names(comparison: Comparison, row: Record) -> dict[str, str]:
    """Name the groups that an authority is compared with."""
    region = with_article(comparison.areas.get(row["region_code"], "its region"))
    return dict(zip(GROUPS, ("its statistical neighbours", region, ENGLAND), strict=True))


def coverage(row: Record, group: str) -> tuple[int, int]:
    """Count the authorities of a group that have a figure, and all that there are."""
    known = int(row[f"{group}_compared"])
    return known, known + int(row[f"{group}_left_out"])


def withheld(row: Record, group: str) -> str:
    """Give the shorthand for why a group has no rank or median: too few of it are known."""
    return UNRELIABLE if row[f"is_{group}_full"] is False else NOT_AVAILABLE


def too_few(comparison: Comparison, held: Sequence[Record]) -> Iterator[str]:
    """Say of which measures too few authorities are known to be ranked, and how many are."""
    groups = group_names(comparison, held[0])
    named = {
        group: name.removeprefix("its ") if group == "neighbour" else f"in {name}"
        for group, name in groups.items()
    }
    told = []
    for row in held:
        those = [
            f"{known} of {there} {named[group]}"
            for group in GROUPS
            if row[f"is_{group}_full"] is False
            for known, there in [coverage(row, group)]
        ]
        if those:
            told.append(f"{comparison.measure(row)} ({listed(those)})")
    if told:
        yield (
            f"{UNRELIABLE}: no rank or median is given, because too few authorities have a figure: "
            f"{'; '.join(told)}."
        )


def with_article(region: str) -> str:
    """Give a region as one speaks of it: the South East, but London."""
    return f"the {region}" if region.split(maxsplit=1)[0] in POINTS_OF_THE_COMPASS else region


def dot_plot(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Chart:
    """Show the authority among neighbours, region and England, each measure on its own scale."""
    name = comparison.evidence.name
    described = (
        f"{comparison.measure(row)}: {comparison.rate(row).shown}, "
        f"median of neighbours {comparison.rate(row, 'neighbour_median').shown}, "
        f"England {comparison.rate(row, 'england_rate').shown}"
        for row in held
    )
    return Chart(
        f"{theme.slug}-compared-chart",
        ChartKind.DOTS,
        f"{theme.heading}: {name} among its statistical neighbours, {comparison.evidence.year}",
        f"{'; '.join(described)}.",
        "Rate, each measure on its own scale",
        (name, NEIGHBOURS, REGION, ENGLAND),
        tuple(
            Mark(group, comparison.label(row), figure.value, figure.shown)
            for row in held
            for group, _, figure in comparison.rates(row)
            if figure is not None
        ),
        comparison.evidence.official_source(held),
    )


def ranks_table(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Table:
    """Give rates, medians and ranks."""
    evidence = comparison.evidence

    def place(row: Record, group: str) -> Figure:
        rank = row[f"{group}_rank"]
        if rank is None:
            return Figure(None, withheld(row, group))
        return Figure(Decimal(rank), f"{rank} of {row[f'{group}_rank_of']}")

    return Table(
        f"{theme.slug}-ranks",
        f"{theme.heading}, ranks of {evidence.name}, {evidence.year}",
        ("Measure", "Unit", evidence.name, *RANKS_HEADERS),
        tuple(
            Row(
                comparison.measure(row),
                (
                    UNITS[row["unit"]],
                    comparison.rate(row),
                    *(
                        cell
                        for group in GROUPS
                        for cell in (comparison.rate(row, f"{group}_median"), place(row, group))
                    ),
                ),
            )
            for row in held
        ),
        tuple(too_few(comparison, held)),
        source=evidence.official_source(held),
    )


def neighbours_table(comparison: Comparison, theme: Theme, held: Sequence[Record]) -> Table:
    """Give the figures behind the dot plot, area by area."""
    evidence = comparison.evidence
    by_area = zip(*(comparison.rates(row) for row in held), strict=True)
    return Table(
        f"{theme.slug}-neighbours",
        f"{theme.heading}: {evidence.name}, its statistical neighbours, region and England, "
        f"{evidence.year}",
        ("Area", *(comparison.label(row) for row in held)),
        tuple(
            Row(rates[0][1], tuple(figure or Figure(None, NOT_AVAILABLE) for *_, figure in rates))
            for rates in by_area
        ),
        source=evidence.official_source(held),
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
            return Figure(None, f"[{marker}]" if marker else NOT_AVAILABLE)
        return Figure(value, shown(marts.figure(value, row["measure_id"], row["unit"])))

    def explained(row: Record) -> str:
        note = row["explanation"] or row["definition_note"]
        return plain(note or (UNEXPLAINED if row["verdict"] == "differs" else ""))

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
                    explained(row),
                ),
            )
            for row in rows
        ),
        source=evidence.official_source(rows, "official_release_id"),
        is_exact=True,
    )
    return Section("The report's figures and DfE's", tables=(table,))
