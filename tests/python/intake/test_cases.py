"""Files that went wrong elsewhere, or may: each is read right, asked about or refused by name.

`cases.csv` has a row for each: `input` is a file or folder below `cases/` (a `.yaml` file is a
workbook written as text), `options` are those of `release.py check`, `outcome` its status, and
`expects` what must come of it, parts separated by ` | `:

- figures of a release that is `ready` or has `contradictions`: all of them, as
  `care_entered 2023-24 Q2 count 185` or `cpp_started/neglect 2023-24 count c` (a marker);
- `left out: TEXT`, for what has a number and is not stored;
- else parts of the messages: place, what was found, what was expected, what to do.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import PROJECT
from safeguarding.intake import release_commands
from support.files.case_files import write_workbook

HERE = Path(__file__).parent
COLUMNS = ["case", "kind", "reported_in", "input", "options", "outcome", "expects"]
RELEASE = {
    "release": "synthetic-test-2023-24",
    "authority": "E10000014",
    "title": "SYNTHETIC test report",
    "publisher": "SYNTHETIC",
    "published-date": "2024-12-10",
    "financial-year": "2023-24",
    "licence": "Open Government Licence v3.0",
    "source-url": "https://example.org/report",
}
EXIT = {
    "ready": 0,
    "already loaded": 0,
    "problems": 1,
    "questions": 1,
    "contradictions": 3,
    "failed": 2,
}


# The shape of an answer: the type of each key, and of each key of what it lists.
TEXTS = {str}
SHAPE: dict[str, Any] = {
    "status": str,
    "message": str,
    "release": dict,
    "problems": {
        "file": TEXTS, "sheet": TEXTS, "row": {int}, "column": TEXTS, "place": TEXTS,
        "found": TEXTS, "expected": TEXTS, "advice": TEXTS, "candidates": {list},
    },
    "questions": {
        "place": TEXTS, "table_id": TEXTS, "printed": TEXTS, "candidates": {list}, "names": {list},
        "asks": TEXTS, "where": TEXTS, "found": TEXTS, "expected": TEXTS, "options": {list},
    },
    "stops": list,
    "compared": dict,
    "revisions": list,
    "findings": list,
    "figures": {
        "table_id": TEXTS, "row_id": TEXTS, "measure_id": TEXTS, "category_id": {str, type(None)},
        "period_id": TEXTS, "unit": TEXTS, "value": {str, type(None)},
        "marker": {str, type(None)}, "value_as_printed": {str, type(None)}, "row_label": TEXTS,
        "place": TEXTS,
    },
    "left_out": {
        "place": TEXTS, "printed": TEXTS, "found": TEXTS, "expected": TEXTS, "reason": TEXTS,
    },
    "added_rows": dict,
}  # fmt: skip


def assert_shape(answer: dict[str, Any]) -> None:
    """Whether an answer has the shape that programs rely on."""
    assert set(answer) == set(SHAPE)
    assert answer["status"] in EXIT
    assert answer["message"]
    for key, shape in SHAPE.items():
        if not isinstance(shape, dict):
            assert isinstance(answer[key], shape), key
            continue
        for one in answer[key]:
            assert {name: type(value) for name, value in one.items()}.keys() == shape.keys(), one
            assert all(type(one[name]) in types for name, types in shape.items()), one
            assert one["place"]
    for figure in answer["figures"]:
        assert (figure["value"] is None) is bool(figure["marker"]), figure


def cases() -> list[dict[str, str]]:
    with (HERE / "cases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(list(row) == COLUMNS and None not in row.values() for row in rows)
    return rows


def arguments(case: dict[str, str], folder: Path) -> list[str]:
    path = HERE / "cases" / case["input"]
    if path.suffix == ".yaml":
        path = write_workbook(path, folder / f"{path.stem}.xlsx")
    options = shlex.split(case["options"])
    has_record = path.is_dir() and (path / "releases.csv").exists()
    given = [] if has_record else [f"--{name}={value}" for name, value in RELEASE.items()]
    published = [] if has_record or "--unpublished" in options else ["--published"]
    kept = [
        option
        for option in given
        if not any(one.startswith(option.split("=")[0] + "=") for one in options)
    ]
    return ["check", str(path), *kept, *published, *options, "--format=json"]


def seeds_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "seeds").rglob("*.csv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def as_text(figure: dict[str, Any]) -> str:
    of = f"/{figure['category_id']}" if figure["category_id"] else ""
    value = figure["value"]
    shown = figure["marker"] if value is None else value.rstrip("0").rstrip(".")
    return f"{figure['measure_id']}{of} {figure['period_id']} {figure['unit']} {shown}"


def messages(answer: dict[str, Any]) -> list[str]:
    problems = [
        f"{problem['file']}, sheet '{problem['sheet']}', row {problem['row']},"
        f" column {problem['column']}: found {problem['found']}, expected {problem['expected']}."
        f" {problem['advice']}"
        for problem in answer["problems"]
    ]
    questions = [
        f"{question['place']}: '{question['printed']}' could mean"
        f" {' or '.join(question['candidates'])}"
        for question in answer["questions"]
    ]
    said = [*problems, *questions, *answer["stops"]]
    return said or ([answer["message"]] if answer["status"] == "failed" else [])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_case(case: dict[str, str], tmp_path: Path) -> None:
    before = seeds_digest()
    outcome = CliRunner().invoke(release_commands.app, arguments(case, tmp_path))
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert "Traceback" not in outcome.output
    answer = json.loads(outcome.stdout)
    assert seeds_digest() == before
    assert_shape(answer)
    said = messages(answer)
    assert answer["status"] == case["outcome"], said
    assert outcome.exit_code == EXIT[case["outcome"]]
    expected = case["expects"].split(" | ")
    left_out = [part.removeprefix("left out: ") for part in expected if part[:9] == "left out:"]
    wanted = [part for part in expected if part[:9] != "left out:"]
    if case["outcome"] in ("ready", "contradictions"):
        assert sorted(map(as_text, answer["figures"])) == sorted(wanted)
    else:
        assert said
        for part in wanted:
            assert any(part in message for message in said), said
    for part in left_out:
        assert any(part in " ".join(entry.values()) for entry in answer["left_out"]), answer
    for problem in answer["problems"]:
        assert problem["file"] and problem["found"] and problem["expected"]


def test_each_case_has_its_file_and_each_file_its_case() -> None:
    named = {case["input"].partition("/")[0] for case in cases()}
    there = {path.name for path in (HERE / "cases").iterdir()}
    assert there == named
