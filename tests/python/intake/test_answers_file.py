"""One question for one thing; the answers in a file that `check --ask` writes with blanks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_cases import RELEASE, seeds_digest
from test_release_answers import run

from conftest import PROJECT
from safeguarding.intake import answers_file, release_commands
from safeguarding.intake.answers import LEAVE_OUT
from safeguarding.intake.answers_file import Given, as_yaml, read_answers
from safeguarding.intake.new_figures import Asks, Place, Question
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.release_files import Rows, contacts, figure, workbook

VOCABULARY = Vocabulary.of(PROJECT)
CONTACTS = "contacts_and_referrals"
RECORD = RELEASE | {"authority": "E06000017"}
GIVEN = [f"--{name}={value}" for name, value in RECORD.items()]
YEARS = ["2019-20", "2020-21", "2021-22", "2022-23", "2023-24"]
SOURCES: Rows = [
    ["Referrals by source", *YEARS],
    ["Polise", 10, 20, 30, 40, 50],
    ["Education", 11, 21, 31, 41, 51],
    ["LA", 12, 22, 32, 42, 52],
    ["Widgets: all", 13, 23, 33, 43, "[c]"],
]
ANSWERS = {"Polise": "police", "LA": "housing", "Widgets: all": LEAVE_OUT}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return workbook({"Sources": SOURCES}, name="sources.xlsx")(tmp_path)


def check(path: Path, *options: object) -> dict[str, Any]:
    result = run("check", str(path), *map(str, options), "--format=json")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def fill(path: Path, answers: dict[str, str]) -> None:
    """Type answers behind their colons, as a person would."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for key, answer in answers.items():
        (at,) = (n for n, line in enumerate(lines) if line.strip() in (f"{key}:", f'"{key}":'))
        lines[at] += f" {answer}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_an_unknown_label_is_one_message_with_the_three_nearest(sources: Path) -> None:
    answer = check(sources, *GIVEN)
    assert answer["status"] == "problems"
    polise, widgets = answer["problems"]
    assert polise["place"] == "sources.xlsx, sheet 'Sources', row 2, column A"
    assert polise["found"] == "row 'Polise' (in 5 cells)"
    assert polise["candidates"][0] == "police"
    assert len(polise["candidates"]) == len(widgets["candidates"]) == 3
    assert f"The nearest are {', '.join(polise['candidates'])} (Police, " in polise["advice"]
    assert '--label "Widgets: all=leave out"' in widgets["advice"]
    (question,) = answer["questions"]
    assert question["where"] == "in 5 cells"
    assert question["names"] == ["Local authority services", "Housing"]
    assert question["options"][1] == '--label "LA=housing"'


def test_what_is_known_is_told_beside_what_is_not(sources: Path) -> None:
    """The other row's five figures, and none of the three that are open."""
    answer = check(sources, *GIVEN)
    assert [(row["period_id"], row["value"], row["row_id"]) for row in answer["figures"]] == [
        (year, f"{value}.00", "education")
        for year, value in zip(YEARS, (11, 21, 31, 41, 51), strict=True)
    ]


def test_one_label_in_rows_of_two_sheets_is_one_message(tmp_path: Path) -> None:
    rows = [figure("Polise", year) for year in YEARS]
    other: Rows = [["Referrals by source", "2018-19"], ["POLISE ", 3], ["Education", 5]]
    path = workbook({CONTACTS: [release_files_heading(), *rows], "Older": other})(tmp_path)
    (problem,) = check(path, *GIVEN)["problems"]
    where = f"in 6 cells, rows 2, 3, 4, 5 and 6 of sheet '{CONTACTS}'; row 2 of sheet 'Older'"
    assert problem["found"] == f"row 'Polise' ({where})"


def release_files_heading() -> list[object]:
    return ["row_label", "period", "unit", "value"]


def test_the_same_wrong_period_of_several_rows_is_one_message(tmp_path: Path) -> None:
    rows = [figure(label, "2O22-23") for label in ("Police", "Housing", "Education")]
    (problem,) = check(contacts(*rows)(tmp_path), *GIVEN)["problems"]
    assert (problem["row"], problem["found"]) == (2, "'2O22-23' (rows 2, 3 and 4)")


def test_a_file_of_blanks_is_filled_in_and_needs_no_options(sources: Path) -> None:
    before = seeds_digest()
    asked = run("check", str(sources), "--ask")
    path = sources.parent / "answers.yml"
    assert asked.exit_code == 1
    assert f"Fill in 9 blanks of {path}" in asked.stdout
    text = path.read_text(encoding="utf-8")
    assert "    #   police           Police\n" in text
    assert "# sources.xlsx, sheet 'Sources', row 4, column A (in 5 cells). It may be:" in text
    still = check(sources, "--answers", path)
    assert len(still["problems"]) == 7, "blanks are asked again"
    release = {key.replace("-", "_"): value for key, value in RECORD.items()}
    fields = {"release_id": release["release"], "local_authority_code": release["authority"]}
    fields |= {key: release[key] for key in ("title", "published_date", "financial_year")}
    fill(path, fields | {"is_published": "yes"} | ANSWERS)
    answer = check(sources, "--answers", path)
    assert answer["status"] == "ready", answer["problems"]
    assert answer["release"]["is_published"] == "true"
    assert {row["row_id"] for row in answer["figures"]} == {"police", "education", "housing"}
    assert [(one["printed"], one["place"][-8:]) for one in answer["left_out"]] == [
        ("13", "column B"), ("23", "column C"), ("33", "column D"), ("43", "column E"),
        ("[c]", "column F"),
    ]  # fmt: skip
    assert {one["reason"] for one in answer["left_out"]} == {
        "You answered that 'Widgets: all' is left out."
    }
    assert answer["added_rows"]["row_label_variants"] == 2
    assert seeds_digest() == before


def test_asking_again_keeps_what_was_answered(sources: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    check(sources, *GIVEN[:2], f"--ask={path}")
    fill(path, {"LA": "housing"})
    refused = run("check", str(sources), "--ask", "--format=json")
    assert json.loads(refused.stdout)["status"] == "problems", "another name: answers.yml"
    again = check(sources, "--ask", path, "--label", "Polise=police")
    assert [one["found"] for one in again["problems"] if one["candidates"]] == [
        "row 'Widgets: all' (in 5 cells)"
    ]
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["release"]["release_id"] == RELEASE["release"]
    assert content["labels"] == {
        "Polise": "police", CONTACTS: {"LA": "housing", "Widgets: all": None}
    }  # fmt: skip


def test_answers_are_not_overwritten_unseen(sources: Path) -> None:
    path = sources.parent / "answers.yml"
    path.write_text("years: calendar\n", encoding="utf-8")
    answer = check(sources, "--ask")
    assert answer["status"] == "failed"
    assert "answers.yml already exists" in answer["message"]
    assert path.read_text(encoding="utf-8") == "years: calendar\n"


def test_a_table_may_be_named_or_left_out(tmp_path: Path) -> None:
    unknown: Rows = [["Attendance", "2022-23", "2023-24"], ["Primary", 1, 2], ["Secondary", 3, 4]]
    path = workbook({"Sources": [SOURCES[0], SOURCES[2]], "Stuff": unknown})(tmp_path)
    answers = tmp_path / "answers.yml"
    (question,) = check(path, *GIVEN, "--ask")["questions"]
    assert (question["asks"], question["printed"]) == ("table", "Attendance")
    fill(answers, {"Attendance": LEAVE_OUT})
    left = check(path, "--answers", answers)
    assert left["status"] == "ready", left["problems"]
    assert [one["printed"] for one in left["left_out"]] == ["1", "2", "3", "4"]
    named = check(path, *GIVEN, "--table", "Stuff=contacts_and_referrals")
    assert [one["found"] for one in named["problems"]] == [
        "row 'Primary' (in 2 cells)", "row 'Secondary' (in 2 cells)"
    ]  # fmt: skip


def test_a_sheet_of_the_template_by_another_name_is_asked_about(tmp_path: Path) -> None:
    path = workbook({"Sources": [release_files_heading(), figure()]})(tmp_path)
    (problem,) = check(path, *GIVEN, "--ask")["problems"]
    assert '--table "Sources=TABLE"' in problem["advice"]
    fill(tmp_path / "answers.yml", {"Sources": CONTACTS})
    answer = check(path, "--answers", tmp_path / "answers.yml")
    assert answer["status"] == "ready", answer["problems"]


def test_years_are_asked_in_the_file(tmp_path: Path) -> None:
    path = workbook({"S": [["Referrals by source"], ["", 2022, 2023], ["Police", 5, 6]]})(tmp_path)
    answer = check(path, *GIVEN, "--ask")
    assert answer["status"] == "questions"
    answers = tmp_path / "answers.yml"
    assert "#   ending     2021-22, the year ending March 2022\n" in answers.read_text("utf-8")
    fill(answers, {"years": "ending"})
    figures = check(path, "--answers", answers)["figures"]
    assert [(row["period_id"], row["value"]) for row in figures] == [
        ("2021-22", "5.00"), ("2022-23", "6.00"),
    ]  # fmt: skip
    assert check(path, *GIVEN, "--years=ending")["figures"] == figures


def test_a_label_left_out_needs_no_other_repair(tmp_path: Path) -> None:
    """A row after the last period may be; a total and another measure are without asking."""
    rows: Rows = [
        *SOURCES[:1], SOURCES[2], ["Total", 1, 2, 3, 4, 5], ["Note", 1, 2, 3, 4, 5, "late"],
        ["Mixed", "1.5", "2.5", "3.5", "4.5", "5.5"],
    ]  # fmt: skip
    path = workbook({"Sources": rows})(tmp_path)
    (problem,) = check(path, *GIVEN)["problems"]
    assert "late" in problem["found"]
    answer = check(path, *GIVEN, f"--label=Note={LEAVE_OUT}")
    assert answer["status"] == "ready", answer["problems"]
    assert len(answer["left_out"]) == 16


BROKEN = [
    ("labels: [", 1, "", "found '<stream end>'", "answers as check"),
    ("a: b: c\n", 1, "", "mapping values", "Put quotation marks"),
    ("- police\n", 1, "", "a list", "release, council, years, tables, labels"),
    ("police\n", 1, "", "'police'", "release"),
    ("labls:\n  x: police\n", 1, "labls", "the key 'labls'", "Did you mean 'labels'?"),
    ("years: 2022\n", 1, "years", "'2022' as the answer", "financial, ending, calendar"),
    ("years:\n- calendar\n", 2, "years", "a list", "one answer"),
    ("\nrelease:\n  titel: x\n", 3, "titel", "the key 'titel'", "Did you mean 'title'?"),
    ("release:\n  title: x\n  title: y\n", 3, "title", "the key 'title' twice", "one"),
    ("release:\n  title: [x]\n", 2, "title", "a list", "one answer"),
    ("release:\n  is_published: perhaps\n", 2, "is_published", "'perhaps'", "yes, no"),
    ("release:\n  financial_year: 2023\n", 2, "financial_year", "'2023'", "2023-24"),
    ("release:\n  published_date: soon\n", 2, "published_date", "'soon'", "2024-12-10"),
    ("release:\n  title: Another\n", 2, "title", "'Another'", "as given on the command line"),
    ("council:\n  name: x\n", 2, "name", "the key 'name'", "local_authority_name"),
    ("tables:\n  S: care_flow\n", 2, "S", "'care_flow'", "Did you mean 'care_flows'?"),
    ("labels:\n  contacts:\n    LA: housing\n", 2, "contacts", "the table 'contacts'", "one of"),
    (
        "labels:\n  contacts_and_referrals:\n    LA: hosing\n",
        3, "LA", "'hosing'", "Did you mean 'housing'?",
    ),
    (
        "labels:\n  contacts_and_referrals:\n    L.A.: housing\n",
        3, "L.A.", "no row labelled 'L.A.' in contacts_and_referrals", "answers.yml names it",
    ),
    ("labels:\n  LA: entered_care\n", 2, "LA", "'entered_care' as the meaning of 'LA'", "housing"),
    ("labels:\n  ? [a]\n  : police\n", 2, "labels", "a list", "a key"),
    ("years: calendar\n---\nyears: financial\n", 2, "", "another document", "answers as"),
    ("years: \x00\n", 0, "", "special characters", "answers as"),
    ("years: *x\n", 1, "", "undefined alias", "answers as"),
    ("labels: " + "[" * 5000, 0, "", "", "answers as check"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "key", "found", "expected"), BROKEN, ids=lambda x: str(x)[:40]
)
def test_a_broken_file_of_answers_is_refused_by_line_and_key(
    *, text: str, line: int, key: str, found: str, expected: str, sources: Path
) -> None:
    before = seeds_digest()
    path = sources.parent / "answers.yml"
    path.write_text(text, encoding="utf-8")
    result = run("load", str(sources), *GIVEN, f"--answers={path}", "--format=json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["status"]) == (1, "problems")
    (problem, *_) = [one for one in answer["problems"] if one["file"] == "answers.yml"]
    assert problem["column"] == key
    assert line in (0, problem["row"])
    assert found in problem["found"]
    assert expected in f"{problem['expected']} {problem['advice']}"
    where = f"answers.yml, line {problem['row']}" if problem["row"] else "answers.yml"
    assert problem["place"] == f"{where}, key {key}" if key else where
    assert seeds_digest() == before
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "directory"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), ""),
        (lambda path: path.write_bytes(b"\xe9: 1\n"), ""),
        (lambda path: path.write_bytes(b"#" * 1_000_001), "1000001 bytes"),
    ],
)
def test_what_is_no_file_of_answers(make: Any, found: str, sources: Path) -> None:  # noqa: ANN401
    path = sources.parent / "none.yml"
    make(path)
    answer = check(sources, *GIVEN, "--answers", path)
    assert answer["status"] == "problems"
    assert all(one["file"] == "none.yml" for one in answer["problems"])
    assert found.lower() in answer["problems"][0]["found"].lower()


@pytest.mark.parametrize(
    "label",
    [
        "Police", "null", "~", "no", "1: Police", "# x", 'a "b" c', "it's", "- x", "[x]", "a\\b",
        "LA\u2028x", "caf\u00e9 \U0001f600", "2022-23", "\u00a0x", "? y", "*x", "&x", "!x", "x: y",
        "Very " * 60,
    ],
)  # fmt: skip
def test_a_label_of_any_letters_is_read_back(label: str, tmp_path: Path) -> None:
    place = Place("a\nyears: calendar\n.xlsx", "S\u2028years: calendar", 2)
    question = Question(place, CONTACTS, label, ("police",), names=("Police",), where="#\n")
    given = Given(release={"title": label}, of_tables={(CONTACTS, "other: x"): "police"})
    path = tmp_path / "answers.yml"
    for answers in ({}, {(CONTACTS, label): "housing"}):
        given.of_tables.update(answers)
        path.write_text(as_yaml("x\ny.xlsx", "a.yml", given, [question]), encoding="utf-8")
        read, problems = read_answers(path, VOCABULARY)
        assert not problems
        assert read.years == ""
        assert set(read.of_tables) == {(CONTACTS, key[1].strip()) for key in given.of_tables}
        assert read.release["title"] == " ".join(label.split())


def test_at_a_terminal_each_thing_is_asked_once(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def ask(question: Question) -> str:
        asked.append((question.asks, question.printed))
        return question.candidates[0]

    monkeypatch.setattr(release_commands, "ask", ask)
    monkeypatch.setattr(release_commands, "is_terminal", lambda: True)
    run("check", str(sources), *GIVEN, "--label=Polise=police", "--label=Widgets: all=leave out")
    assert asked == [(Asks.LABEL, "LA")]


def test_the_name_is_the_one_in_the_documents() -> None:
    text = (PROJECT / "docs" / "new-figures.md").read_text(encoding="utf-8")
    assert answers_file.NAME in text
