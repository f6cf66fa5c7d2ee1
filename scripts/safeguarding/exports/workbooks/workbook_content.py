"""What the workbook says: the report's tables and the notes on them, read from the marts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import duckdb

from safeguarding.exports.report_tables import (
    FINDING_STATES,
    NO_CHILDREN,
    SYNTHETIC,
    Row,
    figure_of,
    finding_state,
    kind_of_records,
    notes_on_row,
    notes_on_table,
    report_rows,
    revision_of,
    revision_subject,
    signed_cell,
    three_ways,
)
from safeguarding.exports.workbooks.workbook_model import (
    ONE_TABLE,
    Cell,
    Column,
    Link,
    Sheet,
    Signed,
    Workbook,
    plain,
    shown,
)
from safeguarding.published.facts import YEARS_SHOWN, Report
from safeguarding.published.labels import contact_set
from safeguarding.published.marts import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    REVISED,
    SHORTHAND,
    SIGN_MEANINGS,
    UNITS,
    Marts,
    Record,
    listed,
    ordered_revisions,
    written,
)
from safeguarding.published.standings import MEANINGS, Standing

AUTHOR = "Safeguarding warehouse"
MOST_NAMES_IN_TITLE = 3
WIDEST_LABEL, WIDEST_TEXT, WIDEST_NOTE = 58, 60, 110  # characters; longer text wraps
NARROWEST_FIGURE = 9
COUNTED = {"flow": "Over a period", "stock": "On its last day", "ratio": "Share"}
BY_WHOM = ("computed", "printed", "official")
THREE_WAYS = {
    "computed_value": "Counted from records",
    "printed_value": "Report",
    "official_value": "DfE",
    "computed_less_printed": "Records less report",
    "computed_less_official": "Records less DfE",
}


class Notes(dict[str, list[str]]):
    """Notes in the order of their first use, and the sheets that use them."""

    def reference(self, text: str, sheet: str) -> str:
        """Number a note, once, and say how a sheet refers to it."""
        used_in = self.setdefault(text, [])
        if sheet not in used_in:
            used_in.append(sheet)
        return f"[note {list(self).index(text) + 1}]"


def workbook_of(connection: duckdb.DuckDBPyConnection) -> Workbook:
    """The workbook of a warehouse whose schema `marts` holds the published tables.

    Raises:
        ValueError: There is no release, or a marker without a meaning.
        LookupError: The database does not say what its figures are.
    """
    marts, notes = Marts(connection), Notes()
    reports = [report_sheet(marts, notes, *numbered) for numbered in enumerate(marts.reports, 1)]
    trust = [revisions_sheet(marts), findings_sheet(marts), three_ways_sheet(marts)]
    found = [with_lines(sheet) for sheet in (*reports, *trust) if sheet.rows]
    before = (notes_sheet(notes, found), definitions_sheet(marts))
    sheets = [*(sheet for sheet in before if sheet.rows), *found]
    authorities = titled(sorted({str(row[0]) for sheet in reports for row in sheet.rows}))
    return Workbook(
        title=f"Children's safeguarding figures: {authorities}",
        author=AUTHOR,
        published=marts.releases[-1]["published_date"],
        introduction=tuple(introduction(marts)),
        about=tuple(about(marts, found)),
        contact=tuple(contacts(marts.releases)),
        sheets=(contents_sheet(sheets), *sheets),
    )


def report_sheet(marts: Marts, notes: Notes, number: int, report: Report) -> Sheet:
    """One table of the reports: a row for each figure, a column for each period."""
    name = f"Table_{number}"
    rows, filled = report_rows(marts, report)
    periods = to_latest_year(marts, filled)
    subjects = {revision_of(row) for row in rows}
    revised = {each["period_id"] for each in marts.revisions if revision_subject(each) in subjects}
    # The notes on the whole table come before those on its rows, as they are read.
    references = tuple(
        notes.reference(text, name) for text in notes_on_table(marts, report, rows, periods)
    )
    cells = tuple(tuple(row_cells(marts, notes, name, row, periods)) for row in rows)
    headers = [marts.period(each) + (f" {REVISED}" if each in revised else "") for each in periods]
    span = " to ".join(marts.period(each) for each in (*periods[:1], *periods[1:][-1:]))
    where = titled(list(dict.fromkeys(str(row[0]) for row in cells)))
    return Sheet(
        name=name,
        table_name=report.table_name,
        title=f"Table {number}: {report.title}, {where}, {span}",
        columns=(
            *text_columns(["Local authority", "Measure", "Unit", "Standing"], cells, WIDEST_LABEL),
            *figure_columns(headers, cells),
        ),
        rows=cells,
        note_references=references,
    )


def to_latest_year(marts: Marts, filled: list[str]) -> list[str]:
    """Periods of a table by year, always with the latest year that a release reports."""
    kinds = {marts.periods[each]["period_type"] for each in filled}
    latest = max(release["financial_year"] for release in marts.releases)
    if kinds != {"financial_year"} or latest not in marts.periods:
        return filled
    return filled if latest in filled else [*filled, latest]


def row_cells(
    marts: Marts, notes: Notes, sheet: str, row: Row, periods: list[str]
) -> Iterator[Cell]:
    """Cells of a row: authority, what is counted, its unit, its standing, then the figures."""
    told = dict.fromkeys(notes_on_row(marts, row, periods))
    references = [notes.reference(text, sheet) for text in told]
    yield marts.authorities[row.authority]
    yield " ".join((marts.measure(row.figure.measure, row.category), *references))
    yield row.unit_label
    yield standing_cell(marts, row, periods)
    for period in periods:
        yield signed_cell(marts, row, period)


def standing_cell(marts: Marts, row: Row, periods: list[str]) -> str:
    """The standing of each figure of a row, such as `Confirmed: 2018-19. Incomplete: 2020-21.`."""
    by_standing: dict[Standing, list[str]] = defaultdict(list)
    for period in periods:
        standing = marts.standings.of(row.authority, period, row.judged)
        if standing is not None and standing is not Standing.MISSING:
            by_standing[standing].append(marts.period(period))
    told = [
        f"{each.capitalize()}: {', '.join(by_standing[each])}."
        for each in Standing
        if each in by_standing
    ]
    return " ".join(told) or NOT_APPLICABLE


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
                figure_of(marts, row, column)
                for column in ("earlier_value", "later_value", "change")
            ),
            NOT_APPLICABLE if row["change_pct"] is None else row["change_pct"],
        )
        for row in ordered_revisions(marts)
    )
    headers = ["Local authority", "Period", "Measure", "Unit", "Earlier release", "Later release"]
    figures = ["Earlier figure", "Revised figure", "Change", "Change (percentage)"]
    return Sheet(
        name="Revisions",
        table_name="revisions",
        title="Revisions: figures that a later release changed",
        columns=(*text_columns(headers, rows, WIDEST_LABEL), *figure_columns(figures, rows)),
        rows=rows,
        lines=(
            ONE_TABLE,
            "Releases are named by the day of their publication. "
            "Figures and changes are in the unit named in the row.",
        ),
    )


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
            finding_state(row),
            plain(row["explanation"] or NOT_APPLICABLE),
        )
        for row in ordered
    )
    headers = [
        "Local authority",
        "Period",
        "Measure",
        "Severity",
        "Message",
        "Cause",
        "Explanation",
    ]
    return Sheet(
        name="Findings",
        table_name="quality_findings",
        title="Findings: what checks of the printed figures found",
        columns=tuple(text_columns([*headers, "Explanation"], rows)),
        rows=rows,
        lines=(
            ONE_TABLE,
            "An error is a contradiction between printed figures; a warning is unusual; "
            "info is expected and worth knowing.",
            "Nothing was corrected: the figures in this workbook are as printed.",
        ),
    )


def three_ways_sheet(marts: Marts) -> Sheet:
    """Figures counted from records, beside the report's and DfE's."""
    compared = three_ways(marts)
    records = kind_of_records(marts, compared)
    rows = tuple(
        (
            marts.authorities[row["local_authority_code"]],
            marts.period(row["period_id"]),
            marts.measure(row["measure_id"], row["category_id"]),
            UNITS[row["unit"]],
            *(figure_of(marts, row, column) for column in THREE_WAYS),
            plain(row["explanation"]),
            *(plain(row[f"{each}_definition"] or NOT_AVAILABLE) for each in BY_WHOM),
        )
        for row in compared
    )
    names = ["Local authority", "Period", "Measure", "Unit"]
    texts = ["Explanation", "What records count", "What the report counts", "What DfE counts"]
    first, last = len(names), len(names) + len(THREE_WAYS)
    return Sheet(
        name="Three_ways",
        table_name="three_ways",
        title=f"Three ways: figures counted from {records}, printed and published",
        columns=(
            *text_columns(names, [row[:first] for row in rows], WIDEST_LABEL),
            *figure_columns(list(THREE_WAYS.values()), [row[:last] for row in rows]),
            *text_columns(texts, [row[last:] for row in rows]),
        )
        if rows
        else (),
        rows=rows,
        lines=(
            ONE_TABLE,
            "Figures counted from records are unpublished. A workbook for the public leaves out "
            "those that could point to a child.",
            *([NO_CHILDREN] if SYNTHETIC in records else ()),
        ),
    )


def definitions_sheet(marts: Marts) -> Sheet:
    """What each measure of the tables counts, and on what authority."""
    blocks = (block for report in marts.reports for block in report.blocks)
    used = dict.fromkeys(figure.measure for block in blocks for figure in block.figures)
    rows = tuple(
        (
            marts.measure(measure),
            COUNTED[found["measure_kind"]],
            plain(found["definition"]),
            plain(found["definition_source"]),
        )
        for measure in used
        if (found := marts.measures.get(measure))
    )
    return Sheet(
        name="Definitions",
        table_name="definitions",
        title="Definitions",
        columns=tuple(text_columns(["Measure", "Counted", "Definition", "Source"], rows)),
        rows=rows,
        lines=(
            ONE_TABLE,
            "What is counted over periods may be added up over them; "
            "what is counted on a day, and shares, may not.",
        ),
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
            for number, (text, names) in enumerate(notes.items(), start=1)
        ),
    )
    columns = (*text_columns(["Reference", "Meaning"], rows, WIDEST_NOTE), Column("Used in", 30))
    return Sheet("Notes", "notes", "Notes and shorthand", columns, rows)


def contents_sheet(sheets: Iterable[Sheet]) -> Sheet:
    """Table of contents."""
    rows = tuple((Link(sheet.name, f"#{sheet.name}"), sheet.title) for sheet in sheets)
    columns = tuple(text_columns(["Sheet name", "Table description"], rows, WIDEST_NOTE))
    return Sheet("Contents", "contents", "Table of contents", columns, rows)


def with_lines(sheet: Sheet) -> Sheet:
    """Add what explains the shorthand and references of this sheet above its table."""
    lines = list(sheet.lines)
    labels = " ".join(str(cell) for row in sheet.rows for cell in row[:2])
    if sheet.note_references or "[note " in labels:
        lines.append("Some cells refer to notes, which are on the worksheet Notes.")
    lines.extend(f"{each} = {SHORTHAND[each]}." for each in shorthand_in(sheet))
    lines.extend(f"{each} before a figure = {SIGN_MEANINGS[each]}." for each in signs_in(sheet))
    return replace(sheet, lines=tuple(lines))


def signs_in(sheet: Sheet) -> list[str]:
    """Signs that stand before figures of a sheet."""
    cells = [cell for row in sheet.rows for cell in row if isinstance(cell, Signed)]
    used = {sign for cell in cells for sign in cell.sign.split()}
    return [each for each in SIGN_MEANINGS if each in used]


def shorthand_in(sheet: Sheet) -> list[str]:
    """Shorthand that a sheet uses, in its cells or its headings."""
    cells = set(chain.from_iterable(sheet.rows))
    headers = [column.header for column in sheet.columns]
    return [
        each for each in SHORTHAND if each in cells or any(text.endswith(each) for text in headers)
    ]


def introduction(marts: Marts) -> Iterator[str | Link]:
    """What the workbook is, and whose figures."""
    yield (
        "This workbook holds the figures of annual safeguarding reports on services for children, "
        "table by table as the reports print them."
    )
    yield f"Published by: {publishers(marts.releases)}"
    yield f"Date of the latest release: {written(marts.releases[-1]['published_date'])}"
    for release in marts.releases:
        text = (
            f"{plain(release['title'])}, {publishers([release])}, "
            f"{written(release['published_date'])}"
        )
        address = release["source_url"] or ""
        yield Link(text, address) if address.startswith(("https://", "http://")) else text
    for licence in dict.fromkeys(release["licence"] for release in marts.releases):
        if licence:
            yield f"Licence: {plain(licence)}"
    yield from marts.attributions


def about(marts: Marts, sheets: list[Sheet]) -> Iterator[str]:
    """How to read the workbook."""
    yield (
        f"Tables by year or quarter show the {YEARS_SHOWN} latest years printed; children looked "
        "after, all years. Each figure is that of the latest release that prints it."
    )
    used = [each for each in SHORTHAND if any(each in shorthand_in(sheet) for sheet in sheets)]
    yield "No cell of a table is empty. Where a figure is missing, shorthand says why:"
    for each in used:
        yield f"{each} = {SHORTHAND[each]}."
    yield "The column Standing says what the evidence says of each figure:"
    for standing, meaning in MEANINGS.items():
        yield f"{standing} = {meaning}."
    yield "References such as [note 1] lead to the worksheet Notes."
    revised = len(marts.revisions)
    yield (
        f"Later releases changed {revised:,} figures: see the worksheet Revisions."
        if revised
        else "No later release changed a figure."
    )
    if marts.findings:
        states = [finding_state(each) for each in marts.findings]
        yield (
            f"Checks of the figures made {len(states):,} findings: "
            f"{', '.join(f'{states.count(each):,} {each.lower()}' for each in FINDING_STATES)}. "
            "See the worksheet Findings. Nothing was corrected."
        )


def contacts(releases: Iterable[Record]) -> Iterator[str]:
    """Whom to ask: about the workbook as the setting says, about the figures their publishers."""
    if contact := contact_set():
        yield f"About this workbook: {plain(contact)}"
    yield f"About the figures: {publishers(releases)}"


def publishers(releases: Iterable[Record]) -> str:
    """Who published releases."""
    named = (plain(release["publisher"] or "publisher not recorded") for release in releases)
    return listed(list(dict.fromkeys(named)))


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
