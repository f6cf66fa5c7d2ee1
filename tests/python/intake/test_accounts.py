"""Nothing of a release is left out without notice: every number is a figure or is listed."""

from __future__ import annotations

import csv
import re
import shlex
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from test_cases import HERE, cases

from conftest import PROJECT
from safeguarding.intake.answers import Answers
from safeguarding.intake.new_figures import Extract, Place
from safeguarding.intake.readers import read
from safeguarding.intake.wording.vocabulary import Vocabulary, is_number
from support.files.case_files import write_workbook
from support.files.release_files import (
    HEADING,
    Rows,
    contacts,
    csv_file,
    csv_folder,
    figure,
    template,
    workbook,
)

VOCABULARY = Vocabulary.of(PROJECT)
OF_THE_ROW = ("period", "source_line", "source_table", "note")
BY_HAND = re.compile(r"--table[ =](\S+)=(\S+)")
CARE = "care_flows"
MANY: dict[str, Rows] = {
    "contacts_and_referrals": template(figure(), figure("Other", value=5)),
    CARE: [HEADING, figure("Entering care", "Jul-Sep 2023", value=185)],
    "Table 3": [["SYNTHETIC", "2021-22", "2022-23"], ["Children looked after", 1600, 1700]],
}
FIGURES_OF_MANY = 5


def files(path: Path) -> list[Path]:
    return sorted(path.glob("*.csv")) if path.is_dir() else [path]


def numbers(path: Path) -> Iterator[Place]:
    """Where numbers stand in a workbook or CSV file, by other readers than the project's."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        for sheet in book.worksheets:
            rows = ([cell.value for cell in row] for row in sheet.iter_rows())
            yield from in_grid(path.name, sheet.title, enumerate(rows, start=1))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            lines: list[tuple[int, list[str]]] = []
            begin = 1
            for cells in reader:
                lines.append((begin, cells))
                begin = reader.line_num + 1
            yield from in_grid(path.name, "", lines)


def in_grid(file: str, sheet: str, rows: Iterable[tuple[int, Sequence[object]]]) -> Iterator[Place]:
    passed_over: set[int] = set()
    for number, row in rows:
        for index, value in enumerate(row):
            if value in OF_THE_ROW:
                passed_over.add(index)
            elif index not in passed_over and is_number("" if value is None else str(value)):
                yield Place(file, sheet, number, get_column_letter(index + 1))


def is_said(place: Place, extract: Extract) -> bool:
    """Whether a number is a figure, left out by name, or in the place of a problem or question."""
    exact = [one.place for one in extract.figures] + [one.place for one in extract.left_out]
    wider = [one.place for one in extract.problems] + [one.place for one in extract.questions]
    return any(
        (one.sheet, one.row) == (place.sheet, place.row)
        and (one.column == place.column or not place.sheet)
        for one in exact
    ) or any(
        # What is wrong with a heading keeps all the rows below it from being read.
        one.sheet == "" or (one.sheet == place.sheet and one.row <= place.row)
        for one in wider
    )


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_every_number_of_a_case_is_accounted_for(case: dict[str, str], tmp_path: Path) -> None:
    path = HERE / "cases" / case["input"]
    if path.suffix == ".yaml":
        path = write_workbook(path, tmp_path / f"{path.stem}.xlsx")
    families = dict(BY_HAND.findall(" ".join(shlex.split(case["options"]))))
    extract = read(path, VOCABULARY, Answers(families))
    if any(not problem.place.row for problem in extract.problems):
        return  # the file or a sheet of it cannot be read at all, and this is said
    for file in files(path):
        for place in numbers(file):
            assert is_said(place, extract), (place, extract.left_out, extract.problems)


def is_without_loss(extract: Extract, figures: int = FIGURES_OF_MANY) -> bool:
    return len(extract.figures) >= figures or bool(extract.problems or extract.questions)


def test_a_part_that_is_lost_is_noticed(tmp_path: Path) -> None:
    path = workbook(MANY)(tmp_path)
    assert len(read(path, VOCABULARY).figures) == FIGURES_OF_MANY
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for lost in parts:
        with zipfile.ZipFile(tmp_path / "lost.xlsx", "w") as archive:
            for name, content in parts.items():
                if name != lost:
                    archive.writestr(name, content)
        assert is_without_loss(read(tmp_path / "lost.xlsx", VOCABULARY)), lost


@given(st.data())
@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_tag_that_is_spoilt_loses_a_figure(tmp_path: Path, data: st.DataObject) -> None:
    """One tag of a sheet, or of the list of sheets, is renamed or taken out."""
    path = workbook(MANY)(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(
        st.sampled_from([name for name in parts if "sheet" in name or name.endswith("book.xml")])
    )
    tags = list(re.finditer(rb"</?[a-zA-Z]+", parts[name]))
    tag = data.draw(st.sampled_from(tags))
    spoilt = data.draw(st.sampled_from([tag[0] + b"x", b"", b"<!-- " + tag[0]]))
    content = parts[name][: tag.start()] + spoilt + parts[name][tag.end() :]
    with zipfile.ZipFile(tmp_path / "spoilt.xlsx", "w") as archive:
        for part, old in parts.items():
            archive.writestr(part, content if part == name else old)
    assert is_without_loss(read(tmp_path / "spoilt.xlsx", VOCABULARY)), (name, spoilt)


TITLES = st.lists(st.sampled_from([[], ["SYNTHETIC"], ["Table", 4], [None, None, "2024"]]))


@given(TITLES, st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_titles_above_the_heading_lose_nothing(
    tmp_path: Path,
    titles: list[list[object]],
    as_csv: bool,
) -> None:
    rows: Rows = [*titles, *template(figure(), figure("Other", value=5))]
    if as_csv:
        path = csv_file(rows)(tmp_path)
    else:
        path = workbook({"contacts_and_referrals": rows})(tmp_path)
    extract = read(path, VOCABULARY)
    assert not extract.problems
    assert [one.value_as_printed for one in extract.figures] == ["10", "5"]
    said = [one.printed for one in extract.left_out]
    assert said == [str(text) for row in titles for text in row if text in (4, "2024")]


@given(st.text(max_size=12))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sheet_of_another_name_loses_nothing(tmp_path: Path, name: str) -> None:
    title = "".join(letter for letter in name if letter.isalnum()) or "Sheet1"
    path = workbook({"contacts_and_referrals": template(), title: MANY[CARE]})(tmp_path)
    assert is_without_loss(read(path, VOCABULARY), figures=2)


def test_a_file_without_a_table_is_named(tmp_path: Path) -> None:
    rows: Rows = [["Children looked after", 1700], ["Table 4, rounded"], ["2021-22"]]
    build = csv_folder(csv_file(template()), csv_file(rows, "notes.csv"))
    extract = read(build(tmp_path), VOCABULARY)
    assert not extract.problems
    assert len(extract.figures) == 1
    assert [(str(one.place), one.printed) for one in extract.left_out] == [
        ("notes.csv, row 1, column 2", "1700"),
        ("notes.csv, row 2, column 1", "Table 4, rounded"),
    ]
    assert [one.reason for one in extract.left_out] == [
        "It has no period above it.",
        "It is not part of a table: it has no row of periods above it, or no label beside it.",
    ]


def test_what_belongs_to_a_figure_is_not_left_out(tmp_path: Path) -> None:
    row = [*figure("1A: Individual", "2022-23", "count", 10), "See page 3", "12.1", "79"]
    assert not read(contacts(row)(tmp_path), VOCABULARY).left_out


def test_a_heading_that_names_figures_is_not_left_out(tmp_path: Path) -> None:
    """Quarters under their year, and the name of a measure above a column."""
    path = tmp_path / "tables.csv"
    path.write_text(
        "Children entering and leaving care,2022-23,,,,\n,Q1,Q2,Q3,Q4\n"
        "Entering care,180,170,165,190\n\n"
        "Year,Assessments completed,Completed within 45 days (%)\n2021/22,2350,88.1\n",
        encoding="utf-8",
    )
    extract = read(path, VOCABULARY, Answers(authority="E06000017"))
    assert [figure.value_as_printed for figure in extract.figures] == [
        "180", "170", "165", "190", "2350", "88.1",
    ]  # fmt: skip
    assert extract.left_out == []
