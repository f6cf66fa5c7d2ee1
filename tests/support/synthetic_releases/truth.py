"""The truth about SYNTHETIC releases: what is planted, what must be found, what is revised."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from support.synthetic_releases.councils import REFERENCE, read
from support.synthetic_releases.figures import BROKEN, Key
from support.synthetic_releases.planted import Cell, Planted
from support.synthetic_releases.timetable import period_id
from support.synthetic_releases.work import REGISTERS, Work, copy, make_text_table, number_of

TRUTH = {
    "planted_errors": "planted_id kind release_id local_authority_code period_id measure_id"
    " category_id unit source_line value_as_printed",
    "expected_findings": "planted_id severity known_issue_id check_id release_id"
    " local_authority_code period_id measure_id category_id printed_value expected_value",
}


Rows = list[dict[str, Any]]


def write_registers(work: Work, errors: Sequence[Planted]) -> None:
    """Write the extracts that are no figures, and `truth/` but for the revisions."""
    planted_errors, findings, adjudications = _account(work, errors)
    registers: dict[str, Rows] = {
        "adjudications": adjudications,
        "known_issues": _known_issues(findings),
        "printed_precision": list(_printed_precision(work)),
        "series_breaks": list(_series_breaks(work)),
        "reconciliation_notes": [],
        "narrative_claims": [],
    }
    for name, rows in registers.items():
        columns = REGISTERS[name].split()
        make_text_table(work.connection, name, columns, rows)
        copy(work, name, f"select {', '.join(columns)} from register_{name}")
    released = ", ".join(REGISTERS["releases"].split())
    copy(work, "releases", f"select {released} from releases order by release_no")
    copy(
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
    _write_truth(
        work.order.output, {"planted_errors": planted_errors, "expected_findings": findings}
    )


def _account(work: Work, errors: Sequence[Planted]) -> tuple[Rows, Rows, Rows]:
    """Rows of the planted errors, of the findings to expect and of the adjudications they need."""
    severity = {row["check_id"]: row["severity"] for row in read(REFERENCE / "quality_checks.csv")}
    releases = work.order.timetable.releases()
    cells: Rows = []
    findings: Rows = []
    adjudications: Rows = []
    for number, error in enumerate(errors, start=1):
        code = work.councils[error.council_no].code
        place = {
            "planted_id": f"synthetic-error-{number:05d}",
            "kind": error.kind,
            "release_id": releases[error.release_no].name(code),
            "local_authority_code": code,
        }
        cells += [{**place, **_cell(work, cell)} for cell in error.cells]
        for part, finding in enumerate(error.findings):
            is_explained = severity[finding.check_id] == "error" and work.order.is_explained
            findings.append(
                {
                    **place,
                    **finding._asdict(),
                    "severity": severity[finding.check_id],
                    "known_issue_id": f"{place['planted_id']}-{part}" if is_explained else "",
                }
            )
        adjudications += [
            {
                **place,
                **_cell(work, cell),
                "source_line": _line(work, cell.key),
                "covers": "",
                "standing": "",
                "reason": f"SYNTHETIC: {place['planted_id']} is printed again on a later line.",
            }
            for cell in error.cells
            if cell.line is not None
        ]
    return cells, findings, adjudications


def _known_issues(findings: Rows) -> Rows:
    return [
        {
            **finding,
            "reason": f"SYNTHETIC: planted error of the kind {finding['kind']}.",
            "evidence": f"{finding['planted_id']} in truth/planted_errors.csv.",
        }
        for finding in findings
        if finding["known_issue_id"]
    ]


def _printed_precision(work: Work) -> Iterator[dict[str, Any]]:
    first = work.order.timetable.first_table_year
    for council in work.councils:
        for year in range(first, first + council.style.rounded_years):
            yield {
                "local_authority_code": council.code,
                "period_id": period_id("financial_year", year),
                "unit": "percent",
                "decimals": "1",
                "reason": "SYNTHETIC: rounded to one decimal place, then printed with two.",
            }


def _series_breaks(work: Work) -> Iterator[dict[str, Any]]:
    annual = {one.year: one for one in work.order.timetable.releases() if one.is_annual}
    for council_no, year in work.breaks.items():
        code = work.councils[council_no].code
        yield {
            "release_id": annual[year + 1].name(code),
            "local_authority_code": code,
            "measure_id": BROKEN,
            "period_id": period_id("financial_year", year),
            "reason": "SYNTHETIC: counted by another definition from this year on.",
        }


def _cell(work: Work, cell: Cell) -> dict[str, Any]:
    period_type = work.book[cell.key].period_type
    return {
        "period_id": period_id(period_type, cell.period),
        "measure_id": cell.key.measure,
        "category_id": cell.key.category,
        "unit": cell.key.unit,
        "source_line": cell.line or _line(work, cell.key),
        "value_as_printed": cell.text,
    }


def _line(work: Work, key: Key) -> int:
    found = work.connection.execute(
        "select source_line from series where series_no = ?", [work.series.index(key)]
    ).fetchall()
    return int(found[0][0])


def _write_truth(output: Path, truth: dict[str, Rows]) -> None:
    folder = output / "truth"
    folder.mkdir()
    for name, columns in TRUTH.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, columns.split(), extrasaction="ignore", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(truth[name])


def write_revisions(work: Work) -> int:
    """Write which figures a later release changes.

    Where nothing is planted, that is the last provisional figure against the first final one.
    Where something is, each release's figure is held against the one printed before it. Figures
    of two definitions are not compared.
    """
    connection = work.connection
    connection.execute("create table breaks (council_no integer, series_no integer, period_no int)")
    for council_no, year in work.breaks.items():
        number = work.series.index(Key(BROKEN))
        connection.execute("insert into breaks values (?, ?, ?)", [council_no, number, year])
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
            anti join breaks using (council_no, series_no, period_no)
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
    return number_of(connection, "select count(*) from revisions")
