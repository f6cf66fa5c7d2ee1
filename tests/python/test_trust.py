"""Revisions, claims, and what is said about them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

import audit
import mutation
from compiled_project import CompiledProject, Row
from conftest import PROJECT, Seeds, row_of

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


CLAIM = {
    "release_id": "hampshire-asr-2022-23",
    "local_authority_code": "E10000014",
    "paragraph": "1",
    "source_line": "1",
    "statement": "made for the test",
    "claimed_decimals": "0",
    "comparison": "equals",
    "unit": "count",
}
CLA = {"measure_id": "cla_at_year_end", "period_id": "2022-23"}
CLA_BASE = {"base_measure_id": "cla_at_year_end", "base_unit": "count"}
POLICE = {"measure_id": "referrals_by_source", "category_id": "police", "unit": "percent"}


@pytest.mark.parametrize(
    ("claim", "verdict", "recomputed"),
    [
        (CLA | {"formula": "value", "claimed_value": "1855"}, "agrees", 1855),
        (CLA | {"formula": "value", "claimed_value": "1850"}, "contradicts", 1855),
        (CLA | {"formula": "value", "claimed_value": "1900", "claimed_decimals": "-2"},
         "agrees within rounding", 1855),
        # 1,855 less 1,725, and as a percentage of it 7.536
        (CLA | CLA_BASE | {"formula": "change", "base_period_id": "2021-22",
                           "claimed_value": "130"}, "agrees", 130),
        (CLA | CLA_BASE | {"formula": "percentage_change", "base_period_id": "2021-22",
                           "claimed_value": "7.5", "claimed_decimals": "1"},
         "agrees within rounding", 7.54),
        (CLA | CLA_BASE | {"formula": "percentage_change", "base_period_id": "2021-22",
                           "claimed_value": "7.6", "claimed_decimals": "1"}, "contradicts", 7.54),
        # 239 of 1,855 is 12.884%
        ({"measure_id": "uasc_looked_after", "period_id": "2022-23", "formula": "share_of",
          **CLA_BASE, "base_period_id": "2022-23", "claimed_value": "13"},
         "agrees within rounding", 12.88),
        (CLA | {"formula": "difference", "base_measure_id": "uasc_looked_after",
                "base_unit": "count", "base_period_id": "2022-23", "claimed_value": "1616"},
         "agrees", 1616),
        # 173 + 191 + 182 + 195
        ({"measure_id": "care_entered", "formula": "sum", "base_period_id": "2022-23 Q1",
          "period_id": "2022-23 Q4", "claimed_value": "741"}, "agrees", 741),
        # nobody printed 2018-19 by quarter: a sum that lacks periods is no sum
        ({"measure_id": "care_entered", "formula": "sum", "base_period_id": "2018-19 Q1",
          "period_id": "2019-20 Q4", "claimed_value": "570"}, "not checkable", None),
        (POLICE | {"formula": "rank", "period_id": "2022-23", "claimed_value": "2"}, "agrees", 2),
        (POLICE | {"formula": "rank", "period_id": "2020-21", "claimed_value": "2"},
         "contradicts", 1),
        (CLA | {"formula": "minimum", "base_period_id": "2014-15", "claimed_value": "1305"},
         "agrees", 1305),
        (CLA | {"formula": "maximum", "base_period_id": "2014-15", "claimed_value": "1855"},
         "agrees", 1855),
        # down in 2015-16 and 2019-20, up in the other six of eight steps
        (CLA | {"formula": "rises", "base_period_id": "2014-15", "claimed_value": "6"},
         "agrees", 6),
        (CLA | {"formula": "falls", "base_period_id": "2014-15", "claimed_value": "2"},
         "agrees", 2),
        (CLA | {"formula": "periods", "claimed_value": "9"}, "agrees", 9),
        # 31 March 2022 to 12 December 2023
        ({"formula": "months_to_publication", "period_id": "2021-22", "claimed_value": "18"},
         "contradicts", 20),
        (CLA | {"formula": "value", "comparison": "more_than", "claimed_value": "1855"},
         "contradicts", 1855),
        (CLA | {"formula": "value", "comparison": "at_least", "claimed_value": "1855"},
         "agrees", 1855),
        (CLA | {"formula": "value", "comparison": "less_than", "claimed_value": "1856"},
         "agrees", 1855),
        (CLA | {"formula": "value", "comparison": "at_most", "claimed_value": "1854"},
         "contradicts", 1855),
        (CLA | {"formula": "none", "claimed_value": "1855"}, "not checkable", None),
        # the figure on the claim's own line does not prove it; the earlier report lacks it
        (CLA | {"formula": "value", "claimed_value": "1855", "source_line": "108"},
         "not checkable", None),
        # as known when the first report was published: 165, not the 173 of the second
        ({"measure_id": "care_entered", "formula": "value", "period_id": "2022-23 Q1",
          "release_id": "hampshire-asr-2021-22", "claimed_value": "165"}, "agrees", 165),
    ],
)  # fmt: skip
def test_verdict(
    claim: Row, verdict: str, recomputed: float | None, compiled: CompiledProject, seeds: Seeds
) -> None:
    seeds["narrative_claims"] = [CLAIM | {"claim_id": "test"} | claim]
    connection = compiled.build(seeds)
    assert compiled.failures(connection, "claims_are_understood") == []
    rows = connection.sql(
        "select verdict, cast(recomputed_value as double) from marts.fct_narrative_claims"
    ).fetchall()
    assert rows == [(verdict, recomputed)]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("measure_id", "children_in_care", "cla_at_year_end, cla_excluding_uasc"),
        ("period_id", "2022-24", "one of 2014-15, 2014-15 Q1"),
        ("base_period_id", "2099-00", "one of 2014-15, 2014-15 Q1"),
        ("release_id", "hampshire", "one of hampshire-asr-2021-22, hampshire-asr-2022-23"),
        ("formula", "ratio", "change, difference, falls"),
        ("formula", "", "change, difference, falls"),
        ("formula", "change", "one, which the formula change needs"),
        ("comparison", "about", "equals, more_than"),
        ("claimed_value", "many", "a number"),
    ],
)
def test_claim_that_is_not_understood(
    column: str, value: str, expected: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    claim = CLAIM | CLA | {"claim_id": "test", "formula": "value", "claimed_value": "1"}
    seeds["narrative_claims"] = [claim | {column: value}]
    problems = compiled.failures(compiled.build(seeds), "claims_are_understood")
    assert [problem for problem in problems if expected in problem["expected"]], problems
    assert {problem["claim_id"] for problem in problems} == {"test"}


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


def test_claims_of_both_reports_are_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.sql(
        "select release_id, count(*) from marts.fct_narrative_claims group by 1"
    ).fetchall()
    assert all(number > 80 for _, number in rows)
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("claim_id", "verdict"),
    [
        ("2022-23 16.2 b", "contradicts"),  # the bracketed 233 is the increase, not the level
        ("2022-23 16.2 a", "agrees within rounding"),  # 69.6% is right all the same
        ("2022-23 15.1 f", "contradicts"),  # 1,619 belongs to the year before
        ("2021-22 11.2 c", "contradicts"),
        ("2021-22 15.1 c", "agrees within rounding"),
    ],
)
def test_known_verdicts(claim_id: str, verdict: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    row = warehouse.execute(
        "select verdict from marts.fct_narrative_claims where claim_id = ?", [claim_id]
    ).fetchone()
    assert row == (verdict,)


def test_audit_passes_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--warehouse", str(PROJECT / "warehouse.duckdb")]
    assert audit.main([*arguments, "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["open_errors"] == 0
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


def test_audit_without_a_warehouse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["--warehouse", str(tmp_path / "none.duckdb")]) == 2
    assert "Run make build first" in capsys.readouterr().err
    (tmp_path / "text.duckdb").write_text("not a database")
    assert audit.main(["--warehouse", str(tmp_path / "text.duckdb")]) == 2


def test_a_sample_of_wrong_digits_is_noticed(compiled: CompiledProject, seeds: Seeds) -> None:
    chosen = mutation.mutations(seeds, mutation.figure_seeds(compiled), sample=20)
    outcomes = mutation.run(compiled, chosen)
    assert {outcome.mutation.seed for outcome in outcomes} == set(mutation.figure_seeds(compiled))
    assert sum(not outcome.noticed for outcome in outcomes) <= MOST_SURVIVORS


def test_mutation_changes_one_digit(compiled: CompiledProject, seeds: Seeds) -> None:
    for change in mutation.mutations(seeds, mutation.figure_seeds(compiled), sample=None):
        printed = seeds[change.seed][change.row]["value_as_printed"]
        assert sum(a != b for a, b in zip(printed, change.value, strict=True)) == 1
