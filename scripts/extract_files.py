"""A folder of extracts: publications as Parquet or CSV, read where they lie in place of the seeds.

Each table is a folder of files (`<folder>/care_flows/part-0.parquet`, also in folders below) with
the columns of the seed of the same name, all of them text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml

from seed_files import PROJECT, declared_columns

FORMATS = ("parquet", "csv")
SOURCES = Path("models/staging/_extracts.yml")


def names(project: Path = PROJECT) -> list[str]:
    """Tables that a folder of extracts must have, as the dbt source lists them."""
    sources = yaml.safe_load((project / SOURCES).read_text(encoding="utf-8"))["sources"]
    return [table["name"] for table in sources[0]["tables"]]


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
    columns = {path.stem: names for path, names in declared_columns(project).items()}
    for name in names(project):
        files = sorted((folder / name).rglob(f"*.{file_format}"))
        if not files:
            yield (
                f"{folder / name}: found no .{file_format} file, expected at least one, with the"
                f" columns {', '.join(columns[name])}; without rows if there are none."
            )
        for path in files:
            yield from _file_problems(path, file_format, columns[name])


def _file_problems(path: Path, file_format: str, expected: list[str]) -> Iterator[str]:
    options = ", all_varchar = true, header = true" if file_format == "csv" else ""
    try:
        with duckdb.connect() as connection:
            relation = connection.sql(
                f"describe from read_{file_format}($path{options}, hive_partitioning = false)",
                params={"path": str(path)},
            )
            found = {str(row[0]): str(row[1]) for row in relation.fetchall()}
    except duckdb.Error as error:
        yield f"{path}: cannot be read as {file_format}: {str(error).splitlines()[0]}"
        return
    missing = [name for name in expected if name not in found]
    if missing:
        yield f"{path}: found no column {', '.join(missing)}, expected {', '.join(expected)}."
    for name in expected:
        if found.get(name, "VARCHAR") != "VARCHAR":
            yield f"{path}, column {name}: found {found[name]}, expected text, as it was printed."
