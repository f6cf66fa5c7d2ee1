"""Publications in a folder of files give the same warehouse as the same publications in seeds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from scale import extract_files

FORMATS = list(extract_files.FORMATS)
FIGURE_FILE = "figures/local_authority_code=E10000014/release_id=hampshire-asr-2021-22/{}"


@pytest.fixture
def extracts(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes the seeds as a folder of extracts."""

    def write(file_format: str) -> Path:
        folder = tmp_path / "extracts it's"
        folder.mkdir()
        seeds = {path.stem: path for path in (PROJECT / "seeds").rglob("*.csv")}
        with duckdb.connect() as connection:
            extract_files.write_figures(connection, figures_of(seeds), folder, file_format)
            for name in extract_files.registers():
                # In two files: a scheduler adds one with each release.
                for number in (0, 1):
                    path = folder / name / f"part-{number}.{file_format}"
                    path.parent.mkdir(exist_ok=True)
                    half = f"hash({key_of(seeds[name])}) % 2 = {number}"
                    rows = f"{csv_rows(seeds[name])} where {half}"
                    connection.execute(f"copy (from {rows}) to {text(path)} (format {file_format})")
        return folder

    return write


def figures_of(seeds: dict[str, Path]) -> str:
    """The query of all figure seeds as one table."""
    parts = [
        f"select '{name}' as table_id, * from {csv_rows(path)}"
        for name, path in seeds.items()
        if path.parent.name == "figures"
    ]
    return " union all ".join(parts)


def csv_rows(seed: Path) -> str:
    return f"read_csv({text(seed)}, all_varchar = true, header = true)"


def text(value: Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def key_of(seed: Path) -> str:
    with seed.open(encoding="utf-8") as file:
        return file.readline().strip().split(",")[0]


def build(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/build.py", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("file_format", "is_compact"), [("parquet", False), ("parquet", True), ("csv", False)]
)
def test_every_mart_is_the_same(
    extracts: Callable[[str], Path],
    project_copy: Callable[[], Path],
    file_format: str,
    is_compact: bool,
) -> None:
    project = project_copy()
    for seed in (project / "seeds/figures").glob("*.csv"):
        # The seeds are not read: their rows would otherwise hide that nothing else was.
        seed.write_text(seed.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    folder = extracts(file_format)
    if is_compact:
        folder = compacted(folder)
    options = ("--extracts-format", file_format, "--reconcile")
    built = build(project, "--extracts", str(folder), *options)
    assert built.returncode == 0, built.stderr
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


def part_of(folder: Path) -> Path:
    """The file of one release's figures, whatever DuckDB numbered it."""
    (path,) = (folder / FIGURE_FILE.format("")).glob("*.parquet")
    return path


def cut(path: Path) -> None:
    """Leave the first half of a file, as a transfer that broke off does."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def rewrite(path: Path, columns: str) -> None:
    rows = duckdb.sql(
        f"select {columns} from read_parquet({text(path)}, hive_partitioning = false)"
    ).to_arrow_table()
    assert rows is not None
    duckdb.sql(f"copy (from rows) to {text(path)} (format parquet)")


def compacted(folder: Path, file_format: str = "parquet") -> Path:
    """The same extracts, with one file for each authority."""
    output = folder.with_name("compact it's")
    command = [sys.executable, "scripts/compact_extracts.py", str(folder), str(output)]
    done = subprocess.run(
        [*command, "--extracts-format", file_format],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return output


def figures_in(folder: Path, file_format: str = "parquet") -> list[tuple[object, ...]]:
    options = extract_files.CSV if file_format == "csv" else ""
    names = ", ".join((*extract_files.PARTITIONS, *extract_files.columns()["figures"]))
    return duckdb.sql(
        f"select {names} from read_{file_format}({text(folder / 'figures/**' / f'*.{file_format}')}"
        f"{options}, hive_partitioning = true, hive_types_autocast = false) order by all"
    ).fetchall()


@pytest.mark.parametrize("file_format", FORMATS)
def test_compacted_extracts_say_the_same_in_one_file_for_each_authority(
    extracts: Callable[[str], Path], file_format: str
) -> None:
    folder = extracts(file_format)
    output = compacted(folder, file_format)
    assert list(extract_files.problems(output, "parquet")) == []
    assert len(list(output.glob("figures/*/*"))) == len(list(output.glob("figures/*"))) == 1
    assert all(len(list((output / name).iterdir())) == 1 for name in extract_files.registers())
    before = figures_in(folder, file_format)
    assert figures_in(output) == before
    assert len(before) > 600


def test_a_release_is_added_to_compacted_extracts_as_a_file_of_its_own(
    extracts: Callable[[str], Path],
) -> None:
    folder = extracts("parquet")
    both = figures_in(folder)
    part = part_of(folder)
    release = part.parent.name.partition("=")[2]
    with duckdb.connect() as connection:
        connection.execute(
            f"create table later as select {text(Path(release))} as release_id, * from"
            f" read_parquet({text(part)}, hive_partitioning = false)"
        )
        shutil.rmtree(part.parent)
        output = compacted(folder)
        file = next(output.glob("figures/*/part-0.parquet")).with_name("later.parquet")
        connection.execute(f"copy later to {text(file)} (format parquet)")
    assert list(extract_files.problems(output, "parquet")) == []
    assert figures_in(output) == both


def test_compacting_what_cannot_be_read_writes_nothing(extracts: Callable[[str], Path]) -> None:
    folder = extracts("parquet")
    output = folder.with_name("new")
    output.mkdir()
    with pytest.raises(ValueError, match="new: is there already"):
        extract_files.compact(folder, output)
    output.rmdir()
    cut(part_of(folder))
    with pytest.raises(ValueError, match="half written"):
        extract_files.compact(folder, output)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def mixed(folder: Path, *, is_repeated: bool) -> Path:
    """Compacted extracts with a folder for one release beside them, which may be in both."""
    part = part_of(folder)
    if is_repeated:
        output = compacted(folder)
        shutil.copytree(part.parent, output / part.parent.relative_to(folder))
        return output
    apart = folder.with_name("apart") / part.parent.name
    apart.parent.mkdir()
    part.parent.rename(apart)
    output = compacted(folder)
    apart.rename(output / part.parent.relative_to(folder))
    return output


def test_a_release_in_both_layouts_is_refused_by_name(extracts: Callable[[str], Path]) -> None:
    output = mixed(extracts("parquet"), is_repeated=True)
    for may_mix in (False, True):
        found = [*extract_files.problems(output, "parquet", may_mix=may_mix)]
        (repeated,) = (problem for problem in found if "expected it once" in problem)
        assert "found the release hampshire-asr-2021-22 there and in" in repeated
        assert "release_id=hampshire-asr-2021-22" in repeated
        assert "local_authority_code=E10000014/part-0.parquet" in repeated
    with pytest.raises(ValueError, match="expected it once"):
        extract_files.compact(output, output.with_name("again"))


def test_both_layouts_at_once_are_refused_and_brought_together(
    extracts: Callable[[str], Path],
) -> None:
    folder = extracts("parquet")
    all_figures = figures_in(folder)
    output = mixed(folder, is_repeated=False)
    (problem,) = extract_files.problems(output, "parquet")
    assert "release_id=hampshire-asr-2021-22, and files of authorities" in problem
    assert f"python scripts/compact_extracts.py {output} NEW_FOLDER" in problem
    together = output.with_name("together")
    extract_files.compact(output, together)
    assert list(extract_files.problems(together, "parquet")) == []
    assert figures_in(together) == all_figures


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (cut, "part-0.parquet: cannot be read as parquet: found"),
        (
            lambda file: rewrite(file, "* exclude (release_id)"),
            "part-0.parquet: found no column release_id, expected release_id, table_id,",
        ),
        (
            lambda file: rewrite(file, "*, 'x' as surprise"),
            "part-0.parquet: found column surprise, expected release_id, table_id,",
        ),
        (
            lambda file: rewrite(file, "* replace (nullif(release_id, release_id) as release_id)"),
            "part-0.parquet: found a figure without release_id",
        ),
        (
            lambda file: shutil.copyfile(file, file.with_name("part-1.parquet")),
            "part-0.parquet: found the release hampshire-asr-2021-22 there and in",
        ),
        (
            lambda file: file.rename(file.with_suffix(".parquet.tmp")),
            "part-0.parquet.tmp: found there, expected folders release_id=… or .parquet files",
        ),
    ],
    ids=["half a file", "no release", "another column", "blank release", "twice", "other name"],
)
def test_file_of_an_authority_that_cannot_be_read(
    extracts: Callable[[str], Path], spoil: Callable[[Path], None], message: str
) -> None:
    output = compacted(extracts("parquet"))
    spoil(next(output.glob("figures/*/*.parquet")))
    found = list(extract_files.problems(output, "parquet"))
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "found no folder there"),
        (lambda folder: shutil.rmtree(folder / "releases"), "releases: found no .parquet file"),
        (lambda folder: shutil.rmtree(folder / "figures"), "figures: found no release there"),
        (
            lambda folder: (folder / "releases/part-0.parquet").write_bytes(b"PAR1"),
            "releases/part-0.parquet: cannot be read as parquet: found 4 bytes without its closing",
        ),
        (
            lambda folder: cut(part_of(folder)),
            f"/{FIGURE_FILE.format('part-0.parquet')}: cannot be read as parquet: found",
        ),
        (
            lambda folder: part_of(folder).write_bytes(b"PAR1 nothing of the kind PAR1"),
            "part-0.parquet: cannot be read as parquet: ",
        ),
        (lambda folder: part_of(folder).unlink(), "found no file, expected the figures of the"),
        (
            lambda folder: part_of(folder).rename(part_of(folder).with_suffix(".parquet.tmp")),
            "part-0.parquet.tmp: found in a release's folder, expected .parquet files alone",
        ),
        (
            lambda folder: (folder / "figures/_temporary/0").mkdir(parents=True),
            "figures/_temporary: found a folder of a transfer that has not ended",
        ),
        (
            lambda folder: (folder / "figures/Hampshire").mkdir(),
            "figures/Hampshire: found there, expected folders local_authority_code=",
        ),
        (
            lambda folder: part_of(folder).rename(part_of(folder).parents[1] / "part-0.parquet"),
            "local_authority_code=E10000014/part-0.parquet: found no column release_id",
        ),
        (
            lambda folder: (folder / "figures/local_authority_code=Isle of Wight").mkdir(),
            "found 'Isle of Wight', expected the authority's ONS code, such as E10000014",
        ),
        (
            lambda folder: rewrite(part_of(folder), "* exclude (unit)"),
            "part-0.parquet: found no column unit",
        ),
        (
            lambda folder: rewrite(part_of(folder), "*, 'x' as surprise"),
            "part-0.parquet: found column surprise, expected table_id, source_table,",
        ),
        (
            lambda folder: rewrite(part_of(folder), "* replace (1 as value_as_printed)"),
            "part-0.parquet, column value_as_printed: found INTEGER, expected text",
        ),
    ],
    ids=[
        "no folder",
        "no table",
        "no figures",
        "damaged register",
        "half a file",
        "damaged file",
        "empty folder",
        "file of another name",
        "transfer going on",
        "stray folder",
        "file of no release",
        "no ONS code",
        "no column",
        "another column",
        "numbers",
    ],
)
def test_folder_that_cannot_be_read(
    extracts: Callable[[str], Path], spoil: Callable[[Path], None], message: str
) -> None:
    folder = extracts("parquet")
    assert list(extract_files.problems(folder, "parquet")) == []
    spoil(folder)
    found = list(extract_files.problems(folder, "parquet"))
    assert any(message in problem for problem in found), found


def test_half_written_release_stops_the_build_and_leaves_the_warehouse(
    extracts: Callable[[str], Path], project_copy: Callable[[], Path]
) -> None:
    project, folder = project_copy(), extracts("parquet")
    before = (project / "warehouse.duckdb").read_bytes()
    cut(part_of(folder))
    stopped = build(project, "--extracts", str(folder))
    assert stopped.returncode == 1
    assert "so it is half written. Write the file again." in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert (project / "warehouse.duckdb").read_bytes() == before


def test_columns_of_another_order_in_a_csv_file(extracts: Callable[[str], Path]) -> None:
    folder = extracts("csv")
    path = folder / "releases/part-0.csv"
    rows = duckdb.sql(f"select title, * exclude (title) from {csv_rows(path)}").to_arrow_table()
    assert rows is not None
    duckdb.sql(f"copy (from rows) to {text(path)} (format csv, header)")
    (found,) = extract_files.problems(folder, "csv")
    assert "part-0.csv: found the columns title, release_id," in found


def test_unreadable_figure_in_an_extract_is_named_by_what_stands_in_it(
    extracts: Callable[[str], Path], project_copy: Callable[[], Path]
) -> None:
    project, folder = project_copy(), extracts("csv")
    (file,) = (folder / FIGURE_FILE.format("")).glob("*.csv")
    content = file.read_text(encoding="utf-8")
    assert content.count("uasc_arrivals,19.1,") > 0
    broken = re.sub("(?m)^(uasc_arrivals,.*),46,", r"\1,4b,", content, count=1)
    assert broken != content
    file.write_text(broken, encoding="utf-8")
    stopped = build(project, "--extracts", str(folder), "--extracts-format", "csv")
    assert stopped.returncode == 1
    assert "/figures (" in stopped.stderr
    assert "column value_as_printed: found '4b', expected a number, or a marker" in stopped.stderr
    assert "Traceback" not in stopped.stderr


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte-order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["unix", "windows", "old mac"])
def test_a_csv_file_of_any_system_reads_alike(tmp_path: Path, mark: bytes, end: bytes) -> None:
    expected = extract_files.columns()["series_breaks"]
    path = tmp_path / "part-0.csv"
    lines = [",".join(expected).encode(), b",".join([b"SYNTHETIC"] * len(expected))]
    path.write_bytes(mark + end.join(lines) + end)
    assert not list(extract_files._file_problems([path], "csv", expected))
    rows = duckdb.sql(f"from read_csv({text(path)}{extract_files.CSV})")
    assert rows.columns == expected
    assert rows.fetchall() == [("SYNTHETIC",) * len(expected)]


def test_a_csv_file_of_mixed_line_ends_is_named(tmp_path: Path) -> None:
    expected = extract_files.columns()["series_breaks"]
    path = tmp_path / "part-0.csv"
    row = b",".join([b"SYNTHETIC"] * len(expected))
    path.write_bytes(b"\r\n".join([",".join(expected).encode(), row, row]) + b"\n" + row + b"\n")
    (problem,) = extract_files._file_problems([path], "csv", expected)
    assert "part-0.csv" in problem
    assert "one kind of line end" in problem
