"""Free text of an unpublished release stands in no public file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands
from safeguarding.published import catalogue
from safeguarding.report import report_commands
from safeguarding.warehouse.compiled_project import CompiledProject
from support.synthetic.synthetic_council import COUNCIL, FINAL, add_release, figures

CANARY = "canary"
# Columns that the build reads as keys, numbers, days or choices; all others may say anything.
READ = {
    "release_id",
    "local_authority_code",
    "measure_id",
    "category_id",
    "period_id",
    "unit",
    "source_line",
    "value_as_printed",
    "period_label",
    "row_label",
    "published_date",
    "financial_year",
    "is_published",
    "claim_id",
    "claimed_value",
    "claimed_decimals",
    "comparison",
    "formula",
    "check_id",
    "known_issue_id",
    "note_id",
    "printed_value",
    "expected_value",
    "report_value",
    "official_value",
    "table_id",
    "figures",
    "missing",
}
FORMATS = ("duckdb", "parquet", "csv", "workbook", "open-data", "datapackage")


@pytest.fixture(scope="module")
def exports(
    compiled: CompiledProject, seeds_as_they_are: Seeds, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("canaries")
    seeds = {name: [dict(row) for row in rows] for name, rows in seeds_as_they_are.items()}
    add_release(seeds, FINAL, "2022-06-01", figures(1), is_published=False)
    # A wording of the council's own, a break, and every register that a release can have rows in.
    label = next(r for r in seeds["row_label_variants"] if r["row_id"] == "referrals")
    own = {**label, "printed_label": f"{CANARY} referrals", "local_authority_code": COUNCIL}
    seeds["row_label_variants"].append(own)
    model = next(r for r in seeds["contacts_and_referrals"] if r["release_id"] == FINAL)
    referrals = {
        r["printed_label"] for r in seeds["row_label_variants"] if r["row_id"] == "referrals"
    }
    for row in seeds["contacts_and_referrals"]:
        if row["release_id"] == FINAL and row["row_label"] in referrals:
            row["row_label"] = own["printed_label"]
    where = {"release_id": FINAL, "local_authority_code": model["local_authority_code"]}
    seeds["series_breaks"].append(
        {**where, "measure_id": "referrals", "category_id": "", "period_id": "2019-20"}
        | {"reason": CANARY}
    )
    for name in ("adjudications", "known_issues", "reconciliation_notes", "narrative_claims"):
        copied = {**seeds[name][0], **where}
        for key in ("known_issue_id", "note_id", "claim_id"):
            if key in copied:
                copied[key] = f"new {copied[key]}"
        seeds[name].append(copied)
    planted = set()
    for name, rows in seeds.items():
        for row in rows:
            if row.get("release_id") == FINAL:
                for column in set(row) - READ:
                    row[column] = f"{CANARY} {column}"
                    planted.add((name, column))
    assert len(planted) > 20
    warehouse = folder / "warehouse.duckdb"
    compiled.build(seeds, str(warehouse)).close()
    catalogue.keep(PROJECT / "target" / "manifest.json", warehouse)
    job = export_commands.Job(warehouse, folder / "exports", FORMATS, (), Audience.PUBLIC)
    export_commands.export(job)
    arguments = ["--output", str(job.output), "--authority", COUNCIL]
    assert report_commands.main(arguments) == 0
    return job.output


def texts(path: Path) -> str:
    """Everything that a file says, as text."""
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            return _rows(connection, [n for (n,) in connection.sql(_TABLES).fetchall()])
    if path.suffix == ".parquet":
        with duckdb.connect(":memory:") as connection:
            return _rows(connection, [f"'{path}'"])
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
            return " ".join(part.decode("utf-8", "ignore") for part in parts)
    return path.read_bytes().decode("utf-8", "ignore")


_TABLES = "select schema_name || '.' || table_name from duckdb_tables()"


def _rows(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> str:
    return " ".join(str(row) for t in tables for row in connection.sql(f"from {t}").fetchall())


def test_no_public_file_has_the_text(exports: Path) -> None:
    files = [path for path in exports.rglob("*") if path.is_file()]
    kinds = {path.suffix for path in files}
    assert {".duckdb", ".parquet", ".csv", ".xlsx", ".ods", ".json", ".html", ".docx"} <= kinds
    found = [str(path.relative_to(exports)) for path in files if CANARY in texts(path).lower()]
    assert not found


def test_the_warehouse_has_the_text(exports: Path) -> None:
    """Proves that the texts were read at all."""
    with duckdb.connect(str(exports.parent / "warehouse.duckdb"), read_only=True) as connection:
        for table in ("dim_release", "dim_series_break", "fct_observations"):
            assert CANARY in _rows(connection, [f"marts.{table}"]), table
