"""The reports' own tables: a row for each figure, a column for each period, and notes on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from exports.marts import (
    ABUSE,
    NOT_AVAILABLE,
    SHORTHAND,
    SOURCES,
    Categories,
    Marts,
    Record,
    listed,
    ordered_revisions,
)
from exports.workbook_model import plain, shown

YEARS_SHOWN = 5
ENOUGH_TO_JUDGE_ROUNDING = 5


@dataclass(frozen=True)
class Figure:
    """A column of a fact, which is a row of a report's table."""

    column: str
    measure: str
    unit: str = "count"


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a report's table that come from one fact."""

    fact: str
    figures: tuple[Figure, ...]
    categories: Categories | None = None


@dataclass(frozen=True)
class Report:
    """A table of the reports."""

    title: str
    table_name: str
    blocks: tuple[Block, ...]
    years: int | None = YEARS_SHOWN


REPORTS = (
    Report(
        "Contacts and referrals",
        "contacts_and_referrals",
        (
            Block(
                "fct_contacts_and_referrals",
                (
                    Figure("initial_contacts", "initial_contacts"),
                    Figure("referrals", "referrals"),
                ),
            ),
            Block(
                "fct_referrals_by_source",
                (
                    Figure("referrals", "referrals_by_source"),
                    Figure("published_pct", "referrals_by_source", "percent"),
                ),
                SOURCES,
            ),
        ),
    ),
    Report(
        "Section 47 enquiries and assessments",
        "section_47_and_assessments",
        (
            Block(
                "fct_section_47_and_assessments",
                (
                    Figure("section_47_enquiries", "section_47_enquiries"),
                    Figure("section_47_to_conference_pct", "section_47_to_conference", "percent"),
                    Figure("assessments", "assessments"),
                    Figure("assessments_in_time_pct", "assessments_in_time", "percent"),
                ),
            ),
        ),
    ),
    Report(
        "Child protection plans",
        "child_protection_plans",
        (
            Block(
                "fct_child_protection_plans",
                (Figure("plans_at_year_end", "cpp_at_year_end"),),
            ),
            Block(
                "fct_cpp_by_category",
                (
                    Figure("plans_started", "cpp_started"),
                    Figure("published_pct", "cpp_started", "percent"),
                    Figure("published_rate_per_10000", "cpp_started", "rate_per_10000"),
                ),
                ABUSE,
            ),
            Block(
                "fct_child_protection_plans",
                (
                    Figure("ended_after_2_years", "cpp_ended_after_2_years"),
                    Figure("ended_after_2_years_pct", "cpp_ended_after_2_years", "percent"),
                    Figure("open_2_years", "cpp_open_2_years"),
                    Figure("open_2_years_pct", "cpp_open_2_years", "percent"),
                    Figure("repeat_plans", "cpp_repeat"),
                    Figure("repeat_plans_pct", "cpp_repeat", "percent"),
                ),
            ),
        ),
    ),
    Report(
        "Children looked after",
        "children_looked_after",
        (
            Block(
                "fct_children_looked_after",
                (Figure("children_looked_after", "cla_at_year_end"),),
            ),
        ),
        years=None,
    ),
    Report(
        "Children entering and leaving care",
        "care_flows",
        (
            Block(
                "fct_care_flows",
                (
                    Figure("entered_care", "care_entered"),
                    Figure("left_care", "care_left"),
                    Figure("published_net_change", "care_net_change"),
                    Figure("entered_placed_with_parents", "care_entered_placed_with_parents"),
                    Figure("entered_uasc", "care_entered_uasc"),
                ),
            ),
        ),
    ),
    Report(
        "Arrivals of unaccompanied asylum-seeking children",
        "uasc_arrivals",
        (Block("fct_uasc", (Figure("uasc_arrivals", "uasc_arrivals"),)),),
    ),
    Report(
        "Care leavers who were unaccompanied asylum-seeking children",
        "uasc_care_leavers",
        (Block("fct_uasc", (Figure("uasc_care_leavers", "uasc_care_leavers"),)),),
    ),
)


DISPUTE_CHECK = "same_count_printed_twice"  # what is_disputed already says of a fact


@dataclass(frozen=True)
class Row:
    """A row of a report's table: one figure of one authority over time."""

    authority: str
    block: Block
    figure: Figure
    category: str | None
    records: Mapping[str, Record]  # by period

    @property
    def subject(self) -> tuple[str, str, str | None]:
        """Authority, measure and category."""
        return self.authority, self.figure.measure, self.category


def report_rows(
    marts: Marts, report: Report, known: Collection[str] | None = None
) -> tuple[list[Row], list[str]]:
    """Rows of a report's table, authority by authority, and the periods that it shows.

    Args:
        marts: The published tables.
        report: The table.
        known: Periods that may be shown; all if None.
    """
    facts: dict[str, dict[tuple[str, str | None], dict[str, Record]]] = {}
    filled: set[str] = set()
    for block in report.blocks:
        by_subject: dict[tuple[str, str | None], dict[str, Record]] = defaultdict(dict)
        for record in marts.read_figures(block.fact):
            category = record[block.categories.key] if block.categories else None
            if known is not None and record["period_id"] not in known:
                continue
            if any(has_content(record, figure) for figure in block.figures):
                by_subject[record["local_authority_code"], category][record["period_id"]] = record
                filled.add(record["period_id"])
        facts[block.fact] = by_subject
    periods = recent(marts, filled, report.years)
    held = {authority for fact in facts.values() for authority, _ in fact}
    rows = [
        Row(authority, block, figure, category, facts[block.fact].get((authority, category), {}))
        for authority in sorted(held, key=marts.authorities.__getitem__)
        for block in report.blocks
        for category in categories_of(marts, block, facts[block.fact])
        for figure in block.figures
    ]
    return rows, periods


def has_content(record: Record, figure: Figure) -> bool:
    """Whether there is a figure, or a reason why there is none."""
    return record[figure.column] is not None or record.get(f"{figure.column}_marker") is not None


def recent(marts: Marts, filled: Iterable[str], years: int | None) -> list[str]:
    """The periods of the last years that have figures, in order."""
    shown = sorted(filled, key=list(marts.periods).index)
    if years is None:
        return shown
    latest = sorted({marts.periods[each]["financial_year"] for each in shown})[-years:]
    return [each for each in shown if marts.periods[each]["financial_year"] in latest]


def categories_of(
    marts: Marts, block: Block, fact: Iterable[tuple[str, str | None]]
) -> list[str | None]:
    """Categories with a row, in the reports' order; `[None]` where there are none."""
    held = {category for _, category in fact}
    if block.categories is None:
        return [None]
    return [category for category in marts.categories if category in held]


def figure_cell(marts: Marts, figure: Figure, record: Record) -> int | Decimal | str:
    """A figure, or the shorthand for why there is none.

    Raises:
        ValueError: The marker has no meaning here.
    """
    value = record.get(figure.column)
    if value is not None:
        return marts.figure(value, figure.measure, figure.unit)
    marker = record.get(f"{figure.column}_marker")
    shorthand = f"[{marker}]" if marker else NOT_AVAILABLE
    if shorthand not in SHORTHAND:
        message = f"Marker {marker!r} of {figure.column} has no meaning in the workbook"
        raise ValueError(message)
    return shorthand


def notes_on_table(
    marts: Marts, report: Report, rows: list[Row], periods: list[str]
) -> Iterator[str]:
    """What must be known of the whole table."""
    if any(row.figure.unit != "count" for row in rows):
        yield (
            "Percentages and rates are as the reports print them, not worked out again. "
            "Because they are rounded, percentages may not add up to 100."
        )
    rounded = [marts.period(each) for each in periods if rounded_further(rows, each)]
    if rounded:
        yield (
            f"The percentages of {listed(rounded)} were rounded to one decimal place before they "
            "were printed with two."
        )
    for block in report.blocks:
        if block.categories:
            measure = block.figures[0].measure
            yield f"{marts.measure(measure)}: {plain(marts.measures[measure]['definition'])}"
    for finding in explained(marts):
        subject = finding["local_authority_code"], finding["measure_id"], finding["category_id"]
        if subject[:2] not in {row.subject[:2] for row in rows}:
            continue
        on_no_row = subject not in {row.subject for row in rows}
        if is_absent(marts, finding) or (
            on_no_row and finding["period_id"] in periods and is_current(marts, finding)
        ):
            yield finding_note(marts, finding)


def notes_on_row(marts: Marts, row: Row, periods: list[str]) -> Iterator[str]:
    """What must be known of the figures of one row."""
    for period in periods:
        record = row.records.get(period, {})
        if row.figure.unit == "count" and record.get("is_disputed"):
            yield dispute_note(marts, row, period, record[row.figure.column])
    for finding in explained(marts):
        subject = finding["local_authority_code"], finding["measure_id"], finding["category_id"]
        if (
            subject == row.subject
            and finding["period_id"] in periods
            and finding["check_id"] != DISPUTE_CHECK
            and finding_unit(marts, finding) in {None, row.figure.unit}
            and is_current(marts, finding)
        ):
            yield finding_note(marts, finding)
    changes = [
        change_note(marts, revision)
        for revision in ordered_revisions(marts)
        if revision_subject(revision) == revision_of(row) and revision["period_id"] in periods
    ]
    if changes:
        name = marts.measure(row.figure.measure, row.category)
        yield f"{marts.authorities[row.authority]}, {name}, revised: {'; '.join(changes)}."


def rounded_further(rows: Iterable[Row], period: str) -> bool:
    """Whether all percentages of a period end in 0 at their second decimal place."""
    values = [
        row.records[period][row.figure.column]
        for row in rows
        if row.figure.unit == "percent" and period in row.records
    ]
    tenths = [value * 10 == int(value * 10) for value in values if value is not None]
    return len(tenths) >= ENOUGH_TO_JUDGE_ROUNDING and all(tenths)


def dispute_note(marts: Marts, row: Row, period: str, used: int) -> str:
    """Say which figures a release prints for one thing."""
    printed = dict.fromkeys(
        f"{each['value']:,.0f}"
        for each in marts.observations[*row.subject, period]
        if each["unit"] == row.figure.unit
        and each["is_latest_release"]
        and each["value"] is not None
    )
    return (
        f"{marts.authorities[row.authority]}, {marts.period(period)}: the report prints "
        f'{listed(list(printed))} as "{marts.measure(row.figure.measure, row.category)}". '
        f"This workbook uses {used:,}."
    )


def explained(marts: Marts) -> list[Record]:
    """Findings with an explanation, by period."""
    return sorted(
        (finding for finding in marts.findings if finding["explanation"]),
        key=lambda finding: (finding["period_id"], finding["finding_id"]),
    )


def finding_note(marts: Marts, finding: Record) -> str:
    """The explanation of a finding, with whom and when it concerns."""
    authority = marts.authorities[finding["local_authority_code"]]
    period = marts.period(finding["period_id"])
    return f"{authority}, {period}: {plain(finding['explanation'])}"


def concerned_figures(marts: Marts, finding: Record) -> list[Record]:
    """Printed figures that a finding is about, of all releases."""
    return [
        row
        for (authority, measure, category, period), rows in marts.observations.items()
        if (authority, measure, period)
        == (finding["local_authority_code"], finding["measure_id"], finding["period_id"])
        and finding["category_id"] in {None, category}
        for row in rows
    ]


def is_current(marts: Marts, finding: Record) -> bool:
    """Whether the release that a finding is about is still the last word on its figure."""
    return any(
        row["is_latest_release"] and row["release_id"] == finding["release_id"]
        for row in concerned_figures(marts, finding)
    )


def is_absent(marts: Marts, finding: Record) -> bool:
    """Whether a finding is about a figure that no release prints."""
    return not concerned_figures(marts, finding)


def finding_unit(marts: Marts, finding: Record) -> str | None:
    """Unit of the figure that a finding is about; None if its value does not tell."""
    units = {
        row["unit"]
        for row in concerned_figures(marts, finding)
        if row["release_id"] == finding["release_id"] and row["value"] == finding["printed_value"]
    }
    return units.pop() if len(units) == 1 else None


def revision_of(row: Row) -> tuple[str, str, str | None, str]:
    """What a revision of a row's figures is about."""
    return *row.subject, row.figure.unit


def revision_subject(revision: Record) -> tuple[str, str, str | None, str]:
    """Authority, measure, category and unit of a revision."""
    return (
        revision["local_authority_code"],
        revision["measure_id"],
        revision["category_id"],
        revision["unit"],
    )


def revised_figure(marts: Marts, revision: Record, column: str) -> int | Decimal | str:
    """A figure of a revision, before or after it."""
    value = revision[column]
    if value is None:
        return NOT_AVAILABLE
    return marts.figure(value, revision["measure_id"], revision["unit"])


def change_note(marts: Marts, revision: Record) -> str:
    """What a revision changed, and when."""
    earlier, later = (
        shown(revised_figure(marts, revision, column))
        for column in ("earlier_value", "later_value")
    )
    return (
        f"{marts.period(revision['period_id'])} from {earlier} to {later}"
        f" (release of {marts.release_dates[revision['later_release_id']]})"
    )
