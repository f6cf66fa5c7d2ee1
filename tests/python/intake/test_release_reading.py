"""What a council hands over is read as it is."""

from __future__ import annotations

import csv
import datetime
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from conftest import PROJECT
from safeguarding.intake.answers import Answers
from safeguarding.intake.new_figures import Extract
from safeguarding.intake.readers import read
from safeguarding.intake.templates.forms import REGISTER_COLUMNS, RELEASE_FIELDS
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.bad_files import BREAKS, SHEET, TABLE, register, release
from support.files.printed_sheets import printed_sheet
from support.files.release_files import (
    HEADING,
    Rows,
    contacts,
    csv_file,
    figure,
    printed,
    template,
    workbook,
    years,
)

SOURCES = Path(os.environ.get("SOURCE_TEXTS", PROJECT.parent / "shared" / "sources"))
VOCABULARY = Vocabulary.of(PROJECT)
CONTACTS = "contacts_and_referrals"


def test_a_template_row_is_a_figure(tmp_path: Path) -> None:
    row = figure("6: POLICE", "FY 2022/23", "count", 1234, "Up.", "12.1", "79")
    extract = read(contacts(row)(tmp_path), VOCABULARY)
    assert not extract.problems
    (read_back,) = extract.figures
    assert read_back.as_row("synthetic", "E10000000") == {
        "release_id": "synthetic",
        "local_authority_code": "E10000000",
        "source_table": "12.1",
        "source_line": "79",
        "source_cell": "4",
        "row_label": "6: POLICE",
        "period_as_printed": "FY 2022/23",
        "period_label": "2022-23",
        "unit": "count",
        "value_as_printed": "1234",
        "qualifier": "",
        "note": "Up.",
    }
    assert str(read_back.place) == f"{SHEET}, row 2, column D"


def test_a_byte_order_mark_is_welcome(tmp_path: Path) -> None:
    path = csv_file(template())(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert len(extract.figures) == 1


def test_a_blank_is_missing_where_its_period_and_its_row_have_figures(tmp_path: Path) -> None:
    rows = (
        figure("Police", "2022-23", "count", 10),
        figure("Other", "2022-23", "count", None),
        figure("Housing", "2022-23", "count", None),
        figure("Police", "2021-22", "count", None),
        figure("Police", "2020-21", "count", 7),
        figure("Other", "2020-21", "count", 5),
    )
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [(row.row_label, row.value_as_printed) for row in extract.figures] == [
        ("Police", "10"),
        ("Other", ""),
        ("Police", "7"),
        ("Other", "5"),
    ]


def test_both_of_two_printed_counts_are_kept_with_their_lines(tmp_path: Path) -> None:
    rows = ([*figure(value=1), "", "", "116"], [*figure(value=2), "", "", "120"])
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.source_line for row in extract.figures] == ["116", "120"]


def test_an_ambiguous_label_is_asked_about_once(tmp_path: Path) -> None:
    path = contacts(figure("Not known"), figure("Not known", "2021-22"))(tmp_path)
    (question,) = read(path, VOCABULARY).questions
    assert question.table_id == CONTACTS
    assert question.printed == "Not known"
    assert question.candidates == ("unknown", "not_recorded")
    assert str(question.place) == f"{SHEET}, row 2, column A"
    assert not read(path, VOCABULARY, Answers(labels={"Not known": "unknown"})).questions
    assert read(path, VOCABULARY, Answers(labels={"Not known": "police"})).questions


def test_a_councils_own_label_needs_no_question(tmp_path: Path) -> None:
    own = {(CONTACTS, "E10000000", "not known"): "unknown"}
    vocabulary = replace(VOCABULARY, variants={**VOCABULARY.variants, **own})
    path = contacts(figure("Not known"))(tmp_path)
    assert not read(path, vocabulary, Answers(authority="E10000000")).questions
    assert read(path, vocabulary, Answers(authority="E10000001")).questions
    general = {(CONTACTS, "", "not known"): "unknown"}
    vocabulary = replace(VOCABULARY, variants={**VOCABULARY.variants, **general})
    assert read(path, vocabulary).questions


def test_a_table_of_unknown_rows_is_asked_about(tmp_path: Path) -> None:
    path = printed(["SYNTHETIC", "2021-22", "2022-23"], ["Foo", 1, 2])(tmp_path)
    (question,) = read(path, VOCABULARY).questions
    assert question.table_id == ""
    assert question.printed == "SYNTHETIC"
    assert CONTACTS in question.candidates
    assert "care_flows" not in question.candidates
    answered = read(path, VOCABULARY, Answers(families={"SYNTHETIC": CONTACTS}))
    assert [row.table_id for row in answered.figures] == [CONTACTS] * 2
    by_sheet = read(path, VOCABULARY, Answers(families={"Table 1": CONTACTS}))
    assert by_sheet.figures == answered.figures
    wrong = read(path, VOCABULARY, Answers(families={"SYNTHETIC": "contacts"}))
    assert "the table 'contacts' as an answer" in str(wrong.problems[0])


def test_a_title_tells_the_family_where_rows_do_not(tmp_path: Path) -> None:
    rows: Rows = [["Children Looked After (CLA)", "2021-22", "2022-23"], ["SYNTHETIC", 1, 2]]
    extract = read(printed(*rows)(tmp_path), VOCABULARY)
    assert {row.table_id for row in extract.figures} == {"children_looked_after"}


def test_the_record_of_the_release(tmp_path: Path) -> None:
    rows = (
        ["release_id", "synthetic-asr"],
        ["published_date", datetime.date(2024, 12, 10)],
        ["financial_year", "2023/24"],
        ["is_published", True],
        ["licence", None],
    )
    extract = read(release(*rows)(tmp_path), VOCABULARY)
    assert extract.release == {
        "release_id": "synthetic-asr",
        "published_date": "2024-12-10",
        "financial_year": "2023-24",
        "is_published": "true",
    }
    across = csv_file([["release_id", "is_published"], ["synthetic-asr", "no"]], "releases.csv")
    assert read(across(tmp_path), VOCABULARY).release == {
        "release_id": "synthetic-asr",
        "is_published": "false",
    }


def test_registers_have_the_columns_of_their_seeds(tmp_path: Path) -> None:
    rows: Rows = [BREAKS, ["referrals", None, "Apr-Jun 2022", "New system."]]
    extract = read(register("series_breaks", *rows)(tmp_path), VOCABULARY)
    ((place, row),) = extract.registers["series_breaks"]
    assert place.row == 2
    assert row == {
        "release_id": "",
        "local_authority_code": "",
        "measure_id": "referrals",
        "category_id": "",
        "period_id": "2022-23 Q1",
        "reason": "New system.",
    }
    for name, columns in REGISTER_COLUMNS.items():
        path = PROJECT / "seeds" / "registers" / f"{name}.csv"
        assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(columns.names)
    seed = (PROJECT / "seeds" / "reference" / "releases.csv").read_text(encoding="utf-8")
    assert set(seed.splitlines()[0].split(",")) <= set(RELEASE_FIELDS)


def test_formats_of_a_workbook_are_seen(tmp_path: Path) -> None:
    def style(sheet: Any) -> None:  # noqa: ANN401
        sheet["D2"].number_format = "0.0%"
        sheet["D3"].number_format = "#,##0"

    rows = (figure(unit="percent", value=0.123), figure(value=12345))
    extract = read(contacts(*rows, change=style)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.value_as_printed for row in extract.figures] == ["12.3%", "12,345"]


def test_a_note_mark_goes_to_the_figures_note(tmp_path: Path) -> None:
    raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
    rows = (
        figure(value=CellRichText("185", raised)),
        figure("Other", value="152\u00b2"),
        figure("Housing", "2022-23", "count", "7\u00b3", "See page 3."),
    )
    extract = read(contacts(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [(row.value_as_printed, row.note) for row in extract.figures] == [
        ("185", "note mark 1"),
        ("152", "note mark 2"),
        ("7", "See page 3.; note mark 3"),
    ]


@pytest.fixture(scope="module")
def reports() -> dict[str, Path]:
    texts = {year: SOURCES / f"hampshire-asr-{year}.txt" for year in ("2021-22", "2022-23")}
    missing = [str(path) for path in texts.values() if not path.exists()]
    if missing:
        pytest.skip(
            f"READING OF REPORTS NOT CHECKED: their texts are not here ({', '.join(missing)});"
            " name their folder in SOURCE_TEXTS"
        )
    return texts


def seed_rows(release_id: str) -> dict[str, list[dict[str, str]]]:
    """Figures of the seeds by table, without those of the running text."""
    rows = {}
    for table_id in VOCABULARY.tables:
        path = PROJECT / "seeds" / "figures" / f"{table_id}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            its = [row for row in csv.DictReader(file) if row["release_id"] == release_id]
        if table_id != "headline_figures":
            rows[table_id] = its
    return rows


def as_rows(extract: Extract, release_id: str) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in extract.figures:
        rows.setdefault(row.table_id, []).append(row.as_row(release_id, "E10000014"))
    return rows


def test_the_report_of_2022_23_reads_as_its_seeds(reports: dict[str, Path]) -> None:
    """All but one row of Section 47, which stands a cell to the right of its heading."""
    extract = read(reports["2022-23"], VOCABULARY)
    assert not extract.questions
    (problem,) = extract.problems
    assert problem.place.row == 89
    assert "'% of S47 going to conference' under the period 2018-19" in problem.found
    expected = seed_rows("hampshire-asr-2022-23")
    expected["section_47_and_assessments"] = [
        row for row in expected["section_47_and_assessments"] if row["source_line"] != "89"
    ]
    assert sum(map(len, expected.values())) == 230
    found = as_rows(extract, "hampshire-asr-2022-23")
    assert found == {table: rows for table, rows in expected.items() if rows}


def test_broken_headings_of_2021_22_are_refused(reports: dict[str, Path]) -> None:
    extract = read(reports["2021-22"], VOCABULARY)
    assert {problem.place.row for problem in extract.problems} == {84, 103, 112, 156, 159}
    whole = ("children_looked_after", "care_flows")
    expected = seed_rows("hampshire-asr-2021-22")
    found = as_rows(extract, "hampshire-asr-2021-22")
    assert found == {table: expected[table] for table in whole}


def test_counts_beside_percentages_and_rates(reports: dict[str, Path], tmp_path: Path) -> None:
    """The table of plans of 2021-22 reads as its seed once its heading is mended."""
    lines = reports["2021-22"].read_text(encoding="utf-8").splitlines()
    assert lines[111].startswith("Child Protection Plans (CPP) and visits\t20\t17-18")
    lines[111] = "Plans\t" + "\t\t".join(f"20{year}-{year + 1}" for year in range(17, 22)) + "\t"
    path = tmp_path / "mended.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    plans = "child_protection_plans"
    found = as_rows(read(path, VOCABULARY), "hampshire-asr-2021-22")[plans]
    expected = seed_rows("hampshire-asr-2021-22")[plans]
    assert len(expected) == 115
    for row in (*found, *expected):
        del row["period_as_printed"]
    assert found == expected


def test_a_label_in_two_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ["SYNTHETIC", None, "2021-22", None, "2022-23", None],
        ["Referral source*:", "Individual", 10, "40.0%", 12, "60.0%"],
        [None, "Police", 15, "60.0%", 8, "40.0%"],
        ["Referral source*:", "Education", 1, "4.0%", 2, "10.0%"],
    ]
    extract = read(printed(*rows)(tmp_path), VOCABULARY)
    assert not extract.problems
    labels = dict.fromkeys(row.row_label for row in extract.figures)
    assert list(labels) == ["Referral source*: Individual", "Police", "Education"]
    assert extract.figures[0].source_cell == "3"


def test_what_is_missing_in_print() -> None:
    """A count printed alone has no percentage; a blank among percentages is a missing one."""
    extract = printed_sheet(
        years(
            ["Number of initial contacts", None, 117188, None, None],
            ["Police", 10, "40.0%", 12, None],
            ["Housing", None, None, None, None],
            ["SYNTHETIC footnote", None, None, None, None],
        )
    )
    assert not extract.problems
    assert [
        (row.row_label, row.period_label, row.unit, row.value_as_printed) for row in extract.figures
    ] == [
        ("Number of initial contacts", "2021-22", "count", "117188"),
        ("Number of initial contacts", "2022-23", "count", ""),
        ("Police", "2021-22", "count", "10"),
        ("Police", "2021-22", "percent", "40.0%"),
        ("Police", "2022-23", "count", "12"),
        ("Police", "2022-23", "percent", ""),
        ("Housing", "2021-22", "count", ""),
        ("Housing", "2021-22", "percent", ""),
        ("Housing", "2022-23", "count", ""),
        ("Housing", "2022-23", "percent", ""),
    ]


MARKERS = [marker for marker in VOCABULARY.markers if marker != "(blank)"]
PAIRS = ["SYNTHETIC plans", "2021-22", None, "2022-23", None]
WORDS = [None, "Number", "%", "Number", "%"]
# Printed tables with one row of markers M, and the unit of each of its figures.
MARKED: dict[str, tuple[Rows, list[str]]] = {
    "first row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", "M", "M"], ["Other", 1, 2]],
        ["count", "count"],
    ),
    "last row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Other", 1, 2], ["Police", "M", "M"]],
        ["count", "count"],
    ),
    "one of a row": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", 1, "M"]],
        ["count"],
    ),
    "every cell": (
        [["SYNTHETIC referrals", "2021-22", "2022-23"], ["Police", "M", "M"]],
        ["count", "count"],
    ),
    "pairs": (
        [PAIRS, ["Neglect", "M", "M", "M", "M"], ["Physical abuse", 1, "2.5%", 3, "4.5%"]],
        ["count", "percent"] * 2,
    ),
    "pairs with words": (
        [PAIRS, WORDS, ["Neglect", "M", "M", "M", "M"], ["Physical abuse", 1, 2.5, 3, 4.5]],
        ["count", "percent"] * 2,
    ),
    "count alone in pairs": (
        [PAIRS, WORDS, ["Children on a CPP", "M", None, "M", None], ["Neglect", 1, 2.5, 3, 4.5]],
        ["count", "count"],
    ),
    "quarters": (
        [["", "Apr-Jun 2022", "Jul-Sep 2022"], ["Entering care", "M", "M"], ["Left care", 1, 2]],
        ["count", "count"],
    ),
    "unit in the title": (
        [["% of referrals", "2021-22", "2022-23"], ["Police", "M", "M"], ["Other", 1, 2]],
        ["percent", "percent"],
    ),
    "template": (
        [HEADING, figure(value="M"), figure("Other", value=3), figure("Other", "2021-22")],
        ["count"],
    ),
    "template of percentages": ([HEADING, figure(unit="percent", value="M")], ["percent"]),
}


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("layout", MARKED)
def test_every_marker_is_read_wherever_it_stands(marker: str, layout: str, tmp_path: Path) -> None:
    rows, units = MARKED[layout]
    marked = [[marker if cell == "M" else cell for cell in row] for row in rows]
    extract = read(workbook({CONTACTS: marked})(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.unit for row in extract.figures if row.value_as_printed == marker] == units


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("Polise", "Did you mean 'Police'?"),
        ("Eduction", "Did you mean 'Education'?"),
        ("Helicopter crews", ""),
        ("Water board", ""),
        ("Police; Housing", "The cell names more than 'Housing'"),
        ("Police and education", "The cell names more than 'Education'"),
        ("Police / ambulance", "The cell names more than 'Police'"),
    ],
)
def test_a_hint_is_given_only_where_it_is_likely(label: str, hint: str) -> None:
    assert VOCABULARY.hint(CONTACTS, label).startswith(hint)
    assert bool(hint) == bool(VOCABULARY.hint(CONTACTS, label))


def test_numbers_without_periods_are_named(tmp_path: Path) -> None:
    path = printed(["Kind", "Number"], ["Visits", 5], ["Meetings", 6])(tmp_path)
    (problem,) = read(path, VOCABULARY).problems
    assert str(problem.place) == f"{TABLE}, row 2, column B"
    assert "2 numbers with no period above them, the first '5'" in problem.found
