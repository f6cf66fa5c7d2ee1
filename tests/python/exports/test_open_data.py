"""That the open data holds the marts' figures, each of them, and keeps DfE's standard."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import chain
from pathlib import Path

import duckdb
import pytest

from safeguarding.exports.open_data import DATA_TYPES, DataFile, data_files, write_open_data
from safeguarding.exports.open_data_rules import DICTIONARY
from safeguarding.published.facts import Figure
from safeguarding.published.stamp import facts_of
from support.files.marts_copy import copy_marts
from support.open_data_screener import faults

FACTS = {
    "fct_contacts_and_referrals",
    "fct_referrals_by_source",
    "fct_section_47_and_assessments",
    "fct_cpp_by_category",
    "fct_child_protection_plans",
    "fct_children_looked_after",
    "fct_care_flows",
    "fct_uasc",
}
DATA_FILES = [
    "contacts_referrals_and_assessments",
    "referrals_by_source",
    "child_protection_plans",
    "child_protection_plans_by_category",
    "children_looked_after",
    "care_flows_by_quarter",
]
Key = tuple[str, ...]


@pytest.fixture(scope="module")
def folder(warehouse: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse's open data."""
    made = tmp_path_factory.mktemp("open_data")
    write_open_data(warehouse, made)
    return made


@pytest.fixture(scope="module")
def files(warehouse: duckdb.DuckDBPyConnection) -> list[DataFile]:
    return data_files(facts_of(warehouse))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def period_of(row: dict[str, str]) -> str:
    """The warehouse's name of a row's period: `2022-23`, `2022-23 Q1`."""
    year = f"{row['time_period'][:4]}-{row['time_period'][4:]}"
    return year + row["time_identifier"].removeprefix("Financial year")


def key_of(row: dict[str, str], data_file: DataFile) -> Key:
    item = [row[data_file.filter_name]] if data_file.items else []
    return (row["new_la_code"], period_of(row), *item)


def figures_of(
    connection: duckdb.DuckDBPyConnection, figure: Figure, data_file: DataFile
) -> dict[Key, str | None]:
    """A mart's figures, as text, by authority, period and the name of the filter's item."""
    keys, fact = "local_authority_code, period_id", connection.table(f"marts.{figure.fact}")
    if items := data_file.items:
        fact = fact.join(connection.table(f"marts.{items.dimension}"), items.key)
        keys += f", {items.name}"
    return {
        tuple(key): None if value is None else str(value)
        for *key, value in fact.select(f"{keys}, {figure.column}").fetchall()
    }


@pytest.mark.parametrize("name", DATA_FILES)
def test_every_cell_is_the_marts(
    name: str, files: list[DataFile], folder: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (data_file,) = [each for each in files if each.name == name]
    rows = rows_of(folder / f"{data_file.name}.csv")
    for indicator in data_file.indicators:
        exported = {key_of(row, data_file): row[indicator.name] for row in rows}
        assert len(exported) == len(rows)
        parts = {key: cell for key, cell in exported.items() if "Total" not in key}
        held = figures_of(warehouse, indicator.figure, data_file)
        assert set(held) <= set(parts)
        for key, cell in parts.items():
            assert cell == (held.get(key) or "x"), (indicator.name, key)


def test_totals_are_the_marts(folder: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    totals = {
        period_of(row): row
        for row in rows_of(folder / "referrals_by_source.csv")
        if row["referral_source"] == "Total"
    }
    held = dict(
        warehouse.execute(
            "select period_id, referrals_with_source from marts.fct_contacts_and_referrals"
        ).fetchall()
    )
    assert {period: int(row["referral_with_source_count"]) for period, row in totals.items()} == (
        held
    )
    assert {row["referral_published_percent"] for row in totals.values()} == {"z"}


def test_every_figure_is_exported_once(
    files: list[DataFile], warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert [data.name for data in files] == DATA_FILES
    exported = [
        (indicator.figure.fact, indicator.figure.column)
        for data in files
        for indicator in data.indicators
    ]
    numeric = warehouse.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        " and (data_type = 'BIGINT' or data_type like 'DECIMAL%')"
    ).fetchall()
    expected = {(fact, column) for fact, column in numeric if fact in FACTS}
    assert len(exported) == len(set(exported))
    assert set(exported) == expected


def test_units_and_decimals_are_the_marts(
    files: list[DataFile], warehouse: duckdb.DuckDBPyConnection
) -> None:
    units = {"count": "count", "percent": "per cent", "rate_per_10000": "rate per 10,000"}
    for indicator in chain.from_iterable(data.indicators for data in files):
        found = warehouse.execute(
            "select comment, numeric_scale from duckdb_columns() where schema_name = 'marts'"
            " and table_name = ? and column_name = ?",
            [indicator.figure.fact, indicator.figure.column],
        ).fetchone()
        assert found is not None
        unit = indicator.figure.unit
        assert found[0].endswith(f"Unit: {units[unit]}."), indicator.name
        assert found[1] == DATA_TYPES[unit][1], indicator.name
        assert indicator.name.endswith(f"_{unit}"), indicator.name


def test_figures_of_the_reports(folder: Path) -> None:
    sources = rows_of(folder / "referrals_by_source.csv")
    latest = {row["referral_source"]: row for row in sources if row["time_period"] == "202223"}
    assert next(iter(latest)) == "Total"
    assert latest["Total"]["referral_with_source_count"] == "30979"
    assert latest["Education"]["referral_with_source_count"] == "9482"
    assert Decimal(latest["Education"]["referral_published_percent"]) == Decimal("30.61")
    assert ", ".join(list(latest["Education"].values())[:10]) == (
        "202223, Financial year, Local authority, E92000001, England, E12000008, South East, 850,"
        " E10000014, Hampshire"
    )


PARENTS = "entered_care_placed_with_parents_count"


def test_what_was_lost_or_never_printed_is_marked(folder: Path) -> None:
    years = rows_of(folder / "contacts_referrals_and_assessments.csv")
    assert [row["section_47_to_conference_percent"] for row in years][-2:] == ["20.55", "x"]
    first, *_ = rows_of(folder / "care_flows_by_quarter.csv")
    assert (first["time_period"], first["time_identifier"]) == ("201920", "Financial year Q1")
    # The reports print placements with parents only from April 2020 on.
    assert (first["uasc_arrival_count"], first["uasc_care_leaver_count"]) == ("7", "328")
    lost = [PARENTS, f"{PARENTS}_standing"]
    assert [name for name, value in first.items() if value == "x"] == lost


def test_categories_of_abuse_have_no_total(folder: Path) -> None:
    rows = rows_of(folder / "child_protection_plans_by_category.csv")
    assert {row["category_of_abuse"] for row in rows} == {
        "Neglect",
        "Physical abuse",
        "Sexual abuse",
        "Emotional abuse",
        "In no category printed",
    }
    meta, *_ = rows_of(folder / "child_protection_plans_by_category.meta.csv")
    assert meta["filter_default"] == "Neglect"


# DfE, tables D2 and D3: emotional abuse 595; repeat plans 21.8% (of 1,388) and 25.4% (of 1,460).
@pytest.mark.parametrize(
    ("file", "column", "of", "expected"),
    [
        ("child_protection_plans", "repeat_plan_percent", {"202021"}, ("32.86", "7")),
        ("child_protection_plans", "repeat_plan_percent", {"202122"}, ("21.80", "1")),
        (
            *("child_protection_plans_by_category", "plan_started_count"),
            *({"202021", "Emotional abuse"}, ("281", "6")),
        ),
        (
            *("referrals_by_source", "referral_with_source_count"),
            *({"202223", "Police"}, ("6698", "5")),
        ),
        (
            *("care_flows_by_quarter", "entered_care_count"),
            *({"202324", "Financial year Q1"}, ("151", "3")),
        ),
    ],
)
def test_a_figure_has_its_standing_behind_it(
    file: str, column: str, of: set[str], expected: tuple[str, str], folder: Path
) -> None:
    (row,) = [row for row in rows_of(folder / f"{file}.csv") if of <= set(row.values())]
    assert (row[column], row[f"{column}_standing"]) == expected
    (meta,) = [
        row
        for row in rows_of(folder / f"{file}.meta.csv")
        if row["col_name"] == f"{column}_standing"
    ]
    assert meta["indicator_grouping"] == (
        "Standing: 1 confirmed, 2 consistent, 3 provisional, 4 disputed, 5 unreconciled,"
        " 6 incomplete, 7 contradicted"
    )


def test_every_figure_that_is_there_has_a_standing(files: list[DataFile], folder: Path) -> None:
    """But what is in no category printed, which is worked out from one that has."""
    for data_file in files:
        for row in rows_of(folder / f"{data_file.name}.csv"):
            if row.get("category_of_abuse") == "In no category printed":
                continue
            for each in data_file.indicators:
                if each.standing_name:
                    symbols = {"x", "z"}
                    is_there = row[each.name] not in symbols
                    assert (row[each.standing_name] not in symbols) == is_there, (each.name, row)


def test_files_keep_the_standard(folder: Path) -> None:
    files = sorted(folder.iterdir())
    data_files = [file for file in files if not file.name.endswith(".meta.csv")]
    assert len(files) == 2 * len(data_files) == 2 * len(DATA_FILES)
    assert [fault for file in data_files for fault in faults(file)] == []


def test_files_are_the_same_every_time(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    again = tmp_path / "the council's files"
    again.mkdir()
    written = write_open_data(warehouse, again)
    assert sorted(written) == sorted(again.iterdir())
    for path in written:
        assert path.read_bytes() == (folder / path.name).read_bytes()


@pytest.fixture
def copied() -> duckdb.DuckDBPyConnection:
    """The published tables, to change, with those of a second council whose name has a comma."""
    dimensions = {"dim_period", "dim_local_authority", "dim_referral_source", "dim_cpp_category"}
    connection = copy_marts(only=FACTS | dimensions | {"fct_figures"})
    connection.execute("""
        insert into marts.fct_contacts_and_referrals
        select * replace ('E06000023' as local_authority_code, 900 as referrals_with_source)
        from marts.fct_contacts_and_referrals where period_id = '2022-23'
    """)
    connection.execute("""
        insert into marts.fct_referrals_by_source
        select * replace ('E06000023' as local_authority_code)
        from marts.fct_referrals_by_source
        where period_id = '2022-23' and referral_source_id in ('police', 'education')
    """)
    return connection


def test_second_council_gets_the_whole_matrix(
    copied: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_open_data(copied, tmp_path)
    rows = rows_of(tmp_path / "referrals_by_source.csv")
    bristol = [row for row in rows if row["la_name"] == "Bristol, City of"]
    assert len(bristol) == 12
    assert {row["old_la_code"] for row in bristol} == {"801"}
    found = {row["referral_source"]: row["referral_with_source_count"] for row in bristol}
    named = [found.pop(name) for name in ("Total", "Police", "Education")]
    assert named == ["900", "6698", "9482"]
    assert set(found.values()) == {"x"}
    assert faults(tmp_path / "referrals_by_source.csv") == []


def test_markers_are_honoured(copied: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for fact, column in (
        ("fct_referrals_by_source", "referrals"),
        ("fct_contacts_and_referrals", "referrals_with_source"),
    ):
        copied.execute(f"alter table marts.{fact} add column {column}_marker varchar")
    # The police have a marker beside their figure, which then must not be written.
    copied.execute("""
        update marts.fct_referrals_by_source
        set referrals = case when referral_source_id = 'police' then referrals end,
            referrals_marker = case referral_source_id
                when 'housing' then 'c' when 'police' then 'u' end
        where referral_source_id in ('housing', 'police', 'other') and period_id = '2022-23'
    """)
    copied.execute("""
        update marts.fct_contacts_and_referrals set referrals_with_source_marker = 'c'
        where period_id = '2022-23'
    """)
    write_open_data(copied, tmp_path)
    found = {
        row["referral_source"]: row["referral_with_source_count"]
        for row in rows_of(tmp_path / "referrals_by_source.csv")
        if (row["time_period"], row["la_name"]) == ("202223", "Hampshire")
    }
    expected = {"Housing": "c", "Police": "u", "Other": "x", "Total": "c", "Education": "9482"}
    assert expected.items() <= found.items()
    assert faults(tmp_path / "referrals_by_source.csv") == []


def test_unknown_marker_is_a_fault(copied: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    copied.execute("alter table marts.fct_uasc add column uasc_arrivals_marker varchar")
    copied.execute("update marts.fct_uasc set uasc_arrivals_marker = '*'")
    write_open_data(copied, tmp_path)
    assert "indicator_values" in faults(tmp_path / "care_flows_by_quarter.csv")[0]


def test_columns_have_the_names_of_the_data_dictionary(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """DfE's data dictionary has these indicators for referrals and children looked after."""
    found = {
        each.figure.data_column
        for data_file in data_files(facts_of(warehouse))
        for each in data_file.indicators
        if (each.figure.measure, each.figure.unit) in DICTIONARY
    }
    assert found == {"referral_count", "children_count"}
