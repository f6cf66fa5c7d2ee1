"""A council adds a measure by rows of seeds alone, and it reaches everything that shows figures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from lxml import html

from conftest import Seeds
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.warehouse.compiled_project import CompiledProject, Row
from safeguarding.warehouse.seed_files import UnreadableSeedsError
from support.measured_project import RUTLAND, rows_of

CONFERENCES, IN_TIME = "initial_child_protection_conferences", "conferences_in_time"
NAME = "Conferences held within 15 working days"
PRINTED = {
    "children_in_need": 530, "cpp_started_in_all": 66, "cpp_ended": 60,
    "cla_at_year_end rate_per_10000": 50.2, "early_help_assessments": 390,
    "caseload average": 18.35, "uasc_looked_after": 12, "visits_in_time percent": 90.4,
    "cla_by_age under_10": 3, "cla_by_age aged_10_to_17": 101, "cla_by_district north": 55,
    "cla_by_district south": 49, "re_referrals": 120, "re_referrals percent": 19.1,
    CONFERENCES: 398, IN_TIME: 4, f"{IN_TIME} percent": 1,
}  # fmt: skip


def filled(cells: tuple[str, ...], names: list[str]) -> Row:
    """Cells of a row by the seed's columns; those that nobody fills are blank."""
    return dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))


@pytest.fixture
def project(measured_project: Path) -> Path:
    return measured_project


def test_facts_revisions_and_checks_have_it(project: Path) -> None:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:

        def found(query: str) -> list[tuple[object, ...]]:
            return connection.sql(query.format(measure=f"measure_id = '{IN_TIME}'")).fetchall()

        assert found(
            "select period_id, unit, cast(value as double), release_id[-7:]"
            " from marts.fct_observations where {measure} and unit = 'percent' order by all"
        ) == [
            ("2020-21", "percent", 95.0, "2021-22"),
            ("2021-22", "percent", 85.0, "2021-22"),
            ("2021-22", "percent", 90.0, "2022-23"),
            ("2022-23", "percent", 1.0, "2022-23"),
        ]
        assert found(
            "select period_id, earlier_value, later_value, change from marts.fct_revisions"
            " where {measure}"
        ) == [("2021-22", 85, 90, 5)]
        assert found(
            "select period_id, printed_value, expected_value from marts.fct_quality_findings"
            " where {measure} and check_id = 'percentage_of_base'"
        ) == [("2021-22", 85, Decimal("90.05"))]
        for table in ("fct_figures", "fct_best_figures", "fct_metrics"):
            assert found(
                f"select period_id, cast(value as int) from marts.{table}"
                " where {measure} and unit = 'count' order by all"
            ) == [("2020-21", 380), ("2021-22", 371), ("2022-23", 4)]
        assert found(
            "select base_measure_id, base_value from marts.fct_metrics"
            " where {measure} and period_id = '2022-23' and unit = 'percent'"
        ) == [(CONFERENCES, 398)]
        assert found(
            "select category_id, category_name from marts.dim_category"
            " where category_id in ('under_10', 'neglect', 'police') order by all"
        ) == [("neglect", "Neglect"), ("police", "Police"), ("under_10", "Under 10")]


def test_what_councils_print_besides_is_stored(project: Path) -> None:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.sql(
            "select concat_ws(' ', measure_id, category_id, nullif(unit, 'count')),"
            " cast(value as double) from marts.fct_observations"
            f" where local_authority_code = '{RUTLAND}' and period_id = '2022-23'"
        ).fetchall()
    assert dict(found) == PRINTED
    assert len(found) == len(PRINTED)


def test_small_counts_of_it_are_suppressed(project: Path) -> None:
    """And so is what they follow from: the percentage, and a second age."""
    exports = project / "exports"
    shown = {
        row["time_period"]: row
        for row in rows_of(exports / "open-data" / "other_measures.csv")
        if row["la_name"] == "Rutland"
    }
    columns = [f"{IN_TIME}_count", f"{IN_TIME}_percent", f"{CONFERENCES}_count"]
    assert {year: [row[each] for each in columns] for year, row in shown.items()} == {
        "202021": ["380", "95.00", "400"],
        "202122": ["371", "90.00", "412"],
        "202223": ["c", "c", "398"],
    }
    # Nothing says what these are of.
    for name in ("caseload_average", "visits_in_time_percent"):
        assert [row[name] for row in shown.values()] == ["x", "c", "c"]
    ages = {
        (row["time_period"], row["category"]): row["cla_by_age_count"]
        for row in rows_of(exports / "open-data" / "cla_by_age_by_category.csv")
    }
    assert ages == {
        ("202122", "Under 10"): "38", ("202122", "10 to 17"): "64",
        ("202223", "Under 10"): "c", ("202223", "10 to 17"): "c",
    }  # fmt: skip
    with duckdb.connect(str(exports / "safeguarding.duckdb"), read_only=True) as connection:
        left = connection.sql(
            "select distinct measure_id, period_id from marts.fct_observations"
            f" where local_authority_code = '{RUTLAND}' and period_id = '2022-23' and value < 6"
            " union select distinct measure_id, period_id from marts.fct_figures"
            f" where local_authority_code = '{RUTLAND}' and period_id = '2022-23' and value < 6"
        )
        assert left.fetchall() == []


def test_the_workbook_has_it(project: Path) -> None:
    book = openpyxl.load_workbook(project / "exports" / "safeguarding.xlsx")
    rows = [row[:7] for row in book["Table_8"].iter_rows(values_only=True)]
    # Hampshire's text gives its unaccompanied children, which the council's table prints.
    title = "Table 8: Other measures, Hampshire and Rutland, 2020-21 to 2022-23"
    assert str(rows[0][0]).startswith(title)
    of_it = {row[2]: row[4:] for row in rows if str(row[1]).startswith(NAME)}
    assert of_it == {"Number": (380, 371, "[c]"), "Percentage": (95, 90, "[c]")}
    assert any(str(row[1]).startswith("Children looked after by age: Under 10") for row in rows)
    definitions = [row[0] for row in book["Definitions"].iter_rows(values_only=True)]
    assert NAME in definitions


def test_the_report_has_it(project: Path) -> None:
    pages = project / "exports" / "report" / "rutland" / "2022-23"
    page = html.document_fromstring((pages / "other-measures.html").read_bytes())
    rows = [[" ".join(cell.itertext()).split() for cell in row] for row in page.iterfind(".//tr")]
    (named,) = [row[1:] for row in rows if row[0] == NAME.split()]
    # Each number beside its share.
    assert [cell[0] for cell in named] == ["380", "95.0", "371", "90.0", "[c]", "[c]"]


def test_a_faulty_declaration_names_file_row_and_column(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    """Each row is refused for what is wrong with it, and for nothing else."""
    rows, labels = seeds["published_rows"], seeds["row_label_variants"]

    def add(*cells: str) -> None:
        """Add a row of a table, and its label."""
        rows.append(filled((*cells, "1"), list(rows[0])))
        labels.append(filled((cells[0], cells[2], cells[1], ""), list(labels[0])))

    add("other_measures", "unit", "Unit", "number", "re_referrals", "")
    add("early_help", "table", "Table", "count", "re_referrals", "")
    add("other_measures", "measure", "Measure", "count", "nothing", "")
    add("other_measures", "ratio", "Ratio", "count", "section_47_to_conference", "")
    add("other_measures", "whole", "Whole", "count", "care_leavers_19_to_21", "")
    add("other_measures", "part", "Part: one", "count", "care_leavers_19_to_21", "one")
    add("other_measures", "name", "Name: other", "percent", "uasc_refused_leave", "one")
    add("other_measures", "twice", "Twice", "count", "open_cases", "")
    rows.append(dict(rows[-1]))
    add("other_measures", "nameless", "Nameless", "count", "open_cases", "")
    labels[-1]["printed_label"] = "Another name"
    labels.append(filled(("other_measures", "Lost", "lost", ""), list(labels[0])))
    bases = seeds["percentage_bases"]
    bases.append(filled((*3 * ("open_cases",), "x"), list(bases[0])))
    with compiled.build(seeds) as connection:
        found = dict(compiled.failing_tests(connection))["measures_are_declared"]
    assert {
        (row["seed_file"].split("/")[-1], row["row_id"], row["column_name"]) for row in found
    } == {
        ("published_rows.csv", "unit", "unit"),
        ("published_rows.csv", "table", "table_id"),
        ("published_rows.csv", "measure", "measure_id"),
        ("published_rows.csv", "ratio", "unit"),
        ("published_rows.csv", "whole", "category_id"),
        ("published_rows.csv", "part", "category_id"),
        ("published_rows.csv", "part", "row_name"),
        ("published_rows.csv", "name", "row_name"),
        # The row that was there has no category, so one of the two is wrong.
        ("published_rows.csv", "name", "category_id"),
        ("published_rows.csv", "uasc_refused_leave", "category_id"),
        ("published_rows.csv", "twice", "row_id"),
        ("published_rows.csv", "nameless", "row_name"),
        ("row_label_variants.csv", "lost", "row_id"),
        ("percentage_bases.csv", None, "measure_id"),
    }


def test_intake_refuses_it_in_the_same_way(project_copy: Callable[[], Path]) -> None:
    copy = project_copy()
    path = copy / "seeds" / "reference" / "published_rows.csv"
    number = len(path.read_text(encoding="utf-8").splitlines()) + 1
    with path.open("a", encoding="utf-8") as lines:
        lines.write("other_measures,a,A,count,nothing,,first\n")
    with pytest.raises(UnreadableSeedsError) as refused:
        Vocabulary.of(copy)
    assert refused.value.problems == [
        f"published_rows.csv row {number}, column measure_id: found 'nothing', expected a measure"
        " listed in measures.csv.",
        f"published_rows.csv row {number}, column sort_order: found 'first', expected a whole"
        " number.",
    ]
