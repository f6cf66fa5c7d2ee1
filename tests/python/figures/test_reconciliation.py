"""Reports beside official statistics: each verdict, its explanation, and what follows from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from conftest import PROJECT, Seeds, row_of
from safeguarding.official import reconciliation
from safeguarding.warehouse.compiled_project import CompiledProject, rows_of

PARQUET = PROJECT / "seeds" / "official" / "official_statistics.parquet"
HAMPSHIRE = "E10000014"
# Line 89 of the 2022-23 report: its row of Section 47 enquiries and the share going to conference.
SECTION_47 = {"release_id": "hampshire-asr-2022-23", "source_line": "89", "unit": "count"}
SHARE_2021_22 = {"source_line": "89", "unit": "percent", "period_label": "2021-22"}
# Line 116 of the 2021-22 report: plans for neglect, of which 747 of 1,129 is 66.16%.
NEGLECT = {"source_line": "116", "unit": "percent", "period_label": "2020-21"}


def compare(
    connection: duckdb.DuckDBPyConnection, measure: str, year: str, unit: str, category: str = ""
) -> dict[str, Any]:
    """The one comparison of a figure."""
    rows = rows_of(
        connection.sql(
            "select * from marts.fct_reconciliation"
            f" where measure_id = '{measure}' and period_id = '{year}' and unit = '{unit}'"
            f" and coalesce(category_id, '') = '{category}'"
        )
    )
    assert len(rows) == 1, f"{len(rows)} comparisons of {measure} {category} {year} {unit}"
    return rows[0]


def findings_of(
    connection: duckdb.DuckDBPyConnection, measure: str, year: str, unit: str
) -> list[dict[str, Any]]:
    return rows_of(
        connection.sql(
            "select * from marts.fct_quality_findings where check_id like 'differs%'"
            f" and measure_id = '{measure}' and period_id = '{year}' and unit = '{unit}'"
        )
    )


# What line 89 of the later report and line 104 of the earlier print, and DfE's table C4. Equal in
# all five years of the later report; the earlier one begins a year before, with 3,926.
@pytest.mark.parametrize(
    ("year", "printed", "official", "verdict"),
    [
        ("2017-18", 3926, 3844, "differs"),
        ("2018-19", 4317, 4317, "equal"),
        ("2019-20", 5035, 5035, "equal"),
        ("2020-21", 6048, 6048, "equal"),
        ("2021-22", 7948, 7948, "equal"),
        ("2022-23", 8439, 8439, "equal"),
    ],
)
def test_section_47_enquiries_of_hampshire(
    year: str, printed: int, official: int, verdict: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    row = compare(warehouse, "section_47_enquiries", year, "count")
    assert (row["report_value"], row["official_value"]) == (printed, official)
    assert row["verdict"] == verdict


# The eleven sources of each year in the order of the table, not recorded last; DfE's table C1.
@pytest.mark.parametrize(
    ("year", "sources", "official", "verdict"),
    [
        ("2018-19", (1906, 4432, 3063, 188, 1661, 4559, 593, 1248, 495, 263, 0), 18408, "equal"),
        ("2019-20", (2303, 5007, 3656, 248, 1600, 4585, 696, 1262, 531, 332, 0), 20220, "equal"),
        ("2020-21", (2484, 4230, 4259, 181, 1856, 5803, 884, 1166, 643, 2, 258), 21331, "differs"),
        ("2021-22", (2694, 7468, 5101, 255, 1980, 6958, 1087, 1418, 633, 2, 252), 27374, "close"),
        ("2022-23", (2987, 9482, 5800, 240, 2110, 6698, 1300, 1480, 622, 0, 260), 30502, "close"),
    ],
)
def test_sources_of_referrals_add_up_to_the_official_number(
    year: str,
    sources: tuple[int, ...],
    official: int,
    verdict: str,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    row = compare(warehouse, "referrals_by_source", year, "count")
    assert (row["report_value"], row["official_value"]) == (sum(sources), official)
    assert row["verdict"] == verdict
    assert row["made_of"] == "categories"


# Lines 116 to 119 of the 2021-22 report; DfE's table D2, Hampshire 2021.
@pytest.mark.parametrize(
    ("category", "printed", "official"),
    [
        ("neglect", 747, 747),
        ("physical_abuse", 72, 72),
        ("sexual_abuse", 29, 46),
        ("emotional_abuse", 281, 595),
    ],
)
def test_plans_of_2020_21_by_category(
    category: str, printed: int, official: int, warehouse: duckdb.DuckDBPyConnection
) -> None:
    row = compare(warehouse, "cpp_started", "2020-21", "count", category)
    assert (row["report_value"], row["official_value"]) == (printed, official)
    assert row["verdict"] == ("equal" if printed == official else "differs")
    assert row["note_id"] == (None if printed == official else "note-021")
    share = compare(warehouse, "cpp_started", "2020-21", "percent", category)
    assert share["report_value"] == round(Decimal(100 * printed) / 1129, 2)
    assert share["official_value"] == round(Decimal(100 * official) / 1460, 1)
    assert share["verdict"] == "differs"
    assert "1,129" in share["explanation"]


def test_a_lost_figure_stays_lost_beside_the_official_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    row = compare(warehouse, "section_47_to_conference", "2022-23", "percent")
    assert row["verdict"] == "only in DfE"
    assert row["is_missing"]
    assert row["report_value"] is None
    # DfE's table C4, Hampshire 2023: 1,664 conferences of 8,439 enquiries.
    assert row["official_value"] == round(Decimal(100 * 1664) / 8439, 1)
    assert warehouse.sql(
        "select section_47_to_conference_pct from marts.fct_section_47_and_assessments"
        " where period_id = '2022-23'"
    ).fetchall() == [(None,)]


def test_what_dfe_suppresses_is_suppressed(warehouse: duckdb.DuckDBPyConnection) -> None:
    row = compare(warehouse, "referrals_by_source", "2018-19", "count", "housing")
    assert (row["report_value"], row["marker"]) == (188, "c")
    assert (row["verdict"], row["difference"]) == ("suppressed", None)


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        ("8439", "equal"),
        ("8440", "close"),
        # 2% of 8,439 is 168.78
        ("8607", "close"),
        ("8608", "differs"),
        ("8271", "close"),
        ("8270", "differs"),
        ("", "only in DfE"),
        ("-", "only in DfE"),
    ],
)
def test_verdict_on_a_count(
    printed: str, verdict: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    row_of(seeds, "section_47_and_assessments", period_label="2022-23", **SECTION_47)[
        "value_as_printed"
    ] = printed
    connection = compiled.build(seeds)
    row = compare(connection, "section_47_enquiries", "2022-23", "count")
    assert (row["verdict"], row["official_value"]) == (verdict, 8439)
    found = findings_of(connection, "section_47_enquiries", "2022-23", "count")
    assert len(found) == (verdict == "differs")
    for finding in found:
        assert (finding["severity"], finding["known_issue_id"]) == ("warning", None)
        assert (finding["printed_value"], finding["expected_value"]) == (Decimal(printed), 8439)
        assert "official statistics have 8439" in finding["message"].replace(",", "")


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        # DfE's figure is 20.6, the report's has two decimals: 0.05 and 0.005 are rounding,
        ("20.55%", "equal"),
        ("20.65%", "equal"),
        # and 2% of it, 0.412, is close, on top of the rounding.
        ("20.66%", "close"),
        ("21.06%", "close"),
        ("21.07%", "differs"),
    ],
)
def test_verdict_on_a_percentage(
    printed: str, verdict: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    row_of(seeds, "section_47_and_assessments", **SHARE_2021_22)["value_as_printed"] = printed
    connection = compiled.build(seeds)
    row = compare(connection, "section_47_to_conference", "2021-22", "percent")
    assert (row["verdict"], row["official_value"]) == (verdict, Decimal("20.6"))
    # Defined otherwise: for information.
    found = findings_of(connection, "section_47_to_conference", "2021-22", "percent")
    assert [f["check_id"] for f in found] == ["differs_by_definition"] * (verdict == "differs")
    assert {f["severity"] for f in found} <= {"info"}


def test_close_is_what_the_parameter_says(compiled: CompiledProject, seeds: Seeds) -> None:
    row_of(seeds, "quality_checks", check_id="differs_from_official")["parameter"] = "0.03"
    row = compare(compiled.build(seeds), "section_47_enquiries", "2017-18", "count")
    # 82 of 3,844 is 2.13%
    assert (row["verdict"], row["difference"], row["difference_pct"]) == (
        "close",
        82,
        Decimal("2.13"),
    )


def test_what_dfe_does_not_publish_is_only_in_the_report(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    row_of(seeds, "official_correspondences", measure_id="section_47_enquiries")[
        "official_category_id"
    ] = "no_such_part"
    connection = compiled.build(seeds)
    row = compare(connection, "section_47_enquiries", "2022-23", "count")
    assert (row["verdict"], row["report_value"]) == ("only in report", 8439)
    assert (row["official_value"], row["official_release_id"]) == (None, None)


def test_a_year_needs_all_its_quarters(compiled: CompiledProject, seeds: Seeds) -> None:
    # 173, 191, 182 and 195 entered care in 2022-23
    row = compare(compiled.build(seeds), "care_entered", "2022-23", "count")
    assert (row["report_value"], row["verdict"]) == (173 + 191 + 182 + 195, "close")
    row_of(
        seeds,
        "care_flows",
        row_label="Entering full time care",
        period_label="Oct-Dec 2022",
    )["value_as_printed"] = ""
    row = compare(compiled.build(seeds), "care_entered", "2022-23", "count")
    assert (row["report_value"], row["verdict"]) == (None, "only in DfE")


def test_a_changed_figure_is_unexplained_again(compiled: CompiledProject, seeds: Seeds) -> None:
    connection = compiled.build(seeds)
    note = compare(connection, "cpp_started", "2020-21", "percent", "neglect")["note_id"]
    finding = next(
        f
        for f in findings_of(connection, "cpp_started", "2020-21", "percent")
        if f["category_id"] == "neglect"
    )
    assert finding["known_issue_id"] == note
    assert "1,129" in finding["explanation"]
    row_of(seeds, "child_protection_plans", **NEGLECT)["value_as_printed"] = "66.61%"
    connection = compiled.build(seeds)
    row = compare(connection, "cpp_started", "2020-21", "percent", "neglect")
    assert (row["verdict"], row["note_id"], row["explanation"]) == ("differs", None, None)
    stale = compiled.failures(connection, "known_issues_still_occur")
    assert f"reconciliation_notes.csv: {note} explains no difference any more" in " ".join(
        row["message"] for row in stale
    )


def test_a_note_does_not_outlive_an_official_figure(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    assert compiled.failures(compiled.build(seeds), "known_issues_still_occur") == []
    note = seeds["reconciliation_notes"][1]
    note["official_value"] = "51.30"
    stale = compiled.failures(compiled.build(seeds), "known_issues_still_occur")
    assert [row["known_issue_id"] for row in stale] == [note["note_id"]]


def test_a_later_release_does_not_make_notes_of_an_earlier_one_stale(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    """Figures that are printed again are compared in the release that prints them last."""
    later = "hampshire-asr-2023-24"
    release = row_of(seeds, "releases", release_id="hampshire-asr-2022-23")
    seeds["releases"].append(
        release | {"release_id": later, "published_date": "2024-12-10", "financial_year": "2023-24"}
    )
    for name in ("child_protection_plans", "contacts_and_referrals"):
        seeds[name] += [
            row | {"release_id": later}
            for row in seeds[name]
            if row["release_id"] == "hampshire-asr-2021-22"
        ]
    connection = compiled.build(seeds)
    note = compare(connection, "cpp_started", "2020-21", "percent", "neglect")
    assert (note["release_id"], note["verdict"], note["note_id"]) == (later, "differs", None)
    assert compiled.failures(connection, "known_issues_still_occur") == []
    # A note about the later release itself is held to what it says.
    seeds["reconciliation_notes"][1] |= {"release_id": later, "report_value": "1"}
    stale = compiled.failures(compiled.build(seeds), "known_issues_still_occur")
    assert [row["known_issue_id"] for row in stale] == ["note-002"]


def test_a_note_on_many_differences_hides_no_new_one(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    # Police, line 79: DfE has 6,443 for 2022-23 and 5,686 for 2020-21; 5,803 is within 2% of it.
    row_of(
        seeds,
        "contacts_and_referrals",
        release_id="hampshire-asr-2022-23",
        source_line="79",
        period_label="2020-21",
        unit="count",
    )["value_as_printed"] = "5900"
    stale = compiled.failures(compiled.build(seeds), "known_issues_still_occur")
    assert "note-020 covers 21 differences, not 20" in " ".join(row["message"] for row in stale)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("release_id", "hampshire"),
        ("local_authority_code", "Hampshire"),
        ("measure_id", "plans"),
        ("period_id", "2020"),
        ("reason", ""),
        ("evidence", ""),
    ],
)
def test_a_note_that_is_not_understood(
    column: str, value: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    seeds["reconciliation_notes"][0][column] = value
    problems = compiled.failures(compiled.build(seeds), "registers_are_understood")
    assert [(row["column_name"], row["found"] or "") for row in problems] == [(column, value)]
    assert problems[0]["seed_file"].endswith("reconciliation_notes.csv")


def test_two_notes_of_one_name(compiled: CompiledProject, seeds: Seeds) -> None:
    seeds["reconciliation_notes"][1]["note_id"] = seeds["reconciliation_notes"][0]["note_id"]
    problems = compiled.failures(compiled.build(seeds), "registers_are_understood")
    assert {row["expected"] for row in problems} == {"a note_id of its own"}


def test_every_figure_compared_is_that_of_the_marts(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """What is made for the builds in memory is what the large mart says, and all of it."""
    counted, missing = warehouse.sql(
        """
        with large as (
            select area_code, measure_id, category_id, financial_year, unit, value, marker
            from marts.fct_official_statistics
            where is_latest_release and unit <> 'rate_per_10000'
        )
        select
            (select count(*) from intermediate.int_official_figures),
            (
                select count(*) from (
                    select area_code, measure_id, category_id, financial_year, unit, value, marker
                    from intermediate.int_official_figures
                    except all
                    select * from large
                )
            )
        """
    ).fetchall()[0]
    assert missing == 0
    assert counted > 0
    left_out = warehouse.sql(
        f"""
        select measure_id, category_id, financial_year, unit
        from marts.fct_official_statistics
        where
            area_code = '{HAMPSHIRE}' and is_latest_release and unit <> 'rate_per_10000'
            and measure_id in (
                select official_measure_id from raw.official_correspondences
                where official_measure_id is not null
            )
        except
        select measure_id, category_id, financial_year, unit
        from intermediate.int_official_figures
        where area_code = '{HAMPSHIRE}'
        """
    ).fetchall()
    assert left_out == []


# Hampshire's figures in DfE's tables: C2, C4, D1, D2, D5, LAIT and ONS's estimate of mid-2021.
@pytest.mark.parametrize(
    ("claim", "recomputed", "verdict"),
    [
        ("2021-22 17.1 c", Decimal(1294 - 1263), "contradicts"),
        ("2021-22 18.1 h", round(Decimal(7100) / 1661, 1), "agrees within rounding"),
        ("2021-22 19.3 a", round(Decimal(280929) / 1000, 2), "contradicts"),
        ("2022-23 13.1 a", Decimal("19.7") - Decimal("20.6"), "agrees"),
        ("2022-23 14.1 d", Decimal(1046 - 1024), "agrees"),
        ("2022-23 14.2 c", round(Decimal(87400) / 1449, 1), "agrees"),
        ("2022-23 14.3 a", Decimal("1.9"), "agrees"),
        ("2022-23 16.3 a", round(Decimal(280929) / 1000, 2), "agrees within rounding"),
        ("2022-23 22.1 a", Decimal(19), "agrees"),
    ],
)
def test_a_claim_that_official_statistics_decide(
    claim: str, recomputed: Decimal, verdict: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert warehouse.execute(
        "select recomputed_value, verdict from marts.fct_narrative_claims where claim_id = ?",
        [claim],
    ).fetchall() == [(recomputed, verdict)]


@pytest.mark.parametrize(
    ("claim", "year"), [("2021-22 16.2 c", "2021-22"), ("2022-23 13.2 c", "2022-23")]
)
def test_timeliness_among_the_region(
    claim: str, year: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """The share of the other authorities that Hampshire beats, worked out from the counts."""
    rows = warehouse.execute(
        f"""
        select
            area_code,
            sum(value) filter (
                where measure_id = 'assessments_by_duration'
                and category_id not in ('46_50_days', '51_60_days', '61_or_more_days')
            ),
            max(value) filter (where measure_id = 'assessments')
        from read_parquet('{PARQUET}')
        inner join raw.local_authorities on area_code = local_authority_code
        where
            financial_year = ? and source_table = 'c2' and unit = 'count'
            and region_code = 'E12000008'
        group by area_code
        having
            count(marker) filter (
                where measure_id = 'assessments'
                or category_id not in ('46_50_days', '51_60_days', '61_or_more_days')
            ) = 0
        """,
        [year],
    ).fetchall()
    shares = {area: round(100 * within / every, 1) for area, within, every in rows if every}
    others = [share for area, share in shares.items() if area != HAMPSHIRE]
    below = sum(share < shares[HAMPSHIRE] for share in others)
    assert warehouse.execute(
        "select recomputed_value, verdict from marts.fct_narrative_claims where claim_id = ?",
        [claim],
    ).fetchall() == [(round(Decimal(100 * below) / len(others), 2), "agrees")]


def test_where_reports_are_not_compared_nothing_is(compiled: CompiledProject, seeds: Seeds) -> None:
    """Without official figures no report's figure is said to be missing from them."""
    connection = compiled.build(seeds)
    connection.execute("delete from intermediate.int_official_figures")
    mart = next(node for node in compiled.nodes if node.name == "int_reconciliation")
    assert connection.sql(mart.sql).fetchall() == []


def test_the_page_is_what_the_warehouse_says(warehouse: duckdb.DuckDBPyConnection) -> None:
    written = (PROJECT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
    assert written == reconciliation.page(warehouse), "Run make pages."
