"""Whether the marts hold what was given of a council that is not there yet."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from safeguarding.warehouse.compiled_project import rows_of
from support.files import council_files
from support.files.council_files import AUTHORITY
from support.synthetic.synthetic_council import Figures


def assert_every_mart_is_right(connection: duckdb.DuckDBPyConnection, content: Figures) -> None:
    """Every figure of the council, and only they, stand in the marts as they were given."""
    expected = {
        key: None if council_files.is_suppressed(content, key) else value
        for key, value in content.items()
        if not key[0].startswith(("uasc_looked_after", "cla_excluding", "uasc_share"))
    }
    found = {
        (row["measure_id"], row["category_id"] or "", row["period_id"], row["unit"]): row["value"]
        for row in rows_of(
            connection.sql(
                f"from marts.fct_observations where local_authority_code = '{AUTHORITY}'"
            )
        )
    }
    assert found == expected
    facts = {
        ("fct_contacts_and_referrals", "initial_contacts"): ("initial_contacts", "count"),
        ("fct_contacts_and_referrals", "referrals"): ("referrals", "count"),
        ("fct_referrals_by_source", "referrals"): ("referrals_by_source", "count"),
        ("fct_referrals_by_source", "published_pct"): ("referrals_by_source", "percent"),
        ("fct_section_47_and_assessments", "section_47_enquiries"): (
            "section_47_enquiries", "count",
        ),
        ("fct_section_47_and_assessments", "section_47_to_conference_pct"): (
            "section_47_to_conference", "percent",
        ),
        ("fct_section_47_and_assessments", "assessments"): ("assessments", "count"),
        ("fct_section_47_and_assessments", "assessments_in_time_pct"): (
            "assessments_in_time", "percent",
        ),
        ("fct_cpp_by_category", "plans_started"): ("cpp_started", "count"),
        ("fct_cpp_by_category", "published_pct"): ("cpp_started", "percent"),
        ("fct_cpp_by_category", "published_rate_per_10000"): ("cpp_started", "rate_per_10000"),
        ("fct_child_protection_plans", "plans_at_year_end"): ("cpp_at_year_end", "count"),
        ("fct_child_protection_plans", "ended_after_2_years"): ("cpp_ended_after_2_years", "count"),
        ("fct_child_protection_plans", "open_2_years_pct"): ("cpp_open_2_years", "percent"),
        ("fct_child_protection_plans", "repeat_plans"): ("cpp_repeat", "count"),
        ("fct_children_looked_after", "children_looked_after"): ("cla_at_year_end", "count"),
        ("fct_care_flows", "entered_care"): ("care_entered", "count"),
        ("fct_care_flows", "left_care"): ("care_left", "count"),
        ("fct_care_flows", "published_net_change"): ("care_net_change", "count"),
        ("fct_care_flows", "entered_uasc"): ("care_entered_uasc", "count"),
        ("fct_care_flows", "entered_placed_with_parents"): (
            "care_entered_placed_with_parents", "count",
        ),
        ("fct_uasc", "uasc_arrivals"): ("uasc_arrivals", "count"),
        ("fct_uasc", "uasc_care_leavers"): ("uasc_care_leavers", "count"),
    }  # fmt: skip
    for (fact, column), (measure, unit) in facts.items():
        rows = rows_of(
            connection.sql(f"from marts.{fact} where local_authority_code = '{AUTHORITY}'")
        )
        in_fact = {
            (
                row.get("referral_source_id") or row.get("cpp_category_id") or "",
                row["period_id"],
            ): row[column] if row[column] is None else Decimal(row[column])
            for row in rows
        }
        assert in_fact == {
            (of, period): value
            for (of_measure, of, period, of_unit), value in expected.items()
            if (of_measure, of_unit) == (measure, unit)
        }, f"{fact}.{column}"
