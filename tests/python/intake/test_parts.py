"""Several printed rows for one of ours: each kept, summed in the facts, and none given away."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from conftest import PROJECT
from safeguarding.disclosure.control import Audience, write_released_database
from safeguarding.intake import release_commands as command
from safeguarding.published import catalogue
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject

AUTHORITY, RELEASE = "E06000017", "rutland-asr-2023-24"
GIVEN = (
    "--authority", AUTHORITY, "--release", RELEASE, "--title", "Report", "--published-date",
    "2024-10-10", "--financial-year", "2023-24",
)  # fmt: skip
# 200 referrals. Three rows are health services (80 + 21 + 3 = 104), two education (60 + 11 = 71).
PRINTED = """Referrals by source,2023-24,
,Number,%
GP,80,40.0%
NHS acute trust,21,10.5%
School nurse,3,1.5%
School,60,30.0%
Education - nursery,11,5.5%
Police,25,12.5%
"""


@pytest.fixture(scope="module")
def loaded(project_copy: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = project_copy()
    shutil.copytree(PROJECT / COMPILED, project / COMPILED)
    path = tmp_path_factory.mktemp("parts") / "sources.csv"
    path.write_text(PRINTED, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "PROJECT", project)
        result = CliRunner().invoke(command.app, ["load", str(path), *GIVEN])
    assert result.exit_code == 0, result.output
    return project


@pytest.fixture(scope="module")
def warehouse(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiled = CompiledProject.of(loaded)
    path = tmp_path_factory.mktemp("parts") / "warehouse.duckdb"
    connection = compiled.build(compiled.read_seeds(), str(path))
    assert list(compiled.failing_tests(connection)) == []
    connection.close()
    return path


def test_facts_have_the_sum_and_shares_are_of_the_sum(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select referral_source_id, referrals, published_pct, calculated_pct, is_sum_of_parts,"
            " all_referrals_with_source from marts.fct_referrals_by_source"
            " where local_authority_code = ? order by 1",
            [AUTHORITY],
        ).fetchall()
    assert rows == [
        ("education", 71, Decimal("35.50"), Decimal("35.50"), True, 200),
        ("health_services", 104, Decimal("52.00"), Decimal("52.00"), True, 200),
        ("police", 25, Decimal("12.50"), Decimal("12.50"), False, 200),
    ]


def test_what_is_compared_with_records_is_the_sum(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select printed_value from marts.fct_three_ways where local_authority_code = ?"
            " and category_id = 'health_services' and unit = 'count'",
            [AUTHORITY],
        ).fetchall()
    assert rows == [(104,)]


def test_each_part_is_an_observation_and_preferred_rows_add_up(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select row_label, value, is_part, is_preferred from marts.fct_observations"
            " where local_authority_code = ? and unit = 'count' order by source_line",
            [AUTHORITY],
        ).fetchall()
    expected = [line.split(",")[:2] for line in PRINTED.splitlines()[2:]]
    assert [[label, str(int(value))] for label, value, _, _ in rows] == expected
    assert [is_part for _, _, is_part, _ in rows] == [True] * 5 + [False]
    assert sum(value for _, value, _, is_preferred in rows if is_preferred) == 200


def test_a_template_or_the_next_release_knows_the_parts(loaded: Path) -> None:
    with (loaded / "seeds/reference/row_label_variants.csv").open(encoding="utf-8") as file:
        own = [row for row in csv.DictReader(file) if row["local_authority_code"] == AUTHORITY]
    assert {(row["printed_label"], row["row_id"], row["is_part"]) for row in own} == {
        ("NHS acute trust", "health_services", "true"),
        ("Education - nursery", "education", "true"),
    }


def test_no_part_of_an_unpublished_release_leaves(warehouse: Path, tmp_path: Path) -> None:
    """The sum may be known (104), its parts (of which one is 3) may not."""
    target = tmp_path / "released.duckdb"
    tables = catalogue.exported_tables(PROJECT / "target" / "manifest.json")
    write_released_database(warehouse, tables, Audience.PUBLIC, target)
    with duckdb.connect(str(target), read_only=True) as connection:
        shown = connection.execute(
            "select is_part, count(value), count(value_as_printed), min(marker)"
            " from marts.fct_observations where local_authority_code = ? group by 1 order by 1",
            [AUTHORITY],
        ).fetchall()
        (health,) = connection.execute(
            "select referrals from marts.fct_referrals_by_source"
            " where local_authority_code = ? and referral_source_id = 'health_services'",
            [AUTHORITY],
        ).fetchone() or (None,)
    assert shown == [(False, 2, 2, None), (True, 0, 0, "c")]
    assert health == 104
