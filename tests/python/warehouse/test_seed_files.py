"""Seeds as a spreadsheet saves them are the same seeds; what cannot be read is named."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.intake import seed_rows
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.official import official_commands
from safeguarding.official.known import OfficialFileError
from safeguarding.warehouse import seed_files
from safeguarding.warehouse.compiled_project import CompiledProject

MARK = b"\xef\xbb\xbf"


@pytest.fixture(autouse=True)
def longest_cell() -> Iterator[None]:
    """Python's own limit, which libraries of other tests move for the whole process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def windows(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def mixed(content: bytes) -> bytes:
    """Every second line ends as Windows ends it."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    ends = (b"\r\n" if number % 2 else b"\n" for number in range(len(lines) - 1))
    return b"".join(line + end for line, end in zip(lines, ends, strict=False)) + lines[-1]


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "mark": lambda content: MARK + content,
    "windows": windows,
    "mixed": mixed,
    "no end": lambda content: content.rstrip(b"\r\n"),
    "mark, mixed": lambda content: MARK + mixed(content),
    "mark, windows, no end": lambda content: MARK + windows(content).rstrip(b"\r\n"),
}
form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def saved_again(project: Path, change: Callable[[bytes], bytes]) -> None:
    for path in (project / "seeds").rglob("*.csv"):
        path.write_bytes(change(path.read_bytes()))


@form
def test_they_are_the_same_seeds(
    form: Callable[[bytes], bytes], project_copy: Callable[[], Path], seeds: Seeds
) -> None:
    project = project_copy()
    saved_again(project, form)
    assert list(seed_files.problems(project)) == []
    compiled = CompiledProject.of(PROJECT)
    compiled.project = project
    assert compiled.read_seeds() == seeds
    assert Vocabulary.of(project) == Vocabulary.of(PROJECT)


@form
def test_what_is_added_and_taken_out_leaves_every_other_byte(
    form: Callable[[bytes], bytes],
) -> None:
    path = PROJECT / "seeds/reference/releases.csv"
    content = form(path.read_bytes())
    new = dict.fromkeys(seed_rows.read(path)[0], "new, with a comma")
    added = seed_rows.with_rows(content, [new])
    assert added.startswith(content)
    assert added[len(content) :].count(b"new, with a comma") == len(new)
    is_new = lambda row: row["release_id"] == new["release_id"]  # noqa: E731
    left, count = seed_rows.without_rows(added, is_new)
    assert count == 1
    assert left.rstrip(b"\r\n") == content.rstrip(b"\r\n")
    if content.endswith(b"\n"):
        assert left == content
    assert seed_rows.without_rows(content, is_new) == (content, 0)
    only = seed_rows.without_rows(content, lambda row: row["financial_year"] == "2021-22")
    assert only[1] == 1
    assert only[0].startswith(content[:20])


def test_dbt_loads_what_a_spreadsheet_saved(project_copy: Callable[[], Path]) -> None:
    project = project_copy()
    saved_again(project, FORMS["mark, mixed"])
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "seed"]
    loaded = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stdout
    with duckdb.connect() as connection:
        for name, of in (("before", PROJECT), ("after", project / "target")):
            connection.execute(f"attach '{of / 'warehouse.duckdb'}' as {name} (read_only)")
        for (table,) in connection.sql(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_catalog = 'before' and table_schema = 'raw'"
        ).fetchall():
            both = [
                connection.sql(f"from {name}.{table} order by all").fetchall()
                for name in ("before", "after")
            ]
            assert both[0] == both[1], table


COLUMNS = ("a", "b")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a,b,,\r\n1,2,,\r\n", "found columns a, b, (empty), (empty), expected a, b. Delete"),
        (b"a,b\n1,2,,\n", "row 2: found 4 cells, expected 2. Delete the empty cells at its end."),
        (b"a,b\n1,2\n\n", "row 3: found an empty row, expected none. Delete it."),
        (b"a,b\n1,2\n,\n", "row 3: found an empty row, expected none. Delete it."),
        (b"a;b\n1;2\n", "Save the file with commas between its cells."),
        (b"a\tb\n1\t2\n", "Save the file with commas between its cells."),
        (b'a,b\n"1\n1",2\n3\n', "row 4: found 1 cells, expected 2."),
        (b"a,b\n1,\xe9\n", "row 2: found byte 0xe9, expected UTF-8. Save the file as CSV UTF-8."),
        (b"\xff\xfea\x00,\x00b\x00\n\x00", "row 1: found byte 0xff, expected UTF-8."),
        (b"", "row 1: found columns none, expected a, b."),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "it cannot be read as CSV"),
    ],
    ids=[
        "empty columns", "empty cells", "blank line", "empty cells only", "semicolons", "tabs",
        "after a cell of two lines", "not UTF-8", "UTF-16", "nothing", "a cell without end",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "seed.csv"
    path.write_bytes(content)
    _, problems = seed_files.read(path, COLUMNS)
    assert problems
    assert problem in problems[0]


def test_official_statistics_name_a_broken_seed_and_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = ["seeds/reference/measures.csv row 2: found 1 cells, expected 9."]
    monkeypatch.setattr(seed_files, "problems", lambda: iter(broken))
    (tmp_path / "c1.csv").write_text("a\n1\n", encoding="utf-8")
    assert official_commands.main(["load", str(tmp_path), "--output", str(tmp_path / "o")]) == 1
    assert f"- {broken[0]}\nNothing was written." in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_official_statistics_name_a_file_that_is_no_csv(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c1.csv").write_bytes(b'a,b\n1,"' + b"x" * 200_000 + b'"\n')
    assert official_commands.main(["load", str(tmp_path), "--output", str(tmp_path / "o")]) == 1
    assert "c1.csv: it cannot be read as CSV" in capsys.readouterr().err


def test_a_day_in_another_form_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        official_commands.main(["load", "x", "--published", "31/10/2024"])
    said = capsys.readouterr().err
    assert "found '31/10/2024', expected a date as year-month-day, such as 2024-10-31" in said


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "o/statistics.parquet")

    monkeypatch.setattr(official_commands, "store", denied)
    with pytest.raises(OfficialFileError, match="Allow the file or its folder"):
        official_commands._store([], None, tmp_path / "o", "")  # type: ignore[arg-type]


def test_the_forms_differ() -> None:
    """The forms above differ: a test of them would otherwise show nothing."""
    content = (PROJECT / "seeds/reference/releases.csv").read_bytes()
    digests = {hashlib.sha256(change(content)).hexdigest() for change in FORMS.values()}
    assert len(digests) == len(FORMS)
