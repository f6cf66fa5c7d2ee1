"""SYNTHETIC releases: the warehouse finds in them what was planted, and nothing else.

What must be found stands in `truth/`, worked out by the generator from the figures; the warehouse
reads the extracts alone.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from conftest import PROJECT, Seeds
from safeguarding.warehouse.compiled_project import CompiledProject, Row
from scale import extract_files
from support.synthetic_releases import planted
from support.synthetic_releases.councils import REFERENCE, councils, read
from support.synthetic_releases.extracts import write
from support.synthetic_releases.figures import Author
from support.synthetic_releases.timetable import Timetable
from support.synthetic_releases.work import REGISTERS, TABLES, Format, Order

Rows = list[tuple[str, ...]]

FINDING = "check_id release_id local_authority_code period_id measure_id category_id"
REVISION = (
    "local_authority_code measure_id category_id period_id unit earlier_release_id"
    " later_release_id earlier_value later_value"
)
SOUND = Order(authorities=3, timetable=Timetable(6), seed=1, output=Path())
WRONG = replace(SOUND, authorities=6, planted_share=0.006, seed=2)


def made(order: Order, folder: Path) -> Path:
    """Write the releases and return their folder."""
    write(replace(order, output=folder))
    return folder


def rows_of(folder: Path, name: str) -> list[Row]:
    """Rows of a register or of a table of figures, a blank being an empty text."""
    if name in TABLES:
        files, where = f"{folder}/figures/**/*", f"where table_id = '{name}'"
    else:
        files, where = f"{folder}/{name}/*", ""
    form = next(folder.glob("releases/*")).suffix[1:]
    options = extract_files.CSV if form == "csv" else ""
    relation = duckdb.sql(
        f"from read_{form}('{files}.{form}'{options}, hive_types_autocast = false) {where}"
    )
    return [
        {column: value or "" for column, value in zip(relation.columns, row, strict=True)}
        for row in relation.fetchall()
    ]


def build(compiled: CompiledProject, seeds: Seeds, folder: Path) -> duckdb.DuckDBPyConnection:
    """Build every model with the extracts in place of what publications have in seeds."""
    extracts = {name: rows_of(folder, name) for name in (*TABLES, *REGISTERS)}
    # As with `extracts_path`: invented councils are not compared with official statistics.
    off: Seeds = {"official_correspondences": [], "reconciliation_notes": []}
    return compiled.build({**seeds, **extracts, **off})


def failures(compiled: CompiledProject, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the data tests say, but of the seed that `build` leaves empty."""
    said = [str(row["message"]) for row in compiled.failures(connection, "")]
    return [text for text in said if "official_correspondences.csv, found 0 rows" not in text]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_folder_is_what_a_build_expects(tmp_path: Path, form: Format) -> None:
    folder = made(replace(SOUND, authorities=1, form=form), tmp_path / "made")
    assert list(extract_files.problems(folder, form)) == []


def found(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str
) -> Counter[tuple[str, ...]]:
    names = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in columns.split())
    return Counter(connection.sql(f"select {names} from marts.{table}").fetchall())


def truth(folder: Path, name: str, columns: str) -> Counter[tuple[str, ...]]:
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return Counter(tuple(row[c] for c in columns.split()) for row in csv.DictReader(file))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(WRONG, tmp_path_factory.mktemp("wrong"))


@pytest.mark.parametrize(
    "order",
    [
        SOUND,
        replace(SOUND, seed=3, timetable=Timetable(9, annual_only=True)),
        replace(SOUND, seed=4, timetable=Timetable(1)),
    ],
    ids=["quarterly", "annual only", "one year"],
)
def test_nothing_is_found_where_nothing_is_planted(
    order: Order, tmp_path: Path, compiled: CompiledProject, seeds: Seeds
) -> None:
    folder = made(order, tmp_path)
    with build(compiled, seeds, folder) as connection:
        assert found(connection, "fct_quality_findings", FINDING) == Counter()
        revisions = truth(folder, "expected_revisions", REVISION)
        assert found(connection, "fct_revisions", REVISION) == revisions
        assert revisions
        assert failures(compiled, connection) == []


def test_all_that_is_planted_is_found_and_explained(
    wrong: Path, compiled: CompiledProject, seeds: Seeds
) -> None:
    with build(compiled, seeds, wrong) as connection:
        expected = truth(wrong, "expected_findings", FINDING)
        assert found(connection, "fct_quality_findings", FINDING) == expected
        revisions = truth(wrong, "expected_revisions", REVISION)
        assert found(connection, "fct_revisions", REVISION) == revisions
        assert failures(compiled, connection) == []
        issues = truth(wrong, "expected_findings", "known_issue_id")
        assert found(connection, "fct_quality_findings", "known_issue_id") == issues


def test_figures_of_a_finding_are_those_worked_out(
    wrong: Path, compiled: CompiledProject, seeds: Seeds
) -> None:
    columns = f"{FINDING} printed_value expected_value"
    # Half the range that a rounded share allows: no figure that the generator gives.
    without = {"cpp_stock_and_flows"}
    with build(compiled, seeds, wrong) as connection:
        figures = found(connection, "fct_quality_findings", columns)
    expected = truth(wrong, "expected_findings", columns)
    assert {row for row in figures if row[0] not in without} == {
        row for row in expected if row[0] not in without
    }


def test_without_the_register_planted_errors_are_unexplained(
    tmp_path: Path, compiled: CompiledProject, seeds: Seeds
) -> None:
    folder = made(replace(WRONG, is_explained=False), tmp_path)
    severities = truth(folder, "expected_findings", "severity")
    with build(compiled, seeds, folder) as connection:
        unexplained = compiled.failures(connection, "errors_are_explained")
    assert len(unexplained) == severities[("error",)]


def test_errors_of_nearly_every_kind_are_planted(wrong: Path) -> None:
    rare = {"exchanged_rows"}  # needs a source that nobody was ever referred by
    assert {kind for (kind,) in truth(wrong, "planted_errors", "kind")} >= (
        set(planted.kinds()) - rare
    )


def test_a_year_has_an_annual_release_and_four_quarterly(wrong: Path) -> None:
    releases = rows_of(wrong, "releases")
    assert len(releases) == 6 * 6 * 5
    names = [row["release_id"] for row in releases[:5]]
    assert names == [
        f"synthetic-e06000001-2018-19{part}" for part in ("-q1", "-q2", "-q3", "-q4", "")
    ]
    days = [row["published_date"] for row in releases[:30]]
    assert days == sorted(days)
    for row in releases:
        assert "SYNTHETIC" in row["title"]
        assert "SYNTHETIC" in row["publisher"]


def test_tables_reach_back_as_far_as_they_say(wrong: Path) -> None:
    annual = "synthetic-e06000002-2020-21"

    def periods(table: str, release: str) -> set[str]:
        return {
            row["period_label"] for row in rows_of(wrong, table) if row["release_id"] == release
        }

    assert periods("contacts_and_referrals", annual) == {
        "2016-17", "2017-18", "2018-19", "2019-20", "2020-21",
    }  # fmt: skip
    assert len(periods("children_looked_after", annual)) == 9
    assert len(periods("care_flows", annual)) == 13
    quarters = periods("uasc_arrivals", f"{annual}-q2")
    assert len(quarters) == 13
    assert {"Jul-Sep 2017", "Jul-Sep 2020"} <= quarters
    assert periods("contacts_and_referrals", f"{annual}-q2") == set()


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_seed_always_makes_the_same(form: str, tmp_path: Path) -> None:
    order = replace(WRONG, form="csv" if form == "csv" else "parquet")
    first, second = made(order, tmp_path / "a"), made(order, tmp_path / "b")
    files = [path.relative_to(first) for path in sorted(first.rglob("*")) if path.is_file()]
    assert files
    for path in files:
        assert (first / path).read_bytes() == (second / path).read_bytes(), path
    other = made(replace(order, seed=5), tmp_path / "c")
    assert rows_of(other, "care_flows") != rows_of(first, "care_flows")


def test_both_formats_say_the_same(wrong: Path, tmp_path: Path) -> None:
    folder = made(replace(WRONG, form="csv"), tmp_path)
    for name in (*TABLES, *REGISTERS):
        assert in_order(rows_of(folder, name)) == in_order(rows_of(wrong, name))


def in_order(rows: list[Row]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(row.items()) for row in rows)


@pytest.mark.parametrize("name", REGISTERS)
def test_columns_are_those_of_the_seeds(name: str, wrong: Path, compiled: CompiledProject) -> None:
    relation = duckdb.read_parquet(str(wrong / name / "*.parquet"))
    seed = next(node for node in compiled.nodes if node.kind == "seed" and node.name == name)
    assert tuple(relation.columns) == seed.columns
    assert {str(kind) for kind in relation.types} == {"VARCHAR"}


def test_figures_have_the_columns_of_the_seeds(wrong: Path, compiled: CompiledProject) -> None:
    seed = next(node for node in compiled.nodes if node.name == "care_flows")
    relation = duckdb.read_parquet(f"{wrong}/figures/**/*", hive_partitioning=True)
    assert set(relation.columns) == {*seed.columns, "table_id"}
    assert {row[0] for row in relation.select("table_id").distinct().fetchall()} < set(TABLES)


def test_small_counts_are_suppressed_and_noughts_are_not(wrong: Path) -> None:
    wrong_cells = truth(wrong, "planted_errors", "release_id measure_id")
    counts = Counter(
        row["value_as_printed"]
        for row in rows_of(wrong, "contacts_and_referrals")
        if row["unit"] == "count" and (row["release_id"], "referrals_by_source") not in wrong_cells
    )
    assert counts["0"] > 0
    assert counts["c"] + counts["[c]"] > 0
    assert not {"1", "2", "3", "4", "5"} & set(counts)


def test_registers_and_repeats_are_planted_and_matter(
    wrong: Path, compiled: CompiledProject, seeds: Seeds
) -> None:
    breaks, precision = rows_of(wrong, "series_breaks"), rows_of(wrong, "printed_precision")
    assert len(breaks) > 1
    assert len(precision) > 1
    assert rows_of(wrong, "adjudications")
    with build(compiled, seeds, wrong) as connection:
        figures = connection.sql(
            "select max(definition_number), count(*) filter (source_line = 128),"
            " count(*) filter (unit = 'percent' and decimals_printed = 2 and value % 0.1 <> 0)"
            " from marts.fct_observations"
        )
        number, repeated, fine = figures.fetchall()[0]
        assert number > 1
        assert repeated > 50
        assert fine > 100
    # Without the two registers, what they explain is found.
    plain: Seeds = {name: [] for name in ("series_breaks", "printed_precision")}
    extracts = {name: rows_of(wrong, name) for name in (*TABLES, *REGISTERS)}
    off: Seeds = {"official_correspondences": [], "reconciliation_notes": []}
    with compiled.build({**seeds, **extracts, **off, **plain}) as connection:
        expected = truth(wrong, "expected_revisions", REVISION)
        more = found(connection, "fct_revisions", REVISION) - expected
        assert {(row[0], row[1]) for row in more} == {
            (row["local_authority_code"], "section_47_enquiries") for row in breaks
        }
        findings = found(connection, "fct_quality_findings", FINDING)
        assert findings - truth(wrong, "expected_findings", FINDING)


def test_a_council_with_a_rule_of_its_own_keeps_it() -> None:
    rules = [
        row
        for row in read(REFERENCE / "figure_relations.csv")
        if row["local_authority_code"] and row["relation"] == "at_least"
    ]
    rng = np.random.default_rng(1)
    chosen = councils(153, rng)
    book = Author(chosen, Timetable(20), rng, 0.02).write()
    codes = [council.code for council in chosen]
    assert rules
    for rule in rules:
        number = codes.index(rule["local_authority_code"])
        of_measure = {
            name: sum(book[key].values[number] for key in book if key[::2] == (name, "count"))
            for name in (rule["measure_id"], rule["operand_measure_id"])
        }
        assert (of_measure[rule["measure_id"]] >= of_measure[rule["operand_measure_id"]]).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--authorities", "154"], "--authorities: found 154, expected 1 to 153"),
        (["--releases", "0"], "--releases: found 0, expected 1 to 200"),
        (["--planted-errors", "0.5"], "--planted-errors: found a share that asks for"),
        (["--planted-errors", "2"], "--planted-errors: found 2.0, expected a share from 0 to 1"),
        (["--output", "scripts"], "is not empty. Name a new folder"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    usual = {"--authorities": "1", "--releases": "2", "--output": str(tmp_path / "new")}
    usual.update(dict([arguments]))
    command = [sys.executable, "scripts/generate_releases.py", "--seed", "1"]
    result = subprocess.run(
        [*command, *(part for option in usual.items() for part in option)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
