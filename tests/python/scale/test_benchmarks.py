"""Computed a second time, by other means, the figures are what the warehouse holds."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import page, questions, straight, with_polars
from benchmarks.contents import DEAREST, KEYS, LEFT_OUT, columns_of
from benchmarks.measure import Part, Run, Way, in_turn
from benchmarks.seeds_as_extracts import seeds_as_extracts
from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import CompiledProject
from support import oracle
from support.oracle.compare import differences
from support.synthetic import synthetic_council

HAMPSHIRE = "E10000014"
FINDINGS = "fct_quality_findings"
LEFT_OUT_OF_TIMED = {**LEFT_OUT, FINDINGS: f"{LEFT_OUT[FINDINGS]} and {DEAREST}"}
# Line 144 of the 2021-22 report: 135 children entered care from April to June 2019.
ENTERED = "raw.care_flows where release_id = 'hampshire-asr-2021-22' and source_line = '144'"


@pytest.fixture(scope="module")
def built(
    seeds_as_they_are: Seeds, tmp_path_factory: pytest.TempPathFactory
) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """The warehouse of the real seeds, and those seeds as extracts."""
    connection = CompiledProject.of(PROJECT).build(seeds_as_they_are)
    folder = tmp_path_factory.mktemp("extracts")
    seeds_as_extracts(connection, folder)
    return connection, folder


def test_both_compute_what_the_warehouse_holds(
    built: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    connection, folder = built
    computed = oracle.compute(folder)
    assert differences(connection, computed) == []
    assert all(len(computed[table]) > 0 for table in KEYS)
    timed = with_polars.compute(folder)
    assert differences(connection, timed, LEFT_OUT_OF_TIMED) == []
    assert all(len(timed[table]) > 0 for table in KEYS)


def test_both_follow_breaks_and_a_second_council(
    compiled: CompiledProject, seeds: Seeds, tmp_path: Path
) -> None:
    for name, day, number in (
        (synthetic_council.PUBLISHED, "2022-06-01", 2),
        (synthetic_council.FINAL, "2023-06-01", 3),
    ):
        synthetic_council.add_release(
            seeds, name, day, synthetic_council.figures(number), is_published=True
        )
    keys = ("release_id", "local_authority_code", "measure_id", "category_id", "period_id")
    breaks = [
        ("hampshire-asr-2021-22", HAMPSHIRE, "cpp_started", "neglect", "2020-21"),
        # Each of these parts two figures between which a check finds something.
        ("hampshire-asr-2021-22", HAMPSHIRE, "cpp_started", "", "2018-19"),
        ("hampshire-asr-2021-22", HAMPSHIRE, "cpp_at_year_end", "", "2020-21"),
        ("hampshire-asr-2021-22", HAMPSHIRE, "cla_at_year_end", "", "2020-21"),
        ("hampshire-asr-2022-23", HAMPSHIRE, "referrals_by_source", "", "2020-21"),
        (synthetic_council.FINAL, synthetic_council.COUNCIL, "care_entered", "", "2020-21"),
        (synthetic_council.FINAL, synthetic_council.COUNCIL, "cla_at_year_end", "", "2017-18"),
        (synthetic_council.FINAL, synthetic_council.COUNCIL, "cla_at_year_end", "", "2020-21"),
    ]
    seeds["series_breaks"] = [
        dict(zip(keys, values, strict=True)) | {"reason": "SYNTHETIC"} for values in breaks
    ]
    connection = compiled.build(seeds)
    seeds_as_extracts(connection, tmp_path)
    computed = oracle.compute(tmp_path)
    assert differences(connection, computed) == []
    assert differences(connection, with_polars.compute(tmp_path), LEFT_OUT_OF_TIMED) == []
    # Two breaks, so three definitions.
    assert computed["fct_observations"]["definition_number"].max() == 3


def test_a_changed_figure_is_a_difference(
    compiled: CompiledProject, seeds_as_they_are: Seeds, tmp_path: Path
) -> None:
    connection = CompiledProject.of(PROJECT).build(seeds_as_they_are)
    connection.execute(
        f"update {ENTERED.replace(' where', ' set value_as_printed = 136 where')}"
        " and source_cell = '2'"
    )
    seeds_as_extracts(connection, tmp_path)
    found = differences(connection, oracle.compute(tmp_path))
    key = f"hampshire-asr-2021-22 | care_flows | 144 | {HAMPSHIRE} | care_entered | -"
    assert (
        f"fct_observations {key} | 2019-20 Q1 | count: value is 135.00 in the warehouse,"
        " 136.00 computed, value_as_printed is 135 in the warehouse, 136 computed"
    ) in found


def test_rows_of_one_side_are_differences(built: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    connection, folder = built
    computed = dict(oracle.compute(folder))
    flows = computed["fct_care_flows"]
    computed["fct_care_flows"] = flows[:-1]
    computed["fct_uasc"] = computed["fct_uasc"][:0]
    del computed["fct_revisions"]
    found = differences(connection, computed)
    assert "fct_revisions: not computed" in found
    assert sum("fct_care_flows" in line and "only in the warehouse" in line for line in found) == 1
    assert "fct_uasc: 12 more rows differ" in found  # five of 17 quarters are told


def test_a_column_that_is_not_computed_is_a_difference(
    built: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    connection, folder = built
    computed = oracle.compute(folder)
    computed["fct_uasc"] = computed["fct_uasc"].drop(columns="uasc_arrivals")
    assert differences(connection, computed) == ["fct_uasc: column uasc_arrivals is not computed"]


@pytest.mark.parametrize("twin", ["polars", "pandas"])
def test_the_sql_that_is_timed_makes_what_the_twin_makes(
    twin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "straight.duckdb"
    straight.main(str(PROJECT / "target"), str(database), twin)
    # One test of keys for each mart, and those of what it is made from.
    assert int(capsys.readouterr().out.split()[0]) > 5
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as built (read_only)")
        connection.execute(f"attach '{database}' as timed (read_only)")
        for table in KEYS:
            columns = connection.sql(f"from timed.marts.{table}").columns
            assert columns == columns_of(table)
            kept = LEFT_OUT_OF_TIMED if twin == "polars" else LEFT_OUT
            where = kept.get(table, "true")
            queries = [
                f"select {', '.join(columns)} from {side}.marts.{table} where {where}"
                for side in ("built", "timed")
            ]
            for one, other in (queries, queries[::-1]):
                assert connection.sql(f"{one} except all {other}").fetchall() == [], table


def test_the_star_answers_as_the_marts_do(tmp_path: Path) -> None:
    part = Part("questions")
    questions.measure(part, PROJECT / "warehouse.duckdb", tmp_path / "star.duckdb")
    assert len(part.rows) == 1 + len(questions.ON_STAR)
    assert len(questions.queries()) == questions.PAGE.read_text(encoding="utf-8").count("\n### ")


def test_another_answer_of_the_star_is_no_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(questions.ON_STAR, "2", "select 1")
    with pytest.raises(ValueError, match="question 2"):
        questions.measure(Part("q"), PROJECT / "warehouse.duckdb", tmp_path / "star.duckdb")


def test_ways_are_run_in_turn_and_the_page_says_what_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def way(name: str, cpu: float) -> Way:
        def run() -> Run:
            ran.append(name)
            return Run(1.0, cpu, 5.0)

        return Way(name, run)

    part, ours, theirs = Part("warm"), way("ours", 3.0), way("theirs", 2.0)
    in_turn(part, [ours, theirs], 2)
    assert ran == ["ours", "theirs", "ours"] * 2
    part.ratio(ours, theirs, "cpu", 1.4)
    part.ratio(ours, theirs, "wall", 1.0)
    part.keep(tmp_path)
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    told = page.write([Part.kept(tmp_path / "warm.json")])
    assert "| warm | ours / theirs | processor time | 1.50 | ≤ 1.4 | **no** |" in told
    assert "| warm | ours / theirs | time | 1.00 | ≤ 1 | yes |" in told
    assert "| warm | ours | 2 | 1.00 | 3.00 | 5 | 1.000 |" in told
    assert told in (tmp_path / "page.md").read_text(encoding="utf-8")
