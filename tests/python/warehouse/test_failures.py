"""What failing tests say: a sentence for each fault, first causes only, never a row as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PROJECT, Seeds, row_of
from safeguarding.warehouse.compiled_project import CompiledProject
from safeguarding.warehouse.failures import first_causes, message_of

BLANKS = {
    "adjudications": ("release_id", "measure_id", "period_id", "unit", "source_line"),
    "known_issues": ("known_issue_id", "check_id", "release_id", "period_id", "measure_id"),
    "expected_row_counts": ("release_id", "table_id", "figures", "missing"),
    "narrative_claims": ("claim_id", "release_id", "formula", "measure_id", "period_id"),
    "releases": ("release_id", "title", "publisher", "published_date", "financial_year"),
    "care_flows": ("release_id", "local_authority_code", "source_line", "row_label", "unit"),
}
FIRST, SECOND = "hampshire-asr-2021-22", "hampshire-asr-2022-23"


def said(compiled: CompiledProject, seeds: Seeds) -> Iterator[str]:
    with compiled.build(seeds) as connection:
        shown, _ = first_causes(compiled.failing_tests(connection))
    for test, rows in shown:
        yield from (message_of(test, row, PROJECT) for row in rows)


@pytest.mark.parametrize(
    ("seed", "column"), [(seed, column) for seed, columns in BLANKS.items() for column in columns]
)
def test_a_blank_is_told_in_words(
    seed: str, column: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    seeds[seed][0][column] = ""
    messages = list(said(compiled, seeds))
    assert messages
    for message in messages:
        assert "None" not in message
        assert "{" not in message
        assert not message.startswith("The test "), "every test of the seeds has words of its own"


def test_every_failing_test_has_words(compiled: CompiledProject, seeds: Seeds) -> None:
    """Tests of dbt's own have no message: their rows are told, without what is blank in them."""
    row = {"value_field": "x", "n_records": 2, "other": None}
    assert message_of("accepted_values", row) == (
        "The test accepted_values failed for value_field x, n_records 2."
    )
    assert message_of("t", {"message": None}) == ("The test t failed for an empty row.")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("published_date", "13/12/2022", "a date as year-month-day, such as 2024-12-10"),
        ("published_date", "2022/12/13", "a date as year-month-day, such as 2024-12-10"),
        ("published_date", "2022-13-12", "a date as year-month-day, such as 2024-12-10"),
        ("published_date", "", "a date as year-month-day, such as 2024-12-10"),
        ("financial_year", "2021/22", "a financial year, such as 2023-24"),
        ("is_published", "TRUE", "true or false"),
        ("title", "", "the title of the publication"),
    ],
)
def test_a_release_that_cannot_be_read_is_the_only_fault(
    column: str, value: str, expected: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    row_of(seeds, "releases", release_id=FIRST)[column] = value
    (message,) = said(compiled, seeds)
    found = f"'{value}'" if value else "nothing"
    assert message.startswith("seeds/reference/releases.csv ")
    assert f"column {column}: found {found}, expected {expected}." in message


def test_a_fault_beside_an_unreadable_release_is_told_too(
    compiled: CompiledProject, seeds: Seeds
) -> None:
    row_of(seeds, "releases", release_id=FIRST)["published_date"] = "13/12/2022"
    row_of(seeds, "care_flows", source_line="119", period_label="Apr-Jun 2020")["row_label"] = "Xyz"
    messages = list(said(compiled, seeds))
    assert len(messages) == 2
    assert any("13/12/2022" in message for message in messages)
    assert any("column row_label: found 'Xyz'" in message for message in messages)


def test_what_hangs_on_a_fault_is_named_as_such(compiled: CompiledProject, seeds: Seeds) -> None:
    row = row_of(seeds, "care_flows", source_line="119", period_label="Apr-Jun 2020")
    row["value_as_printed"] = "15O"
    with compiled.build(seeds) as connection:
        failing = list(compiled.failing_tests(connection))
    shown, hanging = first_causes(failing)
    assert [test for test, _ in shown] == ["figures_are_readable"]
    assert set(hanging) == {test for test, _ in failing} - {"figures_are_readable"}
    assert hanging


def test_faults_that_hang_on_nothing_are_all_told(compiled: CompiledProject, seeds: Seeds) -> None:
    del seeds["care_flows"][0]
    seeds["adjudications"] = seeds["adjudications"][1:]
    messages = list(said(compiled, seeds))
    assert any("care_flows.csv: release hampshire-asr-2021-22 has 51" in m for m in messages)
    assert any("printed with two different figures" in m for m in messages)


def test_the_row_of_a_file_with_other_line_ends_is_right(tmp_path: Path) -> None:
    path = tmp_path / "releases.csv"
    path.write_bytes(b'\xef\xbb\xbfrelease_id,title\r\na,"one\r\ntwo"\nb,three\r\n')
    row = {
        "seed_file": "releases.csv", "release_id": "b", "column_name": "title", "found": "three",
        "expected": "x",
    }  # fmt: skip
    assert message_of("t", row, tmp_path) == (
        "releases.csv row 4, column title: found 'three', expected x."
    )
