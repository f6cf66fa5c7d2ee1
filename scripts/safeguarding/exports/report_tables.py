"""The reports' own tables: a row for each figure, a column for each period, and notes on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from safeguarding.exports.workbooks.workbook_model import Signed, plain, shown
from safeguarding.published.facts import Block, Figure, Report
from safeguarding.published.marts import (
    NOT_AVAILABLE,
    OF_DFE,
    REVISED,
    SHORTHAND,
    UNITS,
    Marts,
    Record,
    as_official,
    listed,
    ordered_revisions,
)
from safeguarding.published.other_measures import is_added
from safeguarding.published.standings import SIGNS, Standing, Subject, revision_told, subject_of

ENOUGH_TO_JUDGE_ROUNDING = 5
SYNTHETIC = "SYNTHETIC"  # as the title of a release says
NO_CHILDREN = "The records are SYNTHETIC: they describe no child, and are none of a council's."
NOT_PRINTED = "not_printed"  # the category of what stands in no category printed
# A finding that somebody examined is not explained while its cause is not known.
EXPLAINED, EXAMINED, OPEN = "Explained", "Examined without finding the cause", "Open"
FINDING_STATES = (EXPLAINED, EXAMINED, OPEN)
SAID_WITHOUT_A_NOTE = {Standing.CONFIRMED, Standing.CONSISTENT, Standing.MISSING}
PLANS_SOURCES = {
    "official": "as official statistics have them",
    "shares": "as the printed shares imply",
}


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

    @property
    def judged(self) -> Subject:
        """The figure that its standing is of."""
        return subject_of(self.figure, self.category)

    @property
    def unit_label(self) -> str:
        """The unit as a table says it."""
        return ", ".join(filter(None, (UNITS[self.figure.unit], self.figure.worked_out)))


def report_rows(
    marts: Marts, report: Report, known: Collection[str] | None = None
) -> tuple[list[Row], list[str]]:
    """Rows of a report's table, authority by authority, and the periods that it shows.

    Args:
        marts: The published tables.
        report: The table.
        known: Periods that may be shown; all if None.
    """
    facts: dict[Block, dict[tuple[str, str | None], dict[str, Record]]] = {}
    filled: set[str] = set()
    for block in report.blocks:
        by_subject: dict[tuple[str, str | None], dict[str, Record]] = defaultdict(dict)
        for record in marts.read_fact(block.fact):
            category = record[block.categories.key] if block.categories else None
            if known is not None and record["period_id"] not in known:
                continue
            if any(has_content(record, figure) for figure in block.figures):
                by_subject[record["local_authority_code"], category][record["period_id"]] = record
                filled.add(record["period_id"])
        facts[block] = by_subject
        if block.categories:
            mark_complete(block, by_subject)
    periods = recent(marts, filled, report.years)
    held = {authority for fact in facts.values() for authority, _ in fact}
    rows = [
        Row(authority, block, figure, category, facts[block].get((authority, category), {}))
        for authority in sorted(held, key=marts.authorities.__getitem__)
        for block in report.blocks
        for category in categories_of(marts, block, facts[block])
        for figure in block.figures
    ]
    return [row for row in rows if is_row(row)], periods


def is_row(row: Row) -> bool:
    """Whether there can be such a figure: no report prints one of what is in no category.

    Nor does any print all measures that some council added.
    """
    if is_added(row.figure):
        return any(has_content(record, row.figure) for record in row.records.values())
    return row.category != NOT_PRINTED or any(
        record.get(row.figure.column) is not None
        or record.get(f"{row.figure.column}_marker") not in {None, "x", "z"}
        for record in row.records.values()
    )


def mark_complete(
    block: Block, by_subject: dict[tuple[str, str | None], dict[str, Record]]
) -> None:
    """Say of the periods whose categories are complete that nothing stands in none of them."""
    for authority in {each for each, category in by_subject if category == NOT_PRINTED}:
        complete = {
            period
            for (its, _), records in by_subject.items()
            for period, record in records.items()
            if its == authority and record.get("is_complete")
        }
        for period in complete:
            empty: Record = {figure.column: None for figure in block.figures}
            marks = {f"{figure.column}_marker": "z" for figure in block.figures}
            by_subject[authority, NOT_PRINTED].setdefault(period, empty | marks)


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


def signed_cell(marts: Marts, row: Row, period: str) -> int | Decimal | str:
    """A figure with its signs, or the shorthand for why there is none.

    Where the report prints none and DfE has one, that stands, with the sign that says so.
    """
    cell = figure_cell(marts, row.figure, row.records.get(period, {}))
    if isinstance(cell, str):
        key = row.authority, row.figure.measure, row.category, row.figure.unit, period
        official = marts.official(*key) if cell == NOT_AVAILABLE else None
        if official is None:
            return cell
        return Signed(as_official(official["official_value"], row.figure.unit), OF_DFE)
    standing = marts.standings.of(row.authority, period, row.judged)
    signs = [SIGNS[standing]] if standing in SIGNS else []
    if not row.judged.is_calculated and (*revision_of(row), period) in marts.revised:
        signs.append(REVISED)
    return Signed(cell, " ".join(signs)) if signs else cell


def notes_on_table(
    marts: Marts, report: Report, rows: list[Row], periods: list[str]
) -> Iterator[str]:
    """What must be known of the whole table."""
    if any(row.figure.unit != "count" for row in rows):
        yield (
            "Percentages and rates are as the reports print them, unless the unit says what they "
            "are worked out of. "
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
    yield from notes_on_what_is_not_printed(marts, rows, periods)
    for finding in examined(marts):
        subject = finding["local_authority_code"], finding["measure_id"], finding["category_id"]
        if subject[:2] not in {row.subject[:2] for row in rows}:
            continue
        on_no_row = subject not in {row.subject for row in rows}
        if is_absent(marts, finding) or (
            on_no_row and finding["period_id"] in periods and is_current(marts, finding)
        ):
            yield finding_note(marts, finding)


def notes_on_what_is_not_printed(
    marts: Marts, rows: Iterable[Row], periods: list[str]
) -> Iterator[str]:
    """How many are known to stand in no category printed, and from what that is known."""
    for row in rows:
        if row.category != NOT_PRINTED or row.figure.unit != "count":
            continue
        told = [
            f"{record[row.figure.column]:,} of {record['all_plans_started']:,} in "
            f"{marts.period(each)} ({PLANS_SOURCES[record['all_plans_started_source']]})"
            for each in periods
            if (record := row.records.get(each))
            and record[row.figure.column] is not None
            and record["all_plans_started"] is not None
            and record["all_plans_started_source"] in PLANS_SOURCES
        ]
        if told:
            yield (
                f"{marts.authorities[row.authority]}, {marts.categories[NOT_PRINTED]}: "
                f"{listed(told)}. Percentages of all new plans count these too, so they differ "
                "from the printed ones."
            )


def notes_on_row(marts: Marts, row: Row, periods: list[str]) -> Iterator[str]:
    """What must be known of the figures of one row."""
    told: dict[str, list[str]] = defaultdict(list)
    for period in periods:
        if reason := standing_reason(marts, row, period):
            told[reason].append(marts.period(period))
    for reason, labels in told.items():
        yield f"{marts.authorities[row.authority]}, {listed(labels)}: {reason}"
    for finding in examined(marts):
        subject = finding["local_authority_code"], finding["measure_id"], finding["category_id"]
        if (
            subject == row.subject
            and finding["period_id"] in periods
            and plain(finding["explanation"]) not in " ".join(told)
            and finding["unit"] in {None, row.figure.unit}
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
        if row.figure.unit == "percent" and not row.figure.worked_out and period in row.records
    ]
    tenths = [value * 10 == int(value * 10) for value in values if value is not None]
    return len(tenths) >= ENOUGH_TO_JUDGE_ROUNDING and all(tenths)


def standing_reason(marts: Marts, row: Row, period: str) -> str:
    """Why a figure is neither confirmed nor consistent; empty if it is, or is not there."""
    record = marts.standings.row(row.authority, period, row.judged)
    if record is None or record["standing"] in SAID_WITHOUT_A_NOTE:
        return ""
    if record["standing"] == Standing.PROVISIONAL:
        return f"provisional: {revision_told(record)}."
    return f"{record['standing']}. {plain(record['standing_reason'] or '')}".rstrip()


def finding_state(finding: Record) -> str:
    """How far a finding is explained: one of `FINDING_STATES`."""
    if finding["is_explained"]:
        return EXPLAINED
    return EXAMINED if finding["known_issue_id"] else OPEN


def examined(marts: Marts) -> list[Record]:
    """Findings that somebody has examined, by period."""
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


def figure_of(marts: Marts, row: Record, column: str) -> int | Decimal | str:
    """A figure of a row that sets figures of one measure and unit beside each other."""
    value = row[column]
    if value is None:
        return NOT_AVAILABLE
    if column == "official_value":
        return as_official(value, row["unit"])
    return marts.figure(value, row["measure_id"], row["unit"])


def three_ways(marts: Marts, year: str | None = None) -> list[Record]:
    """Figures counted from records, each beside the report's and DfE's: of a year, or of all.

    None without records: the report's and DfE's figures alone are what the reconciliation shows.
    """
    measures, periods = list(marts.measures), list(marts.periods)
    rows = [
        row
        for row in marts.read_figures("fct_three_ways")
        if row["computed_value"] is not None
        and year in {None, marts.periods[row["period_id"]]["financial_year"]}
    ]
    return sorted(
        rows,
        key=lambda row: (
            marts.authorities[row["local_authority_code"]],
            measures.index(row["measure_id"]),
            row["category_id"] or "",
            row["unit"],
            periods.index(row["period_id"]),
        ),
    )


def kind_of_records(marts: Marts, rows: Sequence[Record]) -> str:
    """What the rows' figures are counted from: records, or SYNTHETIC ones by a release's title."""
    periods = {(row["local_authority_code"], row["period_id"]) for row in rows}
    extracts = {
        f"{authority}-records-{marts.periods[period]['financial_year']}-"
        for authority, period in periods
    }
    is_synthetic = any(
        release["release_id"].startswith(tuple(extracts)) and SYNTHETIC in release["title"]
        for release in marts.releases
    )
    return f"{SYNTHETIC} records" if is_synthetic else "records"


def change_note(marts: Marts, revision: Record) -> str:
    """What a revision changed, and when."""
    earlier, later = (
        shown(figure_of(marts, revision, column)) for column in ("earlier_value", "later_value")
    )
    return (
        f"{marts.period(revision['period_id'])} from {earlier} to {later}"
        f" (release of {marts.release_dates[revision['later_release_id']]})"
    )
