"""That the data package describes the export, and that a reader of it finds what is broken."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package, Report

from conftest import PROJECT
from safeguarding.exports.datapackage import list_report, write_datapackage
from safeguarding.exports.open_data import write_open_data
from safeguarding.published.catalogue import Column, Table, exported_tables

Rows = list[list[str]]
SOURCES = "dim_referral_source.csv"
REFERRALS = "fct_referrals_by_source.csv"


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return exported_tables(PROJECT / "target" / "manifest.json")


@pytest.fixture(scope="module")
def export(
    warehouse: duckdb.DuckDBPyConnection,
    tables: list[Table],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder as an export leaves it, with its package."""
    folder = tmp_path_factory.mktemp("export")
    write_files(folder, warehouse, tables)
    write_datapackage(tables, warehouse, folder, files_of(folder))
    return folder


def write_files(folder: Path, connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> None:
    for table in tables:
        rows = f"from marts.{table.name} order by {', '.join(table.primary_key)}"
        connection.execute(f"copy ({rows}) to '{folder / table.name}.csv' (header)")
    connection.execute(f"copy marts.fct_uasc to '{folder / 'fct_uasc.parquet'}'")
    (folder / "open_data").mkdir()
    write_open_data(connection, folder / "open_data")
    for name in ("warehouse.duckdb", "figures.xlsx", "figures.ods"):
        (folder / name).write_bytes(b"not read as a table")


def files_of(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


@pytest.fixture(scope="module")
def small_export(
    export: Path,
    warehouse: duckdb.DuckDBPyConnection,
    tables: list[Table],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """One fact with its dimensions and a file of each other kind: quick to read again and again."""
    folder = tmp_path_factory.mktemp("small") / "export"
    shutil.copytree(export, folder, ignore=shutil.ignore_patterns("fct_*.csv", "dim_measure.csv"))
    shutil.copy(export / REFERRALS, folder)
    write_datapackage(tables, warehouse, folder, files_of(folder))
    return folder


@pytest.fixture
def copied(small_export: Path, tmp_path: Path) -> Path:
    """The small export, to break."""
    return Path(shutil.copytree(small_export, tmp_path / "export"))


def package_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return content


def resource_of(folder: Path, name: str) -> dict[str, Any]:
    (found,) = [each for each in package_of(folder)["resources"] if each["name"] == name]
    return dict(found)


def validate(folder: Path) -> Report:
    report: Report = Package.from_descriptor(str(folder / "datapackage.json")).validate()
    return report


def errors_of(report: Report) -> set[tuple[str, str]]:
    """Resources and kinds of their errors."""
    return {(task.place, error.type) for task in report.tasks for error in task.errors}


def edit(file: Path, change: Callable[[Rows], None]) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def test_package_is_valid(export: Path) -> None:
    frictionless = Path(sysconfig.get_path("scripts")) / "frictionless"
    command = [str(frictionless), "validate", "datapackage.json"]
    done = subprocess.run(command, cwd=export, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("VALID") == len(files_of(export)) - 1


def test_package_says_its_version_and_who_made_it(
    export: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    package = package_of(export)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert package["version"] == project["version"]
    council = {"title": "Hampshire County Council", "role": "publisher"}
    assert package["contributors"] == [council]
    monkeypatch.setenv("SAFEGUARDING_CONTACT", "performance@hants.gov.uk")
    write_datapackage(tables, warehouse, tmp_path, [])
    assert package_of(tmp_path)["contributors"] == [
        council, {"title": "performance@hants.gov.uk", "role": "maintainer"},
    ]  # fmt: skip


def test_report_is_listed_in_place_of_an_earlier_one(copied: Path) -> None:
    before = package_of(copied)["resources"]
    pages = copied / "report" / "hampshire" / "2022-23"
    pages.mkdir(parents=True)
    (copied / "report" / "index.html").write_text("<p>1</p>", encoding="utf-8")
    (pages / "figures.csv").write_text("a\n1\n", encoding="utf-8")
    list_report(copied, "report")
    (pages / "figures.csv").unlink()
    (pages / "report.docx").write_bytes(b"a document")
    list_report(copied, "report")
    resources = package_of(copied)["resources"]
    assert resources[: len(before)] == before
    found = {each["path"]: each["mediatype"] for each in resources[len(before) :]}
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert found == {
        "report/hampshire/2022-23/report.docx": word, "report/index.html": "text/html",
    }  # fmt: skip
    assert validate(copied).valid
    list_report(copied / "report", "report")  # a folder without a package


def test_every_file_is_described(export: Path) -> None:
    resources = package_of(export)["resources"]
    paths = {file.relative_to(export).as_posix() for file in files_of(export)}
    assert [each["path"] for each in resources] == sorted(paths - {"datapackage.json"})
    for each in resources:
        assert {"name", "path", "format", "mediatype", "bytes", "hash"} <= set(each)
        if each["format"] == "csv":
            assert {"encoding", "schema", "rows"} <= set(each)
    assert resource_of(export, "fct_uasc.parquet")["mediatype"] == "application/vnd.apache.parquet"
    assert resource_of(export, "warehouse.duckdb")["mediatype"] == "application/octet-stream"


def test_tables_are_described_as_the_catalogue_has_them(export: Path, tables: list[Table]) -> None:
    names = {table.name for table in tables}
    for table in tables:
        resource = resource_of(export, table.name)
        schema = resource["schema"]
        assert resource["description"] == table.description
        assert schema["primaryKey"] == list(table.primary_key)
        described = {field["name"]: field for field in schema["fields"]}
        assert list(described) == [column.name for column in table.columns]
        for column in table.columns:
            assert described[column.name]["description"] == column.description
            required = described[column.name].get("constraints", {}).get("required", False)
            assert required == (column.name in table.primary_key)
        references = {
            column.name: column.references
            for column in table.columns
            if column.references and column.references[0] in names
        }
        assert references == {
            key["fields"][0]: (key["reference"]["resource"], key["reference"]["fields"][0])
            for key in schema.get("foreignKeys", [])
        }


def test_types_are_those_of_the_contract(export: Path) -> None:
    fields = resource_of(export, "fct_cpp_by_category")["schema"]["fields"]
    types = {field["name"]: field["type"] for field in fields}
    assert types["cpp_category_id"] == "string"
    assert types["plans_started"] == "integer"
    assert types["published_pct"] == "number"
    assert types["is_disputed"] == "boolean"
    period = resource_of(export, "dim_period")["schema"]["fields"]
    assert {field["type"] for field in period if field["name"].endswith("_date")} == {"date"}


def test_rows_are_those_of_the_warehouse(
    export: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection
) -> None:
    for table in tables:
        rows = resource_of(export, table.name)["rows"]
        assert rows == len(warehouse.table(f"marts.{table.name}").fetchall())


def test_sources_and_licences_are_the_releases(export: Path) -> None:
    package = package_of(export)
    reports = [source for source in package["sources"] if "Council" in source["title"]]
    assert [source["title"][-7:] for source in reports] == ["2021-22", "2022-23"]
    assert all(source["path"].startswith("https://") for source in reports)
    assert [licence["name"] for licence in package["licenses"]] == ["other-closed", "OGL-UK-3.0"]
    assert resource_of(export, "fct_uasc")["licenses"][0]["name"] == "other-closed"
    for name in ("fct_official_statistics", "bridge_statistical_neighbours"):
        official = resource_of(export, name)
        assert [licence["name"] for licence in official["licenses"]] == ["OGL-UK-3.0"]
        assert any("Department for Education" in s["title"] for s in official["sources"])
    plans = resource_of(export, "fct_child_protection_plans")
    assert [source["title"][-7:] for source in plans["sources"]] == ["2021-22"]
    revisions = resource_of(export, "fct_revisions")
    assert len(revisions["sources"]) == 2
    assert "sources" not in resource_of(export, "dim_measure")


def test_an_open_licence_is_named(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as built (read_only)")
    connection.execute("create schema marts")
    connection.execute("create table marts.dim_release as from built.marts.dim_release")
    connection.execute("update marts.dim_release set licence = 'Open Government Licence v3.0'")
    package = json.loads(write_datapackage([], connection, tmp_path, []).read_text("utf-8"))
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"


def test_the_same_files_give_the_same_package(
    copied: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection
) -> None:
    before = (copied / "datapackage.json").read_bytes()
    write_datapackage(tables, warehouse, copied, files_of(copied)[::-1])
    assert (copied / "datapackage.json").read_bytes() == before
    assert package_of(copied)["created"] == "2023-12-12T00:00:00Z"
    assert str(copied).encode() not in before


def test_open_data_is_described_by_its_metadata(export: Path) -> None:
    resource = resource_of(export, "open_data/referrals_by_source.csv")
    schema = resource["schema"]
    assert schema["primaryKey"] == [
        "time_period",
        "time_identifier",
        "new_la_code",
        "referral_source",
    ]
    assert {"", "x", "c"} <= set(schema["missingValues"])
    described = {field["name"]: field for field in schema["fields"]}
    assert described["referral_source"]["description"] == "Source of referral"
    assert described["referral_with_source_count"]["type"] == "number"
    assert described["old_la_code"]["type"] == "string"
    assert all(field["description"] for field in schema["fields"])


def test_reference_to_a_table_that_is_left_out_is_left_out(
    copied: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection
) -> None:
    (copied / SOURCES).unlink()
    write_datapackage(tables, warehouse, copied, files_of(copied))
    keys = resource_of(copied, "fct_referrals_by_source")["schema"]["foreignKeys"]
    assert {key["fields"][0] for key in keys} == {
        "local_authority_code",
        "period_id",
        "release_id",
    }
    assert validate(copied).valid


def test_byte_order_mark_is_no_other_encoding(
    copied: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection
) -> None:
    for file in (copied / SOURCES, copied / REFERRALS):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    write_datapackage(tables, warehouse, copied, files_of(copied))
    encodings = {each["encoding"] for each in package_of(copied)["resources"] if "rows" in each}
    assert encodings == {"utf-8"}  # the one name that IANA has: a reader in R refuses utf-8-sig
    assert errors_of(validate(copied)) == set()


def break_a_number(rows: Rows) -> None:
    rows[1][rows[0].index("referrals")] = "many"


def drop_a_row(rows: Rows) -> None:
    del rows[-1]


def repeat_a_row(rows: Rows) -> None:
    rows.append(rows[-1])


def invent_a_source(rows: Rows) -> None:
    rows[1][rows[0].index("referral_source_id")] = "postman"


def empty_a_key(rows: Rows) -> None:
    rows[1][rows[0].index("period_id")] = ""


def change_a_figure(rows: Rows) -> None:
    rows[1][rows[0].index("referrals")] = "1"


BREAKS = [
    (break_a_number, "type-error"),
    (drop_a_row, "row-count"),
    (repeat_a_row, "primary-key"),
    (invent_a_source, "foreign-key"),
    (empty_a_key, "constraint-error"),
    (change_a_figure, "hash-count"),
]


@pytest.mark.parametrize(("change", "kind"), BREAKS, ids=[kind for _, kind in BREAKS])
def test_reader_finds_what_was_broken_later(
    change: Callable[[Rows], None], kind: str, copied: Path
) -> None:
    edit(copied / REFERRALS, change)
    errors = errors_of(validate(copied))
    assert (REFERRALS, kind) in errors
    assert (REFERRALS, "hash-count") in errors
    assert {place for place, _ in errors} == {REFERRALS}


@pytest.mark.parametrize(("change", "kind"), BREAKS[:-1], ids=[kind for _, kind in BREAKS[:-1]])
def test_reader_finds_what_was_exported_broken(
    change: Callable[[Rows], None],
    kind: str,
    copied: Path,
    tables: list[Table],
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    edit(copied / REFERRALS, change)
    write_datapackage(tables, warehouse, copied, files_of(copied))
    errors = errors_of(validate(copied))
    assert (REFERRALS, kind) in errors
    assert (REFERRALS, "hash-count") not in errors


def test_reader_finds_a_parent_that_went(copied: Path) -> None:
    edit(copied / SOURCES, drop_a_row)
    assert (REFERRALS, "foreign-key") in errors_of(validate(copied))


@pytest.mark.parametrize("name", ["fct_uasc.parquet", "figures.xlsx", "warehouse.duckdb"])
def test_reader_finds_other_files_changed(name: str, copied: Path) -> None:
    (copied / name).write_bytes(b"changed")
    assert errors_of(validate(copied)) == {(name, "hash-count"), (name, "byte-count")}


def test_reader_finds_a_broken_figure_of_open_data(copied: Path) -> None:
    file = copied / "open_data" / "referrals_by_source.csv"
    edit(file, lambda rows: rows[2].__setitem__(-1, "*"))
    place = file.relative_to(copied).as_posix()
    assert (place, "type-error") in errors_of(validate(copied))


def test_stray_csv_is_refused(
    copied: Path, tables: list[Table], warehouse: duckdb.DuckDBPyConnection
) -> None:
    (copied / "stray.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"stray\.csv is neither"):
        write_datapackage(tables, warehouse, copied, files_of(copied))


def test_unknown_type_is_refused(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = Table("dim_measure", "", (Column("measure_id", "blob", ""),), ("measure_id",))
    (tmp_path / "dim_measure.csv").write_text("measure_id\n", encoding="utf-8")
    with pytest.raises(ValueError, match="column measure_id has type blob"):
        write_datapackage([table], warehouse, tmp_path, [tmp_path / "dim_measure.csv"])
