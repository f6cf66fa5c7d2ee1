"""A seed that a spreadsheet opened and saved stops the build, which names the file and the column.

Every value of every seed but the figures' is changed as a spreadsheet changes it; so are its rows.
Each change is found, or changes nothing that matters: the reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import (
    CompiledProject,
    Row,
    connect,
    load_rows,
    rows_of,
)
from support.files.spreadsheet import saved

FORM = "seeds_keep_their_form"
# Read by the loader of official statistics alone, which refuses what it does not know by name.
LOADER_ALONE = {"official_columns", "official_figures", "official_tables", "official_publications"}
# Labels and rows of tables: one that is lost or changed is asked about when it is met, by name
# (`figures_are_readable`), and a spreadsheet changes none of them.
LABELS = {"published_rows", "published_tables", "row_label_variants", "ambiguous_row_labels"}
# Compared as numbers (`try_cast ... as decimal`), for which 5.40 is 5.4.
NUMBERS = {
    ("known_issues", "printed_value"),
    ("known_issues", "expected_value"),
    ("reconciliation_notes", "report_value"),
    ("reconciliation_notes", "official_value"),
}
# Seeds that a load or an undo changes: what a lost row of theirs stops is another test, or nothing
# is lost but an explanation, so that its finding stands unexplained in the audit.
CHANGED_BY_LOADS = {
    "releases": "figures_are_readable: a figure's release is not listed",
    "known_issues": "errors_are_explained",
    "adjudications": "adjudications_settle_disputes",
    "printed_precision": "errors_are_explained, or nothing: the figures' own decimals are used",
    "series_breaks": "nothing: there is none",
    "expected_row_counts": "expected_row_counts",
    "narrative_claims": "expected_row_counts",
    "reconciliation_notes": "expected_row_counts",
    "official_total_exceptions": "official_totals_agree",
    "record_findings": "nothing: no figure hangs on it",
}


def sheets() -> dict[str, tuple[str, list[str], dict[str, Any]]]:
    """Path, columns and contract of every seed, by its name."""
    found = {}
    for path in sorted((PROJECT / "seeds").rglob("*.csv")):
        if path.parent.name != "figures":
            sheet = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["seeds"][0]
            config = sheet["config"]
            name = path.relative_to(PROJECT).as_posix()
            found[path.stem] = name, list(config["column_types"]), config["meta"]
    return found


SHEETS = sheets()
# Enabled where records are counted alone: the worked answers of tests/python/records hang on them.
OF_RECORDS = {name for name, sheet in SHEETS.items() if sheet[0].startswith("seeds/records/")}
GUARDED = sorted(SHEETS.keys() - LOADER_ALONE - LABELS - OF_RECORDS)
COLUMNS = [(name, column) for name in GUARDED for column in SHEETS[name][1]]
Judge = Callable[[str, list[Row]], list[str]]


@pytest.fixture(scope="module")
def judge(compiled: CompiledProject, seeds_as_they_are: Seeds) -> Iterator[Judge]:
    """A function that says what the build would of other rows of one seed; the old come back."""
    nodes = {node.name: node for node in compiled.nodes if node.kind == "seed"}
    (test,) = [node for node in compiled.nodes if node.name == FORM]
    connection = connect()
    compiled.load_seeds(connection, seeds_as_they_are)
    assert rows_of(connection.sql(test.sql)) == []
    selects = test.sql.partition("problems as (")[2].rpartition(")\n\nselect")[0].split("union all")

    def said(name: str, rows: list[Row]) -> list[str]:
        own = [select for select in selects if f"'{SHEETS[name][0]}" in select]
        connection.execute("begin")
        load_rows(connection, nodes[name].relation, nodes[name].columns, rows)
        found = [row for select in own for row in connection.sql(select).fetchall()]
        connection.execute("rollback")
        return [message for (message,) in found if message is not None]

    yield said
    connection.close()


def changed(
    rows: list[Row], column: str, change: Callable[[str], str], *, only_first: bool = False
) -> Iterator[list[Row]]:
    """The rows with each different value of a column changed, one at a time."""
    for value in list(dict.fromkeys(row[column] for row in rows))[: 1 if only_first else None]:
        if change(value) != value:
            yield [row | {column: change(value)} if row[column] == value else row for row in rows]


def test_every_seed_says_what_must_hold() -> None:
    for name in GUARDED:
        _, columns, sheet = SHEETS[name]
        assert list(sheet["forms"]) == columns, name
        assert set(sheet["key"]) <= set(columns), name
        assert "rows" in sheet or "least_rows" in sheet or name in CHANGED_BY_LOADS, name


@pytest.mark.parametrize("american", [False, True], ids=["days first", "months first"])
def test_opening_and_saving_is_found_in_every_column(
    judge: Judge, seeds_as_they_are: Seeds, american: bool
) -> None:
    found = set()
    for name, column in COLUMNS:
        if (name, column) in NUMBERS:
            continue
        for rows in changed(
            seeds_as_they_are[name], column, lambda value: saved(value, american=american)
        ):
            found.add((name, column))
            messages = judge(name, rows)
            assert any(f"{SHEETS[name][0]} (" in text and column in text for text in messages), (
                name,
                column,
                messages,
            )
    # What is known to be changed: a simulation that changes nothing proves nothing.
    assert found >= {
        ("value_markers", "marker_as_printed"),
        ("parts_of_year", "start_month_day"),
        ("measures", "may_be_negative"),
        ("releases", "published_date"),
        ("releases", "is_published"),
        ("area_changes", "first_financial_year"),
    }


def test_a_spreadsheet_changes_no_label_and_no_header(seeds_as_they_are: Seeds) -> None:
    for name in LABELS:
        for row in seeds_as_they_are[name]:
            values = [value for value in row.values() if value]
            changed = [value for value in values if saved(value) != value]
            # Read as true however it is written.
            assert set(changed) <= ({"true"} if name == "row_label_variants" else set()), name


@pytest.mark.parametrize(
    "left", ["#NAME?", "01-Apr", "4/1/2024", "1.00E+10", "TRUE", "a\u00e2\u20ac\u201cb"]
)
def test_what_a_spreadsheet_leaves_is_found_in_every_column(
    judge: Judge, seeds_as_they_are: Seeds, left: str
) -> None:
    silent = []
    for name, column in COLUMNS:
        rows = seeds_as_they_are[name]
        if rows:
            messages = judge(name, [rows[0] | {column: left}, *rows[1:]])
            if not any(f"{SHEETS[name][0]}" in text and column in text for text in messages):
                silent.append((name, column))
    assert silent == []


@pytest.mark.parametrize("name", GUARDED)
def test_a_row_that_is_there_twice_is_found(
    name: str, judge: Judge, seeds_as_they_are: Seeds
) -> None:
    rows = seeds_as_they_are[name]
    if rows:
        messages = judge(name, [*rows, rows[0]])
        assert any(SHEETS[name][0] in text and "more than one row" in text for text in messages)


@pytest.mark.parametrize("name", [name for name in GUARDED if name not in CHANGED_BY_LOADS])
def test_a_lost_row_is_found(name: str, judge: Judge, seeds_as_they_are: Seeds) -> None:
    rows = seeds_as_they_are[name]
    for at in {0, len(rows) // 2, len(rows) - 1}:
        messages = judge(name, rows[:at] + rows[at + 1 :])
        assert any(SHEETS[name][0] in text and "rows, expected" in text for text in messages)


@pytest.mark.parametrize(
    "name", [name for name, by in CHANGED_BY_LOADS.items() if by == "expected_row_counts"]
)
def test_a_lost_row_of_a_release_is_found(
    name: str, compiled: CompiledProject, seeds: Seeds
) -> None:
    del seeds[name][-1]
    connection = compiled.build(seeds)
    messages = [row["message"] for row in compiled.failures(connection, "expected_row_counts")]
    assert any(f"/{name}.csv" in text for text in messages), messages


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in GUARDED
        if any("filled" in form for form in SHEETS[name][2]["forms"].values())
    ],
)
def test_an_emptied_cell_is_found(name: str, judge: Judge, seeds_as_they_are: Seeds) -> None:
    """A program leaves out blanks at a row's end; a parameter goes with a key press."""
    for column, form in SHEETS[name][2]["forms"].items():
        rows = seeds_as_they_are[name]
        first = next(at for at, row in enumerate(rows) if row[column])
        emptied = [*rows[:first], rows[first] | {column: ""}, *rows[first + 1 :]]
        if not form.get("optional") or "filled" in form:
            assert any(column in text for text in judge(name, emptied)), (name, column)


@pytest.mark.parametrize("name", GUARDED)
def test_a_missing_letter_of_a_regular_value_is_found(
    name: str, judge: Judge, seeds_as_they_are: Seeds
) -> None:
    """Codes, keys and numbers of a form have no other; words may."""
    for column, form in SHEETS[name][2]["forms"].items():
        if "words" in form or name in CHANGED_BY_LOADS or not seeds_as_they_are[name]:
            continue
        rows = next(
            changed(seeds_as_they_are[name], column, lambda value: value and f" {value}"), None
        )
        if rows:
            assert any(column in text for text in judge(name, rows)), (name, column)


def test_order_and_noughts_at_the_end_change_nothing(
    compiled: CompiledProject, seeds: Seeds, seeds_as_they_are: Seeds
) -> None:
    before = contents(compiled.build(seeds_as_they_are))
    for name, column in NUMBERS:
        for row in seeds[name]:
            row[column] = saved(row[column])
    assert seeds != seeds_as_they_are
    for rows in seeds.values():
        rows.reverse()
    assert contents(compiled.build(seeds)) == before


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Rows of every mart, sorted."""
    tables = connection.sql(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    ).fetchall()
    return {
        table: sorted(connection.table(f"marts.{table}").fetchall(), key=repr)
        for (table,) in tables
    }


def test_the_readme_of_forms_names_every_word_used() -> None:
    """What the test's own head says a data sheet may say is what the data sheets say."""
    head = Path(PROJECT / "tests" / f"{FORM}.sql").read_text(encoding="utf-8").partition("{%")[0]
    used = {word for name in GUARDED for form in SHEETS[name][2]["forms"].values() for word in form}
    assert {word for word in used if f"--     {word} " not in head} <= {"said"}
