"""Revisions, known issues, the audit and the mutations."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds, row_of
from safeguarding.published import audit
from safeguarding.warehouse.compiled_project import CompiledProject
from support import mutation

# Read off the two reports' care-flow and arrivals tables, column April to June 2022, and lines 137
# and 110 on the share of unaccompanied children in March 2022.
REVISIONS = {
    ("care_entered", 165, 173),
    ("care_left", 150, 154),
    ("care_net_change", 15, 19),
    ("care_entered_uasc", 41, 49),
    ("uasc_arrivals", 41, 49),
    ("uasc_share_of_cla", 8, 6),
}
MOST_SURVIVORS = 3  # of a sample of 20: the report names about one figure in ten


def test_revisions_are_those_of_the_reports(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.sql(
        "select measure_id, earlier_value, later_value, period_id, change, change_pct"
        " from marts.fct_revisions"
    ).fetchall()
    assert {(row[0], int(row[1]), int(row[2])) for row in rows} == REVISIONS
    assert {row[3] for row in rows} == {"2022-23 Q1", "2021-22"}
    assert all(change == later - earlier for _, earlier, later, _, change, _ in rows)


def test_revision_appears_and_nothing_else(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "children_looked_after", source_line="108", period_label="2014-15")[
        "value_as_printed"
    ] = "1340"
    rows = compiled.build(seeds).sql("select measure_id from marts.fct_revisions").fetchall()
    assert len(rows) == len(REVISIONS) + 1
    assert ("cla_at_year_end",) in rows


@pytest.mark.parametrize(
    "column", ["check_id", "release_id", "local_authority_code", "measure_id", "period_id"]
)
def test_known_issue_that_is_not_understood(
    column: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    seeds["known_issues"][0][column] = "nonsense"
    problems = compiled.failures(compiled.build(seeds), "registers_are_understood")
    assert [(problem["column_name"], problem["found"]) for problem in problems] == [
        (column, "nonsense")
    ]


def test_audit_passes_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--warehouse", str(PROJECT / "warehouse.duckdb")]
    assert audit.main([*arguments, "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["unexplained_errors"] == 0
    assert content["counts"]["examined without finding the cause"]["error"] > 0
    assert len(content["revisions"]) == len(REVISIONS)
    assert content["findings"][0]["severity"] == "error"
    assert audit.main([*arguments, "--format", "markdown"]) == 0
    assert "## Revisions: 6" in capsys.readouterr().out
    assert audit.main(arguments) == 0
    assert "Open errors: 0" in capsys.readouterr().out


def test_audit_fails_on_an_unexplained_error(
    compiled: CompiledProject, seeds: Seeds, tmp_path: Path
) -> None:
    seeds["known_issues"] = seeds["known_issues"][1:]
    path = tmp_path / "warehouse.duckdb"
    compiled.build(seeds, str(path)).close()
    assert audit.main(["--warehouse", str(path)]) == 1


def test_a_sample_of_wrong_digits_is_noticed(compiled: CompiledProject, seeds: Seeds) -> None:
    names = [name for name in mutation.figure_seeds(compiled) if seeds[name]]
    chosen = mutation.mutations(seeds, names, sample=20)
    outcomes = mutation.run(compiled, chosen)
    assert {outcome.mutation.seed for outcome in outcomes} == set(names)
    assert sum(not outcome.noticed for outcome in outcomes) <= MOST_SURVIVORS


def test_mutation_changes_one_digit(compiled: CompiledProject, seeds: Seeds) -> None:
    for change in mutation.mutations(seeds, mutation.figure_seeds(compiled), sample=None):
        printed = seeds[change.seed][change.row]["value_as_printed"]
        assert sum(a != b for a, b in zip(printed, change.value, strict=True)) == 1
