"""Periods and marks as councils type them: each is read right, or refused by name."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from conftest import PROJECT
from safeguarding.intake.answers import Answers
from safeguarding.intake.new_figures import Asks, Extract
from safeguarding.intake.readers import read
from safeguarding.intake.wording.periods import (
    YEARS,
    period_id,
    period_label,
    period_of_day,
)
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.release_files import contacts, figure, printed, workbook

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
        ("Qtr ending March 2023", "2022-23 Q4"), ("CY2021", "2021"), ("Jan-Dec 21", "2021"),
        ("Calendar year 2021", "2021"), ("Year ending December 2021", "2021"),
        ("2021 (calendar year)", "2021"),
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
        "Apr 21 - Jun 22", "31 March 2023", "12 March 2023", "Year ending June 2021",
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
    ("years", "read_as"),
    [
        ("financial", ["2021-22", "2022-23", "Apr-Jun 2022", "Jan-Mar 2023"]),
        ("ending", ["2020-21", "2021-22", "Apr-Jun 2021", "Jan-Mar 2022"]),
        ("calendar", ["2021", "2022", "Jan-Mar 2022", "Oct-Dec 2022"]),
    ],
)
def test_years_named_by_one_number_are_asked_about_once_for_the_file(
    years: str, read_as: list[str], tmp_path: Path
) -> None:
    sources: list[list[object]] = [[*SOURCES], ["Source", 2021, 2022], ["Police", 2021, 2022]]
    flows: list[list[object]] = [["Care"], ["", "Q1 2022", "2022 Q4"], ["Entering care", 5, 6]]
    path = workbook({"Sources": sources, "Care": flows})(tmp_path)
    extract = read(path, VOCABULARY)
    (question,) = extract.questions
    assert not extract.problems
    assert (question.asks, question.printed) == (Asks.YEARS, "2021")
    assert question.candidates == YEARS
    assert question.names == (
        "2021: 2021-22; Q1 2022: Apr-Jun 2022",
        "2021: 2020-21, the year ending March 2021; Q1 2022: Apr-Jun 2021",
        "2021: January to December 2021; Q1 2022: Jan-Mar 2022",
    )
    answered = read(path, VOCABULARY, Answers(years=years))
    assert not answered.questions + answered.problems
    assert [row.period_label for row in answered.figures] == read_as
    assert [row.value_as_printed for row in answered.figures] == ["2021", "2022", "5", "6"]
    assert [row.period_as_printed for row in answered.figures][2:] == ["Q1 2022", "2022 Q4"]


def test_a_quarter_of_one_year_has_two_readings(tmp_path: Path) -> None:
    extract = table(tmp_path, ["Children entering care"], ["", "Q1 2022"], ["Entering care", 5])
    (question,) = extract.questions
    assert question.candidates == ("financial", "calendar")
    assert question.names == ("Apr-Jun 2022", "Jan-Mar 2022")


@pytest.mark.parametrize("years", ["", "financial"])
def test_a_bare_year_in_the_template(years: str, tmp_path: Path) -> None:
    rows = figure(period=2022), figure(period="2023 ")
    extract = read(contacts(*rows)(tmp_path), VOCABULARY, Answers(years=years))
    assert [row.period_label for row in extract.figures] == ["2022-23", "2023-24"]
    assert [one.asks for one in extract.questions] == ([] if years else [Asks.YEARS])


def test_words_that_say_calendar_year_do_not_contradict_it(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Referrals, calendar years"], ["", 2021, 2022], ["Police", 12, 13]]
    asked = table(tmp_path, *rows)
    assert not asked.problems
    assert [one.printed for one in asked.questions] == ["2021"]
    path = printed(*rows)(tmp_path)
    assert not read(path, VOCABULARY, Answers(years="calendar")).problems
    wrong = read(path, VOCABULARY, Answers(years="financial"))
    assert "'calendar years' in the title" in str(wrong.problems[0])


@pytest.mark.parametrize(
    "row",
    [
        ["Police", 2021, 2022], ["Police", 2022, 2021], ["Police", 2005, 2013],
        ["Police", 2021, 2021],
    ],
)  # fmt: skip
def test_figures_that_look_like_years_are_none(row: list[object], tmp_path: Path) -> None:
    """Below clear periods, whether a blank row or a subheading stands between or not."""
    gaps: list[list[list[object]]] = [[], [[]], [["Of which"]]]
    for gap in gaps:
        rows: list[list[object]] = [["", "2021-22", "2022-23"], *gap, row, ["Other", 1, 2]]
        extract = table(tmp_path, [*SOURCES], *rows)
        assert not extract.questions + extract.problems
        assert [one.value_as_printed for one in extract.figures][:2] == [str(row[1]), str(row[2])]


def test_a_register_does_not_hide_a_period_of_two_readings(tmp_path: Path) -> None:
    breaks: list[list[object]] = [
        ["measure_id", "period_id", "reason"], ["care_entered", "Q1 2022", "SYNTHETIC"]
    ]  # fmt: skip
    path = workbook({"series_breaks": breaks})(tmp_path)
    assert "Write Q1 2022-23 if" in str(read(path, VOCABULARY).problems[0])
    (entry,) = read(path, VOCABULARY, Answers(years="calendar")).registers["series_breaks"]
    assert entry[1]["period_id"] == "2021-22 Q4"


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
