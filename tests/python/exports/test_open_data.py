"""That the open data holds the marts' figures, each of them, and keeps DfE's standard."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import chain
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.exports.open_data import DATA_TYPES, DataFile, data_files, write_open_data
from safeguarding.exports.open_data_rules import meta_file_of
from safeguarding.published.facts import Figure
from safeguarding.published.stamp import facts_of
from support.open_data_screener import (
    STAGES,
    Pair,
    Rule,
    faults,
    main,
    read_pair,
)

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
RULES = {rule.__name__: rule for rule in chain.from_iterable(STAGES)}
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
    item = [row[data_file.breakdown.name]] if data_file.breakdown else []
    return (row["new_la_code"], period_of(row), *item)


def figures_of(
    connection: duckdb.DuckDBPyConnection, figure: Figure, data_file: DataFile
) -> dict[Key, str | None]:
    """A mart's figures, as text, by authority, period and the name of the filter's item."""
    keys, fact = "local_authority_code, period_id", connection.table(f"marts.{figure.fact}")
    if data_file.breakdown:
        items = data_file.breakdown.items
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
    assert [latest["Education"][column] for column in list(latest["Education"])[:10]] == [
        "202223",
        "Financial year",
        "Local authority",
        "E92000001",
        "England",
        "E12000008",
        "South East",
        "850",
        "E10000014",
        "Hampshire",
    ]


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
    ("file", "column", "keys", "expected"),
    [
        (
            "child_protection_plans",
            "repeat_plan_percent",
            {"time_period": "202021"},
            ("32.86", "7"),
        ),
        (
            "child_protection_plans",
            "repeat_plan_percent",
            {"time_period": "202122"},
            ("21.80", "1"),
        ),
        (
            "child_protection_plans_by_category",
            "plan_started_count",
            {"time_period": "202021", "category_of_abuse": "Emotional abuse"},
            ("281", "6"),
        ),
        (
            "referrals_by_source",
            "referral_with_source_count",
            {"time_period": "202223", "referral_source": "Police"},
            ("6698", "5"),
        ),
        (
            "care_flows_by_quarter",
            "entered_care_count",
            {"time_period": "202324", "time_identifier": "Financial year Q1"},
            ("151", "3"),
        ),
    ],
)
def test_a_figure_has_its_standing_behind_it(
    file: str, column: str, keys: dict[str, str], expected: tuple[str, str], folder: Path
) -> None:
    (row,) = [
        row
        for row in rows_of(folder / f"{file}.csv")
        if all(row[key] == value for key, value in keys.items())
    ]
    assert (row[column], row[f"{column}_standing"]) == expected
    (meta,) = [
        row
        for row in rows_of(folder / f"{file}.meta.csv")
        if row["col_name"] == f"{column}_standing"
    ]
    words = dict(each.split(" ") for each in meta["indicator_grouping"][10:].split(", "))
    assert words == {
        "1": "confirmed",
        "2": "consistent",
        "3": "provisional",
        "4": "disputed",
        "5": "unreconciled",
        "6": "incomplete",
        "7": "contradicted",
    }


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
    connection = duckdb.connect()
    connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as built (read_only)")
    connection.execute("create schema marts")
    connection.execute("create schema project")
    connection.execute("create table project.manifest as from built.project.manifest")
    dimensions = {"dim_period", "dim_local_authority", "dim_referral_source", "dim_cpp_category"}
    for table in FACTS | dimensions | {"fct_figures"}:
        connection.execute(f"create table marts.{table} as from built.marts.{table}")
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


def cells(folder: Path, column: str, **keys: str) -> list[str]:
    rows = rows_of(folder / "referrals_by_source.csv")
    return [row[column] for row in rows if all(row[key] == value for key, value in keys.items())]


def test_second_council_gets_the_whole_matrix(
    copied: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_open_data(copied, tmp_path)
    rows = rows_of(tmp_path / "referrals_by_source.csv")
    bristol = [row for row in rows if row["la_name"] == "Bristol, City of"]
    assert len(bristol) == 12
    assert {row["old_la_code"] for row in bristol} == {"801"}
    found = {row["referral_source"]: row["referral_with_source_count"] for row in bristol}
    assert (found.pop("Total"), found.pop("Police"), found.pop("Education")) == (
        "900",
        "6698",
        "9482",
    )
    assert set(found.values()) == {"x"}
    assert faults(tmp_path / "referrals_by_source.csv") == []


def test_markers_are_honoured(copied: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for fact, column in (
        ("fct_referrals_by_source", "referrals"),
        ("fct_contacts_and_referrals", "referrals_with_source"),
    ):
        copied.execute(f"alter table marts.{fact} add column {column}_marker varchar")
    copied.execute("""
        update marts.fct_referrals_by_source set referrals = null, referrals_marker = 'c'
        where referral_source_id = 'housing' and period_id = '2022-23'
    """)
    copied.execute("""
        update marts.fct_referrals_by_source set referrals_marker = 'u'
        where referral_source_id = 'police' and period_id = '2022-23'
    """)
    copied.execute("""
        update marts.fct_referrals_by_source set referrals = null
        where referral_source_id = 'other' and period_id = '2022-23'
    """)
    copied.execute("""
        update marts.fct_contacts_and_referrals set referrals_with_source_marker = 'c'
        where period_id = '2022-23'
    """)
    write_open_data(copied, tmp_path)
    latest = {"time_period": "202223", "la_name": "Hampshire"}
    for source, symbol in {"Housing": "c", "Police": "u", "Other": "x", "Total": "c"}.items():
        found = cells(tmp_path, "referral_with_source_count", referral_source=source, **latest)
        assert found == [symbol], source
    assert cells(tmp_path, "referral_with_source_count", referral_source="Education", **latest) == [
        "9482"
    ]
    assert faults(tmp_path / "referrals_by_source.csv") == []


def test_unknown_marker_is_a_fault(copied: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    copied.execute("alter table marts.fct_uasc add column uasc_arrivals_marker varchar")
    copied.execute("update marts.fct_uasc set uasc_arrivals_marker = '*'")
    write_open_data(copied, tmp_path)
    assert "indicator_values" in faults(tmp_path / "care_flows_by_quarter.csv")[0]


DATA = """\
time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,new_la_code,la_name,source,referral_count,referral_percent
202122,Financial year,Local authority,E92000001,England,E12000008,South East,850,E10000014,\
Hampshire,Total,20,z
202122,Financial year,Local authority,E92000001,England,E12000008,South East,850,E10000014,\
Hampshire,Police,5,25.00
202223,Financial year,Local authority,E92000001,England,E12000009,South West,801,E06000023,\
"Bristol, City of",Total,30,z
202223,Financial year,Local authority,E92000001,England,E12000009,South West,801,E06000023,\
"Bristol, City of",Police,c,c
"""
META = """\
col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,\
filter_grouping_column
source,Filter,Source of referral,,,,Filter by source,
referral_count,Indicator,Number of referrals,,,0,,
referral_percent,Indicator,Percentage of referrals,,%,2,,
"""

# The rule that must find it, the file that is changed, what is changed in it, and to what.
BROKEN = [
    ("encoding", "data", "time_period", "\N{ZERO WIDTH NO-BREAK SPACE}time_period"),
    ("encoding", "meta", "col_name", "\N{ZERO WIDTH NO-BREAK SPACE}col_name"),
    ("cells_of_rows", "data", '"Bristol, City of"', "Bristol, City of"),
    ("cells_of_rows", "meta", "Number of referrals", "Number, of referrals"),
    ("cells_of_rows", "data", "Police,5,", "Police,"),
    ("mandatory_columns", "data", "region_code", "area_code"),
    ("mandatory_columns", "data", DATA.partition("\n")[2], ""),
    ("metadata_columns", "meta", "indicator_dp", "decimals"),
    ("metadata_columns", "meta", "filter_hint", "hint"),
    ("column_names", "data", "referral_percent", "Referral percent"),
    ("column_names", "data", "referral_percent", "2_referral_percent"),
    ("column_names", "data", "referral_percent", "referral_count"),
    ("column_names", "data", "referral_percent", "referral_percent" * 4),
    ("data_matches_metadata", "data", "referral_percent", "referral_share"),
    ("data_matches_metadata", "meta", "referral_percent", "referral_count"),
    ("data_matches_metadata", "meta", "source,Filter", "la_name,Filter"),
    (
        "data_matches_metadata",
        "meta",
        "source,Filter,Source of referral,,,,Filter by source,\n",
        "",
    ),
    ("column_types", "meta", "source,Filter", "source,Breakdown"),
    ("column_types", "meta", "Indicator", "Filter"),
    ("labels", "meta", "Number of referrals", ""),
    ("labels", "meta", "Number of referrals", "Percentage of referrals"),
    ("labels", "meta", "Number of referrals", "Number of referrals" * 5),
    ("metadata_of_filters", "meta", "Source of referral,,,", "Source of referral,,%,"),
    ("metadata_of_filters", "meta", "Filter by source,", "Filter by source,source_group"),
    ("metadata_of_filters", "both", "source,", "school,"),
    ("metadata_of_indicators", "meta", "%", "percent"),
    ("metadata_of_indicators", "meta", "%,2", "%,"),
    ("metadata_of_indicators", "meta", "%,2", "%,-1"),
    ("metadata_of_indicators", "meta", "%,2,", "%,2,Filter by"),
    ("metadata_of_indicators", "both", "referral_percent", "male_percent"),
    ("time_periods", "data", "202122", "202124"),
    ("time_periods", "data", "202122", "2022"),
    ("time_periods", "data", "202122", "2021-22"),
    ("time_periods", "data", "Financial year,", "Fiscal year,"),
    ("time_periods", "data", "202223,Financial year,", "202223,Financial year Q1,"),
    ("time_periods", "data", "202223,Financial year,", "2022,Calendar year,"),
    ("geography", "data", "Local authority", "Council"),
    ("geography", "data", "850,", ","),
    ("geography", "data", "E12000008,South East", ","),
    ("geography", "data", "Local authority", "Regional"),
    ("places", "data", "Hampshire,Police", "Hants,Police"),
    ("places", "data", "850,E10000014,Hampshire,Police", "851,E10000014,Hampshire,Police"),
    ("places", "data", "Hampshire", "Total"),
    ("places", "data", "E10000014", "E10000014" * 4),
    ("filter_items", "data", "Police", "Total"),
    ("filter_items", "data", "Police", ""),
    ("filter_items", "data", "Police", "Police "),
    ("filter_items", "data", "Police", "Police" * 21),
    ("filter_defaults", "data", "Total", "All"),
    ("duplicate_rows", "data", "Hampshire,Police", "Hampshire,Total"),
    ("indicator_values", "data", "25.00", ""),
    ("indicator_values", "data", "25.00", "25%"),
    ("indicator_values", "data", "20,z", '"2,000",z'),
    ("indicator_values", "data", "25.00", "*"),
    ("null_words", "data", "25.00", "NA"),
    ("null_words", "data", "Police", ".."),
    ("null_words", "meta", "Filter by source", "N/A"),
]

QUARTER = "2223,Financial year Q1,"
DEFAULT = ("Filter by source,,", "Filter by source,,Other")
HAMPSHIRE = "Local authority,E92000001,England,E12000008,South East,850,E10000014,Hampshire"

# Other ways to keep the standard: what is changed in both files.
KEPT = [
    [],
    [(HAMPSHIRE, "National,E92000001,England,,,,,")],
    [(HAMPSHIRE, "Regional,E92000001,England,E12000008,South East,,,")],
    [("2122,Financial year", "2122,Financial year Q4"), ("2223,Financial year,", QUARTER)],
    [("202122,Financial year", "2022,Reporting year"), ("202223,Financial", "2023,Reporting")],
    [("202122", "199900")],
    [("25.00", "-25")],
    [("25.00", "low")],
    [("Total", "Other"), ("column\n", "column,filter_default\n"), (",\n", ",,\n"), DEFAULT],
    [("Financial year,", "Tax year,")],
]


def write_pair(folder: Path, data: str, meta: str) -> Path:
    data_file = folder / "figures.csv"
    data_file.write_text(data, encoding="utf-8")
    meta_file_of(data_file).write_text(meta, encoding="utf-8")
    return data_file


def verdict(rule: Rule, pair: Pair) -> list[str]:
    return list(rule(pair))


@pytest.mark.parametrize(("rule", "file", "old", "new"), BROKEN)
def test_rule_finds_a_broken_file(rule: str, file: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in (META if file == "meta" else DATA)
    data = DATA if file == "meta" else DATA.replace(old, new)
    meta = META if file == "data" else META.replace(old, new)
    data_file = write_pair(tmp_path, data, meta)
    assert verdict(RULES[rule], read_pair(data_file)) != []
    assert any(f"figures.csv: {rule}: " in fault for fault in faults(data_file))


@pytest.mark.parametrize("changes", KEPT)
def test_no_rule_fires_without_cause(changes: list[tuple[str, str]], tmp_path: Path) -> None:
    data, meta = DATA, META
    for old, new in changes:
        assert old in data + meta
        data, meta = data.replace(old, new), meta.replace(old, new)
    pair = read_pair(write_pair(tmp_path, data, meta))
    assert {name: found for name, rule in RULES.items() if (found := verdict(rule, pair))} == {}
    assert faults(pair.data_file) == []


def test_every_rule_is_seen_to_fire() -> None:
    assert {rule for rule, *_ in BROKEN} | {"file_names"} == set(RULES)


@pytest.mark.parametrize(
    "name", ["Figures.csv", "my figures.csv", "figures&more.csv", "figures.txt"]
)
def test_file_names_that_will_not_do(name: str, tmp_path: Path) -> None:
    data_file = tmp_path / name
    write_pair(tmp_path, DATA, META).rename(data_file)
    (tmp_path / "figures.meta.csv").rename(meta_file_of(data_file))
    assert [fault for fault in faults(data_file) if "file_names" in fault] != []


def test_metadata_must_be_there(tmp_path: Path) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    meta_file_of(data_file).unlink()
    assert faults(data_file) == ["figures.csv: file_names: there is no figures.meta.csv"]


def test_other_encodings_are_found(tmp_path: Path) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    data_file.write_bytes(DATA.replace("Hampshire", "Hampshir\u00e9").encode("cp1252"))
    assert "encoding: the data file is not UTF-8 at byte" in faults(data_file)[0]


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    assert faults(write_pair(tmp_path, "", META)) != []


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    both = [str(data_file), str(meta_file_of(data_file))]
    assert main(both) == 0
    assert capsys.readouterr().out == "1 files, 0 faults\n"
    write_pair(tmp_path, DATA.replace("25.00", ""), META)
    assert main(both) == 1
    assert "line 3: referral_percent is blank" in capsys.readouterr().out
