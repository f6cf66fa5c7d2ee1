"""A file that is wrong says what is wrong with it and where."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import PROJECT
from safeguarding.intake.files import safety
from safeguarding.intake.new_figures import Extract
from safeguarding.intake.readers import read
from safeguarding.intake.wording.vocabulary import Vocabulary
from support.files.bad_files import BAD_FILES, Bad
from support.files.release_files import (
    contacts,
    content,
    csv_file,
    csv_folder,
    figure,
    template,
    zipped,
)

VOCABULARY = Vocabulary.of(PROJECT)


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_a_fault_is_named_with_its_place(bad: Bad, tmp_path: Path) -> None:
    extract = read(bad.build(tmp_path), VOCABULARY)
    said = [str(problem) for problem in extract.problems]
    assert any(
        str(problem.place) == bad.place and all(part in str(problem) for part in bad.says)
        for problem in extract.problems
    ), said
    assert len(said) <= 3, said


def test_a_file_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    monkeypatch.setattr(safety, "_content_problems", lambda *_: pytest.fail("it was opened"))
    assert "a file of 300 MB, expected one of at most 50 MB" in str(
        read(path, VOCABULARY).problems[0]
    )


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(template())(tmp_path)
    opened = Path.open

    def refuse(self: Path, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        if self == path:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert "permission denied" in str(read(path, VOCABULARY).problems[0])


def test_no_damage_to_a_workbook_raises(tmp_path: Path) -> None:
    """Bytes of its parts changed at random: it reads, or says that it is damaged."""
    path = contacts(figure(), figure("Other", value=0.5))(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(1)  # noqa: S311 - it damages files, it guards nothing
    for _ in range(60):
        name = chance.choice(sorted(parts))
        damaged = bytearray(parts[name])
        start = chance.randrange(len(damaged))
        damaged[start : start + chance.randint(1, 20)] = chance.choice((b"", b"9" * 30, b'"', b"<"))
        build = zipped("damaged.xlsx", {**parts, name: bytes(damaged)})
        assert isinstance(read(build(tmp_path), VOCABULARY), Extract)


def test_every_fault_is_named_not_just_the_first(tmp_path: Path) -> None:
    build = contacts(figure(""), figure(unit="x"), figure(period="y"), figure(value="=1"))
    problems = read(build(tmp_path), VOCABULARY).problems
    assert [problem.place.row for problem in problems] == [2, 3, 4, 5]


def test_files_of_the_system_are_passed_over(tmp_path: Path) -> None:
    others = ("~$contacts.xlsx", ".DS_Store", "Thumbs.db", "README.md", "Read me.txt")
    build = csv_folder(csv_file(template()), *(content(name, "x") for name in others))
    extract = read(build(tmp_path), VOCABULARY)
    assert not extract.problems
    assert len(extract.figures) == 1
