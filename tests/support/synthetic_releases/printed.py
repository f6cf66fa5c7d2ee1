"""Spread the book of SYNTHETIC figures over the releases that print them, as tables of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from support.synthetic_releases.councils import REFERENCE, Council, labels, read
from support.synthetic_releases.figures import Key
from support.synthetic_releases.planted import Planted
from support.synthetic_releases.timetable import (
    LAST_YEAR,
    QUARTERS_PRINTED,
    YEARS_PRINTED,
    YEARS_PRINTED_OF_STOCK,
    PeriodType,
    Timetable,
    period_id,
    period_label,
)
from support.synthetic_releases.work import TABLES, Work, make_table

UNITS = ("count", "percent", "rate_per_10000")
CATEGORY_WITH_OR_WITHOUT = "multiple"
LINE_PRINTED_AGAIN = 128


def load(work: Work) -> None:
    """Make the tables of numbers: series, releases, figures, and what each release prints."""
    connection, order = work.connection, work.order
    rows = {
        (row["measure_id"], row["category_id"], row["unit"]): row
        for row in read(REFERENCE / "published_rows.csv")
        if row["table_id"] in TABLES and row["table_id"] != "headline_figures"
    }
    make_table(
        connection,
        "series",
        [_series(work, n, key, rows[key]) for n, key in enumerate(work.series)],
    )
    make_table(connection, "councils", [_council(n, one) for n, one in enumerate(work.councils)])
    make_table(connection, "releases", list(_releases(work)))
    make_table(connection, "labels", _labels(work))
    make_table(connection, "periods", list(_periods(order.timetable)))
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


def _series(work: Work, number: int, key: Key, row: dict[str, str]) -> dict[str, Any]:
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


def _releases(work: Work) -> Iterable[dict[str, Any]]:
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


def _labels(work: Work) -> list[dict[str, Any]]:
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


def _frame(work: Work, number: int, key: Key) -> pd.DataFrame:
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


def put_errors(work: Work, errors: Sequence[Planted]) -> None:
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
    make_table(work.connection, "planted", cells)
    work.connection.execute("""
        delete from printed
        where (release_no, series_no, period_no) in (
            select (release_no, series_no, period_no) from planted where line is null
        )
    """)
    work.connection.execute("insert into printed by name select * from planted")


def print_again(work: Work) -> None:
    """Print the plans at each year's end a second time, the same, in half of the councils."""
    number = work.series.index(Key("cpp_at_year_end"))
    work.connection.execute(f"""
        insert into printed by name
        select printed.* replace ({LINE_PRINTED_AGAIN} as line)
        from printed
        inner join releases using (release_no)
        anti join planted using (release_no, series_no, period_no)
        where printed.series_no = {number} and releases.council_no % 2 = 0
    """)
