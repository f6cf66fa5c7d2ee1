"""The figures of one authority's report, each with where it was printed and what to know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import duckdb

from exports import report_tables
from exports.marts import NOT_AVAILABLE, SHORTHAND, UNITS, Marts, Record, ordered_revisions
from exports.report_tables import DISPUTE_CHECK, Report, Row
from exports.workbook_model import plain, shown
from report import model
from report.model import Figure, Remark, RemarkKind, Source
from report.sentences import Point, Series, Unit

SUPPRESSED = "[c]"
Subject = tuple[str, str | None, str, str]  # measure, category, unit, period


@dataclass(frozen=True)
class Lines:
    """A table of the reports, as read: what its page's table, charts and sentences are made of.

    Attributes:
        report: Which table.
        rows: Its rows.
        periods: The periods that it shows, in order.
    """

    report: Report
    rows: tuple[Row, ...]
    periods: tuple[str, ...]


def meaning(shorthand: str) -> str:
    """What shorthand means, as a sentence of its own."""
    text = SHORTHAND[shorthand].partition(": ")[2]
    return f"{text[0].upper()}{text[1:]}."


class Evidence:
    """What the published marts know of one authority, for the report of one financial year.

    Args:
        connection: A database whose schema `marts` holds the published tables; only read.
        authority: ONS code of the authority.
        year: Financial year of the report.

    Raises:
        ValueError: There is no release.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, authority: str, year: str) -> None:
        """Read all that the figures may need, once."""
        self.marts = Marts(connection, authority)
        self.authority = authority
        self.year = year
        self.releases = {row["release_id"]: row for row in self.marts.releases}
        self._periods = list(self.marts.periods)
        self.own_releases = {
            row["release_id"]
            for rows in self.marts.observations.values()
            for row in rows
            if self.releases[row["release_id"]]["financial_year"] <= year
        }
        self.revisions = ordered_revisions(self.marts)
        self._revisions = self._by_subject((row["unit"], row) for row in self.revisions)
        self._errors = self._current_errors()
        self._breaks = self.marts.read_figures("dim_series_break")
        self.reconciled = self.marts.read_figures("fct_reconciliation", "reconciliation_id")
        self._figures: dict[tuple[str, str | None, str], Figure] = {}
        self._lines: dict[str, Lines] = {}
        self._official = self._by_subject((row["unit"], row) for row in self.reconciled)

    @property
    def name(self) -> str:
        """Name of the authority."""
        return self.marts.authorities[self.authority]

    def _known_periods(self, report: Report) -> set[str]:
        """Periods of which this or an earlier year's release prints a figure of a table."""
        measures = {figure.measure for block in report.blocks for figure in block.figures}
        return {
            row["period_id"]
            for (_, measure, _, _), rows in self.marts.observations.items()
            if measure in measures
            for row in rows
            if row["release_id"] in self.own_releases
        }

    @staticmethod
    def _by_subject(rows: Iterator[tuple[str, Record]]) -> dict[Subject, list[Record]]:
        found: dict[Subject, list[Record]] = defaultdict(list)
        for unit, row in rows:
            found[row["measure_id"], row["category_id"], unit, row["period_id"]].append(row)
        return found

    def _current_errors(self) -> list[tuple[Record, str | None]]:
        """Findings of contradictions that still concern the latest figures, with their unit."""
        return [
            (finding, report_tables.finding_unit(self.marts, finding))
            for finding in self.marts.findings
            if finding["severity"] == "error"
            and finding["check_id"] != DISPUTE_CHECK
            and report_tables.is_current(self.marts, finding)
        ]

    def lines(self, report: Report) -> Lines:
        """A table of the reports as of the report's year; always with the year itself."""
        if report.table_name not in self._lines:
            self._lines[report.table_name] = self._read_lines(report)
        return self._lines[report.table_name]

    def _read_lines(self, report: Report) -> Lines:
        rows, _ = report_tables.report_rows(self.marts, report, self._known_periods(report))
        filled = {
            period
            for row in rows
            for period, record in row.records.items()
            if report_tables.has_content(record, row.figure)
        }
        if filled and any(self.marts.periods[each]["period_type"] != "quarter" for each in filled):
            filled.add(self.year)
        periods = report_tables.recent(self.marts, filled, report.years)
        return Lines(report, tuple(rows), tuple(periods))

    def label(self, row: Row) -> str:
        """Name of what a row counts."""
        return self.marts.measure(row.figure.measure, row.category)

    def figure(self, row: Row, period: str) -> Figure:
        """A figure of a row, with its sources and remarks."""
        key = f"{row.block.fact}.{row.figure.column}", row.category, period
        if key not in self._figures:
            self._figures[key] = self._read_figure(row, period)
        return self._figures[key]

    def _read_figure(self, row: Row, period: str) -> Figure:
        record = row.records.get(period, {})
        cell = report_tables.figure_cell(self.marts, row.figure, record)
        value = None if isinstance(cell, str) else Decimal(cell)
        subject = row.figure.measure, row.category, row.figure.unit, period
        remarks = (
            *self._dispute(row, period, record),
            *self._contradictions(subject),
            *self._changes(subject),
            *self._series_breaks(subject),
            *(self._absence(subject, str(cell)) if value is None else ()),
        )
        return Figure(value, shown(cell), tuple(self._sources(subject, value)), remarks)

    def _sources(self, subject: Subject, value: Decimal | None) -> Iterator[Source]:
        measure, category, unit, period = subject
        printed = [
            row
            for row in self.marts.observations.get((self.authority, measure, category, period), [])
            if row["unit"] == unit
        ]
        printed.sort(
            key=lambda row: (
                not (row["is_latest_release"] and row["value"] == value),
                not row["is_latest_release"],
                row["source_line"],
            )
        )
        for row in printed:
            yield Source(
                plain(self.releases[row["release_id"]]["title"]),
                plain(row["source_table"]),
                row["source_line"],
                plain(row["value_as_printed"] or ""),
            )

    def _dispute(self, row: Row, period: str, record: Record) -> Iterator[Remark]:
        value = record.get(row.figure.column)
        if row.figure.unit == "count" and record.get("is_disputed") and value is not None:
            text = report_tables.dispute_note(self.marts, row, period, value)
            yield Remark(RemarkKind.DISPUTED, text.replace("This workbook", "This report"))

    def _contradictions(self, subject: Subject) -> Iterator[Remark]:
        measure, category, unit, period = subject
        for finding, finding_unit in self._errors:
            about = finding["measure_id"], finding["category_id"], finding["period_id"]
            if about == (measure, category, period) and finding_unit in {None, unit}:
                text = finding["explanation"] or finding["message"]
                yield Remark(RemarkKind.CONTRADICTED, plain(text))

    def _changes(self, subject: Subject) -> Iterator[Remark]:
        for revision in self._revisions.get(subject, []):
            text = report_tables.change_note(self.marts, revision)
            yield Remark(RemarkKind.REVISED, f"Revised: {text}.")

    def _series_breaks(self, subject: Subject) -> Iterator[Remark]:
        measure, category, _, period = subject
        for row in self._breaks:
            about = row["measure_id"], row["period_id"]
            if about == (measure, period) and row["category_id"] in {None, category}:
                text = f"Not to be compared with earlier periods: {plain(row['reason'])}"
                yield Remark(RemarkKind.BREAK, text)

    def _absence(self, subject: Subject, shorthand: str) -> Iterator[Remark]:
        if shorthand == SUPPRESSED:
            yield Remark(RemarkKind.SUPPRESSED, meaning(SUPPRESSED))
            return
        if shorthand == NOT_AVAILABLE:
            yield Remark(
                RemarkKind.MISSING,
                " ".join((meaning(NOT_AVAILABLE), *self._beside_the_gap(subject))),
            )

    def _beside_the_gap(self, subject: Subject) -> Iterator[str]:
        """What DfE publishes where the report has nothing."""
        measure, _, unit, _ = subject
        for row in self._official.get(subject, []):
            if row["official_value"] is not None:
                value = shown(self.marts.figure(row["official_value"], measure, unit))
                yield f"DfE's official statistics give {value}."

    def table(self, lines: Lines, table_id: str) -> model.Table:
        """The table as a page shows it."""
        rows = tuple(
            model.Row(
                self.label(row),
                (UNITS[row.figure.unit], *(self.figure(row, each) for each in lines.periods)),
            )
            for row in lines.rows
        )
        labels = [self.marts.period(each) for each in lines.periods]
        span = " to ".join(dict.fromkeys((labels[0], labels[-1])))
        notes = report_tables.notes_on_table(
            self.marts, lines.report, list(lines.rows), list(lines.periods)
        )
        return model.Table(
            table_id,
            f"{lines.report.title}, {self.name}, {span}",
            ("Measure", "Unit", *labels),
            rows,
            tuple(dict.fromkeys(notes)),
        )

    def series(self, row: Row, periods: tuple[str, ...]) -> Series:
        """A row over time, for sentences and charts."""
        return Series(
            self.label(row),
            cast(Unit, row.figure.unit),
            self.marts.measures[row.figure.measure]["measure_kind"],
            tuple(Point(self.marts.period(each), each, self.figure(row, each)) for each in periods),
        )

    def official_figures(self, measure: str) -> dict[str, Figure]:
        """DfE's latest counts of a measure for the authority, by financial year."""
        rows = self.marts.read(
            "fct_official_statistics where area_code = $authority and measure_id = $measure"
            " and unit = 'count' and category_id is null and is_latest_release"
            " and not is_calculated",
            authority=self.authority,
            measure=measure,
        )
        return {row["financial_year"]: self.official_figure(row, row["value"]) for row in rows}

    def official_figure(self, row: Record, value: Decimal | None) -> Figure:
        """A figure of official statistics: `row` holds its marker and, perhaps, its measure."""
        if value is None:
            return Figure(None, f"[{row['marker']}]" if row["marker"] else NOT_AVAILABLE)
        return Figure(value, shown(self.marts.figure(value, row["measure_id"], row["unit"])))

    def text_figure(self, measure: str, period: str) -> Figure | None:
        """A count that stands only in the reports' text, as last printed."""
        subject = measure, None, "count", period
        printed = [
            row
            for row in self.marts.observations.get((self.authority, measure, None, period), [])
            if row["unit"] == "count"
            and row["is_latest_release"]
            and row["release_id"] in self.own_releases
        ]
        if not printed:
            return None
        value = printed[0]["value"]
        cell = NOT_AVAILABLE if value is None else shown(int(value))
        if printed[0]["marker"]:
            cell = f"[{printed[0]['marker']}]"
        remarks = (*self._contradictions(subject), *self._changes(subject))
        return Figure(value, cell, tuple(self._sources(subject, value)), remarks)
