"""The answers in docs/questions.md are what the warehouse answers."""

from __future__ import annotations

import copy
import csv
import re

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import CompiledProject
from support.synthetic import synthetic_council

QUESTIONS = (PROJECT / "docs/questions.md").read_text(encoding="utf-8")


def answered(page: str) -> list[tuple[str, str]]:
    """Each query in a fence, with its answer as a Markdown table."""
    found = re.findall(r"```sql\n((?:(?!```).)*)```\n\n(\|.*?\|)\n\n", page, flags=re.DOTALL)
    return [(query, table) for query, table in found]


ANSWERED = answered(QUESTIONS)


def test_every_query_has_its_answer() -> None:
    assert len(ANSWERED) == QUESTIONS.count("```sql\n") == 11


@pytest.mark.parametrize(("query", "table"), ANSWERED)
def test_answer_is_true(query: str, table: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert_answers(query, table, warehouse)


@pytest.fixture(scope="module")
def two_councils(seeds_as_they_are: Seeds) -> duckdb.DuckDBPyConnection:
    """The warehouse with two releases of a second, SYNTHETIC council."""
    seeds = copy.deepcopy(seeds_as_they_are)
    for name, day, number in (
        (synthetic_council.PUBLISHED, "2022-11-01", 2),
        (synthetic_council.FINAL, "2023-11-01", 3),
    ):
        synthetic_council.add_release(
            seeds, name, day, synthetic_council.figures(number), is_published=True
        )
    compiled = CompiledProject.of(PROJECT)
    connection = compiled.build(seeds)
    compiled.run_models(connection, official=True)
    return connection


@pytest.mark.parametrize(("query", "table"), ANSWERED)
def test_answer_stays_true_with_a_second_council(
    query: str, table: str, two_councils: duckdb.DuckDBPyConnection
) -> None:
    (councils,) = two_councils.sql(
        "select count(distinct local_authority_code) from marts.fct_observations"
    ).fetchone() or (0,)
    assert councils == 2
    assert_answers(query, table, two_councils)


def assert_answers(query: str, table: str, connection: duckdb.DuckDBPyConnection) -> None:
    header, _, *lines = table.splitlines()
    relation = connection.sql(query)
    assert cells(header) == relation.columns
    rows = [["" if value is None else str(value) for value in row] for row in relation.fetchall()]
    assert [cells(line) for line in lines] == rows


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_every_mark_is_documented_as_it_is_read() -> None:
    with (PROJECT / "seeds/reference/value_markers.csv").open(encoding="utf-8") as file:
        marks = [
            (
                "blank"
                if row["marker_as_printed"] == "(blank)"
                else f"`{row['marker_as_printed']}`",
                f"`{row['marker']}`",
                row["meaning"],
            )
            for row in csv.DictReader(file)
        ]
    page = (PROJECT / "docs/new-figures.md").read_text(encoding="utf-8")
    table = page.partition("| mark | kept as | meaning |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [f"| {' | '.join(mark)} |" for mark in marks]
