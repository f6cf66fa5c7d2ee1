"""The project's own texts are in plain British English: a list has the words not to be used."""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest

from conftest import PROJECT

LIST = Path(__file__).with_name("words_to_avoid.csv")
KINDS = {".py", ".sql", ".yml", ".md", ".j2", ".html", ".css", ".js", ".csv", ".toml", ".txt", ""}
# What councils, DfE and analysts print, and hashes of packages.
OTHERS_WORDS = ("seeds/figures/", "tests/python/intake/cases/", "requirements/", "LICENSE")


def words() -> dict[str, str]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return {row["words"]: row["write"] for row in csv.DictReader(file)}


def texts() -> dict[str, str]:
    """Read every file of the project with words of its own, by its path."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return {
        name: (PROJECT / name).read_text(encoding="utf-8")
        for name in sorted(filter(None, names.split("\0")))
        if Path(name).suffix in KINDS
        and not name.startswith(OTHERS_WORDS)
        and (PROJECT / name).is_file()
        and PROJECT / name not in (LIST, Path(__file__))
    }


def found_in(name: str, text: str) -> list[str]:
    """List the words of a text that are to be avoided, each with its line and what to write."""
    return [
        f"{name} line {text.count(chr(10), 0, match.start()) + 1}: found '{match[0]}',"
        f" write '{instead}'"
        for pattern, instead in words().items()
        for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]


def test_no_text_has_words_to_avoid() -> None:
    everything = texts()
    assert {Path(name).suffix for name in everything} >= {".py", ".sql", ".yml", ".md", ".j2"}
    assert [line for name, text in everything.items() for line in found_in(name, text)] == []


@pytest.mark.parametrize(
    ("text", "words_found"),
    [
        ("5 problems to put right.", "to put right"),
        ("Built anew:\n3 releases", "anew"),
        ("028, with a nought before it", "nought"),
        ("whether the sum is whole", "sum is whole"),
        ("is_like(text, pattern)", "is_like"),
        ("Newcastle upon Tyne", ""),
    ],
)
def test_the_words_are_found(text: str, words_found: str) -> None:
    found = found_in("a.md", text)
    assert [line.partition("found '")[2].partition("'")[0] for line in found] == (
        [words_found] if words_found else []
    )
