"""Write SYNTHETIC releases as a folder of extracts: Parquet or CSV, every column text.

DuckDB spreads the book of figures over the releases that print them, sorts and writes; memory
stays small since only numbers are held, and text is made on the way out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
import pandas as pd

from synthetic_releases import planted
from synthetic_releases.councils import REFERENCE, Council, councils, labels, read
from synthetic_releases.figures import Author, Book, Key
from synthetic_releases.planted import Cell, Planted
from synthetic_releases.timetable import (
    LAST_YEAR,
    QUARTERS_PRINTED,
    YEARS_PRINTED,
    YEARS_PRINTED_OF_STOCK,
    PeriodType,
    Timetable,
    period_id,
    period_label,
)

Format = Literal["parquet", "csv"]

REGISTERS = {
    "releases": "release_id title publisher published_date financial_year licence source_url"
    " is_published",
    "expected_row_counts": "release_id table_id figures missing",
    "adjudications": "release_id local_authority_code measure_id category_id period_id unit"
    " source_line reason",
    "known_issues": "known_issue_id check_id release_id local_authority_code period_id measure_id"
    " category_id printed_value expected_value reason evidence",
    "printed_precision": "local_authority_code measure_id period_id unit decimals reason",
    "series_breaks": "release_id local_authority_code measure_id category_id period_id reason",
    "narrative_claims": "claim_id release_id local_authority_code paragraph source_line statement"
    " claimed_value claimed_decimals comparison formula measure_id category_id unit period_id"
    " base_measure_id base_category_id base_unit base_period_id explanation",
}
# Where each table stands in a release: its number and the line before its first row.
TABLES = {
    "contacts_and_referrals": ("15.1", 80),
    "section_47_and_assessments": ("16", 100),
    "child_protection_plans": ("17", 110),
    "children_looked_after": ("18", 130),
    "care_flows": ("18.2", 140),
    "uasc_arrivals": ("19.1", 150),
    "uasc_care_leavers": ("19.2", 160),
    "headline_figures": ("", 170),
}
UNITS = ("count", "percent", "rate_per_10000")
MEMORY = "1GB"
CATEGORY_WITH_OR_WITHOUT = "multiple"


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        authorities: Number of authorities, the first by code.
        timetable: Which releases each publishes.
        seed: The same seed makes the same figures.
        output: New folder for the extracts.
        form: Format of the files.
        planted_share: Share of the figures to be made wrong.
        revised_share: Share of provisional counts that the next release changes.
        is_explained: Whether known issues explain the planted errors.
    """

    authorities: int
    timetable: Timetable
    seed: int
    output: Path
    form: Format = "parquet"
    planted_share: float = 0.0
    revised_share: float = 0.02
    is_explained: bool = True


@dataclass(frozen=True)
class Made:
    """What was made: numbers of rows."""

    releases: int
    figures: int
    missing: int
    revisions: int
    planted: int
    findings: int


@dataclass
class _Work:
    """The tables of numbers that everything is written from."""

    connection: duckdb.DuckDBPyConnection
    order: Order
    councils: Sequence[Council]
    book: Book
    series: list[Key] = field(default_factory=list)


def write(order: Order) -> Made:
    """Make the releases and write them, with the truth about them in `truth/`.

    Raises:
        ValueError: The order cannot be met; the message says which part and what to do.
    """
    _check(order)
    rng = np.random.default_rng(order.seed)
    chosen = councils(order.authorities, rng)
    book = Author(chosen, order.timetable, rng, order.revised_share).write()
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
        work = _Work(connection, order, chosen, book, list(book))
        order.output.mkdir(parents=True, exist_ok=True)
        connection.execute("set temp_directory = ?", [str(order.output / ".spill")])
        _load(work)
        wanted = round(order.planted_share * _number(connection, "select count(*) from printed"))
        errors = planted.plant(chosen, order.timetable, book, wanted, rng) if wanted else []
        _plant(work, errors)
        for table in TABLES:
            _write_table(work, table)
        _write_registers(work, errors)
        revisions = _write_revisions(work)
        figures, missing = connection.execute(
            "select count(*) filter (not is_hidden), count(*) filter (is_hidden) from printed"
        ).fetchall()[0]
    return Made(
        releases=len(chosen) * len(order.timetable.releases()),
        figures=figures,
        missing=missing,
        revisions=revisions,
        planted=len(errors),
        findings=sum(len(error.findings) for error in errors),
    )


def _check(order: Order) -> None:
    if order.output.exists() and any(order.output.iterdir()):
        raise ValueError(
            f"--output: the folder {order.output} is not empty. Name a new folder, or empty it."
        )


def _load(work: _Work) -> None:
    """Make the tables of numbers: series, releases, figures, and what each release prints."""
    connection, order = work.connection, work.order
    rows = {
        (row["measure_id"], row["category_id"], row["unit"]): row
        for row in read(REFERENCE / "published_rows.csv")
        if row["table_id"] != "headline_figures"
    }
    _table(
        connection,
        "series",
        [_series(work, n, key, rows[key]) for n, key in enumerate(work.series)],
    )
    _table(connection, "councils", [_council(n, one) for n, one in enumerate(work.councils)])
    _table(connection, "releases", list(_releases(work)))
    _table(connection, "labels", _labels(work))
    _table(connection, "periods", list(_periods(order.timetable)))
    connection.execute(
        "create table figures (council_no integer, series_no integer, period_no integer,"
        " state tinyint, value bigint, is_hidden boolean, decimals tinyint)"
    )
    for number, key in enumerate(work.series):
        frame = _frame(work, number, key)
        connection.register("frame", frame)
        connection.execute("insert into figures select * from frame")
        connection.unregister("frame")
    connection.execute("""
        create table printed as
        select
            places.release_no, places.series_no, places.period_no,
            figures.value, figures.is_hidden, figures.decimals,
            cast(null as varchar) as text, cast(null as integer) as line
        from (
            select
                releases.release_no, releases.council_no, series.series_no, latest,
                latest - unnest(range(series.span))::integer as period_no
            from (
                select *, year_no as latest, 'financial_year' as period_type
                from releases where is_annual
                union all
                select *, quarter_no as latest, 'quarter' as period_type from releases
            ) as releases
            inner join series using (period_type)
        ) as places
        inner join figures
            on places.council_no = figures.council_no
            and places.series_no = figures.series_no
            and places.period_no = figures.period_no
            and figures.state = case when places.period_no = places.latest then 0 else 1 end
    """)


def _series(work: _Work, number: int, key: Key, row: dict[str, str]) -> dict[str, Any]:
    table, line = TABLES[row["table_id"]]
    period_type = work.book[key].period_type
    span = QUARTERS_PRINTED if period_type == "quarter" else YEARS_PRINTED
    if key.measure == "cla_at_year_end":
        span = YEARS_PRINTED_OF_STOCK
    return {
        "series_no": number,
        "table_id": row["table_id"],
        "row_id": row["row_id"],
        "measure_id": key.measure,
        "category_id": key.category or None,
        "unit": key.unit,
        "unit_no": UNITS.index(key.unit),
        "source_table": table,
        "source_line": line + int(row["sort_order"]),
        "period_type": period_type,
        "span": span,
    }


def _council(number: int, council: Council) -> dict[str, Any]:
    style = council.style
    return {
        "council_no": number,
        "local_authority_code": council.code,
        "percent_sign": style.percent_sign,
        "has_commas": style.has_commas,
        "marker": style.marker,
        "has_slash": style.has_slash,
    }


def _releases(work: _Work) -> Iterable[dict[str, Any]]:
    number = 0
    for council_no, council in enumerate(work.councils):
        for release in work.order.timetable.releases():
            kind = "annual" if release.is_annual else f"quarterly (Q{release.quarter % 4 + 1})"
            name = release.name(council.code)
            yield {
                "release_no": number,
                "council_no": council_no,
                "is_annual": release.is_annual,
                "year_no": release.year,
                "quarter_no": release.quarter,
                "release_id": name,
                "title": f"SYNTHETIC {kind} safeguarding figures"
                f" {period_id('financial_year', release.year)}, {council.name}",
                "publisher": f"SYNTHETIC {council.name}",
                "published_date": release.published_date,
                "financial_year": period_id("financial_year", release.year),
                "licence": "None: SYNTHETIC figures, invented for tests",
                "source_url": f"https://synthetic.invalid/{name}",
                "is_published": "true",
            }
            number += 1


def _labels(work: _Work) -> list[dict[str, Any]]:
    """One wording for each row and council; the same for the same council and seed."""
    rng = np.random.default_rng([work.order.seed, 1])
    return [
        {
            "council_no": number,
            "table_id": table,
            "row_id": row,
            "row_label": str(rng.choice(words)),
        }
        for (table, row), words in labels().items()
        for number in range(len(work.councils))
    ]


def _periods(timetable: Timetable) -> Iterable[dict[str, Any]]:
    spans: dict[PeriodType, range] = {
        "financial_year": range(timetable.first_stock_year, LAST_YEAR + 1),
        "quarter": range(timetable.first_quarter, timetable.last_quarter + 1),
    }
    for period_type, numbers in spans.items():
        for number in numbers:
            yield {
                "period_type": period_type,
                "period_no": number,
                "period_id": period_id(period_type, number),
                "period_label": period_label(period_type, number),
            }


def _frame(work: _Work, number: int, key: Key) -> pd.DataFrame:
    series = work.book[key]
    council, period, state = np.indices(series.values.shape).reshape(3, -1)
    frame = pd.DataFrame(
        {
            "council_no": council,
            "series_no": number,
            "period_no": series.first + period,
            "state": state,
            "value": series.values.ravel(),
            "is_hidden": series.is_hidden.ravel(),
            "decimals": series.decimals[council],
        }
    )
    if key.category == CATEGORY_WITH_OR_WITHOUT:
        has_row = np.array([one.style.has_multiple for one in work.councils])
        frame = frame[has_row[council]]
    return frame


def _plant(work: _Work, errors: Sequence[Planted]) -> None:
    """Put the errors in place of what is printed, or beside it."""
    number = {key: n for n, key in enumerate(work.series)}
    per_council = len(work.order.timetable.releases())
    cells = [
        {
            "release_no": error.council_no * per_council + error.release_no,
            "series_no": number[cell.key],
            "period_no": cell.period,
            "value": cell.value or 0,
            "is_hidden": cell.value is None,
            "decimals": cell.decimals,
            "text": cell.text,
            "line": cell.line,
        }
        for error in errors
        for cell in error.cells
    ]
    if not cells:
        work.connection.execute("create table planted as select * from printed limit 0")
        return
    _table(work.connection, "planted", cells)
    work.connection.execute("""
        delete from printed
        where (release_no, series_no, period_no) in (
            select (release_no, series_no, period_no) from planted where line is null
        )
    """)
    work.connection.execute("insert into printed by name select * from planted")


def _write_table(work: _Work, table: str) -> None:
    query = f"""
        select
            releases.release_id,
            councils.local_authority_code,
            series.source_table,
            cast(coalesce(printed.line, series.source_line) as varchar) as source_line,
            cast(
                2 + series.unit_no + 3 * (
                    printed.period_no + series.span - 1
                    - case series.period_type
                        when 'quarter' then releases.quarter_no else releases.year_no
                    end
                ) as varchar
            ) as source_cell,
            labels.row_label,
            case
                when councils.has_slash and series.period_type = 'financial_year'
                    then replace(periods.period_label, '-', '/')
                else periods.period_label
            end as period_as_printed,
            periods.period_label,
            series.unit,
            case
                when printed.text is not null then printed.text
                when printed.is_hidden then councils.marker
                when series.unit = 'count' and councils.has_commas
                    then format('{{:,}}', printed.value)
                when series.unit = 'count' then cast(printed.value as varchar)
                when printed.decimals = 1 then format('{{:.1f}}', printed.value / 10)
                else format('{{:.2f}}', printed.value / 100)
            end || case
                when series.unit = 'percent' and not printed.is_hidden and printed.text is null
                    then councils.percent_sign
                else ''
            end as value_as_printed,
            cast(null as varchar) as note
        from printed
        inner join series using (series_no)
        inner join releases using (release_no)
        inner join councils using (council_no)
        inner join labels
            on councils.council_no = labels.council_no
            and series.table_id = labels.table_id
            and series.row_id = labels.row_id
        inner join periods
            on series.period_type = periods.period_type and printed.period_no = periods.period_no
        where series.table_id = '{table}'
        order by
            printed.release_no, coalesce(printed.line, series.source_line),
            printed.period_no, series.unit_no
    """
    _copy(work, table, query)


def _write_registers(work: _Work, errors: Sequence[Planted]) -> None:
    connection, order = work.connection, work.order
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in REGISTERS}
    severity = {row["check_id"]: row["severity"] for row in read(REFERENCE / "quality_checks.csv")}
    truth: dict[str, list[dict[str, Any]]] = {"planted_errors": [], "expected_findings": []}
    releases = order.timetable.releases()
    for number, error in enumerate(errors, start=1):
        council = work.councils[error.council_no]
        place = {
            "release_id": releases[error.release_no].name(council.code),
            "local_authority_code": council.code,
        }
        planted_id = f"synthetic-error-{number:05d}"
        truth["planted_errors"] += [
            {"planted_id": planted_id, "kind": error.kind, **place, **_cell(work, cell)}
            for cell in error.cells
        ]
        for part, finding in enumerate(error.findings):
            row = {**place, **finding.row()}
            is_error = severity[finding.check] == "error"
            issue = f"{planted_id}-{part}" if is_error and order.is_explained else ""
            truth["expected_findings"].append(
                {
                    "planted_id": planted_id,
                    "severity": severity[finding.check],
                    "known_issue_id": issue,
                    **row,
                }
            )
            if issue:
                reason = f"SYNTHETIC: planted error of the kind {error.kind}."
                evidence = f"{planted_id} in truth/planted_errors.csv."
                rows["known_issues"].append(
                    {"known_issue_id": issue, "reason": reason, "evidence": evidence, **row}
                )
        rows["adjudications"] += [
            {
                **place,
                **_cell(work, cell),
                "source_line": _line(work, cell.key),
                "reason": f"SYNTHETIC: {planted_id} is printed again on a later line.",
            }
            for cell in error.cells
            if cell.line is not None
        ]
    for name, listed in REGISTERS.items():
        columns = listed.split()
        if name in ("releases", "expected_row_counts"):
            continue
        _text_table(connection, name, columns, rows[name])
        _copy(work, name, f"select {', '.join(columns)} from register_{name}")
    released = ", ".join(REGISTERS["releases"].split())
    _copy(work, "releases", f"select {released} from releases order by release_no")
    _copy(
        work,
        "expected_row_counts",
        """
        select
            releases.release_id,
            series.table_id,
            cast(count(*) filter (not printed.is_hidden) as varchar) as figures,
            cast(count(*) filter (printed.is_hidden) as varchar) as missing
        from printed
        inner join series using (series_no)
        inner join releases using (release_no)
        group by printed.release_no, releases.release_id, series.table_id
        order by printed.release_no, min(series.series_no)
        """,
    )
    _write_truth(order.output, truth)


def _cell(work: _Work, cell: Cell) -> dict[str, Any]:
    period_type = work.book[cell.key].period_type
    return {
        "period_id": period_id(period_type, cell.period),
        "measure_id": cell.key.measure,
        "category_id": cell.key.category,
        "unit": cell.key.unit,
        "source_line": cell.line or _line(work, cell.key),
        "value_as_printed": cell.text,
    }


def _line(work: _Work, key: Key) -> int:
    found = work.connection.execute(
        "select source_line from series where series_no = ?", [work.series.index(key)]
    ).fetchall()
    return int(found[0][0])


TRUTH = {
    "planted_errors": "planted_id kind release_id local_authority_code period_id measure_id"
    " category_id unit source_line value_as_printed",
    "expected_findings": "planted_id severity known_issue_id check_id release_id"
    " local_authority_code period_id measure_id category_id printed_value expected_value",
}


def _write_truth(output: Path, truth: dict[str, list[dict[str, Any]]]) -> None:
    folder = output / "truth"
    folder.mkdir()
    for name, columns in TRUTH.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns.split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(truth[name])


def _write_revisions(work: _Work) -> int:
    """Write which figures a later release changes.

    Where nothing is planted, that is the last provisional figure against the first final one.
    Where something is, each release's figure is held against the one printed before it.
    """
    connection = work.connection
    connection.execute("""
        create table revisions as
        with handovers as (
            select
                council_no, 'quarter' as period_type, quarter_no as period_no,
                release_no as earlier_no,
                lead(release_no) over by_quarter as later_no,
                lead(quarter_no) over by_quarter as later_latest
            from releases
            window by_quarter as (partition by council_no order by release_no)
            union all
            select
                council_no, 'financial_year' as period_type, year_no as period_no,
                release_no as earlier_no,
                lead(release_no) over by_year as later_no,
                lead(year_no) over by_year as later_latest
            from releases where is_annual
            window by_year as (partition by council_no order by release_no)
        ),
        touched as (
            select distinct releases.council_no, planted.series_no, planted.period_no
            from planted inner join releases using (release_no) where planted.line is null
        ),
        untouched as (
            select
                first.series_no, first.period_no, handovers.earlier_no, handovers.later_no,
                first.value as earlier, second.value as later,
                first.decimals as earlier_decimals, second.decimals as later_decimals
            from figures as first
            inner join figures as second using (council_no, series_no, period_no)
            inner join series using (series_no)
            inner join handovers using (council_no, period_type, period_no)
            anti join touched using (council_no, series_no, period_no)
            where
                first.state = 0 and second.state = 1 and first.value <> second.value
                and not first.is_hidden and not second.is_hidden
                and handovers.later_latest > handovers.period_no
        ),
        reprinted as (
            select
                printed.series_no, printed.period_no,
                lag(printed.release_no) over in_order as earlier_no,
                printed.release_no as later_no,
                lag(printed.value) over in_order as earlier, printed.value as later,
                lag(printed.decimals) over in_order as earlier_decimals,
                printed.decimals as later_decimals
            from printed
            inner join releases using (release_no)
            semi join touched
                on releases.council_no = touched.council_no
                and printed.series_no = touched.series_no
                and printed.period_no = touched.period_no
            where not printed.is_hidden and printed.line is null
            window in_order as (
                partition by releases.council_no, printed.series_no, printed.period_no
                order by printed.release_no
            )
        )
        select * from untouched
        union all
        select * from reprinted
        where earlier * power(10, later_decimals) <> later * power(10, earlier_decimals)
    """)
    path = work.order.output / "truth" / "expected_revisions.csv"
    connection.execute(f"""
        copy (
            select
                councils.local_authority_code, series.measure_id, series.category_id,
                periods.period_id, series.unit,
                first.release_id as earlier_release_id, later.release_id as later_release_id,
                cast(earlier / power(10, earlier_decimals) as decimal(18, 2)) as earlier_value,
                cast(revisions.later / power(10, later_decimals) as decimal(18, 2)) as later_value
            from revisions
            inner join series using (series_no)
            inner join periods using (period_type, period_no)
            inner join releases as first on revisions.earlier_no = first.release_no
            inner join releases as later on revisions.later_no = later.release_no
            inner join councils on later.council_no = councils.council_no
            order by revisions.later_no, series.series_no, revisions.period_no
        ) to '{path}' (format csv, header)
    """)
    return _number(connection, "select count(*) from revisions")


def _copy(work: _Work, name: str, query: str) -> None:
    folder = work.order.output / name
    folder.mkdir()
    form = work.order.form
    options = "format csv, header" if form == "csv" else "format parquet"
    work.connection.execute(f"copy ({query}) to '{folder / f'part-0.{form}'}' ({options})")


def _table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[dict[str, Any]]
) -> None:
    frame = pd.DataFrame(rows)
    for column in ("text", "line"):
        if column in frame:
            frame[column] = frame[column].astype("string" if column == "text" else "Int64")
    connection.register("frame", frame)
    connection.execute(f"create table {name} as select * from frame")
    connection.unregister("frame")


def _text_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> None:
    """Make `register_<name>` out of rows, every column text, a blank being null."""
    typed = ", ".join(f"{column} varchar" for column in columns)
    connection.execute(f"create table register_{name} ({typed})")
    if rows:
        connection.executemany(
            f"insert into register_{name} values ({', '.join('?' * len(columns))})",
            [[str(row.get(column, "")) or None for column in columns] for row in rows],
        )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
