"""The page that sets figures counted from records beside the report's and DfE's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from safeguarding.exports.report_tables import (
    NO_CHILDREN,
    SYNTHETIC,
    figure_of,
    kind_of_records,
    three_ways,
)
from safeguarding.exports.workbooks.workbook_content import BY_WHOM, THREE_WAYS
from safeguarding.exports.workbooks.workbook_model import plain, shown
from safeguarding.published.marts import NOT_AVAILABLE, UNITS, Record
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import (
    Cell,
    Figure,
    Page,
    Quantity,
    Row,
    Section,
    Sentence,
    Table,
)

TITLE = "Counted, printed and published"
UNPUBLISHED = (
    "Figures counted from records are unpublished. A report for the public leaves out those that "
    "could point to a child."
)


def three_ways_page(evidence: Evidence) -> Page | None:
    """Set the year's figures three ways; None without records.

    Without them the page would show the report's figures beside DfE's, which the page on how the
    authority compares has already.
    """
    rows = three_ways(evidence.marts, evidence.year)
    if not rows:
        return None
    records = kind_of_records(evidence.marts, rows)
    warnings = (Sentence((NO_CHILDREN,)),) if SYNTHETIC in records else ()
    return Page(
        "three-ways",
        TITLE,
        (
            Section(
                "Figures three ways",
                sentences=(*warnings, agreement(rows)),
                tables=(figures_table(evidence, rows, records),),
                notes=(UNPUBLISHED,),
            ),
            Section("What each of the three counts", tables=(definitions_table(evidence, rows),)),
        ),
    )


def agreement(rows: Sequence[Record]) -> Sentence:
    """Say how many figures counted from records equal the report's and DfE's."""

    def count(column: str) -> tuple[str | Quantity, ...]:
        differences = [row[column] for row in rows if row[column] is not None]
        equal = sum(difference == 0 for difference in differences)
        return Quantity(Decimal(equal)), " of ", Quantity(Decimal(len(differences)))

    return Sentence(
        (
            Quantity(Decimal(len(rows))),
            " figures were counted from the council's records: ",
            *count("computed_less_printed"),
            " that the report also has are equal to it, and ",
            *count("computed_less_official"),
            " that DfE also has are equal to DfE's.",
        )
    )


def figures_table(evidence: Evidence, rows: Sequence[Record], records: str) -> Table:
    """Give each figure three ways, with the differences and what explains them."""
    marts = evidence.marts

    def number(row: Record, column: str) -> Cell:
        value = figure_of(marts, row, column)
        return Figure(None if isinstance(value, str) else Decimal(value), shown(value))

    return Table(
        "three-ways",
        f"Figures counted from {records}, printed and published, {evidence.name}, {evidence.year}",
        ("What is counted", "Period", "Unit", *THREE_WAYS.values(), "Explanation"),
        tuple(
            Row(
                marts.measure(row["measure_id"], row["category_id"]),
                (
                    marts.period(row["period_id"]),
                    UNITS[row["unit"]],
                    *(number(row, column) for column in THREE_WAYS),
                    plain(row["explanation"]),
                ),
            )
            for row in rows
        ),
        source=evidence.official_source(
            row
            for measure in {row["measure_id"] for row in rows if row["official_value"] is not None}
            for row in evidence.official_counts(measure)
            if row["financial_year"] == evidence.year
        ),
    )


def definitions_table(evidence: Evidence, rows: Sequence[Record]) -> Table:
    """Give what records, report and DfE count, by measure."""
    by_measure: dict[str, dict[str, str]] = {}
    for row in rows:
        told = by_measure.setdefault(row["measure_id"], {})
        for each in BY_WHOM:
            told[each] = told.get(each) or plain(row[f"{each}_definition"] or "")
    return Table(
        "three-ways-definitions",
        f"What records, report and DfE count, {evidence.name}, {evidence.year}",
        ("Measure", "Records", "Report", "DfE"),
        tuple(
            Row(
                evidence.marts.measure(measure),
                tuple(told[each] or NOT_AVAILABLE for each in BY_WHOM),
            )
            for measure, told in by_measure.items()
        ),
    )
