"""Periods and marks as councils type them: each is read right, or refused by name."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from conftest import PROJECT
from safeguarding.intake.new_figures import Extract
from safeguarding.intake.readers import read
from safeguarding.intake.wording.periods import (
    period_id,
    period_label,
    period_of_day,
    unclear_period,
)
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.release_files import contacts, figure, printed

VOCABULARY = Vocabulary.of(PROJECT)
YEAR, QUARTER = "2022-23", "2022-23 Q1"
SOURCES = ["Referrals by source"]


def table(folder: Path, *rows: list[object]) -> Extract:
    return read(printed(*rows)(folder), VOCABULARY)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022/23", YEAR), ("22/23", YEAR), ("2022-2023", YEAR), ("2022 to 2023", YEAR),
        ("FY23", YEAR), ("FY 2023", YEAR), ("FY00", "1999-00"), ("Year ending March 2023", YEAR),
        ("Year ended 31st March 2023", YEAR), ("YE 31/03/23", YEAR), ("Y/E Mar-23", YEAR),
        ("12 months to March 2023", YEAR), ("April 2022 to March 2023", YEAR),
        ("Q1 22/23", QUARTER), ("Q1 2022/23", QUARTER), ("2022/23 Q1", QUARTER),
        ("Apr-Jun 22", QUARTER), ("Apr to Jun 2022", QUARTER), ("Apr 22 - Jun 22", QUARTER),
        ("June 2022 (quarter end)", QUARTER), ("Quarter ending 30 June 2022", QUARTER),
        ("Q1 FY23", QUARTER), ("Q1 (Apr-Jun) 2022-23", QUARTER), ("Apr-Jun 22 (Q1)", QUARTER),
        ("Q4 22/23", "2022-23 Q4"), ("Q4 (Jan-Mar) 2022/23", "2022-23 Q4"),
        ("Qtr ending March 2023", "2022-23 Q4"),
    ],
)  # fmt: skip
def test_a_period_as_councils_type_it(text: str, period: str) -> None:
    label = period_label(text)
    assert label
    assert period_id(label) == period


@pytest.mark.parametrize(
    "text",
    [
        "2021", "Apr-Jun 22 (Q2)", "May 2022 (quarter end)", "April 2022 to March 2024",
        "Q5 2022/23",
        "Apr 21 - Jun 22", "31 March 2023", "Year ending December 2021", "12 March 2023",
        "Oct-Dec 2023-24", "Q1 2022",
    ],
)  # fmt: skip
def test_what_is_no_period_or_not_only_one(text: str) -> None:
    assert period_label(text) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("31 March 2023", "2022-23"), ("31/03/2023", "2022-23"), ("31.3.23", "2022-23"),
        ("2023-03-31", "2022-23"), ("As at 31st March 2023", "2022-23"), ("31-Mar-23", "2022-23"),
        ("30 June 2022", "Apr-Jun 2022"), ("31 December 2022", "Oct-Dec 2022"),
        ("30 March 2023", None), ("1 April 2023", None), ("31 June 2022", None),
    ],
)  # fmt: skip
def test_the_last_day_of_a_period(text: str, label: str | None) -> None:
    assert period_of_day(text) == label


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Q1 2022", "Write Q1 2022-23 if the year begins in April, Jan-Mar 2022 if in January."),
        ("2022 Q4", "Write Q4 2022-23 if the year begins in April, Oct-Dec 2022 if in January."),
        ("CY2021", "Figures of calendar years are not stored"),
        ("Jan-Dec 2021", "Figures of calendar years are not stored"),
        ("Year ending December 2021", "Figures of calendar years are not stored"),
    ],
)
def test_a_period_of_two_readings_is_refused_by_name(text: str, says: str, tmp_path: Path) -> None:
    unclear = unclear_period(text)
    assert unclear
    assert says in unclear[2]
    (problem,) = table(
        tmp_path, ["Children entering care"], ["", text, text], ["Entering care", 5, 6]
    ).problems
    assert problem.found.startswith(f"'{text}'")
    (problem,) = read(contacts(figure(period=text))(tmp_path), VOCABULARY).problems
    assert says in problem.advice


@pytest.mark.parametrize(
    "days",
    [("31 March 2022", "31 March 2023"), (datetime.date(2022, 3, 31), datetime.date(2023, 3, 31))],
)
def test_a_day_above_a_stock_is_its_year(days: tuple[object, object], tmp_path: Path) -> None:
    extract = table(tmp_path, ["Children looked after"], ["", *days], ["CLA", 1600, 1700])
    assert not extract.problems
    assert [row.period_label for row in extract.figures] == ["2021-22", "2022-23"]


def test_a_day_above_a_flow_is_refused(tmp_path: Path) -> None:
    extract = table(tmp_path, ["New child protection plans"], ["", "31/03/2023"], ["Neglect", 16])
    assert "'31 march 2023' in the heading of the column" in str(extract.problems[0])


def test_31_march_beside_quarters_ends_one(tmp_path: Path) -> None:
    extract = table(
        tmp_path, ["UASC care leavers"], ["", "31 December 2022", "31 March 2023"],
        ["UASC care leavers", 16, 17],
    )  # fmt: skip
    assert [row.period_label for row in extract.figures] == ["Oct-Dec 2022", "Jan-Mar 2023"]


def test_a_day_of_publication_is_no_heading(tmp_path: Path) -> None:
    extract = table(
        tmp_path, ["Published", "30/06/2023"], ["CLA", "2021-22", "2022-23"], ["CLA", 16, 17]
    )
    assert not extract.problems
    assert [row.value_as_printed for row in extract.figures] == ["16", "17"]


def test_a_date_that_may_be_a_month_is_refused(tmp_path: Path) -> None:
    months = [datetime.date(2022, 6, 1), datetime.date(2022, 9, 1)]
    extract = table(tmp_path, ["Children entering care"], ["", *months], ["Entering care", 1, 2])
    assert "It was probably Apr-Jun 2022." in str(extract.problems[0])
    assert not extract.figures


@pytest.mark.parametrize(
    ("title", "heading", "note", "expected"),
    [
        ("", "2023-24 (provisional)", "", ["", "provisional"]),
        ("", "2023-24 [p]", "", ["", "provisional"]),
        ("", "2023-24", "Figures for 2023-24 are provisional", ["", "provisional"]),
        ("", "2023-24", "All figures are provisional", ["provisional", "provisional"]),
        ("", "2023-24", "Figures for 2023-24 are no longer provisional", ["", ""]),
        (" (provisional)", "2023-24", "", ["provisional", "provisional"]),
    ],
)
def test_provisional_reaches_the_figure(
    title: str, heading: str, note: str, expected: list[str], tmp_path: Path
) -> None:
    rows = [SOURCES[0] + title], ["Source", "2022-23", heading], ["Police", 12, 13], [note]
    extract = table(tmp_path, *(list[object](row) for row in rows))
    assert not extract.problems
    assert [row.qualifier for row in extract.figures] == expected
    assert [
        row.as_row("synthetic", "E10000000")["qualifier"] for row in extract.figures
    ] == expected
    assert [row.period_label for row in extract.figures] == ["2022-23", "2023-24"]
    assert extract.figures[1].period_as_printed == heading


@pytest.mark.parametrize(
    ("printed_value", "value", "note", "qualifier"),
    [
        ("23*", "23", "note mark *", ""),
        ("1,234 [1]", "1,234", "note mark [1]", ""),
        ("1,234 [note 2]", "1,234", "note mark [note 2]", ""),
        ("1,234 (r)", "1,234", "note mark (r)", ""),
        ("185p", "185", "", "provisional"),
        ("185 (provisional)", "185", "", "provisional"),
        ("1,234 (1)", "1,234", "note mark (1)", ""),
    ],
)
def test_a_mark_beside_a_figure_is_kept(
    printed_value: str, value: str, note: str, qualifier: str, tmp_path: Path
) -> None:
    rows = SOURCES, ["Source", "2022-23", "2023-24"], ["Police", 12, printed_value]
    extract = table(tmp_path, *(list[object](row) for row in rows), ["(1) From the new system"])
    (_, read_back) = extract.figures
    assert (read_back.value_as_printed, read_back.note, read_back.qualifier) == (
        value, note, qualifier,
    )  # fmt: skip


def test_a_number_in_brackets_is_a_mark_only_where_a_footnote_explains_it(tmp_path: Path) -> None:
    rows = SOURCES, ["Source", "2022-23", "2023-24"], ["Police", 12, "13 (5)"]
    extract = table(tmp_path, *(list[object](row) for row in rows), ["(1) From the new system"])
    assert "two figures" in str(extract.problems[0])


def test_a_mark_behind_a_period_needs_its_footnote(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*SOURCES], ["Source", "2022-23", "2023-24*"], ["Police", 1, 2]]
    assert "'*' beside the period" in str(table(tmp_path, *rows).problems[0])
    explained = table(tmp_path, *rows, ["* From the new system"])
    assert not explained.problems
    assert [row.period_as_printed for row in explained.figures] == ["2022-23", "2023-24 *"]
    partial = table(tmp_path, *rows, ["* April to December only"])
    assert "'april to december' in the note" in str(partial.problems[0])


def test_marks_in_the_template(tmp_path: Path) -> None:
    rows = figure("Police", "2022-23 (provisional)"), figure("Housing", "2022-23", "count", "5 (p)")
    extract = read(contacts(*rows, figure("Other"))(tmp_path), VOCABULARY)
    assert not extract.problems
    assert [row.qualifier for row in extract.figures] == ["provisional", "provisional", ""]


@pytest.mark.parametrize(
    "marker",
    ["\u22645", "<=5", "5 or fewer", "Under 5", "Less than 5", "1 to 4", "n/k", "TBC"],
)
def test_a_mark_in_place_of_a_figure_is_known(marker: str) -> None:
    assert VOCABULARY.is_value(marker)


def test_a_mark_of_many_meanings_is_not_known() -> None:
    assert not VOCABULARY.is_value("#")


def test_sources_as_typed_make_a_table(tmp_path: Path) -> None:
    rows = (
        ["Source", "2022-23"],
        ["Health - GP", 1],
        ["Police DA Hub", 2],
        ["Social Care - Adults", 3],
    )
    extract = table(tmp_path, *(list[object](row) for row in rows), ["A note about schools"])
    assert not extract.problems
    assert [row.row_label for row in extract.figures] == [row[0] for row in rows[1:]]
    schools = ["Attendance", "2022-23"], ["Primary schools", 1], ["Secondary schools", 2]
    (question,) = table(tmp_path, *(list[object](row) for row in schools)).questions
    assert question.table_id == ""
