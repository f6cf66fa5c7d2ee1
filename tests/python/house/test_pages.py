"""What the README and the pages of docs/ point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import PROJECT
from safeguarding.cli import COMMANDS

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PAGES = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    PROJECT / "CHANGELOG.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
]
LINK = r"\]\((?!https?:)([^)#]*)#?[^)]*\)"
FOLDERS = "benchmarks|docs|macros|models|requirements|scripts|seeds|tests"
FILE = rf"(?<![\w/])(?:{FOLDERS})/[\w./-]*\w"


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_files_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = [page.parent / link for link in re.findall(LINK, text) if link]
    named = [PROJECT / name for name in re.findall(FILE, text)]
    assert [path for path in (*linked, *named) if not path.exists()] == []


def test_readme_is_short_and_names_every_command() -> None:
    assert len(README.splitlines()) <= 300
    assert set(re.findall(r"^\| `safeguarding (\w+)`", README, flags=re.MULTILINE)) == set(COMMANDS)


def test_every_make_target_named_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z0-9-]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, page
