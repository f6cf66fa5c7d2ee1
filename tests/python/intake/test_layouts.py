"""Tables laid out as councils print them: read right, or asked about with their place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from test_accounts import is_said, numbers
from test_cases import RELEASE
from typer.testing import CliRunner

from conftest import PROJECT
from safeguarding.intake import release_commands
from safeguarding.intake.answers import Answers
from safeguarding.intake.new_figures import Extract, Place
from safeguarding.intake.readers import read
from safeguarding.intake.wording.context import ROW, Statement
from safeguarding.intake.wording.periods import period_id
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.printed_layouts import LAYOUTS, OPEN, Open, Printed, figures_of, rows_of
from support.files.release_files import Rows, csv_file, printed, workbook

VOCABULARY = Vocabulary.of(PROJECT)
SECTION_47, PLANS = "section_47_and_assessments", "child_protection_plans"
MEASURED = (
    ("contacts_and_referrals", "Number of new referrals", "referrals", "count"),
    ("contacts_and_referrals", "Contacts received in the year", "initial_contacts", "count"),
    (SECTION_47, "No. of S47 enquiries started", "section_47_enquiries", "count"),
    (SECTION_47, "% of S47s leading to ICPC", "section_47_enquiries", "percent"),
    (SECTION_47, "Number of C&F assessments completed", "assessments", "count"),
    (SECTION_47, "% of assessments completed within 45 working days", "assessments", "percent"),
    (PLANS, "Number of children with a CP plan at year end", "plans_at_year_end", "count"),
    (PLANS, "New child protection plans in the year: neglect", "new_plans_neglect", "count"),
    (PLANS, "Second or subsequent plans (%)", "repeat_plans", "percent"),
    (PLANS, "Second or subsequent (%)", "repeat_plans", "percent"),
    (PLANS, "% becoming subject of a CPP for a 2nd or subsequent time", "repeat_plans", "percent"),
    (PLANS, "No. of CPPs closed after 2+ years", "plans_ended_after_2_years", "count"),
    (
        PLANS,
        "% of plans ceasing that had lasted two years or more",
        "plans_ended_after_2_years",
        "percent",
    ),
    (PLANS, "% of plans ended lasting 2 years or more", "plans_ended_after_2_years", "percent"),
    (PLANS, "Current plans lasting 2+ years", "plans_open_2_years", "count"),
    (
        "children_looked_after",
        "Looked after children at 31 March",
        "children_looked_after",
        "count",
    ),
    ("care_flows", "Children starting to be looked after", "entered_care", "count"),
    ("care_flows", "Number of LAC leavers", "left_care", "count"),
    ("care_flows", "Net change in CLA", "net_change", "count"),
)


def as_read(extract: Extract) -> dict[tuple[str, str, str], str]:
    """The figures by row, unit and period; each once."""
    found: dict[tuple[str, str, str], str] = {}
    for figure in extract.figures:
        row = VOCABULARY.row_id(figure.table_id, figure.row_label) or figure.row_label
        key = row, figure.unit, period_id(figure.period_label)
        assert key not in found, key
        found[key] = figure.value_as_printed
    return found


@pytest.mark.parametrize("table", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_is_read_right_and_each_figure_names_its_cell(
    table: Printed, tmp_path: Path
) -> None:
    path = printed(*rows_of(table.table))(tmp_path)
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert not extract.questions
    assert as_read(extract) == figures_of(table.figures)
    left_out = {one.printed for one in extract.left_out}
    assert set(table.left_out.split()) <= left_out
    cells = load_workbook(path).active
    named = [(one.place, one.value_as_printed) for one in extract.figures]
    named += [(one.place, one.printed) for one in extract.left_out]
    for place, text in named:
        assert str(cells[f"{place.column}{place.row}"].value) == text, place
    for place in numbers(path):
        is_year = re.fullmatch("20[0-9]{2}", cells[f"{place.column}{place.row}"].value)
        assert is_year or is_said(place, extract), place


@pytest.mark.parametrize("table", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_is_read_from_csv_as_from_a_workbook(table: Printed, tmp_path: Path) -> None:
    path = csv_file(rows_of(table.table), "printed.csv")(tmp_path)
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert as_read(extract) == figures_of(table.figures)


@pytest.mark.parametrize("table", OPEN.values(), ids=OPEN)
def test_what_a_table_leaves_open_is_never_guessed(table: Open, tmp_path: Path) -> None:
    extract = read(printed(*rows_of(table.table))(tmp_path), VOCABULARY)
    said = [str(problem) for problem in extract.problems]
    said += [f"{one.place}: '{one.printed}'" for one in extract.questions]
    # A label that no table has is said by the warehouse.
    unknown = [one for one in extract.figures if not VOCABULARY.row_id(one.table_id, one.row_label)]
    said += [f"{one.place}: '{one.row_label}'" for one in unknown]
    assert any(f"{table.row}," in text or f"{table.row}:" in text for text in said), said
    assert any(table.says in text for text in said), said


def test_an_answer_gives_a_row_its_table(tmp_path: Path) -> None:
    table = OPEN["a category that may be new or at 31 March"]
    labels = {"Neglect": "new_plans_neglect", "Emotional abuse": "new_plans_emotional_abuse"}
    path = printed(*rows_of(table.table))(tmp_path)
    extract = read(path, VOCABULARY, Answers(labels=labels))
    assert not extract.questions
    assert as_read(extract)["new_plans_neglect", "count", "2021-22"] == "90"


def test_a_formula_in_what_is_left_out_is_no_fault(tmp_path: Path) -> None:
    rows: Rows = [
        ["Referrals by source", "2021-22", "2022-23", "Change"],
        ["Police", 650, 700, "=C2-B2"],
        ["Schools", 430, 460, "=C3-B3"],
        ["Total", "=SUM(B2:B3)", "=SUM(C2:C3)", 80],
    ]
    extract = read(printed(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [one.value_as_printed for one in extract.figures] == ["650", "700", "430", "460"]


def test_every_rule_of_a_measure_fits_the_measure() -> None:
    """No label that a rule reads as a measure says something else than the measure is."""
    for table_id, label, row_id, unit in MEASURED:
        assert VOCABULARY.row_id(table_id, label) == row_id, label
        meaning = VOCABULARY.meaning(table_id, row_id, unit)
        assert meaning
        heard = [Statement(label, Place("x"), ROW)]
        kind = VOCABULARY.tables[table_id].period_type
        assert not list(VOCABULARY.contexts.contradictions(meaning, kind, heard)), label


@pytest.mark.parametrize(
    "label",
    [
        "Number of S47s leading to ICPC", "Rate of children looked after per 10,000", "CP plans",
        "Child protection plans: neglect", "Contacts from police", "Re-referrals",
        "% of children becoming subject of a CP plan a second time within 2 years",
        "Ceasing after 2 years or more", "Second or subsequent", "% lasting 2 years or more",
        "% becoming subject of a plan for second or subsequent time within 2 years",
        "Number of girls looked after", "Assessments by early help", "Care leavers",
    ],
)  # fmt: skip
def test_no_rule_reads_another_measure(label: str) -> None:
    tables = ("section_47_and_assessments", "child_protection_plans", "children_looked_after")
    assert not any(VOCABULARY.row_id(table_id, label) for table_id in tables)


def test_a_scorecard_and_turned_tables_are_ready_to_load(tmp_path: Path) -> None:
    """As a user checks it: the build's own SQL takes the figures of a council that is not there."""
    names = ("scorecard", "years down, number and share of each", "quarters down under their year")
    tables = [LAYOUTS[name] for name in names]
    sheets = {f"Sheet {at}": rows_of(table.table) for at, table in enumerate(tables)}
    path = workbook(sheets)(tmp_path)
    given = [f"--{name}={value}" for name, value in (RELEASE | {"authority": "E08000003"}).items()]
    outcome = CliRunner().invoke(
        release_commands.app, ["check", str(path), *given, "--published", "--format=json"]
    )
    answer = json.loads(outcome.stdout)
    assert answer["status"] == "ready", answer
    expected = [
        (*key, value) for table in tables for key, value in figures_of(table.figures).items()
    ]
    found = [
        (one["row_id"], one["unit"], one["period_id"], one["value_as_printed"])
        for one in answer["figures"]
    ]
    assert sorted(found) == sorted(expected)
    assert "650,270" in {one["printed"] for one in answer["left_out"]}
