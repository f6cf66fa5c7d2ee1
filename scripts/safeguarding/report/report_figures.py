"""The figures of one authority's report, each with where it was printed and what to know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from safeguarding.exports import report_tables
from safeguarding.exports.report_tables import NOT_PRINTED, Row
from safeguarding.exports.workbooks.workbook_model import plain, readable, shown
from safeguarding.published.facts import Report
from safeguarding.published.marts import (
    NOT_AVAILABLE,
    SHORTHAND,
    Marts,
    Record,
    as_official,
    listed,
    ordered_revisions,
)
from safeguarding.published.standings import Standing, Subject, counted, revision_told
from safeguarding.report import report_model
from safeguarding.report.report_model import OF_STANDINGS, Figure, Remark, RemarkKind, Source
from safeguarding.report.sentences.phrases import Unit
from safeguarding.report.sentences.time_series import Point, Series
from safeguarding.warehouse.compiled_project import literal

SUPPRESSED = "[c]"
NOT_READ = "No figure could be read in the report."
FROM_DFE = f"{NOT_READ} This one is from DfE's official statistics."
RATES_OF = "Rates are per 10,000 children aged 0 to 17, as counted in: "
COUNTED = "DfE counts years from 1 April to 31 March, and children on 31 March."
OF_OFFICIAL = "measure_id, unit, financial_year, value, marker, release_id, denominator"
About = tuple[str, str | None, str, str]  # measure, category, unit, period


@dataclass(frozen=True)
class Lines:
    """A table of the reports, as read: what its page's table, charts and sentences are made of."""

    report: Report  # which table
    rows: tuple[Row, ...]  # its rows
    periods: tuple[str, ...]  # the periods that it shows, in order


def meaning(shorthand: str) -> str:
    """Say what shorthand means, as a sentence of its own."""
    text = SHORTHAND[shorthand].partition(": ")[2]
    return f"{text[0].upper()}{text[1:]}."


class Evidence:
    """What the published marts know of one authority, for the report of one financial year.

    Args:
        marts: The published tables of the authority, which reports of all years share.
        authority: ONS code of the authority.
        year: Financial year of the report.
    """

    def __init__(self, marts: Marts, authority: str, year: str) -> None:
        """Read all that the figures may need, once."""
        self.marts = marts
        self.authority = authority
        self.year = year
        self.releases = {row["release_id"]: row for row in self.marts.releases}
        self.own_releases = {
            row["release_id"]
            for rows in self.marts.observations.values()
            for row in rows
            if self.releases[row["release_id"]]["financial_year"] <= year
        }
        self.revisions = ordered_revisions(self.marts)
        self._revisions = self._by_subject(self.revisions)
        self._breaks = self.marts.read_figures("dim_series_break")
        self.reconciled = self.marts.reconciled
        self._lost = self._reasons_of_loss()
        self._figures: dict[tuple[str, str | None, str], Figure] = {}
        self._lines: dict[str, Lines] = {}
        self._official_titles = {
            row["release_id"]: f"{plain(row['title'])} ({plain(row['publisher'])})"
            for row in self.marts.official_releases
        }

    @property
    def name(self) -> str:
        """Name of the authority."""
        return self.marts.authorities[self.authority]

    def _known_periods(self, report: Report) -> set[str]:
        """Give periods of which this or an earlier year's release prints a figure of a table."""
        measures = {figure.measure for block in report.blocks for figure in block.figures}
        return {
            row["period_id"]
            for (_, measure, _, _), rows in self.marts.observations.items()
            if measure in measures
            for row in rows
            if row["release_id"] in self.own_releases
        }

    def _reasons_of_loss(self) -> dict[tuple[str, str, str], str]:
        """Find why a figure, or a whole table, of a release could not be read.

        By measure, unit (empty for a table) and period.
        """
        found = {}
        for row in self.marts.findings:
            if row["release_id"] not in self.own_releases or not row["explanation"]:
                continue
            measure, unit, period = row["measure_id"], row["unit"], row["period_id"]
            if row["check_id"] == "figure_missing":
                found[measure, unit, period] = plain(row["explanation"])
            elif row["check_id"] == "table_missing":
                for each in self._measures_beside(measure):
                    found[each, "", period] = plain(row["explanation"])
        return found

    def _measures_beside(self, measure: str) -> set[str]:
        """Give all measures of the reports' tables that have a measure."""
        tables = [
            {figure.measure for block in report.blocks for figure in block.figures}
            for report in self.marts.reports
        ]
        return {each for measures in tables if measure in measures for each in measures}

    @staticmethod
    def _by_subject(rows: Iterable[Record]) -> dict[About, list[Record]]:
        found: dict[About, list[Record]] = defaultdict(list)
        for row in rows:
            about = row["measure_id"], row["category_id"], row["unit"], row["period_id"]
            found[about].append(row)
        return found

    def lines(self, report: Report) -> Lines:
        """Give a table of the reports as of the report's year; always with the year itself."""
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
        if any(self.marts.periods[each]["period_type"] == "financial_year" for each in filled):
            filled.add(self.year)
        periods = report_tables.recent(self.marts, filled, report.years)
        return Lines(report, tuple(rows), tuple(periods))

    def label(self, row: Row) -> str:
        """Name of what a row counts."""
        return self.marts.measure(row.figure.measure, row.category)

    def figure(self, row: Row, period: str) -> Figure:
        """Give a figure of a row, with its sources and remarks."""
        key = f"{row.block.fact}.{row.figure.column}", row.category, period
        if key not in self._figures:
            self._figures[key] = self._read_figure(row, period)
        return self._figures[key]

    def _read_figure(self, row: Row, period: str) -> Figure:
        record = row.records.get(period, {})
        cell = report_tables.figure_cell(self.marts, row.figure, record)
        value = None if isinstance(cell, str) else Decimal(cell)
        subject = row.figure.measure, row.category, row.figure.unit, period
        judged = self.marts.standings.row(self.authority, period, row.judged)
        # A remark on a printed figure is none on what is worked out beside it.
        is_printed = not row.judged.is_calculated
        remarks = (
            *self._standing(judged),
            *(self._changes(subject) if is_printed else ()),
            *self._series_breaks(subject),
            *(self._absence(subject, str(cell)) if value is None else ()),
        )
        sources = tuple(self._sources(subject, value)) if is_printed else ()
        return self._judged(Figure(value, shown(cell), sources, remarks), judged)

    @staticmethod
    def _judged(figure: Figure, judged: Record | None) -> Figure:
        """Give a figure with its standing, and with what a revision of it may be."""
        if judged is None:
            return figure
        bounds = judged["least_revision_pct"], judged["greatest_revision_pct"]
        return replace(
            figure,
            standing=Standing(judged["standing"]),
            revisions=None if None in bounds else bounds,
        )

    def _sources(self, subject: About, value: Decimal | None) -> Iterator[Source]:
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
                is_computed="-records-" in row["release_id"],
            )

    @staticmethod
    def _standing(judged: Record | None) -> Iterator[Remark]:
        """Say what the evidence says, where that is more than a word."""
        if judged is None or judged["standing"] not in set(OF_STANDINGS):
            return
        reason = plain(judged["standing_reason"] or "")
        if judged["standing"] == Standing.PROVISIONAL:
            told = revision_told(judged)
            reason = f"{told[0].upper()}{told[1:]}."
        yield Remark(RemarkKind(judged["standing"]), reason)

    def _changes(self, subject: About) -> Iterator[Remark]:
        for revision in self._revisions.get(subject, []):
            text = report_tables.change_note(self.marts, revision)
            yield Remark(RemarkKind.REVISED, f"Revised: {text}.")

    def _series_breaks(self, subject: About) -> Iterator[Remark]:
        measure, category, _, period = subject
        for row in self._breaks:
            about = row["measure_id"], row["period_id"]
            if about == (measure, period) and row["category_id"] in {None, category}:
                text = f"Not to be compared with earlier periods: {plain(row['reason'])}"
                yield Remark(RemarkKind.BREAK, text)

    def _absence(self, subject: About, shorthand: str) -> Iterator[Remark]:
        if shorthand == SUPPRESSED:
            yield Remark(RemarkKind.SUPPRESSED, meaning(SUPPRESSED))
        elif shorthand == NOT_AVAILABLE:
            measure, _, unit, period = subject
            lost = self._lost.get((measure, unit, period)) or self._lost.get((measure, "", period))
            yield Remark(RemarkKind.MISSING, lost or NOT_READ)

    def filled(self, figure: Figure, subject: About) -> Figure:
        """Give DfE's figure, marked as such, where the report prints none; else the report's."""
        *_, unit, _ = subject
        row = self.marts.official(self.authority, *subject)
        if row is None or figure.shown != NOT_AVAILABLE:
            return figure
        note = "" if row["is_same_definition"] else plain(row["definition_note"] or "")
        remark = Remark(RemarkKind.OFFICIAL, " ".join(filter(None, (FROM_DFE, note))))
        value = as_official(row["official_value"], unit)
        return Figure(Decimal(value), shown(value), remarks=(remark,))

    def official_source(self, rows: Iterable[Record], column: str = "release_id") -> str:
        """Say which official releases figures are from, and what they count; empty if of none."""
        named = [row for row in rows if row[column]]
        releases = dict.fromkeys(row[column] for row in named)
        if not releases:
            return ""
        bases = dict.fromkeys(
            row["denominator"] for row in named if row.get("unit") == "rate_per_10000"
        )
        titles = [self._official_titles[each] for each in releases]
        rates = [self._official_titles.get(each, each) for each in bases]
        of_rates = (
            f" Rates are per 10,000 children aged 0 to 17, as counted in: {listed(rates)}."
            if rates
            else ""
        )
        return f"Source of DfE's figures: {listed(titles)}. {COUNTED}{of_rates}"

    def counted_otherwise(self, measures: Collection[str]) -> Iterator[str]:
        """Say why the report's and DfE's figure of the year differ and both are right."""
        for row in self.reconciled:
            values = row["report_value"], row["official_value"]
            if (
                row["measure_id"] not in measures
                or row["period_id"] != self.year
                or row["is_same_definition"]
                or None in values
                or not row["definition_note"]
            ):
                continue
            own, official = (readable(shown(as_official(each, row["unit"]))) for each in values)
            if own != official:
                yield (
                    f"{self.marts.measure(row['measure_id'], row['category_id'])} in {self.year}: "
                    f"the report has {own}, DfE {official}. Both are right, as they "
                    f"count differently. {plain(row['definition_note'])}"
                )

    def table(self, lines: Lines, table_id: str) -> report_model.Table:
        """Give the table as a page shows it."""
        rows = tuple(
            report_model.Row(
                self.label(row),
                (
                    row.unit_label,
                    *(
                        self.filled(
                            self.figure(row, each),
                            (row.figure.measure, row.category, row.figure.unit, each),
                        )
                        for each in lines.periods
                    ),
                ),
            )
            for row in lines.rows
        )
        measures = {row.figure.measure for row in lines.rows}
        compared = [
            each
            for each in self.reconciled
            if each["measure_id"] in measures
            and each["period_id"] in lines.periods
            and each["official_value"] is not None
        ]
        labels = [self.marts.period(each) for each in lines.periods]
        span = " to ".join(dict.fromkeys((labels[0], labels[-1])))
        notes = report_tables.notes_on_table(
            self.marts, lines.report, list(lines.rows), list(lines.periods)
        )
        return report_model.Table(
            table_id,
            f"{lines.report.title}, {self.name}, {span}",
            ("Measure", "Unit", *labels),
            rows,
            (
                *dict.fromkeys(notes),
                *self._counted_standings(rows),
            ),
            is_over_time=True,
            source=self.official_source(compared, "official_release_id"),
        )

    @staticmethod
    def _counted_standings(rows: Iterable[report_model.Row]) -> Iterator[str]:
        """Count how many figures of a table have each standing."""
        found = [
            cell.standing
            for row in rows
            for cell in row.cells
            if isinstance(cell, Figure) and cell.value is not None and cell.standing is not None
        ]
        if found:
            yield f"Standing of the {len(found)} figures: {counted(found)}."

    def series(self, row: Row, periods: tuple[str, ...]) -> Series:
        """Give a row over time, for sentences and charts."""
        return Series(
            self.label(row),
            cast(Unit, row.figure.unit),
            self.marts.measures[row.figure.measure]["measure_kind"],
            tuple(Point(self.marts.period(each), each, self.figure(row, each)) for each in periods),
            self._official_values(row, is_same_definition=True),
            self._official_values(row, is_same_definition=False),
            is_remainder=row.category == NOT_PRINTED,
            year=self.year,
        )

    def _official_values(self, row: Row, *, is_same_definition: bool) -> dict[str, Decimal]:
        """Give DfE's figures of the same definition or of another one, by financial year."""
        about = row.judged.measure, row.judged.category, row.judged.unit
        return {
            each["period_id"]: Decimal(as_official(each["official_value"], each["unit"]))
            for each in self.reconciled
            if (each["measure_id"], each["category_id"], each["unit"]) == about
            and each["is_same_definition"] is is_same_definition
            and each["official_value"] is not None
        }

    def official_counts(self, measure: str) -> list[Record]:
        """Read DfE's latest counts of a measure for the authority."""
        rows = self.marts.read(
            f"fct_official_statistics where area_code = {literal(self.authority)}"
            " and unit = 'count' and category_id is null and is_latest_release"
            " and not is_calculated",
            OF_OFFICIAL,
        )
        return [row for row in rows if row["measure_id"] == measure]

    def official_figures(self, measure: str) -> dict[str, Figure]:
        """Give DfE's latest counts of a measure for the authority, by financial year."""
        rows = self.official_counts(measure)
        return {row["financial_year"]: self.official_figure(row, row["value"]) for row in rows}

    def official_figure(self, row: Record, value: Decimal | None) -> Figure:
        """Make a figure of official statistics; `row` holds its marker and may its measure."""
        if value is None:
            return Figure(None, f"[{row['marker']}]" if row["marker"] else NOT_AVAILABLE)
        return Figure(value, shown(self.marts.figure(value, row["measure_id"], row["unit"])))

    def text_figure(self, measure: str, period: str) -> Figure | None:
        """Give a count that stands only in the reports' text, as last printed."""
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
        about = Subject(measure, None, "count", is_calculated=False)
        judged = self.marts.standings.row(self.authority, period, about)
        remarks = (*self._standing(judged), *self._changes(subject))
        figure = Figure(value, cell, tuple(self._sources(subject, value)), remarks)
        return self._judged(figure, judged)
