"""Count figures from records that were read: the project's own SQL, straight in DuckDB."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.records.canonical import Column, Read, Store, read_columns
from safeguarding.records.request import RecordsError, Request, problem
from safeguarding.records.sources import read_source
from safeguarding.warehouse.compiled_project import (
    CompiledProject,
    Node,
    literal,
    load_rows,
    rows_of,
)
from safeguarding.warehouse.seed_files import Row, UnreadableSeedsError, read

COMPILED = Path("target") / "records"
# Where the compiled SQL looks for records: below the working folder, wherever that is.
RECORDS = "records"
OPTIONS = (
    "--vars", f"{{records_path: {RECORDS}}}",
    "--select", "path:models/records", "path:seeds/records",
)  # fmt: skip
ROOMS = (Path("models/records"), Path("seeds/records"))
MEMORY = "DUCKDB_MEMORY_LIMIT"

AGGREGATES = """
    select aggregates.measure_id, category_id, period_id, aggregates.unit, value
    from records.records_aggregates as aggregates
    left join (
        select measure_id, unit, row_number() over () as place from raw.record_measures
        qualify row_number() over (partition by measure_id, unit) = 1
    ) as measures using (measure_id, unit)
    order by measures.place, period_id, category_id nulls first
"""
FINDINGS = """
    select * exclude (extract_id) from records.records_findings
    order by
        case severity when 'error' then 1 when 'warning' then 2 else 3 end,
        check_id, record_table, field, measure_ids
"""
# What a measure counts, and what it divides by or takes away.
COUNTED = """
    select distinct
        counted.measure_id, category_id, period_id, record_table, source_file, source_row
    from records.records_counted as counted
    inner join (
        select of_measure as part, 1 as place from raw.record_measures where measure_id = $measure
        union
        select by_measure, 2 from raw.record_measures where measure_id = $measure
    ) as parts on counted.measure_id = parts.part
    where period_id = $period or starts_with(period_id, $period || ' ')
    order by parts.place, period_id, category_id, source_file, source_row
"""


@dataclass
class Counted:
    """What came of records.

    Attributes:
        figures: Rows of the aggregates.
        findings: What is found in the records, the worst first.
        missing: Columns that are needed and not there, by table.
        reads: What each reader found.
        records: Rows asked for by `explain`; empty if none were.
    """

    figures: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, list[Column]] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)


def count(
    project: Path,
    request: Request,
    sources: Sequence[str] = (),
    *,
    explain: str = "",
    keep: Path | None = None,
) -> Counted:
    """Read records and count figures from them; nothing is left of the records afterwards.

    Args:
        project: The project's root.
        request: What is asked for.
        sources: Kinds of source to read; by default those that the folder has.
        explain: A measure whose records are asked for too.
        keep: Where to keep the records as they were read; None to remove them.

    Raises:
        RecordsError: The records cannot be used.
        NotCompiledError: dbt cannot compile the project.
        UnreadableSeedsError: A seed cannot be read.
    """
    dfe_code = check(project, request)
    if keep is not None and (problems := list(_unfit_to_keep(project, keep))):
        raise RecordsError(problems)
    columns = read_columns(project)
    compiled = CompiledProject.of(project, COMPILED, *OPTIONS)
    with working_folder(keep) as folder, connect(folder) as connection:
        counted = Counted()
        store = Store(connection, folder / RECORDS, columns, request.extract_id)
        counted.reads = read_source(request, sources, dfe_code, project, store)
        counted.missing = store.finish(request, counted.reads)
        make_models(compiled, connection)
        counted.figures = _rows(connection, AGGREGATES)
        counted.findings = [*_far_from_published(project, request, counted.figures)]
        counted.findings += _rows(connection, FINDINGS)
        if explain:
            asked = {"measure": explain, "period": request.period}
            counted.records = _rows(connection, COUNTED, asked)
        return counted


def check(project: Path, request: Request) -> str:
    """Look at a request before anything is read.

    Returns:
        DfE's code of the council.

    Raises:
        RecordsError: It cannot be carried out.
    """
    authorities = _seed(project, "reference", "local_authorities")
    holidays = _seed(project, "records", "bank_holidays")
    years = sorted({int(row["holiday_date"][:4]) for row in holidays})
    codes = {row["local_authority_code"]: row["dfe_la_code"] for row in authorities}
    problems = list(request.problems(project, codes, range(years[0], years[-1] + 1)))
    if problems:
        raise RecordsError(problems)
    return codes[request.authority]


def _seed(project: Path, folder: str, name: str) -> list[Row]:
    rows, problems = read(project / "seeds" / folder / f"{name}.csv")
    if problems:
        raise UnreadableSeedsError(f"{name}.csv{fault}" for fault in problems)
    return rows


def _unfit_to_keep(project: Path, keep: Path) -> Iterator[str]:
    """Say why records should not be kept in a folder."""
    place = f"--keep {keep}"
    if keep.resolve().is_relative_to(project.resolve()):
        advice = "Records of people must never be committed."
        yield problem(place, "a folder inside the repository", "one outside it", advice)
    elif keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        advice = "What is there would be counted too."
        yield problem(place, "something there already", "an empty folder or none", advice)


@contextmanager
def working_folder(keep: Path | None = None) -> Iterator[Path]:
    """A folder that only its owner can read, removed afterwards unless it is to be kept."""
    if keep is not None:
        keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="records-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def connect(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in the working folder, under the name that the compiled SQL uses."""
    with duckdb.connect(":memory:") as connection:
        # No table's order means anything, and keeping it takes memory.
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set memory_limit = {literal(os.environ.get(MEMORY, '4GB'))}")
        connection.execute(f"set temp_directory = {literal(str(folder / 'scratch'))}")
        connection.execute(f"set file_search_path = {literal(str(folder))}")
        connection.execute(f"attach {literal(str(folder / 'working.duckdb'))} as warehouse")
        connection.execute("use warehouse")
        yield connection


def make_models(compiled: CompiledProject, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the models of records from the seeds of records and what was read."""
    nodes = [node for node in compiled.nodes if _is_of_records(node)]
    for schema in ("raw", "staging", "intermediate", "records"):
        connection.execute(f"create schema if not exists {schema}")
    for node in nodes:
        if node.kind == "seed":
            rows = _seed(compiled.project, "records", node.name)
            load_rows(connection, node.relation, node.columns, rows)
    for node in nodes:
        if node.kind == "model":
            compiled.make(connection, node)


def _far_from_published(
    project: Path, request: Request, figures: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Find a number of children looked after that can hardly be this council's.

    No file of SSDA903 says whose it is.
    """
    asked = ("cla_at_year_end", None, request.period, "count")
    keys = ("measure_id", "category_id", "period_id", "unit")
    counted = [row["value"] for row in figures if tuple(row[key] for key in keys) == asked]
    path = project / "seeds" / "official" / "official_statistics.parquet"
    if not any(value is not None for value in counted) or not path.exists():
        return
    with duckdb.connect() as connection:
        published = connection.execute(
            "select value, financial_year from read_parquet(?) where measure_id = ? and unit ="
            " 'count' and category_id is null and area_code = ? and value is not null and"
            " financial_year between ? and ? order by financial_year desc, release_id desc limit 1",
            [str(path), asked[0], request.authority, request.year_before, request.period],
        ).fetchall()
    (check,) = (
        row
        for row in _seed(project, "records", "record_checks")
        if row["check_id"] == "far_from_published"
    )
    share = Decimal(check["parameter"])
    for value, year in published:
        if abs(counted[0] - value) > share * value:
            told = (
                f"found {counted[0]:,.0f} children looked after on {request.end}, expected within"
                f" {share:.0%} of the {value:,.0f} that DfE published for {year}"
            )
            nothing = dict.fromkeys(("record_table", "field", "records", "first_file", "first_row"))
            yield nothing | check | {"field": None, "effect": f"{told}. {check['effect']}"}


def _is_of_records(node: Node) -> bool:
    return any(node.path.is_relative_to(room) for room in ROOMS)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, asked: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    for name, value in (asked or {}).items():
        query = query.replace(f"${name}", literal(value))
    return rows_of(connection.sql(query))
