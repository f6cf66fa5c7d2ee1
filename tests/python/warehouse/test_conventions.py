"""What holds for the whole project, read from dbt's manifest and the files themselves."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import duckdb
import pytest
import yaml

from conftest import PROJECT

SHEET = {"grain", "coverage", "origin", "licence", "leaves_out"}

INTERFACE = {
    "dim_local_authority": "local_authority_code local_authority_name region_code region_name",
    "dim_period": "period_id period_type period_label start_date end_date financial_year"
    " quarter_of_financial_year",
    "dim_release": "release_id title publisher published_date financial_year licence source_url",
    "dim_measure": "measure_id measure_name measure_kind definition definition_source",
    "dim_referral_source": "referral_source_id referral_source_name cin_census_codes sort_order",
    "dim_cpp_category": "cpp_category_id cpp_category_name cin_census_code sort_order",
    "fct_observations": "observation_id local_authority_code measure_id category_id period_id"
    " release_id unit value value_as_printed row_label source_table source_line is_missing"
    " is_latest_release",
    "fct_contacts_and_referrals": "local_authority_code period_id initial_contacts referrals"
    " referrals_with_source release_id",
    "fct_referrals_by_source": "local_authority_code period_id referral_source_id referrals"
    " published_pct calculated_pct release_id",
    "fct_section_47_and_assessments": "local_authority_code period_id section_47_enquiries"
    " section_47_to_conference_pct assessments assessments_in_time_pct release_id",
    "fct_cpp_by_category": "local_authority_code period_id cpp_category_id plans_started"
    " published_pct calculated_pct published_rate_per_10000 is_disputed release_id",
    "fct_child_protection_plans": "local_authority_code period_id plans_at_year_end"
    " ended_after_2_years ended_after_2_years_pct open_2_years open_2_years_pct repeat_plans"
    " repeat_plans_pct release_id",
    "fct_children_looked_after": "local_authority_code period_id children_looked_after release_id",
    "fct_care_flows": "local_authority_code period_id entered_care left_care published_net_change"
    " calculated_net_change entered_uasc entered_placed_with_parents release_id",
    "fct_uasc": "local_authority_code period_id uasc_arrivals uasc_care_leavers release_id",
    "fct_revisions": "measure_id category_id period_id unit earlier_release_id later_release_id"
    " earlier_value later_value change change_pct",
    "fct_narrative_claims": "claim_id release_id paragraph source_line statement claimed_value"
    " recomputed_value verdict explanation",
    "fct_quality_findings": "finding_id check_id severity local_authority_code release_id"
    " period_id measure_id category_id printed_value expected_value difference tolerance message"
    " known_issue_id explanation",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    path = PROJECT / "target" / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("table", INTERFACE)
def test_interface_is_kept(table: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(INTERFACE[table].split()) <= set(warehouse.table(f"marts.{table}").columns)


def test_public_models_are_documented_and_enforced(manifest: dict[str, Any]) -> None:
    marts = [n for n in manifest["nodes"].values() if n["schema"] == "marts" and "contract" in n]
    models = [node for node in marts if node["resource_type"] == "model"]
    assert {node["name"] for node in models} >= set(INTERFACE)
    for node in models:
        assert node["access"] == "public", node["name"]
        assert node["group"], node["name"]
        assert node["contract"]["enforced"], node["name"]
        assert "One row for each" in node["description"], node["name"]
        columns = node["columns"].values()
        assert all(column["description"] for column in columns), node["name"]
        constraints = [*node["constraints"], *(c for col in columns for c in col["constraints"])]
        assert "primary_key" in {constraint["type"] for constraint in constraints}, node["name"]


def test_descriptions_reach_the_database(warehouse: duckdb.DuckDBPyConnection) -> None:
    silent = warehouse.sql(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'marts' and coalesce(comment, '') = ''"
    ).fetchall()
    assert silent == []


def test_raw_columns_are_text(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.sql(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw'"
    ).fetchall()
    assert rows
    assert [row for row in rows if row[2] != "VARCHAR"] == []


def test_every_seed_has_a_data_sheet() -> None:
    seeds = sorted((PROJECT / "seeds").rglob("*.csv"))
    assert seeds
    for seed in seeds:
        sheet = yaml.safe_load(seed.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
        assert sheet["name"] == seed.stem
        assert set(sheet["config"]["meta"]) >= SHEET, seed


def test_no_authority_is_named_in_sql(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A second council needs rows only."""
    codes = warehouse.sql("select local_authority_code from marts.dim_local_authority").fetchall()
    words = ["hampshire", *(code.lower() for (code,) in codes)]
    for folder in ("models", "macros", "tests"):
        for path in (PROJECT / folder).rglob("*.sql"):
            text = path.read_text(encoding="utf-8").lower()
            assert not [word for word in words if word in text], path


def test_grain_totals(warehouse: duckdb.DuckDBPyConnection) -> None:
    """580 figures are printed in tables and one is missing."""
    found = warehouse.sql(
        "select count(value), count(*) filter (where is_missing) from marts.fct_observations"
        " where table_id <> 'headline_figures'"
    ).fetchone()
    assert found == (580, 1)


def test_facts_are_typed_as_promised(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = warehouse.sql(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'marts' and table_name like 'fct_%'"
    ).fetchall()
    for table, column, data_type in columns:
        if column.endswith(("_pct", "_rate_per_10000")):
            assert data_type.startswith("DECIMAL"), (table, column)
        if column.endswith("_date"):
            assert data_type == "DATE", (table, column)
        if column.startswith(("is_", "has_")):
            assert data_type == "BOOLEAN", (table, column)
        assert data_type not in {"HUGEINT", "DOUBLE", "FLOAT"}, (table, column)


def test_facts_hold_tables_only(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A figure of the running text has a measure of its own: it puts no odd row into a fact."""
    shared = warehouse.sql(
        "select measure_id from marts.fct_observations group by measure_id"
        " having count(distinct table_id = 'headline_figures') > 1"
    ).fetchall()
    assert shared == []


def test_figures_are_read_before_anything_hangs_on_them(manifest: dict[str, Any]) -> None:
    """dbt skips what stands behind a failing test: the first cause must not be among it."""
    parents = manifest["parent_map"]["test.safeguarding_warehouse.figures_are_readable"]
    figures = "model.safeguarding_warehouse.int_keyed_figures"
    assert figures in parents

    def above(node: str) -> set[str]:
        direct = set(manifest["parent_map"].get(node, []))
        return direct.union(*(above(parent) for parent in direct))

    assert [parent for parent in parents if figures in above(parent)] == []


def test_dbt_can_take_up_what_it_parsed_before() -> None:
    """It parses everything again, which takes longer than all models, where it cannot read this."""
    content = (PROJECT / "target" / "partial_parse.msgpack").read_bytes()
    files = importlib.import_module("msgpack").unpackb(content, strict_map_key=True)["files"]
    assert not [name for name in files if "://tests/python/" in name]


def test_the_first_of_a_group_is_chosen_by_keys_that_are_never_null() -> None:
    """DuckDB 1.5 may take another row where such a key may be null, whatever `nulls` says."""
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        _, *chosen = re.split(r"^ *qualify$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for clause in chosen:
            assert " nulls " not in clause.split("= 1")[0], path
