"""The questions of docs/questions.md, and some of them asked of a star made by hand.

The star is what a modeller would make of the same figures: facts of whole numbers sorted by
authority, and a dimension for each key.
"""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import duckdb

from benchmarks.measure import Part, Row
from safeguarding.warehouse.compiled_project import literal

PAGE = Path("docs/questions.md")
QUESTION = re.compile(r"### (\d+)\. .*?```sql\n(.*?)```", re.DOTALL)
TIMES = 7
MOST_MILLISECONDS = 100
DIMENSIONS = {
    "authority": "local_authority_code", "period": "period_id", "measure": "measure_id",
    "category": "category_id", "release": "release_id", "unit": "unit",
}  # fmt: skip
DESCRIBED = ("period", "release")
KEYS = ", ".join(f"{name}.{name}_key" for name in DIMENSIONS)
JOINS = " ".join(
    f"inner join star.{name} on figures.{column} is not distinct from {name}.{column}"
    for name, column in DIMENSIONS.items()
)


def of(*dimensions: str) -> str:
    """The star's figures of Hampshire, with some dimensions."""
    joins = " ".join(
        f"inner join star.{name} using ({name}_key)" for name in ("authority", *dimensions)
    )
    return f"from star.figure {joins} where local_authority_code = 'E10000014'"


# By the number of the question.
ON_STAR = {
    "1": f"""
        select
            (select referral_source_name from marts.dim_referral_source
             where referral_source_id = category_id) as name,
            min_by(value, period_id), max_by(value, period_id),
            max_by(value, period_id) - min_by(value, period_id) as change
        {of("measure", "period", "unit", "category")}
            and is_preferred and unit = 'count' and measure_id = 'referrals_by_source'
            and period_id in ('2018-19', '2022-23')
        group by category_id order by change desc limit 3
    """,
    "2": f"""
        select
            period_id,
            max(value) filter (where measure_id = 'section_47_enquiries') as enquiries,
            max(value) filter (where measure_id = 'section_47_to_conference') as pct,
            cast(round(enquiries * pct / 100) as integer)
        {of("measure", "period")}
            and is_preferred and measure_id in (
                'section_47_enquiries', 'section_47_to_conference', 'assessments',
                'assessments_in_time'
            )
        group by period_id order by period_id
    """,
    "3": f"""
        select
            financial_year,
            sum(value) filter (where measure_id = 'care_entered') as entered,
            sum(value) filter (where measure_id = 'care_left') as gone,
            sum(value) filter (where measure_id = 'care_entered_uasc'),
            entered - gone
        {of("measure", "period")}
            and is_preferred and measure_id in ('care_entered', 'care_left', 'care_entered_uasc')
        group by financial_year having count(distinct period_key) = 4 order by financial_year
    """,
    "4": f"""
        select release_id, source_line, value_as_printed
        {of("measure", "period", "unit", "category", "release")}
            and measure_id = 'cpp_started' and category_id = 'neglect'
            and period_id = '2021-22' and unit = 'count'
        order by source_line
    """,
    "9": f"""
        select measure_id, value, release_id
        {of("measure", "period", "release")}
            and published_date <= date '2022-12-13'
            and table_id = 'care_flows' and period_id = '2022-23 Q1'
        qualify row_number() over (
            partition by measure_key, category_key, unit_key
            order by published_date desc, source_line asc
        ) = 1
        order by source_line
    """,
}


def queries() -> dict[str, str]:
    """Each question's query, by its number."""
    return dict(QUESTION.findall(PAGE.read_text(encoding="utf-8")))


def make_star(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the star of a warehouse's figures in a file of its own."""
    connection.execute(f"attach {literal(str(path))} as star")
    for name, column in DIMENSIONS.items():
        described = f"left join marts.dim_{name} using ({column})" if name in DESCRIBED else ""
        connection.execute(
            f"create table star.{name} as select row_number() over (order by {column}) as"
            f" {name}_key, * from (select distinct {column} from marts.fct_observations)"
            f" {described}"
        )
    connection.execute(
        f"create table star.figure as select {KEYS}, value, value_as_printed, source_line,"
        f" table_id, is_preferred from marts.fct_observations as figures {JOINS}"
        " order by authority_key, measure_key, period_key"
    )


def measure(part: Part, warehouse: Path, star: Path) -> None:
    """Time every question, and those of the star beside it.

    Raises:
        ValueError: The star answers something else.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        connection.execute("use warehouse")
        make_star(connection, star)
        connection.execute("checkpoint star")
        asked = queries()
        took = {number: milliseconds(connection, sql) for number, sql in asked.items()}
        slowest = max(took, key=lambda number: took[number])
        what = f"question {slowest}, the slowest of {len(took)}"
        part.rows.append(Row(what, "warm, ms", took[slowest], MOST_MILLISECONDS))
        for number, sql in ON_STAR.items():
            ours, stars = (
                sorted(connection.execute(each).fetchall(), key=str)
                for each in (asked[number], sql)
            )
            if ours != stars:
                raise ValueError(f"question {number}: {ours} of the marts, {stars} of the star")
            again = [milliseconds(connection, each) for each in (asked[number], sql)]
            ratio = (took[number] + again[0]) / 2 / again[1]
            part.rows.append(Row(f"question {number} / on a star", "time", ratio, 1.0))
            part.notes.append(
                f"question {number}: {again[0]:.1f} ms, on the star {again[1]:.1f} ms"
            )


def milliseconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """The median time of a query that was asked before."""
    connection.execute(query).fetchall()
    times = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        connection.execute(query).fetchall()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)
