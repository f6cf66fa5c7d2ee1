"""A folder of extracts: publications as Parquet or CSV, read where they lie in place of the seeds.

Figures are one table, with a folder for each authority and release, whose names are columns:
`figures/local_authority_code=E10000014/release_id=hcc-2022-23/part-0.parquet`. The others
(releases, registers, claims) are each a folder of files with the columns of the seed of the same
name. Every column is text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

import duckdb
import yaml

from safeguarding.warehouse.seed_files import PROJECT, declared_columns

FORMATS = ("parquet", "csv")
SOURCES = Path("models/staging/_extracts.yml")
FIGURES = "figures"
PARTITIONS = ("local_authority_code", "release_id")
FIGURE_SEEDS = "seeds/figures"
AUTHORITY = re.compile(r"[A-Z]\d{8}", re.ASCII)  # an ONS code; builds name authorities by it in SQL
CLOSING = b"PAR1"  # the last bytes of a whole Parquet file
# As the files are written: what DuckDB guesses from one of many files may not suit the others.
CSV = ", all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"'"
ADVICE = {
    "csv": "Write the file again: UTF-8, commas, one kind of line end throughout.",
    "parquet": "Write the file again.",
}
IGNORED = ("_SUCCESS", "_committed_", "_started_")  # what Spark writes beside the files of a folder


def names(project: Path = PROJECT) -> list[str]:
    """Tables that a folder of extracts must have, as the dbt source lists them."""
    sources = yaml.safe_load((project / SOURCES).read_text(encoding="utf-8"))["sources"]
    return [table["name"] for table in sources[0]["tables"]]


def registers(project: Path = PROJECT) -> list[str]:
    """The tables that are no figures."""
    return [name for name in names(project) if name != FIGURES]


def columns(project: Path = PROJECT) -> dict[str, list[str]]:
    """Columns of the files of each extract, in order: those in folders' names are left out."""
    declared = declared_columns(project)
    by_name = {path.stem: found for path, found in declared.items()}
    figure_seeds = [path for path in declared if path.parent == project / FIGURE_SEEDS]
    of_a_figure = [name for name in declared[figure_seeds[0]] if name not in PARTITIONS]
    return {name: by_name[name] for name in registers(project)} | {
        FIGURES: ["table_id", *of_a_figure]
    }


def write_figures(
    connection: duckdb.DuckDBPyConnection, query: str, folder: Path, file_format: str = "parquet"
) -> None:
    """Write figures as an extract, or add those of further releases to one.

    Args:
        connection: Where the query reads.
        query: Its columns are those of a figure seed and `table_id`, all text. Of some hundred
            releases at a time: each has a file open.
        folder: The folder of extracts.
        file_format: `parquet` or `csv`.
    """
    target = str(folder / FIGURES).replace("'", "''")
    header = ", header" if file_format == "csv" else ""
    connection.execute(
        f"copy ({query}) to '{target}' (format {file_format}{header},"
        f" partition_by ({', '.join(PARTITIONS)}), filename_pattern 'part-{{i}}',"
        " overwrite_or_ignore)"
    )


def problems(folder: Path, file_format: str, project: Path = PROJECT) -> Iterator[str]:
    """Say what in the folder cannot be read as extracts.

    Args:
        folder: The folder of extracts.
        file_format: `parquet` or `csv`.
        project: The project's root, whose seeds say what the columns are.
    """
    if not folder.is_dir():
        yield f"{folder}: found no folder there, expected the folder of extracts."
        return
    for name, expected in columns(project).items():
        if name == FIGURES:
            continue
        files = sorted((folder / name).glob(f"*.{file_format}"))
        if not files:
            yield (
                f"{folder / name}: found no .{file_format} file, expected at least one, with the"
                f" columns {', '.join(expected)}; without rows if there are none."
            )
        yield from _file_problems(files, file_format, expected)
    authorities = _partitions(folder / FIGURES, PARTITIONS[0])
    releases = [each for path in authorities for each in _partitions(path, PARTITIONS[1])]
    yield from _stray(folder / FIGURES, PARTITIONS[0])
    for path in authorities:
        authority = unquote(path.name.partition("=")[2])
        if not AUTHORITY.fullmatch(authority):
            yield (
                f"{path}: found '{authority}', expected the authority's ONS code, such as"
                " E10000014. Name the folder by it."
            )
        yield from _stray(path, PARTITIONS[1])
    if not releases:
        yield (
            f"{folder / FIGURES}: found no release there, expected folders"
            f" {'/'.join(f'{name}=…' for name in PARTITIONS)}."
        )
    yield from _release_problems(releases, file_format, columns(project)[FIGURES])


def _release_problems(
    releases: Iterable[Path], file_format: str, expected: list[str]
) -> Iterator[str]:
    """Say which releases look half written, or are not of the shape that is expected."""
    files: list[Path] = []
    for release in releases:
        found = [path for path in sorted(release.iterdir()) if not path.name.startswith(IGNORED)]
        strange = [path for path in found if path.suffix != f".{file_format}" or path.is_dir()]
        for path in strange:
            yield (
                f"{path}: found in a release's folder, expected .{file_format} files alone: it"
                " looks half written. Write the release again, or remove it."
            )
        if not found:
            yield (
                f"{release}: found no file, expected the figures of the release: it looks half"
                " written. Write the release again, or remove the folder."
            )
        files += [path for path in found if path not in strange]
    yield from _file_problems(files, file_format, expected)


def _partitions(folder: Path, column: str) -> list[Path]:
    """Each folder `<column>=<value>`, by name."""
    return sorted(path for path in folder.glob(f"{column}=*") if path.is_dir())


def _stray(folder: Path, column: str) -> Iterator[str]:
    """What stands among the folders of authorities, or of their releases, and is none."""
    expected = f"folders {column}=… alone"
    for path in sorted(folder.glob("*")):
        is_folder = path.is_dir()
        if is_folder and path.name.startswith(f"{column}="):
            continue
        if is_folder and path.name.startswith((".", "_")):
            yield (
                f"{path}: found a folder of a transfer that has not ended, expected"
                f" {expected}. Let it end, or remove what it left behind."
            )
        elif not path.name.startswith(IGNORED):
            yield f"{path}: found there, expected {expected}. Move it away."


def _file_problems(files: Sequence[Path], file_format: str, expected: list[str]) -> Iterator[str]:
    whole = files
    if file_format == "parquet":
        whole = [path for path in files if _ends_well(path)]
        for path in sorted(set(files) - set(whole)):
            yield (
                f"{path}: cannot be read as parquet: found {path.stat().st_size} bytes without its"
                " closing mark, so it is half written. Write the file again."
            )
    with duckdb.connect() as connection:
        yield from _schema_problems(connection, whole, file_format, expected)


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < 2 * len(CLOSING):
            return False
        file.seek(-len(CLOSING), os.SEEK_END)
        return file.read() == CLOSING


def _schema_problems(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    file_format: str,
    expected: list[str],
) -> Iterator[str]:
    """Files of other columns or types than expected: all asked at once, and halved on an error."""
    if not files:
        return
    ask = _parquet_columns if file_format == "parquet" else _csv_columns
    try:
        odd = ask(connection, files, expected)
    except duckdb.Error as error:
        if len(files) == 1:
            said = str(error).splitlines()[0]
            yield f"{files[0]}: cannot be read as {file_format}: {said} {ADVICE[file_format]}"
            return
        middle = len(files) // 2
        yield from _schema_problems(connection, files[:middle], file_format, expected)
        yield from _schema_problems(connection, files[middle:], file_format, expected)
        return
    for path, found in odd:
        yield from _column_problems(path, found, expected)


def _parquet_columns(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], expected: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Path and columns of each Parquet file whose columns are not the expected texts."""
    rows = connection.execute(
        """
        select file_name, list(name), list(duckdb_type)
        from parquet_schema($files)
        where num_children is null
        group by file_name
        having list_sort(list(name)) <> list_sort($expected)
            or bool_or(duckdb_type <> 'VARCHAR')
        order by file_name
        """,
        {"files": [str(path) for path in files], "expected": expected},
    ).fetchall()
    return [(path, dict(zip(found, types, strict=True))) for path, found, types in rows]


def _csv_columns(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], expected: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Path and columns of each CSV file whose columns are not the expected ones in order."""
    odd = []
    for path in files:
        rows = connection.execute(
            f"describe from read_csv($path{CSV}, hive_partitioning = false)",
            {"path": str(path)},
        ).fetchall()
        found = {str(row[0]): "VARCHAR" for row in rows}
        if list(found) != expected:
            odd.append((str(path), found))
    return odd


def _column_problems(path: str, found: dict[str, str], expected: list[str]) -> Iterator[str]:
    wanted = f"expected {', '.join(expected)}"
    missing = [name for name in expected if name not in found]
    unknown = [name for name in found if name not in expected]
    if missing:
        yield f"{path}: found no column {', '.join(missing)}, {wanted}."
    if unknown:
        yield f"{path}: found column {', '.join(unknown)}, {wanted} and no other."
    if not missing and not unknown and set(found.values()) == {"VARCHAR"}:
        yield f"{path}: found the columns {', '.join(found)}, {wanted}, in this order."
    for name in expected:
        if found.get(name, "VARCHAR") != "VARCHAR":
            yield f"{path}, column {name}: found {found[name]}, expected text, as it was printed."
