"""A folder of exports is for one audience and of one warehouse, and says which on everything."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from stat import S_IMODE, S_ISGID

import docx
import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from conftest import PROJECT
from safeguarding.exports import export_commands
from safeguarding.published import catalogue, holdings
from safeguarding.published.labels import INTERNAL, WARNING
from safeguarding.report import report_commands
from safeguarding.warehouse import replacement

ONE_TABLE = ("--only", "fct_uasc", "dim_release", "--format")
ZIPPED = {".docx", ".xlsx", ".ods"}
SHORTEST = 5  # characters of a name that says something; "root" stands in every library


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Everything for each audience, the report included."""
    made = {}
    for audience in ("public", "internal"):
        made[audience] = tmp_path_factory.mktemp(audience)
        arguments = ["--output", str(made[audience])]
        assert export_commands.main(["--audience", audience, *arguments]) == 0
        assert report_commands.main([*arguments, "--year", "2022-23"]) == 0
    return made


def shown(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    )


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in shown(folder)}


def run(capsys: pytest.CaptureFixture[str], output: Path, *arguments: str) -> tuple[int, str]:
    code = export_commands.main(["--output", str(output), *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_every_file_for_the_inside_says_so_in_its_name(folders: dict[str, Path]) -> None:
    """But pages and descriptions, which are known by their names, and what they are drawn with."""
    unnamed = [
        path
        for path in names(folders["internal"])
        if not Path(path).name.startswith("INTERNAL_") and not path.startswith("report/assets/")
    ]
    assert {Path(path).suffix for path in unnamed} == {".html", ".json"}
    public = {name.replace("INTERNAL_", "") for name in names(folders["internal"])}
    assert public == names(folders["public"])


def test_every_page_says_so(folders: dict[str, Path]) -> None:
    pages = [path for path in shown(folders["internal"]) if path.suffix == ".html"]
    assert len(pages) > 9
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert f"<title>{INTERNAL}: " in html, path
        assert f"<strong>{INTERNAL}.</strong> {WARNING}" in html, path
    style = (folders["internal"] / "report" / "assets" / "style.css").read_text(encoding="utf-8")
    assert f'@top-center {{ content: "{INTERNAL}"' in style
    page = (folders["internal"] / "report/hampshire/2022-23/children-looked-after.html").read_text()
    downloads = re.findall(r'href="([^"]+)" download', page)
    assert downloads
    for each in downloads:
        assert (folders["internal"] / "report/hampshire/2022-23" / each).is_file()


def test_every_sheet_says_so(folders: dict[str, Path]) -> None:
    books = [path for path in shown(folders["internal"]) if path.suffix == ".xlsx"]
    assert len(books) == 2
    for path in books:
        book = openpyxl.load_workbook(path)
        for sheet in book:
            assert str(sheet["A1"].value).startswith(f"{INTERNAL}: "), (path, sheet.title)
            assert INTERNAL in sheet.oddHeader.center.text
        assert book["Cover"]["A3"].value == f"{INTERNAL}. {WARNING}"
        assert book.properties.title.startswith(INTERNAL)
    with zipfile.ZipFile(folders["internal"] / "INTERNAL_safeguarding.ods") as book:
        content = book.read("content.xml").decode()
        assert content.count("<text:p>INTERNAL: ") == content.count('table:style-name="Sheet"')
        assert "<text:p>INTERNAL</text:p></style:region-center>" in book.read("styles.xml").decode()


def test_every_page_of_the_document_says_so(folders: dict[str, Path]) -> None:
    (path,) = [each for each in shown(folders["internal"]) if each.suffix == ".docx"]
    document = docx.Document(str(path))
    assert document.sections
    for section in document.sections:
        assert section.header.paragraphs[0].text.startswith(f"{INTERNAL}: ")
    assert document.paragraphs[0].text == f"{INTERNAL}. {WARNING}"
    assert document.core_properties.title.startswith(f"{INTERNAL}: ")


def test_what_machines_read_says_so(folders: dict[str, Path]) -> None:
    for audience, folder in folders.items():
        (database,) = [path for path in shown(folder) if path.suffix == ".duckdb"]
        with duckdb.connect(str(database), read_only=True) as connection:
            told = connection.sql("select distinct audience from marts.publication").fetchall()
        assert told == [(audience,)]
    package = json.loads((folders["internal"] / "datapackage.json").read_text(encoding="utf-8"))
    assert package["name"].endswith("-internal")
    assert package["title"].startswith(f"{INTERNAL}: ")
    tables = [each for each in package["resources"] if "description" in each]
    assert tables
    assert all(each["description"].startswith(f"{INTERNAL}: ") for each in tables)
    for path in shown(folders["internal"] / "parquet"):
        described = pq.read_metadata(path).metadata[b"description"].decode()
        assert described.startswith(f"{INTERNAL}: ")


@pytest.fixture(scope="module")
def searched(folders: dict[str, Path]) -> dict[str, list[object]]:
    """What must not stand in a file and does, by what it tells; each file is read once."""
    told = {str(PROJECT), str(PROJECT.parent) + "/", str(Path.home()) + "/", str(folders["public"])}
    told |= {each for each in (getpass.getuser(), socket.gethostname()) if len(each) >= SHORTEST}
    found: dict[str, list[object]] = {"files": [], "the builder": [], "the inside": []}
    for audience, folder in folders.items():
        for name, content in contents(folder):
            found["files"].append(name)
            found["the builder"] += [(name, each) for each in told if each.encode() in content]
            if re.search(rb"[\"'(](/home/|/Users/|/tmp/|[A-Z]:\\\\)", content):
                found["the builder"].append((name, "a folder"))
            if audience == "public" and (
                re.search(rb"INTERNAL_(safeguarding|fct|dim|hampshire)", content)
                or f"{INTERNAL}: ".encode() in content
                or WARNING.encode() in content
            ):
                found["the inside"].append(name)
    return found


def test_nothing_for_the_public_says_so(searched: dict[str, list[object]]) -> None:
    assert searched["the inside"] == []


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, by its name: what is compressed, as it reads."""
    for path in shown(folder):
        if path.suffix in ZIPPED:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", archive.read(name)
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                yield path.name, texts(connection)
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                rows = connection.sql(f"from read_parquet('{path}')").fetchall()
            yield path.name, f"{rows}{pq.read_metadata(path).metadata}".encode()
        else:
            yield path.name, path.read_bytes()


def texts(connection: duckdb.DuckDBPyConnection) -> bytes:
    """All that a database says: cells, comments, definitions."""
    found = [
        connection.sql(f"from duckdb_{what}()").fetchall()
        for what in ("tables", "columns", "views", "schemas")
    ]
    names = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
    found += [connection.sql(f'from "{schema}"."{name}"').fetchall() for schema, name in names]
    # The file's own place stands in no file.
    path = connection.sql("select path from duckdb_databases() where not internal").fetchone()
    return str(found).replace(str(path), "").encode()


def test_no_file_names_the_builder_or_the_machine(searched: dict[str, list[object]]) -> None:
    assert searched["the builder"] == []
    assert len(searched["files"]) > 100


def test_a_manifest_is_kept_without_the_builders_folders(tmp_path: Path) -> None:
    """A build from extracts has their folder in each place that dbt writes a location to."""
    extracts = "/home/jane.doe/extracts"
    location = f"read_parquet('{extracts}/figures/*.parquet')"
    meta = {"external_location": location, "owner": "us"}
    manifest = {
        "metadata": {"generated_at": "now", "user_id": "jane", "adapter_type": "duckdb"},
        "nodes": {
            "model.p.m": {
                "root_path": "/home/jane.doe/p",
                "generated_sql_file": "../../jane.doe/target/generic_tests/m.sql",
                "compiled_code": f"select * from {location}",
                "extra_ctes": [{"sql": location}],
                "raw_code": "select 1",
            }
        },
        "sources": {
            "source.p.s": {
                "meta": meta,
                "config": {"meta": meta},
                "unrendered_config": {"meta": meta},
                "source_meta": meta,
                "relation_name": location,
            }
        },
    }
    path, database = tmp_path / "manifest.json", tmp_path / "warehouse.duckdb"
    path.write_text(json.dumps(manifest))
    catalogue.keep(path, database)
    with duckdb.connect(str(database), read_only=True) as connection:
        kept = catalogue.kept(connection)
    assert kept
    assert "jane" not in json.dumps(kept)
    assert kept["metadata"] == {"adapter_type": "duckdb"}
    assert kept["nodes"]["model.p.m"]["raw_code"] == "select 1"
    assert kept["sources"]["source.p.s"]["meta"] == {"owner": "us"}


@pytest.mark.parametrize(("first", "second"), [("internal", "public"), ("public", "internal")])
def test_one_audience_is_kept_out_of_anothers_folder(
    first: str, second: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (*ONE_TABLE, "csv")
    assert run(capsys, tmp_path, "--audience", first, *arguments)[0] == 0
    before = names(tmp_path)
    code, said = run(capsys, tmp_path, "--audience", second, *arguments)
    assert code == 1
    assert f"{tmp_path} holds exports for the audience {first}" in said
    assert names(tmp_path) == before


def test_without_a_folder_each_audience_has_its_own() -> None:
    assert export_commands.parse([]).output == Path("exports")
    assert export_commands.parse(["--audience", "internal"]).output == Path("exports-internal")
    ignored = subprocess.run(
        ["git", "check-ignore", "exports/x", "exports-internal/x", ".warehouse.duckdb.abc/x"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout.split() == ["exports/x", "exports-internal/x", ".warehouse.duckdb.abc/x"]


def test_internal_files_copied_into_a_public_folder_stop_the_export(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(folders["internal"] / "INTERNAL_safeguarding.xlsx", tmp_path)
    code, said = run(capsys, tmp_path, *ONE_TABLE, "csv")
    assert code == 1
    assert "holds INTERNAL_safeguarding.xlsx, which is not for the public" in said
    assert names(tmp_path) == {"INTERNAL_safeguarding.xlsx"}


def test_a_report_is_made_only_of_the_audience_that_its_database_names(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(
        folders["internal"] / "INTERNAL_safeguarding.duckdb", tmp_path / "safeguarding.duckdb"
    )
    assert report_commands.main(["--output", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "safeguarding.duckdb is for the audience internal; its name says another" in said
    with duckdb.connect(str(tmp_path / "safeguarding.duckdb")) as connection:
        connection.execute("alter table marts.publication drop column audience")
    assert report_commands.main(["--output", str(tmp_path)]) == 1
    assert "does not say for whom it is" in capsys.readouterr().err


def test_a_report_is_made_only_of_figures_as_exported(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(folders["public"] / "safeguarding.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "safeguarding.duckdb")) as connection:
        connection.execute("update marts.fct_children_looked_after set children_looked_after = 0")
    assert report_commands.main(["--output", str(tmp_path)]) == 1
    assert "fct_children_looked_after does not read back" in capsys.readouterr().err


@pytest.fixture
def other_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function after which exports are made from a warehouse with another figure in it."""

    def change() -> None:
        path = tmp_path / "another" / "warehouse.duckdb"
        path.parent.mkdir()
        shutil.copy(PROJECT / "warehouse.duckdb", path)
        with duckdb.connect(str(path)) as connection:
            connection.execute("update marts.fct_uasc set uasc_care_leavers = 7")
        monkeypatch.setattr(export_commands, "WAREHOUSE", path)

    return change


def test_no_older_figure_survives_beside_newer_ones(
    folders: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    other_warehouse: Callable[[], None],
) -> None:
    """Other formats of the same warehouse stay; of another, they go, and so does the report."""
    output = tmp_path / "exports"
    shutil.copytree(folders["public"], output)
    before = names(output)
    code, said = run(capsys, output, *ONE_TABLE, "csv")
    assert (code, "Removed" in said) == (0, False)
    assert names(output) == before
    other_warehouse()
    code, said = run(capsys, output, *ONE_TABLE, "csv")
    assert code == 0
    assert names(output) == {"csv/fct_uasc.csv", "csv/dim_release.csv"}
    assert "Removed, as made from an earlier warehouse: csv/ (" in said
    assert re.search(r"report/ \(\d+ files\), safeguarding.duckdb, safeguarding.ods", said)
    assert not (output / "report").exists()


def test_what_earlier_versions_wrote_goes_and_what_people_placed_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = {
        "safeguarding.xlsx",
        "csv/fct_gone.csv",
        "parquet/dim_gone.parquet",
        "open-data/gone.meta.csv",
        "docs/index.html",
        "report/index.html",
        "report/hampshire/2020-21/hampshire.docx",
    }
    placed = {"letter.docx", "csv/my notes.csv", "report/minutes.pdf"}
    for name in earlier | placed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("of before")
    assert run(capsys, tmp_path, "--audience", "internal", *ONE_TABLE, "csv")[0] == 1
    assert names(tmp_path) == earlier | placed
    code, said = run(capsys, tmp_path, *ONE_TABLE, "csv")
    assert code == 0
    assert names(tmp_path) == placed | {"csv/fct_uasc.csv", "csv/dim_release.csv"}
    assert (
        "Left as they are, as no export made them: csv/ (1 file), letter.docx, report/ (1 file)."
        in said
    )


def test_what_people_placed_in_the_report_stays(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "exports"
    shutil.copytree(folders["public"], output)
    placed = output / "report" / "hampshire" / "2022-23" / "minutes.pdf"
    placed.write_text("minutes")
    arguments = ["--output", str(output), "--year", "2022-23", "--format", "pages"]
    assert report_commands.main(arguments) == 0
    assert placed.read_text() == "minutes"
    assert not list(placed.parent.glob("*.docx"))
    # Nor is it written over.
    record = output / holdings.RECORD
    content = json.loads(record.read_text())
    del content["files"]["report/index.html"]
    record.write_text(json.dumps(content))
    capsys.readouterr()
    assert report_commands.main(arguments) == 1
    assert "report/index.html was not made by an export" in capsys.readouterr().err


def test_a_record_that_cannot_be_read_stops_the_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("no record", "[]", '{"audience": "everyone", "files": {}}'):
        (tmp_path / holdings.RECORD).write_text(text)
        code, said = run(capsys, tmp_path, *ONE_TABLE, "csv")
        assert code == 1
        assert f"{holdings.RECORD} cannot be read" in said
    assert names(tmp_path) == set()


def test_a_dead_session_with_the_export_open(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its changes get neither into a report nor into the next export."""
    output = tmp_path / "exports"
    shutil.copytree(folders["public"], output)
    database = output / "safeguarding.duckdb"
    session = (
        f"import duckdb, os; c = duckdb.connect({str(database)!r});"
        'c.execute("update marts.fct_children_looked_after set children_looked_after = 0");'
        'c.execute("delete from marts.fct_uasc");'
        'c.execute("create view marts.added as select 1 as x"); os._exit(1)'
    )
    subprocess.run([sys.executable, "-c", session], check=False)
    log = database.with_name("safeguarding.duckdb.wal")
    assert log.stat().st_size > 0
    page = (output / "report" / "index.html").read_bytes()
    assert report_commands.main(["--output", str(output)]) == 1
    assert "did not finish. Run make export, which replaces both" in capsys.readouterr().err
    assert (output / "report" / "index.html").read_bytes() == page
    assert run(capsys, output, "--format", "duckdb")[0] == 0
    assert not log.exists()
    with (
        duckdb.connect(str(database), read_only=True) as connection,
        duckdb.connect(str(folders["public"] / database.name), read_only=True) as expected,
    ):
        for query in (
            "from marts.publication order by all",
            "from duckdb_views() where not internal",
        ):
            found = connection.sql(query).fetchall()
            assert found == expected.sql(query).fetchall()


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_who_reads_the_folder_reads_the_exports(
    umask: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that a group shares, and one that its owner keeps to himself."""
    for mode, of_folders, of_files in ((0o2775, 0o2775, 0o664), (0o700, 0o700, 0o600)):
        output = tmp_path / f"{mode:o}"
        output.mkdir()
        output.chmod(mode)
        before = os.umask(umask)
        try:
            assert run(capsys, output, *ONE_TABLE, "duckdb", "csv")[0] == 0
            (output / "csv" / "fct_uasc.csv").chmod(0o640)
            assert run(capsys, output, *ONE_TABLE, "duckdb", "csv")[0] == 0
        finally:
            os.umask(before)
        assert S_IMODE((output / "csv").stat().st_mode) == of_folders | (mode & S_ISGID)
        found = {path.name: S_IMODE(path.stat().st_mode) for path in shown(output)}
        assert found == {
            "safeguarding.duckdb": of_files,
            "dim_release.csv": of_files,
            "fct_uasc.csv": 0o640,
        }


def test_exports_describe_the_warehouse_whatever_dbt_did_since(
    project_copy: Callable[[], Path], tmp_path: Path
) -> None:
    """Without dbt's folder, and with one that tells of something else, they are the same bytes."""
    project = project_copy()
    shutil.rmtree(project / "target")
    formats = (*ONE_TABLE, "csv", "docs")

    def export(name: str) -> dict[str, bytes]:
        outcome = subprocess.run(
            [sys.executable, "scripts/export_marts.py", "--output", str(tmp_path / name), *formats],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stderr
        return {
            path.relative_to(tmp_path / name).as_posix(): path.read_bytes()
            for path in shown(tmp_path / name)
        }

    first = export("first")  # as after `dbt clean`
    assert {"csv/fct_uasc.csv", "csv/dim_release.csv"} < set(first)
    assert not (project / "target").exists()
    model = project / "models" / "marts" / "facts" / "fct_uasc.sql"
    model.write_text(f"{model.read_text()}\n-- changed since")
    left = project / "target" / replacement.MANIFEST  # as a run of another project leaves it
    left.parent.mkdir()
    left.write_text('{"metadata": {}, "nodes": {}, "sources": {}, "docs": {}}', encoding="utf-8")
    assert export("after") == first
