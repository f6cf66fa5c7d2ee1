"""The template: everything that a release can hold has its place, and reads back as typed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conftest import PROJECT
from safeguarding.intake.new_figures import RELEASE, Figure
from safeguarding.intake.readers import read
from safeguarding.intake.templates.forms import (
    ANNUAL,
    FIGURES,
    LISTS,
    QUARTERLY,
    README,
    REGISTER_COLUMNS,
)
from safeguarding.intake.templates.template import write_csv_folder, write_workbook
from safeguarding.intake.wording.vocabulary import Vocabulary

VOCABULARY = Vocabulary.of(PROJECT)
PERIODS = ["2021-22", "2022-23", "Apr-Jun 2022", "Jul-Sep 2022"]
QUARTER_TABLES = ["care_flows", "uasc_arrivals", "uasc_care_leavers"]
RECORD = {
    "release_id": "synthetic-asr-2022-23",
    "local_authority_code": "E10000000",
    "title": "SYNTHETIC report",
    "published_date": "2023-12-12",
    "financial_year": "2022-23",
    "is_published": "true",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "synthetic.xlsx"
    write_workbook(path, VOCABULARY, RECORD, ANNUAL, PERIODS)
    return path


@pytest.fixture(scope="module")
def book(written: Path) -> Any:  # noqa: ANN401
    return openpyxl.load_workbook(written)


def filled_workbook(path: Path, values: dict[str, list[str]]) -> None:
    book = openpyxl.load_workbook(path)
    for table_id, texts in values.items():
        for number, text in enumerate(texts, start=2):
            book[table_id].cell(number, 4, text)
    book.save(path)


def filled_folder(folder: Path, values: dict[str, list[str]]) -> None:
    for table_id, texts in values.items():
        path = folder / f"{table_id}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            typed = [[*row[:3], text, *row[4:]] for row, text in zip(rows, texts, strict=True)]
            csv.writer(file).writerows([heading, *typed])


def typed_values(book: Any) -> dict[str, list[str]]:  # noqa: ANN401
    """A text of its own for every row, with markers among them."""
    values = {}
    for table_id in VOCABULARY.tables:
        rows = book[table_id].max_row - 1
        values[table_id] = ["[c]" if row % 7 == 3 else str(row + 1) for row in range(rows)]
    return values


def test_every_row_of_the_warehouse_has_its_place(book: Any) -> None:  # noqa: ANN401
    for table_id, table in VOCABULARY.tables.items():
        rows = list(book[table_id].iter_rows(min_row=2, max_col=3, values_only=True))
        kinds = {"financial_year": PERIODS[:2], "quarter": PERIODS[2:], "any": []}
        expected = {
            (row.names[unit], period, unit)
            for row in table.rows.values()
            for period in kinds[table.period_type]
            for unit in row.units
        }
        assert set(rows) == expected
        assert len(rows) == len(expected)


@pytest.mark.parametrize("form", ["workbook", "folder"])
def test_what_is_typed_is_read_back(form: str, written: Path, book: Any, tmp_path: Path) -> None:  # noqa: ANN401
    values = typed_values(book)
    if form == "workbook":
        path = Path(shutil.copy(written, tmp_path / "synthetic.xlsx"))
        filled_workbook(path, values)
    else:
        path = tmp_path / "synthetic"
        write_csv_folder(path, VOCABULARY, RECORD, ANNUAL, PERIODS)
        filled_folder(path, values)
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert not extract.questions
    assert extract.release == RECORD
    assert not any(extract.registers.values())
    expected = {
        (table_id, *(cell.value for cell in row[:3])): text
        for table_id, texts in values.items()
        for row, text in zip(book[table_id].iter_rows(min_row=2), texts, strict=True)
    }
    assert {key(figure): figure.value_as_printed for figure in extract.figures} == expected
    assert len(extract.figures) == len(expected)


def key(figure: Figure) -> tuple[str, str, str, str]:
    return figure.table_id, figure.row_label, figure.period_label, figure.unit


def test_an_untouched_template_has_no_figures(written: Path) -> None:
    extract = read(written, VOCABULARY)
    assert not extract.figures
    assert [problem.found for problem in extract.problems] == ["no figures"]


def test_a_quarterly_release_has_the_quarterly_tables(tmp_path: Path) -> None:
    path = tmp_path / "synthetic.xlsx"
    write_workbook(path, VOCABULARY, {}, QUARTERLY, PERIODS)
    names = openpyxl.load_workbook(path).sheetnames
    assert names == [README, RELEASE, *QUARTER_TABLES, *REGISTER_COLUMNS, LISTS]
    folder = tmp_path / "synthetic"
    write_csv_folder(folder, VOCABULARY, {}, QUARTERLY, PERIODS)
    files = {path.stem for path in folder.iterdir()}
    assert files == {README, RELEASE, *QUARTER_TABLES, *REGISTER_COLUMNS}


def test_periods_stay_text_and_headings_stay_in_sight(book: Any) -> None:  # noqa: ANN401
    for table_id in VOCABULARY.tables:
        sheet = book[table_id]
        assert [cell.value for cell in sheet[1]] == list(FIGURES.names)
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["B"].number_format == "@"
        assert all(row[0].number_format == "@" for row in sheet.iter_rows(2, None, 2, 2))


def test_choices_are_offered(book: Any) -> None:  # noqa: ANN401
    """Each list is the table's own labels, periods of its kind, and units."""
    for table_id, table in VOCABULARY.tables.items():
        offered = {}
        for validation in book[table_id].data_validations.dataValidation:
            area = validation.formula1.split("!")[1].replace("$", "")
            values = [row[0].value for row in book[LISTS][area]]
            offered[str(validation.sqref)[0]] = values
        assert offered["A"] == list(
            dict.fromkeys(name for row in table.rows.values() for name in row.names.values())
        )
        assert offered["C"] == list(table.units)
        if table.period_type == "quarter":
            assert offered["B"] == PERIODS[2:]


def test_the_instructions_name_every_marker(book: Any) -> None:  # noqa: ANN401
    text = "\n".join(row[0] or "" for row in book[README].iter_rows(values_only=True))
    markers = set(VOCABULARY.markers) - {"(blank)"}
    assert markers
    assert all(f"{marker}   " in text for marker in markers)
    assert "Type 0 for zero" in text
