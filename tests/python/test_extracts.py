"""Publications in a folder of files give the same warehouse as the same publications in seeds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import extract_files
from compiled_project import CompiledProject
from conftest import PROJECT

FORMATS = list(extract_files.FORMATS)


@pytest.fixture
def extracts(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes the seeds as a folder of extracts."""

    def write(file_format: str) -> Path:
        folder = tmp_path / "extracts it's"
        seeds = {path.stem: path for path in (PROJECT / "seeds").rglob("*.csv")}
        for name in extract_files.names():
            # In two files, one of them a folder deeper: as a scheduler would write them.
            for number, below in enumerate((".", "year=2023")):
                path = folder / name / below / f"part-{number}.{file_format}"
                path.parent.mkdir(parents=True, exist_ok=True)
                half = f"hash({key_of(seeds[name])}) % 2 = {number}"
                target = str(path).replace("'", "''")
                duckdb.sql(
                    f"copy (from read_csv('{seeds[name]}', all_varchar = true, header = true)"
                    f" where {half}) to '{target}' (format {file_format})"
                )
        return folder

    return write


def key_of(seed: Path) -> str:
    with seed.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    return "release_id || coalesce(source_line, '')" if "source_line" in columns else columns[0]


def build(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/build.py", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_mart_is_the_same(
    extracts: Callable[[str], Path], project_copy: Callable[[], Path], file_format: str
) -> None:
    project = project_copy()
    for seed in (project / "seeds/figures").glob("*.csv"):
        # The seeds are not read: their rows would otherwise hide that nothing else was.
        seed.write_text(seed.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    folder = str(extracts(file_format))
    built = build(project, "--extracts", folder, "--extracts-format", file_format, "--reconcile")
    assert built.returncode == 0, built.stderr
    assert CompiledProject(project / "target", project).reads_extracts
    assert not CompiledProject(PROJECT / "target", PROJECT).reads_extracts
    with duckdb.connect() as connection:
        connection.execute(f"attach '{PROJECT / 'warehouse.duckdb'}' as seeds (read_only)")
        connection.execute(f"attach '{project / 'warehouse.duckdb'}' as extracts (read_only)")
        tables = [
            name
            for (name,) in connection.sql(
                "select table_name from duckdb_tables()"
                " where database_name = 'seeds' and schema_name = 'marts'"
            ).fetchall()
        ]
        assert len(tables) > 15
        for table in tables:
            for one, other in (("seeds", "extracts"), ("extracts", "seeds")):
                (number,) = connection.sql(
                    f"select count(*) from (from {one}.marts.{table}"
                    f" except all from {other}.marts.{table})"
                ).fetchone() or (None,)
                assert number == 0, f"{table}: {number} rows only in {one}"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "found no folder there"),
        (lambda folder: shutil.rmtree(folder / "care_flows"), "care_flows: found no .parquet file"),
        (
            lambda folder: (folder / "releases/part-0.parquet").write_bytes(b"PAR1"),
            "releases/part-0.parquet: cannot be read as parquet",
        ),
        (
            lambda folder: rewrite(folder, "* exclude (unit)"),
            "care_flows/part-0.parquet: found no column unit",
        ),
        (
            lambda folder: rewrite(folder, "* replace (1 as value_as_printed)"),
            "part-0.parquet, column value_as_printed: found INTEGER, expected text",
        ),
    ],
    ids=["no folder", "no table", "damaged file", "no column", "numbers"],
)
def test_folder_that_cannot_be_read(
    extracts: Callable[[str], Path], spoil: Callable[[Path], None], message: str
) -> None:
    folder = extracts("parquet")
    assert list(extract_files.problems(folder, "parquet")) == []
    spoil(folder)
    found = list(extract_files.problems(folder, "parquet"))
    assert any(message in problem for problem in found), found


def rewrite(folder: Path, columns: str) -> None:
    path = str(folder / "care_flows/part-0.parquet").replace("'", "''")
    rows = duckdb.sql(f"select {columns} from '{path}'").to_arrow_table()
    assert rows is not None
    duckdb.sql(f"copy (from rows) to '{path}' (format parquet)")


def test_unreadable_figure_in_an_extract_is_named_by_what_stands_in_it(
    extracts: Callable[[str], Path], project_copy: Callable[[], Path]
) -> None:
    project, folder = project_copy(), extracts("csv")
    file = folder / "uasc_arrivals/part-0.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",46,", ",4b,"), encoding="utf-8")
    stopped = build(project, "--extracts", str(folder), "--extracts-format", "csv")
    assert stopped.returncode == 1
    assert "/uasc_arrivals (" in stopped.stderr
    assert "column value_as_printed: found '4b', expected a number, or a marker" in stopped.stderr
    assert "Traceback" not in stopped.stderr
