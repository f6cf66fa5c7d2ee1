"""Every end of release_commands.py is an answer: one JSON object if asked, else a sentence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_cases import RELEASE, as_text, assert_shape, seeds_digest
from typer.testing import CliRunner, Result

from conftest import PROJECT
from safeguarding.intake import command_failures, desk, outcome_text, release_commands
from safeguarding.intake.new_figures import LeftOut, Place
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import NotCompiledError
from safeguarding.warehouse.seed_files import UnreadableSeedsError
from support.files.case_files import write_workbook

CASES = PROJECT / "tests/python/intake/cases"
GIVEN = [*(f"--{name}={value}" for name, value in RELEASE.items()), "--published"]


@pytest.fixture
def plain(tmp_path: Path) -> str:
    return str(write_workbook(CASES / "judge_plain.yaml", tmp_path / "plain.xlsx"))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(release_commands.app, list(arguments))
    assert isinstance(result.exception, SystemExit | None)
    assert "Traceback" not in result.output
    return result


def raising(error: BaseException) -> Callable[..., Any]:
    def do(*_: object) -> None:
        raise error

    return do


FAILURES = [
    (NotCompiledError("dbt could not compile it."), 2, "dbt could not compile it."),
    (UnreadableSeedsError(["seeds/a.csv row 2: bad."]), 2, "seeds/a.csv row 2: bad."),
    (journal.SeedsBusyError("Another process is changing the seeds."), 2, "Another process"),
    (journal.SeedsLockedError("a.csv could not be replaced."), 2, "could not be replaced"),
    (journal.SeedsChangedError("a.csv was edited since."), 2, "was edited since"),
    (desk.UnknownReleaseError("No release 'x' is loaded."), 2, "No release 'x'"),
    (PermissionError(13, "Permission denied", "seeds/a.csv"), 2, "seeds/a.csv: Permission denied"),
    (OSError(28, "No space left on device", "b.csv"), 2, "Free space on the disk"),
    (duckdb.ConversionException("Conversion Error: x\nLINE 1"), 2, "Run make build"),
    (KeyError("a column"), 2, "This is a fault in the program, not in your file"),
    (RecursionError("too deep"), 2, "This is a fault in the program, not in your file"),
    (MemoryError(), 2, "This is a fault in the program, not in your file"),
    (KeyboardInterrupt(), 130, "Stopped."),
]


@pytest.mark.parametrize("command", ["examine", "load", "undo"])
@pytest.mark.parametrize(("error", "code", "says"), FAILURES, ids=lambda one: repr(one)[:30])
def test_a_failure_is_an_answer(
    *,
    command: str,
    error: BaseException,
    code: int,
    says: str,
    plain: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command_failures, "PROJECT", tmp_path)
    monkeypatch.setattr(desk, command, raising(error))
    name = {"examine": "check"}.get(command, command)
    arguments = ["undo", "x"] if command == "undo" else [name, plain, *GIVEN]
    as_json = run(*arguments, "--format", "json")
    answer = json.loads(as_json.stdout)
    assert (as_json.exit_code, answer["status"]) == (code, "failed")
    assert says in answer["message"]
    assert_shape(answer)
    in_words = run(*arguments)
    assert in_words.exit_code == code
    assert in_words.stdout == ""
    assert says in in_words.stderr


def test_a_fault_is_kept_where_the_answer_says(
    plain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_failures, "PROJECT", tmp_path)
    monkeypatch.setattr(desk, "examine", raising(ZeroDivisionError("by zero")))
    said = run("check", plain).stderr
    (kept,) = (tmp_path / "logs").iterdir()
    assert f"(ZeroDivisionError: by zero). The details are in {kept}: send that file" in said
    assert "Traceback" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check"], "path"),
        (["check", "{plain}", "--nonsense"], "--nonsense"),
        (["check", "{plain}", "--release"], "--release"),
        (["check", "{plain}", "--published=yes"], "--published"),
        (["check", "{plain}", "{plain}"], "plain.xlsx"),
        (["check", "{plain}", "--label", "Police"], "Write it as --label"),
        (["check", "{plain}", "--years", "2022"], "'2022' is not one of"),
        (["load", "{plain}", "--ask"], "--ask"),
        (["check", "{plain}", "--ask=/no/such/folder/answers.yml"], "could not be written"),
        (["load", "{plain}", "--stubs", "x"], "--stubs"),
        (["undo"], "release"),
        (["undo", "not-loaded"], "Loaded: hampshire-asr-2021-22, hampshire-asr-2022-23."),
        (["chek", "{plain}"], "chek"),
        (["--nonsense"], "--nonsense"),
    ],
    ids=str,
)
def test_a_wrong_command_line_is_answered(arguments: list[str], says: str, plain: str) -> None:
    before = seeds_digest()
    arguments = [part.replace("{plain}", plain) for part in arguments]
    for form in (["--format", "json"], ["--format=json"]):
        # An option that lacks its value would take the next for it: the format comes first.
        result = run(arguments[0], *form, *arguments[1:])
        answer = json.loads(result.stdout)
        assert (result.exit_code, answer["status"]) == (2, "failed")
        assert says in answer["message"]
    in_words = run(*arguments)
    assert in_words.exit_code == 2
    assert says in in_words.stderr
    assert seeds_digest() == before


def test_a_file_that_is_not_there() -> None:
    result = run("check", "not there.xlsx", *GIVEN, "--format=json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["status"]) == (1, "problems")
    assert answer["problems"][0]["file"] == "not there.xlsx"


def in_terminal(*arguments: str, **how: Any) -> subprocess.Popen[str]:  # noqa: ANN401
    return subprocess.Popen(
        [sys.executable, "scripts/release.py", *arguments],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )


def test_ctrl_c_is_answered(plain: str) -> None:
    """In a process of its own, at work: the seeds' lock is held elsewhere."""
    with journal.lock(PROJECT):
        process = in_terminal(
            "load", plain, *GIVEN, "--format=json", stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=4)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["status"] == "failed"
    assert "Traceback" not in err


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_reads_the_answer(plain: str, form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = in_terminal("check", plain, *GIVEN, f"--format={form}", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Traceback" not in err
    assert "Exception" not in err


def test_every_letter_can_be_shown(plain: str, tmp_path: Path) -> None:
    """A console that knows ASCII only, and a file's name that is no text at all."""
    path = tmp_path / "caf\u00e9 \udcff.xlsx"
    Path(plain).rename(path)
    for form in ("text", "json"):
        process = in_terminal(
            "check", str(path), "--release=nul", f"--format={form}", stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONIOENCODING": "ascii"},
        )  # fmt: skip
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        assert err == ""
        assert "caf" in out


def test_what_is_stored_of_a_line_with_zeros_before_it_is_told(tmp_path: Path) -> None:
    """Figures of two sheets that agree in all but their period keep their own places."""
    path = tmp_path / "two.csv"
    folder = tmp_path / "two"
    folder.mkdir()
    path = folder / "care_flows.csv"
    path.write_text(
        "row_label,period,unit,value,source_table,source_line\n"
        "Entering care,Jul-Sep 2023,count,185,2,007\n"
        "Entering care,Apr-Jun 2023,count,185,1,007\n",
        encoding="utf-8",
    )
    answer = json.loads(run("check", str(folder), *GIVEN, "--format=json").stdout)
    places = {as_text(figure): figure["place"] for figure in answer["figures"]}
    assert places == {
        "care_entered 2023-24 Q2 count 185": "care_flows.csv, row 2, column value",
        "care_entered 2023-24 Q1 count 185": "care_flows.csv, row 3, column value",
    }


def test_what_is_left_out_is_told_in_words(plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place("plain.xlsx", "care_flows", 9, "B")
    left_out = [LeftOut(place, f"note {number}", "It is a note.") for number in range(8)]
    real = desk.examine

    def examine(project: Path, request: desk.Request) -> desk.Outcome:
        outcome = real(project, request)
        outcome.left_out = left_out
        return outcome

    monkeypatch.setattr(desk, "examine", examine)
    said = run("check", plain, *GIVEN).stdout
    assert "Numbers left out: 8." in said
    assert "plain.xlsx, sheet 'care_flows', row 9, column B: 'note 0'. It is a note." in said
    assert said.count("It is a note.") == outcome_text.MOST_LEFT_OUT
    assert "... and 3 more" in said


@pytest.mark.parametrize("name", ["con", "../x-2023-24", "a" * 81, "x/y-2023-24"])
def test_a_template_is_not_written_under_such_a_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    refused = run(
        "template", "--release", name, "--authority", "E10000014", "--kind", "annual",
        "--period", "2023-24",
    )  # fmt: skip
    assert refused.exit_code == 2
    assert "--release: found" in refused.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["here"]


def test_reasons_that_were_written_are_not_overwritten(tmp_path: Path) -> None:
    path = write_workbook(CASES / "judge_contradiction.yaml", tmp_path / "wrong.xlsx")
    stubs = tmp_path / "stubs"
    arguments = ("check", str(path), *GIVEN, f"--stubs={stubs}", "--format=json")
    assert json.loads(run(*arguments).stdout)["status"] == "contradictions"
    written = (stubs / "known_issues.csv").read_bytes()
    again = json.loads(run(*arguments).stdout)
    assert again["status"] == "failed"
    assert "known_issues.csv already exists" in again["message"]
    assert (stubs / "known_issues.csv").read_bytes() == written


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("known_isues.csv", "check_id,measure_id,reason,evidence\na,b,c,d\n", "known_isues.csv"),
        ("known_issues.csv", "check_id,measure_id\nnet_change,care_entered\n", "no column"),
        ("known_issues.txt", "check_id\n", "known_issues.txt"),
    ],
)
def test_a_folder_of_registers_that_is_wrong(
    name: str, text: str, says: str, plain: str, tmp_path: Path
) -> None:
    folder = tmp_path / "registers"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    answer = json.loads(
        run("check", plain, *GIVEN, f"--registers={folder}", "--format=json").stdout
    )
    assert answer["status"] == "problems"
    assert any(says in f"{one['file']}: {one['found']}" for one in answer["problems"])
