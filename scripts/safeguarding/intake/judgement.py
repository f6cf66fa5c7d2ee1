"""Check new figures by the warehouse's own SQL, before anything is written.

The SQL that `dbt build` compiled runs in memory on the seeds with the new rows, so that a user's
file and a seed are checked by the same rules.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.intake.new_figures import Extract, Figure, Problem, Row
from safeguarding.intake.wording.vocabulary import row_label_key
from safeguarding.warehouse.compiled_project import CompiledProject, literal, rows_of
from safeguarding.warehouse.failures import first_causes, found_in, message_of

# Each figure of the release beside the last that an earlier release printed of the same thing.
COMPARED = """
    with figures as (
        select * from intermediate.int_release_figures
        where local_authority_code = $authority
    ),
    earlier as (
        select
            new.period_id, new.measure_id, new.category_id, new.unit,
            max_by(old.value, old.release_order) as value,
            max_by(old.definition_number, old.release_order) as definition_number
        from figures as new
        inner join figures as old
            on
                new.period_id = old.period_id
                and new.measure_id = old.measure_id
                and new.category_id is not distinct from old.category_id
                and new.unit = old.unit
                and old.release_order < new.release_order
                -- What is counted from records is no earlier figure of a report.
                and (old.definition_number = 0) = (new.definition_number = 0)
        where new.release_id = $release
        group by all
    )
    select
        count(*) filter (where earlier.period_id is null) as new,
        count(*) filter (
            where
                earlier.period_id is not null
                and new.value is not distinct from earlier.value
                and new.definition_number = earlier.definition_number
        ) as repeated,
        count(*) filter (
            where
                new.value is distinct from earlier.value
                and new.definition_number = earlier.definition_number
        ) as revised,
        count(*) filter (where new.definition_number <> earlier.definition_number) as redefined
    from figures as new
    left join earlier
        on
            new.period_id = earlier.period_id
            and new.measure_id = earlier.measure_id
            and new.category_id is not distinct from earlier.category_id
            and new.unit = earlier.unit
    where new.release_id = $release
"""
REVISIONS = """
    select
        period_id, measure_id, category_id, unit,
        earlier_release_id, earlier_value, later_release_id, later_value, change, change_pct
    from marts.fct_revisions
    where
        local_authority_code = $authority
        and (later_release_id = $release or earlier_release_id = $release)
    order by measure_id, category_id, period_id, unit
"""
FINDINGS = """
    select
        finding_id, check_id, severity, period_id, measure_id, category_id,
        printed_value, expected_value, message, known_issue_id, explanation
    from marts.fct_quality_findings
    where local_authority_code = $authority and release_id = $release
    order by
        case severity when 'error' then 1 when 'warning' then 2 else 3 end,
        known_issue_id is not null, finding_id
"""
ROW_COUNTS = """
    select release_id, table_id, count(value)::varchar as figures,
        (count(*) - count(value))::varchar as missing
    from intermediate.int_labelled_figures
    where release_id = $release
    group by all
    order by table_id
"""
# What would be stored, as the warehouse understands it.
STORED = """
    select
        table_id, row_id, measure_id, category_id, period_id, unit, value::varchar as value, marker,
        value_as_printed, row_label, source_table, period_label,
        source_line::varchar as source_line, source_cell::varchar as source_cell
    from intermediate.int_labelled_figures as figures
    where release_id = $release and local_authority_code = $authority
    order by table_id, figures.source_line, figures.source_cell
"""
STORED_AS = (
    "source_table", "source_line", "source_cell", "row_label", "period_label", "unit",
    "value_as_printed",
)  # fmt: skip
# Columns by which it is known where a figure stood, and that the answer does not have.
OF_PLACE = ("source_table", "period_label", "source_line", "source_cell")
# Without these a figure is not understood, and a problem or question says why.
UNDERSTOOD = ("row_id", "measure_id", "period_id")
ISSUE_COLUMNS = (
    "check_id",
    "period_id",
    "measure_id",
    "category_id",
    "printed_value",
    "expected_value",
)


@dataclass
class Judgement:
    """The result of the warehouse's checks of a release.

    Attributes:
        problems: Figures that it cannot understand, by their place in the user's file.
        stops: What else would stop the next build.
        compared: How many figures are new, repeated, revised, or counted by another definition.
        revisions: Figures that this release changes, or that a later one has changed.
        findings: What the checks find in it, the worst first.
        row_counts: Rows of `expected_row_counts` for the release.
        figures: The figures as they would be stored, each with its `place` in the user's file.
    """

    problems: list[Problem] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    row_counts: list[Row] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def unexplained(self) -> list[dict[str, Any]]:
        """Contradictions of severity `error` that no known issue explains: they stop a build."""
        return [
            finding
            for finding in self.findings
            if finding["severity"] == "error" and finding["known_issue_id"] is None
        ]


def judge(
    compiled: CompiledProject,
    added: Mapping[str, list[Row]],
    *,
    release_id: str,
    authority: str,
    extract: Extract,
    asked: Container[tuple[str, str]] = (),
) -> Judgement:
    """Build the warehouse in memory with the added rows and return what it finds.

    Args:
        compiled: The SQL and the seeds.
        added: Rows that each seed gains, by its name; without `expected_row_counts`.
        release_id: The release that they belong to.
        authority: ONS code of its local authority.
        extract: The added figures and registers with their places in the user's file.
        asked: Labels that the user is asked about, by table and `row_label_key`.

    Raises:
        duckdb.Error: The SQL itself fails, which no figure should bring about.
    """
    figures = [figure for figure in extract.figures if figure.table_id in added]
    seeds = compiled.read_seeds()
    for name, rows in added.items():
        seeds[name] = seeds[name] + rows
    keys = {"release": release_id, "authority": authority}
    with compiled.build(seeds) as connection:
        counts = [row for row in _rows(connection, ROW_COUNTS, keys) if row["table_id"] in added]
        for row in counts:
            values = ", ".join(f"{literal(value)} as {name}" for name, value in row.items())
            connection.execute(f"insert into raw.expected_row_counts by name select {values}")
        judgement = Judgement(
            compared=_rows(connection, COMPARED, keys)[0],
            revisions=_rows(connection, REVISIONS, keys),
            findings=_rows(connection, FINDINGS, keys),
            row_counts=counts,
            figures=list(_placed(_rows(connection, STORED, keys), figures)),
        )
        failing = [
            (test, rows)
            for test, rows in compiled.failing_tests(connection)
            if test != "errors_are_explained"
        ]
    for test, failed in first_causes(failing)[0]:
        for row in failed:
            about = [one for one in figures if _is_about(row, one)]
            of_labels = row.get("column_name") == "row_label"
            problems = [
                *(
                    _figure_problem(row, one)
                    for one in about
                    if not (of_labels and (one.table_id, row_label_key(one.row_label)) in asked)
                ),
                *_register_problems(row, extract),
            ]
            judgement.problems += problems
            if not problems and not about:
                judgement.stops.append(message_of(test, row, compiled.project))
    # Each value once, though many figures share a label.
    judgement.problems = sorted(set(judgement.problems))
    judgement.stops = list(dict.fromkeys(judgement.stops))
    return judgement


def _placed(
    stored: Iterable[dict[str, Any]], figures: Iterable[Figure]
) -> Iterator[dict[str, Any]]:
    places: dict[tuple[str, ...], list[str]] = {}
    for figure in figures:
        key = _stored_as(figure.as_row("", ""), figure.table_id)
        places.setdefault(key, []).append(str(figure.place))
    for row in stored:
        key = _stored_as(row, row["table_id"])
        is_read = row["value"] is not None or row["marker"]
        if key in places and is_read and all(row[name] for name in UNDERSTOOD):
            kept = {name: value for name, value in row.items() if name not in OF_PLACE}
            yield kept | {"place": places[key].pop(0)}


def _stored_as(row: Mapping[str, Any], table_id: str) -> tuple[str, ...]:
    named = {name: row[name] or "" for name in STORED_AS}
    # Lines are numbers to the warehouse.
    line = named["source_line"]
    return (table_id, *(named | {"source_line": line.lstrip("0") or line}).values())


def _is_about(row: Mapping[str, Any], figure: Figure) -> bool:
    if "value_as_printed" not in row or Path(str(row.get("seed_file"))).stem != figure.table_id:
        return False
    of_figure = figure.as_row(str(row["release_id"]), "")
    keys = ("row_label", "period_label", "unit", "value_as_printed")
    return all((of_figure[key] or None) == row[key] for key in keys)


def _figure_problem(row: dict[str, Any], figure: Figure) -> Problem:
    column = row["column_name"]
    name = column.removesuffix("_as_printed").removesuffix("_label")
    return Problem(figure.place_of(column), f"{name} {found_in(row)}", row["expected"])


def _register_problems(row: dict[str, Any], extract: Extract) -> Iterator[Problem]:
    entries = extract.registers.get(Path(str(row.get("seed_file"))).stem, [])
    for place, entry in entries:
        if entry.get(row["column_name"]) == (row["found"] or ""):
            yield Problem(place, f"{row['column_name']} {found_in(row)}", row["expected"])


def stub_issues(judgement: Judgement) -> list[Row]:
    """Make rows for `known_issues`, one for each unexplained contradiction, without the reason."""
    return [
        {column: _text(finding[column]) for column in ISSUE_COLUMNS}
        | {"reason": "", "evidence": ""}
        for finding in judgement.unexplained
    ]


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, keys: Mapping[str, str]
) -> list[dict[str, Any]]:
    for key, value in keys.items():
        query = query.replace(f"${key}", literal(value))
    return rows_of(connection.sql(query))


def _text(value: object) -> str:
    return "" if value is None else str(value)
