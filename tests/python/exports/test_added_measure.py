"""A council adds a measure by rows of seeds alone, and it reaches everything that shows figures."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from lxml import html

from conftest import Seeds, run_build
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.warehouse.compiled_project import CompiledProject, Row
from safeguarding.warehouse.seed_files import UnreadableSeedsError

RUTLAND = "E06000017"
CONFERENCES, IN_TIME = "initial_child_protection_conferences", "conferences_in_time"
NAME = "Conferences held within 15 working days"
BY_AGE = {"under_1": "Under 1", "1_to_9": "1 to 9", "10_and_over": "10 and over"}
# What a council writes: measure, rows of a table with their labels, what the percentage is of.
ROWS: dict[str, list[tuple[str, ...]]] = {
    "measures": [
        (IN_TIME, NAME, "flow", "false", "Held in time; as a percentage, of all.", "SYNTHETIC"),
        (
            "caseload",
            "Average caseload",
            "ratio",
            "false",
            "Children each.",
            "SYNTHETIC",
        ),
        ("cla_by_age", "Children looked after by age", "stock", "false", "By age.", "SYNTHETIC"),
    ],
    "published_rows": [
        ("other_measures", "conferences", "Initial conferences", "count", CONFERENCES, "", "1"),
        ("other_measures", "in_time", NAME, "count", IN_TIME, "", "2"),
        ("other_measures", "in_time", NAME, "percent", IN_TIME, "", "2"),
        ("other_measures", "caseload", "Average caseload", "average", "caseload", "", "3"),
        *(
            ("other_measures", key, f"Looked after: {name}", "count", "cla_by_age", key, "4")
            for key, name in BY_AGE.items()
        ),
    ],
    "row_label_variants": [
        ("other_measures", "Initial conferences", "conferences", ""),
        ("other_measures", NAME, "in_time", ""),
        ("other_measures", "Average caseload", "caseload", ""),
        *(
            ("other_measures", f"Looked after aged {name.lower()}", key, "")
            for key, name in BY_AGE.items()
        ),
    ],
    "percentage_bases": [(IN_TIME, IN_TIME, CONFERENCES, "false")],
}
FIRST = """\
SYNTHETIC conferences,,,,
,2020-21,,2021-22,
,Number,%,Number,%
Initial conferences,400,,412,
Conferences held within 15 working days,380,95.0,371,85.0
"""
# 371 of 412 is 90.0%, and the release of the year before has 85.0.
SECOND = """\
SYNTHETIC conferences,,,,
,2021-22,,2022-23,
,Number,%,Number,%
Initial conferences,412,,398,
Conferences held within 15 working days,371,90.0,4,1.0

,2021-22,2022-23
Average caseload,16.8,18.35
Looked after aged under 1,7,3
Looked after aged 1 to 9,38,40
Looked after aged 10 and over,64,61
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def run(project: Path, script: str, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, f"scripts/{script}", *arguments],
        cwd=project,
        env={"PYTHONPATH": "scripts"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def filled(cells: tuple[str, ...], names: list[str]) -> Row:
    """Cells of a row by the seed's columns; those that nobody fills are blank."""
    return dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))


def declare(project: Path) -> None:
    for seed, rows in ROWS.items():
        path = project / "seeds" / "reference" / f"{seed}.csv"
        names = list(rows_of(path)[0])
        with path.open("a", encoding="utf-8", newline="") as lines:
            csv.DictWriter(lines, names, lineterminator="\n").writerows(
                filled(row, names) for row in rows
            )


@pytest.fixture(scope="module")
def project(project_copy: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the measures and two releases of figures, built, exported and reported."""
    copy, files = project_copy(), tmp_path_factory.mktemp("files")
    declare(copy)
    for year, content, published in (("2021-22", FIRST, True), ("2022-23", SECOND, False)):
        path = files / f"{year}.csv"
        path.write_text(content, encoding="utf-8")
        about = (
            *("--authority", RUTLAND, "--release", f"synthetic-asr-{year}", "--title", "SYNTHETIC"),
            *("--financial-year", year, "--published-date", f"20{year[-2:]}-12-10"),
            "--published" if published else "--unpublished",
        )
        if published:  # its contradiction must be explained first
            stubs = files / "registers"
            told = run(
                copy, "release.py", "check", str(path), *about, "--stubs", str(stubs), code=3
            )
            assert "printed as 85%, but 371 of 412 is 90.05%" in told
            (issue,) = rows_of(stubs / "known_issues.csv")
            with (stubs / "known_issues.csv").open("w", encoding="utf-8", newline="") as lines:
                writer = csv.DictWriter(lines, list(issue))
                writer.writeheader()
                writer.writerow(issue | {"reason": "SYNTHETIC slip", "evidence": "SYNTHETIC"})
        explained = ("--registers", str(files / "registers")) if published else ()
        run(copy, "release.py", "load", str(path), *about, *explained)
    built = run_build(copy)
    assert built.returncode == 0, built.stderr
    run(copy, "export_marts.py", "--format", "duckdb", "csv", "workbook", "open-data")
    run(copy, "build_report.py", "--authority", RUTLAND, "--year", "2022-23", "--format", "pages")
    return copy


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
            " where category_id in ('under_1', 'neglect', 'police') order by all"
        ) == [("neglect", "Neglect"), ("police", "Police"), ("under_1", "Under 1")]


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
    # Nothing says what an average is of.
    assert [row["caseload_average"] for row in shown.values()] == ["x", "c", "c"]
    ages = {
        (row["time_period"], row["category"]): row["cla_by_age_count"]
        for row in rows_of(exports / "open-data" / "cla_by_age_by_category.csv")
    }
    assert {ages["202122", name] for name in BY_AGE.values()} == {"7", "38", "64"}
    assert ages["202223", "Under 1"] == "c"
    assert sorted(ages["202223", name] == "c" for name in BY_AGE.values())[1:] == [True, True]
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
    assert str(rows[0][0]).startswith("Table 8: Other measures, Rutland, 2020-21 to 2022-23")
    of_it = {row[2]: row[4:] for row in rows if str(row[1]).startswith(NAME)}
    assert of_it == {"Number": (380, 371, "[c]"), "Percentage": (95, 90, "[c]")}
    assert any(str(row[1]).startswith("Children looked after by age: Under 1") for row in rows)
    definitions = [row[0] for row in book["Definitions"].iter_rows(values_only=True)]
    assert NAME in definitions


def test_the_report_has_it(project: Path) -> None:
    pages = project / "exports" / "report" / "rutland" / "2022-23"
    page = html.document_fromstring((pages / "other-measures.html").read_bytes())
    rows = [[" ".join(cell.itertext()).split() for cell in row] for row in page.iterfind(".//tr")]
    (counts,) = [row for row in rows if row[0] == NAME.split() and row[1] == ["Number"]]
    assert [cell[0] for cell in counts[2:]] == ["380", "371", "[c]"]


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
    add("other_measures", "whole", "Whole", "count", "cpp_ended", "")
    add("other_measures", "part", "Part: one", "count", "cpp_ended", "one")
    add("other_measures", "name", "Name: other", "percent", "uasc_refused_leave", "one")
    add("other_measures", "twice", "Twice", "count", "open_cases", "")
    rows.append(dict(rows[-1]))
    labels.append(filled(("other_measures", "Lost", "lost", ""), list(labels[0])))
    bases = seeds["percentage_bases"]
    bases.append(filled(("re_referrals", "re_referrals", "re_referrals", "x"), list(bases[0])))
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
