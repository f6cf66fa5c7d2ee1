"""Each integrity test of dbt fails when what it guards breaks.

The compiled SQL of the tests is run on the real seeds with one thing broken at a time.
"""

from __future__ import annotations

import pytest

from conftest import Seeds, row_of
from safeguarding.warehouse.compiled_project import CompiledProject

NEGLECT = {"source_line": "116", "period_label": "2021-22", "unit": "count"}
POLICE = {"source_line": "79", "period_label": "2022-23"}

TESTS = [
    "figures_are_readable",
    "errors_are_explained",
    "known_issues_still_occur",
    "adjudications_settle_disputes",
    "expected_row_counts",
    "no_missing_periods",
    "keys",
    "accepted_values",
]


@pytest.mark.parametrize("name", TESTS)
def test_passes_on_the_seeds_as_they_are(
    name: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    assert compiled.failures(compiled.build(seeds), name) == []


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("row_label", "Entring full time care", "a label of this table"),
        ("period_label", "Apr-Jul 2020", "a period that exists"),
        ("period_label", "2020-22", "a period that exists"),
        ("period_label", "2020-21", "a period of the kind that this table has: quarter"),
        ("value_as_printed", "15O", "a number, or a marker"),
        ("value_as_printed", "1,58", "a number, or a marker"),
        ("value_as_printed", "158.125", "no more than two decimals"),
        ("value_as_printed", "158%", "no % sign"),
        ("release_id", "hampshire-asr-1999-00", "a release listed"),
        ("local_authority_code", "E99999999", "a code listed"),
        ("unit", "percent", "a unit that this row has"),
        ("source_line", "x", "the number of a line"),
        ("source_line", "119.5", "the number of a line"),
        ("source_line", "1e2", "the number of a line"),
    ],
)
def test_unreadable_figure_is_reported(
    column: str, value: str, expected: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    row = row_of(seeds, "care_flows", source_line="119", period_label="Apr-Jun 2020")
    row[column] = value
    problems = compiled.failures(compiled.build(seeds), "figures_are_readable")
    assert [problem["expected"] for problem in problems if expected in problem["expected"]]


def test_doubled_row_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    seeds["care_flows"].append(dict(seeds["care_flows"][0]))
    connection = compiled.build(seeds)
    assert len(compiled.failures(connection, "figures_are_readable")) == 2
    assert compiled.failures(connection, "keys_fct_observations")


def test_lost_row_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    del seeds["care_flows"][0]
    (problem,) = compiled.failures(compiled.build(seeds), "expected_row_counts")
    assert "care_flows.csv: release hampshire-asr-2021-22 has 51" in problem["message"]


def test_a_row_that_lacks_what_its_table_has_is_reported(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    row = row_of(
        seeds, "care_flows", release_id="hampshire-asr-2022-23", period_label="Oct-Dec 2020",
        row_label="Net increase",
    )  # fmt: skip
    seeds["care_flows"].remove(row)
    (problem,) = compiled.failures(compiled.build(seeds), "no_missing_periods")
    assert problem["measure_id"] == "care_net_change"
    assert problem["periods_skipped"] == "2020-21 Q3"


def test_a_period_that_a_table_skips_is_no_gap(compiled: CompiledProject, seeds: Seeds) -> None:
    """As where a table sets a year beside the one ten years ago."""
    for seed, skipped in (("children_looked_after", "2018-19"), ("care_flows", "Oct-Dec 2020")):
        left = [row for row in seeds[seed] if row["period_label"] != skipped]
        assert len(left) < len(seeds[seed])
        seeds[seed] = left
    assert not compiled.failures(compiled.build(seeds), "no_missing_periods")


def test_a_calendar_year_is_kept_and_in_no_fact_of_financial_years(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    """Three children more in a calendar year are no change on any financial year."""
    rows = [row for row in seeds["children_looked_after"] if row["period_label"] == "2018-19"]
    lines = iter(range(9001, 9100))
    seeds["children_looked_after"] += [
        row | {"period_label": "2019", "source_line": str(next(lines)), "value_as_printed": "3"}
        for row in rows
        if row["unit"] == "count"
    ]
    # A label that vanishes while another appears, if 2019 stood between the years.
    sources = {"Unknown": "1", "Not recorded": "250"}
    later = {"release_id": "hampshire-asr-2022-23", "period_label": "2018-19", "unit": "count"}
    seeds["contacts_and_referrals"] += [
        row_of(seeds, "contacts_and_referrals", row_label=label, **later)
        | {"period_label": "2019", "source_line": str(next(lines)), "value_as_printed": value}
        for label, value in sources.items()
    ]
    for row in seeds["expected_row_counts"]:
        if (row["release_id"], row["table_id"]) == (later["release_id"], "contacts_and_referrals"):
            row["figures"] = str(int(row["figures"]) + len(sources))
        added = [r for r in rows if r["release_id"] == row["release_id"] and r["unit"] == "count"]
        if row["table_id"] == "children_looked_after":
            row["figures"] = str(int(row["figures"]) + len(added))
    connection = compiled.build(seeds)
    assert list(compiled.failing_tests(connection)) == []
    ((count, standings, reasons),) = connection.sql(
        "select count(*), count(distinct standing), min(standing_reason)"
        " from marts.fct_observations where period_id = '2019' and value = 3"
    ).fetchall()
    assert (count > 0, standings) == (True, 1)
    assert "no fact of financial years" in reasons
    assert connection.sql(
        "select period_type, start_date::varchar, end_date::varchar, financial_year"
        " from marts.dim_period where period_id = '2019'"
    ).fetchall() == [("calendar_year", "2019-01-01", "2019-12-31", None)]
    for fact in ("fct_children_looked_after", "fct_figures", "fct_best_figures", "fct_metrics"):
        assert not connection.sql(f"from marts.{fact} where period_id = '2019'").fetchall(), fact
    assert not connection.sql(
        "from marts.fct_quality_findings where period_id = '2019' or printed_value = 3"
    ).fetchall()


def test_new_contradiction_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "contacts_and_referrals", **POLICE, unit="percent")["value_as_printed"] = "21.72%"
    problems = compiled.failures(compiled.build(seeds), "errors_are_explained")
    assert any("printed as 21.72%, but 6,698 of 30,979 is 21.62%" in p["message"] for p in problems)


def test_explanation_does_not_cover_changed_figures(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    """697 against 775 is explained; 698 against 775 is news."""
    row_of(seeds, "child_protection_plans", **NEGLECT)["value_as_printed"] = "698"
    connection = compiled.build(seeds)
    assert compiled.failures(connection, "errors_are_explained")
    assert compiled.failures(connection, "known_issues_still_occur")


def test_stale_known_issue_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "care_flows", source_line="123", period_label="Jul-Sep 2022")[
        "value_as_printed"
    ] = "46"
    problems = compiled.failures(compiled.build(seeds), "known_issues_still_occur")
    assert len(problems) == 1
    assert "explains no finding any more" in problems[0]["message"]


def test_dispute_without_adjudication_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    seeds["adjudications"] = seeds["adjudications"][1:]
    (problem,) = compiled.failures(compiled.build(seeds), "adjudications_settle_disputes")
    assert "cpp_started neglect, 2021-22 is printed with two" in problem["message"]


def test_stale_adjudication_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "child_protection_plans", **NEGLECT)["value_as_printed"] = "775"
    (problem,) = compiled.failures(compiled.build(seeds), "adjudications_settle_disputes")
    assert "not in conflict any more" in problem["message"]


def test_adjudication_of_a_wrong_line_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    seeds["adjudications"][0]["source_line"] = "121"
    (problem,) = compiled.failures(compiled.build(seeds), "adjudications_settle_disputes")
    assert "names line 121, which does not print it" in problem["message"]


def test_key_that_leads_nowhere_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    seeds["cpp_categories"] = [
        row for row in seeds["cpp_categories"] if row["cpp_category_id"] != "neglect"
    ]
    assert compiled.failures(compiled.build(seeds), "keys_fct_cpp_by_category")


def test_unknown_kind_of_measure_is_reported(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "measures", measure_id="referrals")["measure_kind"] = "total"
    assert compiled.failures(compiled.build(seeds), "accepted_values_dim_measure")
