"""A measure is declared once: some rows and one entry in YAML, and everything that reads has it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest
from lxml import html

from conftest import run_build
from safeguarding.warehouse.compiled_project import CompiledProject

NAME = "SYNTHETIC children entering care at night"
LABEL = "Of those entering: at night"
VALUES = {"Oct-Dec 2022": 41, "Jan-Mar 2023": 52, "Apr-Jun 2023": 63}
PERIODS = ("2022-23 Q3", "2022-23 Q4", "2023-24 Q1")
COLUMN = """\
      - name: entered_at_night
        data_type: bigint
        description: "SYNTHETIC: of those entering, at night. Unit: count."
"""
DECLARATION = """\
        config:
          meta:
            figure: {measure: care_entered_at_night, unit: count}
            label: SYNTHETIC number of children entering care at night
            open_data: {column: entered_care_at_night_count, order: 9}
            report: {table: care_flows, order: 9}
"""
BEFORE = "      - name: has_break_in_series\n"
FACT = "models/marts/facts/fct_care_flows.yml"
ROWS = {
    "seeds/reference/measures.csv": f"care_entered_at_night,{NAME},flow,false,SYNTHETIC.,None\n",
    "seeds/reference/published_rows.csv": (
        f"care_flows,entered_at_night,{LABEL},count,care_entered_at_night,,6\n"
    ),
    "seeds/reference/row_label_variants.csv": f"care_flows,{LABEL},entered_at_night,,\n",
    "seeds/figures/care_flows.csv": "".join(
        f"hampshire-asr-2022-23,E10000014,15.3,{line},,{LABEL},{period},{period},count,{value},,\n"
        for line, (period, value) in enumerate(VALUES.items(), start=9001)
    ),
}
# What says how many rows there are, so that a slip is noticed.
COUNTS = {
    "seeds/registers/expected_row_counts.csv": (
        "2022-23,care_flows,65,0",
        "2022-23,care_flows,68,0",
    ),
    "seeds/reference/measures.yml": ("rows: 53\n", "rows: 54\n"),
}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def project(project_copy: Callable[[], Path]) -> Path:
    """A copy of the project with the measure, built, exported and reported."""
    copy = project_copy()
    for file, rows in ROWS.items():
        with (copy / file).open("a", encoding="utf-8") as lines:
            lines.write(rows)
    for file, (before, after) in COUNTS.items():
        edit(copy / file, before, after)
    edit(copy / FACT, BEFORE, COLUMN + DECLARATION + BEFORE)
    built = run_build(copy)
    assert built.returncode == 0, built.stderr
    run(copy, "export_marts.py", "--format", "duckdb", "csv", "workbook", "open-data")
    run(copy, "build_report.py", "--year", "2022-23", "--format", "pages")
    return copy


def run(project: Path, script: str, *arguments: str) -> None:
    command = [sys.executable, f"scripts/{script}", *arguments]
    environment = {"PYTHONPATH": "scripts"}
    done = subprocess.run(
        command, cwd=project, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_facts_and_checks_have_it(project: Path) -> None:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        for table, column, condition in (
            ("fct_observations", "value", "measure_id = 'care_entered_at_night'"),
            ("fct_figures", "value", "measure_id = 'care_entered_at_night' and unit = 'count'"),
            ("fct_best_figures", "value", "measure_id = 'care_entered_at_night'"),
            ("fct_care_flows", "entered_at_night", "entered_at_night is not null"),
        ):
            found = connection.sql(
                f"select period_id, cast({column} as integer) from marts.{table} where {condition}"
            ).fetchall()
            assert dict(found) == dict(zip(PERIODS, VALUES.values(), strict=True)), table
        standings = connection.sql(
            "select distinct standing from marts.fct_figures"
            " where measure_id = 'care_entered_at_night'"
        ).fetchall()
        assert set(standings) <= {("consistent",), ("provisional",)}


def test_exports_have_it(project: Path) -> None:
    exports = project / "exports"
    rows = {row["period_id"]: row for row in rows_of(exports / "csv" / "fct_care_flows.csv")}
    assert [rows[each]["entered_at_night"] for each in PERIODS] == ["41", "52", "63"]
    assert rows["2021-22 Q1"]["entered_at_night_marker"] == "x"
    data = exports / "open-data" / "care_flows_by_quarter.csv"
    shown = [row["entered_care_at_night_count"] for row in rows_of(data)]
    assert [each for each in shown if each != "x"] == ["41", "52", "63"]
    (named,) = [
        row
        for row in rows_of(data.with_suffix(".meta.csv"))
        if row["col_name"] == "entered_care_at_night_count"
    ]
    assert named["label"] == "SYNTHETIC number of children entering care at night"
    sheet = openpyxl.load_workbook(exports / "safeguarding.xlsx")["Table_5"]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if str(row[1]).startswith(NAME)]
    assert [cell for cell in row if isinstance(cell, int)] == [41, 52, 63]


def test_report_has_it(project: Path) -> None:
    page = project / "exports" / "report" / "hampshire" / "2022-23" / "children-looked-after.html"
    rows = [
        [" ".join(cell.itertext()).split() or [""] for cell in row]
        for row in html.document_fromstring(page.read_bytes()).iterfind(".//tr")
    ]
    found = [[cell[0] for cell in row] for row in rows if " ".join(row[0]).startswith(NAME)]
    assert any({"41", "52"} <= set(row) for row in found), found


def test_a_missing_or_mistaken_declaration_stops_the_build_with_a_sentence(project: Path) -> None:
    other = project / "models" / "marts" / "facts" / "fct_uasc.yml"
    edit(project / FACT, DECLARATION, "")
    edit(other, "{measure: uasc_arrivals,", "{measure: uasc_arivals,")
    stopped = run_build(project)
    edit(project / FACT, COLUMN, COLUMN + DECLARATION)
    edit(other, "{measure: uasc_arivals,", "{measure: uasc_arrivals,")
    assert stopped.returncode == 1
    assert sorted(stopped.stderr.splitlines()) == [
        "- fct_care_flows.entered_at_night is a figure without a declaration: write `figure:"
        " {measure: ..., unit: count}`, `label` and `open_data` of this column under `config:"
        " meta:` in fct_care_flows.yml, as other facts have them.",
        "- fct_uasc.uasc_arrivals declares the measure uasc_arivals, which"
        " seeds/reference/measures.csv does not have: correct it in fct_uasc.yml, or add it.",
        "Building the warehouse ...",
        "The build stopped. warehouse.duckdb has not been changed.",
    ]


def test_taken_out_again_it_leaves_nothing(project: Path, compiled: CompiledProject) -> None:
    edit(project / FACT, COLUMN + DECLARATION, "")
    for file, rows in ROWS.items():
        edit(project / file, rows, "")
    for file, (before, after) in COUNTS.items():
        edit(project / file, after, before)
    again = CompiledProject.of(project)
    with again.build(again.read_seeds()) as without, compiled.build(compiled.read_seeds()) as as_is:
        for table in ("fct_observations", "fct_figures", "fct_care_flows"):
            query = f"from marts.{table} order by all"
            assert without.sql(query).columns == as_is.sql(query).columns
            assert without.sql(query).fetchall() == as_is.sql(query).fetchall()
