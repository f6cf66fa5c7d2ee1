"""Metrics say how figures may be used: what is added up, what a share is of."""

from __future__ import annotations

import duckdb
import pytest

# Read off the reports: care flows of each quarter; plans of 2021-22 are DfE's (1,388).
YEARS = [
    ("care_entered", "2021-22", 156 + 155 + 192 + 136),
    ("care_entered", "2022-23", 173 + 191 + 182 + 195),
]


@pytest.mark.parametrize(("measure", "year", "total"), YEARS)
def test_year_total(
    measure: str, year: str, total: int, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert warehouse.execute(
        "select value, is_additive_over_time from marts.fct_metrics"
        " where metric_id = ? || '_year_total' and period_id = ?",
        [measure, year],
    ).fetchall() == [(total, True)]


def test_no_total_of_a_year_that_lacks_a_quarter(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The reports end with April to June 2023."""
    assert warehouse.sql(
        "select max(period_id) from marts.fct_metrics where metric_kind = 'count'"
        " and measure_id = 'care_entered'"
    ).fetchall() == [("2023-24 Q1",)]
    assert (
        warehouse.sql(
            "select * from marts.fct_metrics where metric_kind = 'year total'"
            " and period_id = '2023-24'"
        ).fetchall()
        == []
    )


def test_what_was_there_at_the_end_of_a_period_is_never_added_up(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    kinds = warehouse.sql(
        "select distinct metric_kind, is_additive_over_time from marts.fct_metrics order by all"
    ).fetchall()
    assert kinds == [
        ("count", True),
        ("rate", False),
        ("share", False),
        ("stock at period end", False),
        ("year total", True),
    ]
    assert warehouse.sql(
        "select distinct metric_kind from marts.fct_metrics where measure_id = 'uasc_care_leavers'"
    ).fetchall() == [("stock at period end",)]


def test_a_share_has_its_base(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql(
        "select cast(value as double), base_measure_id, base_value from marts.fct_metrics"
        " where metric_id = 'cpp_repeat_pct' and period_id = '2021-22'"
    ).fetchall() == [(21.8, "cpp_started", 1388)]
