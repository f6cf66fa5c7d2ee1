"""What the evidence says of each figure, and the series that follows from it.

Expected values are those of the reports' lines and of DfE's tables named beside them.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from conftest import Seeds, row_of
from safeguarding.warehouse.compiled_project import CompiledProject, rows_of

EARLIER, LATER = "hampshire-asr-2021-22", "hampshire-asr-2022-23"
DFE = "dfe-children-in-need-2024"


def standing(
    connection: duckdb.DuckDBPyConnection, measure: str, period: str, unit: str, category: str = ""
) -> str:
    """Standing of the figure that a fact uses."""
    rows = connection.execute(
        "select standing from marts.fct_figures where measure_id = ? and period_id = ?"
        " and unit = ? and coalesce(category_id, '') = ? and not is_calculated",
        [measure, period, unit, category],
    ).fetchall()
    assert len(rows) == 1
    return str(rows[0][0])


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        # DfE, table D3: 303 of 1,388 (21.8) and 371 of 1,460 (25.4); line 126 prints 21.80, 32.86.
        (("cpp_repeat", "2021-22", "percent", ""), "confirmed"),
        (("cpp_repeat", "2020-21", "percent", ""), "contradicted"),
        (("cpp_repeat", "2020-21", "count", ""), "confirmed"),
        # Table D2: emotional abuse 595 and 488, lines 119 and 123 print 281 and 360.
        (("cpp_started", "2020-21", "count", "emotional_abuse"), "incomplete"),
        (("cpp_started", "2021-22", "count", "emotional_abuse"), "incomplete"),
        (("cpp_started", "2021-22", "rate_per_10000", "emotional_abuse"), "incomplete"),
        (("cpp_started", "2020-21", "count", "neglect"), "confirmed"),
        # 697 on line 116, 775 on line 120, DfE 775 (55.8% of 1,388).
        (("cpp_started", "2021-22", "count", "neglect"), "confirmed"),
        (("cpp_started", "2021-22", "percent", "neglect"), "contradicted"),
        # Table C2: 22,008; line 90 prints 15,924, and 18,003 as DfE has for 2018-19.
        (("assessments", "2020-21", "count", ""), "unreconciled"),
        (("assessments", "2018-19", "count", ""), "confirmed"),
        # 78 at 4.40%; table D7: 73 of 1,669, 4.4%.
        (("cpp_ended_after_2_years", "2018-19", "count", ""), "contradicted"),
        (("cpp_ended_after_2_years", "2018-19", "percent", ""), "confirmed"),
        # 1,725 of March less 134 of June on line 137; 1,855 less 239 is 1,616 on line 110.
        (("cla_excluding_uasc", "2021-22", "count", ""), "contradicted"),
        (("cla_excluding_uasc", "2022-23", "count", ""), "contradicted"),
        # Lines 123 and 132 count the same children: 20 and 18.
        (("care_entered_uasc", "2020-21 Q2", "count", ""), "unreconciled"),
        (("uasc_arrivals", "2020-21 Q2", "count", ""), "unreconciled"),
        # Line 129 prints 227, line 143 225.
        (("uasc_looked_after", "2023-24 Q1", "count", ""), "disputed"),
        # The last quarter of the latest report, and one before.
        (("care_entered", "2023-24 Q1", "count", ""), "provisional"),
        (("care_entered", "2022-23 Q4", "count", ""), "consistent"),
        (("section_47_to_conference", "2022-23", "percent", ""), "missing"),
        (("section_47_enquiries", "2022-23", "count", ""), "confirmed"),
        # 2 unknown beside 258 not recorded: DfE has one column for both.
        (("referrals_by_source", "2020-21", "count", "unknown"), "consistent"),
    ],
)
def test_standing_of_a_figure(
    figure: tuple[str, str, str, str], expected: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert standing(warehouse, *figure) == expected


def test_of_two_figures_the_evidence_is_against_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select source_line, standing, is_preferred from marts.fct_observations"
        " where measure_id = 'cpp_started' and category_id = 'neglect' and unit = 'count'"
        " and period_id = '2021-22' order by 1"
    ).fetchall()
    assert rows == [(116, "contradicted", False), (120, "confirmed", True)]


def test_without_official_statistics_nothing_is_confirmed(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    for row in seeds["official_correspondences"]:
        row["official_measure_id"] = ""
    connection = compiled.build(seeds)
    assert standing(connection, "cpp_repeat", "2021-22", "percent") == "consistent"
    assert standing(connection, "cpp_started", "2021-22", "count", "neglect") == "disputed"


def test_an_unexplained_contradiction_marks_the_figure(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    # Line 121: 22 more in October to December 2022, 182 entering less 160 leaving.
    row = row_of(seeds, "care_flows", source_line="121", period_label="Oct-Dec 2022")
    row["value_as_printed"] = "23"
    connection = compiled.build(seeds)
    assert standing(connection, "care_net_change", "2022-23 Q3", "count") == "contradicted"


def test_figures_that_may_be_added_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    """New plans of 2017-18, lines 116 to 119 and again 120 to 123: 1,080, 122, 65 and 268."""
    query = (
        "select sum(value) from marts.fct_observations"
        " where measure_id = 'cpp_started' and period_id = '2017-18' and unit = 'count'"
    )
    assert warehouse.sql(query + " and is_preferred").fetchall() == [(1080 + 122 + 65 + 268,)]
    assert (
        warehouse.sql(
            "select count(*), count(distinct (local_authority_code, measure_id, category_id,"
            " period_id, unit)) from marts.fct_observations where is_preferred"
        ).fetchall()
        == warehouse.sql(
            "select count(*), count(*) from marts.fct_figures where not is_calculated"
        ).fetchall()
    )


def test_official_statistics_have_one_row_to_join_on(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows, keys = warehouse.sql(
        "select count(*) filter (where is_preferred),"
        " count(distinct (area_code, measure_id, category_id, financial_year, unit))"
        " from marts.fct_official_statistics"
    ).fetchall()[0]
    assert rows == keys


@pytest.mark.parametrize(
    ("figure", "value", "source"),
    [
        # DfE, tables D1, D2, D3: what the report's tables lost or left out.
        (("cpp_at_year_end", None, "2022-23", "count"), 1046, "official"),
        (("cpp_started", "emotional_abuse", "2020-21", "count"), 595, "official"),
        (("cpp_started", None, "2021-22", "count"), 1388, "official"),
        (("cpp_started", "neglect", "2021-22", "count"), 775, "report"),
        (("cpp_repeat", None, "2020-21", "percent"), Decimal("25.40"), "official"),
        (("cpp_repeat", None, "2021-22", "percent"), Decimal("21.80"), "report"),
        (("assessments", None, "2020-21", "count"), 22008, "official"),
        # Printed by the report alone.
        (("care_entered", None, "2022-23 Q4", "count"), 195, "report"),
    ],
)
def test_best_figure(
    figure: tuple[str, str | None, str, str],
    value: int,
    source: str,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select value, source from marts.fct_best_figures where measure_id = ?"
        " and category_id is not distinct from ? and period_id = ? and unit = ?",
        list(figure),
    ).fetchall() == [(value, source)]


def test_best_flows_may_be_added_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    """173, 191, 182 and 195 entered care in 2022-23."""
    assert warehouse.sql(
        "select sum(value) from marts.fct_best_figures where measure_id = 'care_entered'"
        " and period_id like '2022-23%'"
    ).fetchall() == [(173 + 191 + 182 + 195,)]
    assert (
        warehouse.sql(
            "select measure_id from marts.fct_best_figures where measure_kind = 'flow'"
            " group by measure_id, category_id, unit having count(distinct length(period_id)) > 1"
        ).fetchall()
        == []
    )


# Plans of 2021-22: 1,246 in the facts, 1,388 by shares and DfE; of 2020-21: 1,129 and DfE's 1,460.
@pytest.mark.parametrize(
    ("period", "category", "expected"),
    [
        ("2021-22", "neglect", (775, 1388, 5584, 1388)),
        ("2021-22", "not_printed", (142, None, 1023, 1388)),
        ("2020-21", "neglect", (747, 1129, 5116, 1460)),
        ("2020-21", "not_printed", (331, None, 2267, 1460)),
        ("2019-20", "neglect", (824, 1343, 6136, 1343)),
    ],
)
def test_one_denominator(
    period: str,
    category: str,
    expected: tuple[int, int | None, int, int],
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select plans_started, published_pct_base, 100 * calculated_pct, all_plans_started,"
        " is_complete from marts.fct_cpp_by_category"
        " where period_id = ? and cpp_category_id = ?",
        [period, category],
    ).fetchall() == [(*expected, period == "2019-20")]


def test_a_table_without_a_row_for_a_category(compiled: CompiledProject, seeds: Seeds) -> None:
    """SYNTHETIC: 60, 20, 10 and 5 of 100 plans, the other 5 in several categories, in two years."""
    for row in seeds["official_correspondences"]:
        row["official_measure_id"] = ""
    seeds["child_protection_plans"] = [
        row | {"value_as_printed": f"{number}{'%' if row['unit'] == 'percent' else ''}"}
        for row in seeds["child_protection_plans"]
        for line, number in (("116", 60), ("117", 20), ("118", 10), ("119", 5))
        if row["source_line"] == line and row["period_label"] in ("2018-19", "2019-20")
    ]
    connection = compiled.build(seeds)
    assert rows_of(
        connection.sql(
            "select distinct check_id, severity, printed_value from marts.fct_quality_findings"
            " where measure_id = 'cpp_started' and check_id not like 'differs%'"
        )
    ) == [{"check_id": "outside_printed_categories", "severity": "info", "printed_value": 95}]
    assert connection.sql(
        "select distinct cpp_category_id, plans_started, calculated_pct, all_plans_started_source"
        " from marts.fct_cpp_by_category where cpp_category_id in ('neglect', 'not_printed')"
        " order by 1"
    ).fetchall() == [("neglect", 60, 60, "shares"), ("not_printed", 5, 5, "shares")]


def test_a_jump_does_not_hide_the_next(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Care leavers, line 135: 438, 493, 552 after changes of at most 33."""
    found = warehouse.sql(
        "select period_id from marts.fct_quality_findings"
        " where check_id = 'jump' and measure_id = 'uasc_care_leavers' order by 1"
    ).fetchall()
    assert {("2022-23 Q3",), ("2022-23 Q4",)} <= set(found)


def test_as_printed_means_as_printed(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Line 137 is about the year to March 2022; line 154 says that the figure now is over 160."""
    assert warehouse.execute(
        "select period_id, period_as_printed, value, qualifier from marts.fct_observations"
        " where release_id = ? and source_line in (137, 154)"
        " order by source_line, period_id, value",
        [EARLIER],
    ).fetchall() == [
        ("2020-21", "March 2021", 4, "around"),
        ("2021-22", "now", 8, None),
        ("2021-22", "the last 12 months", 1591, None),
        ("2022-23 Q1", "30 June 2022", 134, None),
        ("2022-23 Q3", "now", 160, "over"),
    ]


def test_a_provisional_figure_says_what_a_revision_may_be(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """165 became 173 and 423 stayed 423: one case each."""
    rows = warehouse.sql(
        "select measure_id, revision_cases, least_revision_pct, greatest_revision_pct"
        " from marts.fct_figures where standing = 'provisional' and not is_calculated"
        " and measure_id in ('care_entered', 'care_entered_placed_with_parents') order by 1"
    ).fetchall()
    change = round(Decimal(100 * (173 - 165)) / 165, 2)
    assert rows == [
        ("care_entered", 1, change, change),
        ("care_entered_placed_with_parents", None, None, None),
    ]
