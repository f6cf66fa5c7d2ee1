"""What the workbook says: the report's tables and the notes on them, read from the marts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import duckdb

from exports.workbook_model import Cell, Column, Link, Sheet, Workbook, plain, shown

AUTHOR = "Safeguarding warehouse"
CONTACT = "maintainers@safeguarding-warehouse.example"
YEARS_SHOWN = 5
MOST_NAMES_IN_TITLE = 3
ENOUGH_TO_JUDGE_ROUNDING = 5
WIDEST_LABEL, WIDEST_TEXT, WIDEST_NOTE = 58, 60, 110  # characters; longer text wraps
NARROWEST_FIGURE = 9
UNITS = {
    "count": "Number",
    "percent": "Percentage",
    "rate_per_10000": "Rate per 10,000 children",
}
NOT_AVAILABLE, NOT_APPLICABLE, REVISED = "[x]", "[z]", "[r]"
SHORTHAND = {
    NOT_AVAILABLE: "Not available: the reports print no figure here",
    "[c]": "Confidential: the figure is suppressed so that no child can be recognised",
    NOT_APPLICABLE: "Not applicable",
    "[u]": "Unreliable: the figure is withheld because it is of low reliability",
    REVISED: "Revised: the column holds a figure that a later release changed",
}
DISPUTE_CHECK = "same_count_printed_twice"  # what is_disputed already says of a fact

Record = dict[str, Any]


@dataclass(frozen=True)
class Categories:
    """What divides a fact's figures into rows."""

    key: str
    dimension: str
    name: str


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


SOURCES = Categories("referral_source_id", "dim_referral_source", "referral_source_name")
ABUSE = Categories("cpp_category_id", "dim_cpp_category", "cpp_category_name")
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


@dataclass
class Notes:
    """Notes in the order of their first use, and where they are used."""

    sheets: dict[str, list[str]] = field(default_factory=dict)

    def reference(self, text: str, sheet: str) -> str:
        """Number a note, once, and say how a sheet refers to it."""
        used_in = self.sheets.setdefault(text, [])
        if sheet not in used_in:
            used_in.append(sheet)
        return f"[note {list(self.sheets).index(text) + 1}]"


class Marts:
    """The published tables, as the workbook needs them.

    Raises:
        ValueError: There is no release.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read dimensions and everything that may become a note."""
        self.connection = connection
        self.releases = self.read("dim_release order by published_date, release_id")
        if not self.releases:
            message = "dim_release is empty: there is nothing to make a workbook of"
            raise ValueError(message)
        self.release_dates = {
            row["release_id"]: written(row["published_date"]) for row in self.releases
        }
        self.authorities = self._names(
            "dim_local_authority", "local_authority_code", "local_authority_name"
        )
        self.periods = {
            row["period_id"]: row for row in self.read("dim_period order by start_date, period_id")
        }
        self.measures = {row["measure_id"]: row for row in self.read("dim_measure")}
        self.categories = self._categories(SOURCES) | self._categories(ABUSE)
        self.findings = self.read("fct_quality_findings")
        self.revisions = self.read("fct_revisions")
        self.observations: dict[tuple[str, str, str | None, str], list[Record]] = defaultdict(list)
        self.decimals: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.read("fct_observations order by release_id, source_line"):
            key = row["measure_id"], row["unit"]
            self.decimals[key] = max(self.decimals[key], row["decimals_printed"] or 0)
            subject = (row["local_authority_code"], row["measure_id"], row["category_id"])
            self.observations[*subject, row["period_id"]].append(row)

    def read(self, query: str) -> list[Record]:
        """Rows of a table of schema `marts`, given what follows `from`."""
        answer = self.connection.execute(f"select * from marts.{query}")
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _names(self, table: str, key: str, name: str, order: str = "") -> dict[str, str]:
        return {row[key]: plain(row[name]) for row in self.read(f"{table} order by {order or key}")}

    def _categories(self, by: Categories) -> dict[str, str]:
        return self._names(by.dimension, by.key, by.name, f"sort_order, {by.key}")

    def period(self, period: str) -> str:
        """A period as people say it."""
        return plain(self.periods[period]["period_label"])

    def measure(self, measure: str, category: str | None = None) -> str:
        """Name of a measure, and of its category if it has one."""
        name = plain(self.measures[measure]["measure_name"])
        return f"{name}: {self.categories.get(category, category)}" if category else name

    def figure(self, value: int | Decimal, measure: str, unit: str) -> int | Decimal:
        """A figure with as many decimal places as the reports print; none is ever dropped."""
        if unit == "count":
            return int(value)
        exponent = Decimal(value).normalize().as_tuple().exponent
        needed = -exponent if isinstance(exponent, int) else 0
        places = max(self.decimals[measure, unit], needed)
        return Decimal(value).quantize(Decimal(1).scaleb(-places))


def workbook_of(connection: duckdb.DuckDBPyConnection) -> Workbook:
    """The workbook of a warehouse.

    Args:
        connection: A warehouse whose schema `marts` holds the published tables.

    Raises:
        ValueError: There is no release, or a marker without a meaning.
    """
    marts, notes = Marts(connection), Notes()
    reports = [report_sheet(marts, notes, *numbered) for numbered in enumerate(REPORTS, start=1)]
    trust = [revisions_sheet(marts), findings_sheet(marts)]
    found = [sheet for sheet in (*reports, *trust) if sheet.rows]
    before = (notes_sheet(notes, found), definitions_sheet(marts))
    sheets = [*(sheet for sheet in before if sheet.rows), *found]
    authorities = titled(sorted({str(row[0]) for sheet in reports for row in sheet.rows}))
    title = f"Children's safeguarding figures: {authorities}"
    return Workbook(
        title=title,
        author=AUTHOR,
        published=marts.releases[-1]["published_date"],
        introduction=tuple(introduction(marts)),
        about=tuple(about(marts, found)),
        contact=(
            f"About this workbook: the maintainers of the {AUTHOR}, {CONTACT}",
            f"About the figures: {publishers(marts)}",
        ),
        sheets=(contents_sheet(sheets), *sheets),
    )


def report_sheet(marts: Marts, notes: Notes, number: int, report: Report) -> Sheet:
    """One table of the reports: a row for each figure, a column for each period."""
    name = f"Table_{number}"
    rows, periods = report_rows(marts, report)
    revised = {
        row["period_id"]
        for line in rows
        for row in marts.revisions
        if revision_of(line) == revision_subject(row)
    }
    # The notes on the whole table come before those on its rows, as they are read.
    references = tuple(
        notes.reference(text, name) for text in notes_on_table(marts, report, rows, periods)
    )
    cells = tuple(tuple(row_cells(marts, notes, name, row, periods)) for row in rows)
    headers = [marts.period(each) + (f" {REVISED}" if each in revised else "") for each in periods]
    span = " to ".join(marts.period(each) for each in (*periods[:1], *periods[1:][-1:]))
    where = titled(list(dict.fromkeys(str(row[0]) for row in cells)))
    sheet = Sheet(
        name=name,
        table_name=report.table_name,
        title=f"Table {number}: {report.title}, {where}, {span}",
        lines=("This worksheet contains one table.",),
        columns=(
            *text_columns(["Local authority", "Measure", "Unit"], cells, WIDEST_LABEL),
            *figure_columns(headers, cells),
        ),
        rows=cells,
        note_references=references,
    )
    return with_lines(sheet)


def report_rows(marts: Marts, report: Report) -> tuple[list[Row], list[str]]:
    """Rows of a report's table, authority by authority, and the periods that it shows."""
    facts: dict[str, dict[tuple[str, str | None], dict[str, Record]]] = {}
    filled: set[str] = set()
    for block in report.blocks:
        by_subject: dict[tuple[str, str | None], dict[str, Record]] = defaultdict(dict)
        for record in marts.read(block.fact):
            category = record[block.categories.key] if block.categories else None
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


def row_cells(
    marts: Marts, notes: Notes, sheet: str, row: Row, periods: list[str]
) -> Iterator[Cell]:
    """Cells of a row: authority, what is counted, its unit, then the figures."""
    references = [notes.reference(text, sheet) for text in notes_on_row(marts, row, periods)]
    yield marts.authorities[row.authority]
    yield " ".join((marts.measure(row.figure.measure, row.category), *references))
    yield UNITS[row.figure.unit]
    for period in periods:
        yield figure_cell(marts, row.figure, row.records.get(period, {}))


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


def ordered_revisions(marts: Marts) -> list[Record]:
    """Revisions by authority, measure and period, in the order of the releases."""
    measures, periods = list(marts.measures), list(marts.periods)
    releases = [release["release_id"] for release in marts.releases]
    return sorted(
        marts.revisions,
        key=lambda row: (
            marts.authorities[row["local_authority_code"]],
            measures.index(row["measure_id"]),
            row["category_id"] or "",
            row["unit"],
            periods.index(row["period_id"]),
            releases.index(row["later_release_id"]),
        ),
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


def revisions_sheet(marts: Marts) -> Sheet:
    """Figures that a later release changed."""
    rows = tuple(
        (
            marts.authorities[row["local_authority_code"]],
            marts.period(row["period_id"]),
            marts.measure(row["measure_id"], row["category_id"]),
            UNITS[row["unit"]],
            marts.release_dates[row["earlier_release_id"]],
            marts.release_dates[row["later_release_id"]],
            *(
                revised_figure(marts, row, column)
                for column in ("earlier_value", "later_value", "change")
            ),
            NOT_APPLICABLE if row["change_pct"] is None else row["change_pct"],
        )
        for row in ordered_revisions(marts)
    )
    headers = ["Local authority", "Period", "Measure", "Unit", "Earlier release", "Later release"]
    figures = ["Earlier figure", "Revised figure", "Change", "Change (percentage)"]
    sheet = Sheet(
        name="Revisions",
        table_name="revisions",
        title="Revisions: figures that a later release changed",
        lines=(
            "This worksheet contains one table.",
            "Releases are named by the day of their publication. "
            "Figures and changes are in the unit that the row names.",
        ),
        columns=(
            *text_columns(headers, rows, WIDEST_LABEL),
            *figure_columns(figures, rows),
        ),
        rows=rows,
    )
    return with_lines(sheet)


def findings_sheet(marts: Marts) -> Sheet:
    """What the checks of the figures against each other found."""
    severities = ["error", "warning", "info"]
    ordered = sorted(
        marts.findings,
        key=lambda row: (severities.index(row["severity"]), row["finding_id"]),
    )
    rows = tuple(
        (
            marts.authorities[row["local_authority_code"]],
            marts.period(row["period_id"]),
            marts.measure(row["measure_id"], row["category_id"]),
            row["severity"].capitalize(),
            plain(row["message"]),
            plain(row["explanation"] or "No explanation recorded"),
        )
        for row in ordered
    )
    headers = ["Local authority", "Period", "Measure", "Severity", "Message", "Explanation"]
    sheet = Sheet(
        name="Findings",
        table_name="quality_findings",
        title="Findings: what checks of the printed figures found",
        lines=(
            "This worksheet contains one table.",
            "An error is a contradiction between printed figures; a warning is unusual; "
            "info is expected and worth knowing.",
            "Nothing was corrected: the figures in this workbook are as printed.",
        ),
        columns=tuple(text_columns(headers, rows)),
        rows=rows,
    )
    return with_lines(sheet)


def definitions_sheet(marts: Marts) -> Sheet:
    """What each measure of the tables counts, and on what authority."""
    kinds = {"flow": "Over a period", "stock": "On its last day", "ratio": "Share"}
    used = dict.fromkeys(
        figure.measure for report in REPORTS for block in report.blocks for figure in block.figures
    )
    rows = tuple(
        (
            marts.measure(measure),
            kinds[marts.measures[measure]["measure_kind"]],
            plain(marts.measures[measure]["definition"]),
            plain(marts.measures[measure]["definition_source"]),
        )
        for measure in used
        if measure in marts.measures
    )
    return Sheet(
        name="Definitions",
        table_name="definitions",
        title="Definitions",
        lines=(
            "This worksheet contains one table.",
            "What is counted over periods may be added up over them; "
            "what is counted on a day, and shares, may not.",
        ),
        columns=tuple(text_columns(["Measure", "Counted", "Definition", "Source"], rows)),
        rows=rows,
    )


def notes_sheet(notes: Notes, sheets: Iterable[Sheet]) -> Sheet:
    """Shorthand and notes, each with the sheets that use it."""
    used: dict[str, list[str]] = defaultdict(list)
    for sheet in sheets:
        for shorthand in shorthand_in(sheet):
            used[shorthand].append(sheet.name)
    rows = (
        *((each, f"{SHORTHAND[each]}.", ", ".join(used[each])) for each in SHORTHAND if used[each]),
        *(
            (f"[note {number}]", text, ", ".join(names))
            for number, (text, names) in enumerate(notes.sheets.items(), start=1)
        ),
    )
    return Sheet(
        name="Notes",
        table_name="notes",
        title="Notes and shorthand",
        lines=("This worksheet contains one table.",),
        columns=(
            *text_columns(["Reference", "Meaning"], rows, WIDEST_NOTE),
            Column("Used in", 30),
        ),
        rows=rows,
    )


def contents_sheet(sheets: Iterable[Sheet]) -> Sheet:
    """Table of contents."""
    rows = tuple((Link(sheet.name, f"#{sheet.name}"), sheet.title) for sheet in sheets)
    return Sheet(
        name="Contents",
        table_name="contents",
        title="Table of contents",
        lines=("This worksheet contains one table.",),
        columns=tuple(text_columns(["Sheet name", "Table description"], rows, WIDEST_NOTE)),
        rows=rows,
    )


def with_lines(sheet: Sheet) -> Sheet:
    """Add what explains the shorthand and references of this sheet above its table."""
    lines = list(sheet.lines)
    labels = " ".join(str(cell) for row in sheet.rows for cell in row[:2])
    if sheet.note_references or "[note " in labels:
        lines.append("Some cells refer to notes, which are on the worksheet Notes.")
    lines.extend(f"{each} = {SHORTHAND[each]}." for each in shorthand_in(sheet))
    return replace(sheet, lines=tuple(lines))


def shorthand_in(sheet: Sheet) -> list[str]:
    """Shorthand that a sheet uses, in its cells or its headings."""
    cells = set(chain.from_iterable(sheet.rows))
    headers = [column.header for column in sheet.columns]
    return [
        each
        for each in SHORTHAND
        if each in cells or any(header.endswith(each) for header in headers)
    ]


def introduction(marts: Marts) -> Iterator[str | Link]:
    """What the workbook is, and whose figures."""
    yield (
        "This workbook holds the figures of annual safeguarding reports on services for children, "
        "table by table as the reports print them."
    )
    yield f"Published by: {publishers(marts)}"
    yield f"Date of the latest release: {written(marts.releases[-1]['published_date'])}"
    for release in marts.releases:
        text = (
            f"{plain(release['title'])}, {plain(release['publisher'])}, "
            f"{written(release['published_date'])}"
        )
        address = release["source_url"] or ""
        yield Link(text, address) if address.startswith(("https://", "http://")) else text
    for licence in dict.fromkeys(release["licence"] for release in marts.releases):
        if licence:
            yield f"Licence: {plain(licence)}"


def about(marts: Marts, sheets: list[Sheet]) -> Iterator[str]:
    """How to read the workbook."""
    yield (
        f"Tables by year or quarter show the {YEARS_SHOWN} most recent years; children looked "
        "after, all years. Each figure is that of the latest release that prints it."
    )
    used = [each for each in SHORTHAND if any(each in shorthand_in(sheet) for sheet in sheets)]
    yield "No cell of a table is empty. Shorthand stands where a figure is missing:"
    for each in used:
        yield f"{each} = {SHORTHAND[each]}."
    yield "References such as [note 1] lead to the worksheet Notes."
    revised = len(marts.revisions)
    yield (
        f"Later releases changed {revised:,} figures: see the worksheet Revisions."
        if revised
        else "No later release changed a figure."
    )
    if marts.findings:
        yield (
            f"Checks of the figures against each other found {len(marts.findings):,} matters worth "
            "knowing: see the worksheet Findings. Nothing was corrected."
        )


def publishers(marts: Marts) -> str:
    """Who published the releases."""
    return listed(list(dict.fromkeys(plain(release["publisher"]) for release in marts.releases)))


def text_columns(
    headers: list[str], rows: Iterable[tuple[Cell, ...]], widest: int = WIDEST_TEXT
) -> list[Column]:
    """Columns of text, as wide as their longest text but no wider than is easily read."""
    columns = zip(*rows, strict=True)
    return [
        Column(header, min(max(len(shown(cell)) for cell in (header, *cells)) + 2, widest))
        for header, cells in zip(headers, columns, strict=False)
    ]


def figure_columns(headers: list[str], rows: Iterable[tuple[Cell, ...]]) -> list[Column]:
    """Columns of figures, the last of a table: wide enough for each and for a heading's words."""
    columns = list(zip(*rows, strict=True))[-len(headers) :]
    return [
        Column(
            header,
            max(
                NARROWEST_FIGURE, *(len(each) + 2 for each in (*header.split(), *map(shown, cells)))
            ),
            is_figure=True,
        )
        for header, cells in zip(headers, columns, strict=False)
    ]


def titled(names: list[str]) -> str:
    """Names for a title, or how many there are."""
    return listed(names) if len(names) <= MOST_NAMES_IN_TITLE else f"{len(names)} local authorities"


def listed(names: list[str]) -> str:
    """Names as one says them: A, B and C."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def written(day: date) -> str:
    """A day as one writes it: 12 December 2023."""
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
