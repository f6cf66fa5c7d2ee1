"""A measure is declared once: some rows and one entry in YAML, and everything that reads has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest
from lxml import html

from conftest import PROJECT, run_build
from safeguarding.homes import places
from support.measured_project import (
    COLUMN,
    DECLARATION,
    FACT,
    NAME,
    PERIODS,
    VALUES,
    edit,
    rows_of,
)


@pytest.fixture
def project(measured_project: Path) -> Path:
    return measured_project


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


def test_a_missing_or_mistaken_declaration_stops_the_build_with_a_sentence(
    measured_project: Path, tmp_path: Path
) -> None:
    left_out = shutil.ignore_patterns("exports")
    project = Path(shutil.copytree(measured_project, tmp_path / "project", ignore=left_out))
    edit(project / FACT, DECLARATION, "")
    other = project / "models" / "marts" / "facts" / "fct_uasc.yml"
    edit(other, "{measure: uasc_arrivals,", "{measure: uasc_arivals,")
    stopped = run_build(project)
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


def test_it_takes_rows_and_one_entry(project: Path) -> None:
    """Of all that the product is made of, nothing else differs: taken out, it leaves nothing."""

    def content(root: Path) -> dict[str, bytes]:
        files = places.product_files(root)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}

    before, after = content(PROJECT), content(project)
    assert list(before) == list(after)
    changed = [name for name in after if after[name] != before[name]]
    assert [name for name in changed if not name.startswith("seeds/")] == [FACT]
    assert (project / FACT).read_text().replace(COLUMN + DECLARATION, "") == (
        PROJECT / FACT
    ).read_text()
