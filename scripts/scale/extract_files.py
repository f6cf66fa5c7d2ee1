"""A folder of extracts: publications as Parquet or CSV, read where they lie in place of the seeds.

Figures are one table, with a folder for each authority. In it is a file or more of all its
releases, `figures/local_authority_code=E10000014/part-0.parquet`, or a folder for each release,
`figures/local_authority_code=E10000014/release_id=hcc-2022-23/part-0.parquet`: folders' names are
columns. `compact` makes the first, which is read in half the time, out of the second. The others
(releases, registers, claims) are each a folder of files with the columns of the seed of the same
name. Every column is text.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

import duckdb
import yaml

from safeguarding.warehouse.compiled_project import literal
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
    header = ", header" if file_format == "csv" else ""
    connection.execute(
        f"copy ({query}) to {literal(str(folder / FIGURES))} (format {file_format}{header},"
        f" partition_by ({', '.join(PARTITIONS)}), filename_pattern 'part-{{i}}',"
        " overwrite_or_ignore)"
    )


def write_authority(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    folder: Path,
    authority: str,
    file_format: str = "parquet",
) -> None:
    """Write all figures of one authority as one file.

    Args:
        connection: Where the query reads.
        query: Its columns are those of a figure seed and `table_id`, all text.
        folder: The folder of extracts.
        authority: Its ONS code.
        file_format: `parquet` or `csv`.
    """
    target = folder / FIGURES / f"{PARTITIONS[0]}={authority}" / f"part-0.{file_format}"
    target.parent.mkdir(parents=True)
    names = ", ".join([PARTITIONS[1], *columns()[FIGURES]])
    _copy(connection, f"select {names} from ({query})", target)


def compact(folder: Path, output: Path, file_format: str = "parquet") -> int:
    """Write extracts again as Parquet, in one file for each authority and each other table.

    Args:
        folder: The folder of extracts, of either layout or both.
        output: A new folder; until all is written it has another name.
        file_format: What the extracts are, `parquet` or `csv`.

    Returns:
        The number of authorities.

    Raises:
        ValueError: The extracts cannot be read, or the new folder is there; a message each line.
    """
    found = [f"{output}: is there already. Name a new folder."] if output.exists() else []
    found += problems(folder, file_format, may_mix=True)
    if found:
        raise ValueError("\n".join(found))
    unfinished = output.with_name(f"{output.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    authorities = _partitions(folder / FIGURES, PARTITIONS[0])
    with duckdb.connect() as connection:
        for path in authorities:
            layouts = [sorted(path.glob(f"{depth}*.{file_format}")) for depth in ("", "*/")]
            parts = [f"from {_read(files, file_format)}" for files in layouts if files]
            code = unquote(path.name.partition("=")[2])
            write_authority(connection, " union all by name ".join(parts), unfinished, code)
        for name in registers():
            files = sorted((folder / name).glob(f"*.{file_format}"))
            target = unfinished / name / "part-0.parquet"
            target.parent.mkdir(parents=True)
            _copy(connection, f"from {_read(files, file_format)}", target)
    unfinished.rename(output)
    return len(authorities)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    header = ", header" if target.suffix == ".csv" else ""
    form = target.suffix.removeprefix(".")
    connection.execute(f"copy ({query}) to {literal(str(target))} (format {form}{header})")


def _read(files: Iterable[Path], file_format: str, options: str = "") -> str:
    """SQL that reads files of one layout, with what their folders' names say."""
    listed = ", ".join(literal(str(path)) for path in files)
    of_form = CSV if file_format == "csv" else ""
    hive = ", hive_partitioning = true, hive_types_autocast = false"
    return f"read_{file_format}([{listed}]{of_form}{hive}{options})"


def problems(
    folder: Path, file_format: str, project: Path = PROJECT, *, may_mix: bool = False
) -> Iterator[str]:
    """Say what in the folder cannot be read as extracts.

    Args:
        folder: The folder of extracts.
        file_format: `parquet` or `csv`.
        project: The project's root, whose seeds say what the columns are.
        may_mix: Whether figures may be in both layouts, which no build reads at once.
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
    yield from _figure_problems(folder / FIGURES, file_format, columns(project)[FIGURES], may_mix)


def _figure_problems(
    figures: Path, file_format: str, expected: list[str], may_mix: bool
) -> Iterator[str]:
    """Say what is wrong with the figures, and which releases are there twice."""
    authorities = _partitions(figures, PARTITIONS[0])
    releases = [each for path in authorities for each in _partitions(path, PARTITIONS[1])]
    files = [file for path in authorities for file in sorted(path.glob(f"*.{file_format}"))]
    yield from _stray(figures, PARTITIONS[0])
    for path in authorities:
        authority = unquote(path.name.partition("=")[2])
        if not AUTHORITY.fullmatch(authority):
            yield (
                f"{path}: found '{authority}', expected the authority's ONS code, such as"
                " E10000014. Name the folder by it."
            )
        yield from _stray(path, PARTITIONS[1], file_format)
    if not releases and not files:
        yield (
            f"{figures}: found no release there, expected folders"
            f" {'/'.join(f'{name}=…' for name in PARTITIONS)}, or {PARTITIONS[0]}=… with"
            f" .{file_format} files."
        )
    yield from _release_problems(releases, file_format, expected)
    unreadable = list(_file_problems(files, file_format, [PARTITIONS[1], *expected]))
    yield from unreadable
    if files and not unreadable:
        yield from _repeated(releases, files, file_format)
    if files and releases and not may_mix:
        yield (
            f"{figures}: found both folders of releases, such as"
            f" {releases[0].relative_to(figures)}, and files of authorities, such as"
            f" {files[0].relative_to(figures)}, expected either. Make one of both:"
            f" python scripts/compact_extracts.py {figures.parent} NEW_FOLDER."
        )


def _repeated(releases: Sequence[Path], files: Sequence[Path], file_format: str) -> Iterator[str]:
    """Releases that are in two places, so that their figures would be counted twice."""
    places: dict[tuple[str, str | None], list[Path]] = {}
    for path in releases:
        name = unquote(path.name.partition("=")[2])
        places.setdefault((path.parent.name, name), []).append(path)
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct filename, release_id from"
            f" {_read(files, file_format, ', filename = true')} order by all"
        ).fetchall()
    for file, release in rows:
        places.setdefault((Path(file).parent.name, release), []).append(Path(file))
    for (_, release), found in places.items():
        if release is None:
            yield f"{found[0]}: found a figure without {PARTITIONS[1]}, expected one in each row."
        elif len(found) > 1:
            yield (
                f"{found[0]}: found the release {release} there and in"
                f" {', '.join(map(str, found[1:]))}, expected it once. Remove all but one."
            )


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


def _stray(folder: Path, column: str, file_format: str = "") -> Iterator[str]:
    """What stands among the folders of authorities, or of their releases or files, and is none."""
    expected = f"folders {column}=…" + (f" or .{file_format} files" if file_format else " alone")
    for path in sorted(folder.glob("*")):
        is_folder = path.is_dir()
        if is_folder and path.name.startswith(f"{column}="):
            continue
        if not is_folder and file_format and path.suffix == f".{file_format}":
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


def main() -> int:
    """Compact a folder of extracts; 1 if it cannot be read."""
    parser = argparse.ArgumentParser(
        description="Write extracts again as Parquet, in one file for each authority."
    )
    parser.add_argument("folder", type=Path, help="extracts, with a file for each release or so")
    parser.add_argument("output", type=Path, help="new folder")
    parser.add_argument("--extracts-format", choices=FORMATS, default="parquet")
    options = parser.parse_args()
    try:
        authorities = compact(options.folder, options.output, options.extracts_format)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.output}: the figures of {authorities} authorities, a file for each.")
    return 0
