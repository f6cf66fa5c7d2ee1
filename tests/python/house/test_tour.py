"""docs/tour.md quotes the project's files, the warehouse and the exports as they are."""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest
from test_questions import answered, assert_answers

from conftest import PROJECT

TOUR = (PROJECT / "docs/tour.md").read_text(encoding="utf-8")
STOPS = re.findall(r"^## (\d)\. .*?(?=^## |\Z)", TOUR, flags=re.DOTALL | re.MULTILINE)
FILE = r"`([\w.-]+(?:/[\w.-]+)+)`"
FENCE = r"```(?:csv|yaml|sql|text)\n((?:(?!```).)*)```\n(?!\n\|)"
EXPORTS = "exports/"


def quotations() -> list[tuple[str, str]]:
    """Each quoted line, after the file that the text before it names last."""
    found, file = [], ""
    for name, fence in re.findall(f"{FILE}|{FENCE}", TOUR, flags=re.DOTALL):
        file = name or file
        found += [(file, line.strip()) for line in fence.splitlines()]
    return found


@pytest.fixture(scope="module")
def exports(report_exports: Path) -> Path:
    """The exports that the tour ends in."""
    return report_exports


def place_of(name: str, exports: Path) -> Path:
    return exports / name.removeprefix(EXPORTS) if name.startswith(EXPORTS) else PROJECT / name


def text_of(path: Path) -> str:
    """What a file says; of a page, what a reader sees."""
    text = path.read_text(encoding="utf-8")
    return html.unescape(re.sub(r"<[^>]*>", "", text)) if path.suffix == ".html" else text


def test_there_are_eight_stops_with_files_and_something_to_see() -> None:
    assert "".join(STOPS) == "12345678"
    for stop in re.split(r"^## \d\. ", TOUR, flags=re.MULTILINE)[1:]:
        assert re.search(FILE, stop), stop[:30]
        assert "```" in stop, stop[:30]


def test_every_file_is_there(exports: Path) -> None:
    missing = [name for name in re.findall(FILE, TOUR) if not place_of(name, exports).is_file()]
    assert missing == []


def test_every_quotation_stands_in_its_file(exports: Path) -> None:
    quoted = quotations()
    assert len(quoted) > 10
    wrong = [(name, line) for name, line in quoted if line not in text_of(place_of(name, exports))]
    assert wrong == []


@pytest.mark.parametrize(("query", "table"), answered(TOUR))
def test_answer_is_true(query: str, table: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert_answers(query, table, warehouse)


def test_answers_are_found() -> None:
    assert len(answered(TOUR)) == TOUR.count("```sql\nselect") == 7
