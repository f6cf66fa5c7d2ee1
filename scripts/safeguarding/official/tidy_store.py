"""Store tidy figures in the project: one compact file, and a row for each published file."""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from safeguarding.official.known import Known, Row
from safeguarding.official.tidy import Figure, Neighbour, Tidied

STATISTICS = "official_statistics.parquet"
NEIGHBOURS = "statistical_neighbours.csv"
RELEASES = "official_releases.csv"
FILES = "official_files.csv"

RELEASE_COLUMNS = (
    "release_id", "title", "publisher", "published_date", "reporting_year", "licence",
    "geographic_coverage", "population_release_id", "attribution",
)  # fmt: skip
FILE_COLUMNS = (
    "release_id", "source_table", "file_name", "sha256", "first_financial_year",
    "last_financial_year", "figures", "markers",
)  # fmt: skip
ORDER = "source_table, measure_id, category_id, unit, area_code, financial_year, release_id"
ROW_GROUP_SIZE = 131072


class Stored(NamedTuple):
    """The contents of a folder after loading: figures of all releases, and markers."""

    figures: int
    markers: int


def store(tidied: Sequence[Tidied], known: Known, folder: Path, published_date: str = "") -> Stored:
    """Store tidy figures in a folder, replacing those of the same tables and releases.

    Args:
        tidied: What the published files hold.
        known: What is known about their publications.
        folder: Where to put them.
        published_date: Day on which the files were published, `2024-10-31`; blank if not known.

    Raises:
        OSError, duckdb.Error: The folder cannot be read or written; its files are as they were.
    """
    with tempfile.TemporaryDirectory(prefix=".official.", dir=folder) as made:
        new = Path(made)
        stored = _write_figures(tidied, folder / STATISTICS, new / STATISTICS)
        neighbours = [n._asdict() for t in tidied for n in t.neighbours]
        _merge(neighbours, Neighbour._fields, folder / NEIGHBOURS, new / NEIGHBOURS)
        files = [_file(one) for one in tidied]
        _merge(files, FILE_COLUMNS, folder / FILES, new / FILES, FILE_COLUMNS[:2])
        # An existing row stays as it is, since a person may have edited it.
        kept = {row["release_id"] for row in _read(folder / RELEASES)}
        releases = {
            one.release_id: _release(one, known, published_date)
            for one in tidied
            if one.release_id not in kept
        }
        _merge([*releases.values()], RELEASE_COLUMNS, folder / RELEASES, new / RELEASES)
        for path in sorted(new.iterdir()):
            path.replace(folder / path.name)
    return stored


def _write_figures(tidied: Sequence[Tidied], old: Path, new: Path) -> Stored:
    """Write the figures of the files and the earlier ones as Parquet."""
    staged = new.with_suffix(".csv")
    with staged.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Figure._fields)
        for one in tidied:
            writer.writerows(one.figures)
    replaced = [[t.release_id, t.file.table.name] for t in tidied]
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "create table figures as select * from read_csv(?, header = true, all_varchar = true)",
            [str(staged)],
        )
        if old.exists():
            connection.execute("create table replaced (release_id varchar, source_table varchar)")
            connection.executemany("insert into replaced values (?, ?)", replaced)
            connection.execute(
                "insert into figures by name select * replace (cast(value as varchar) as value)"
                " from read_parquet(?) as kept anti join replaced using (release_id, source_table)",
                [str(old)],
            )
        connection.execute(
            f"""
            copy (
                select
                    release_id, source_table, area_code, measure_id, category_id, financial_year,
                    unit, cast(value as decimal(12, 2)) as value, marker
                from figures
                order by {ORDER}
            ) to '{str(new).replace("'", "''")}'
            (format parquet, compression zstd, row_group_size {ROW_GROUP_SIZE})
            """
        )
        ((figures, markers),) = connection.sql(
            "select count(*), count(marker) from figures"
        ).fetchall()
    staged.unlink()
    return Stored(figures, markers)


def _file(one: Tidied) -> Row:
    years = [figure.financial_year for figure in one.figures]
    markers = sum(1 for figure in one.figures if figure.marker)
    return {
        "release_id": one.release_id,
        "source_table": one.file.table.name,
        "file_name": one.file.path.name,
        "sha256": hashlib.sha256(one.file.path.read_bytes()).hexdigest(),
        "first_financial_year": min(years, default=""),
        "last_financial_year": max(years, default=""),
        "figures": str(len(one.figures) - markers),
        "markers": str(markers),
    }


def _release(one: Tidied, known: Known, published_date: str) -> Row:
    publication = known.publications[one.file.table.publication_id]
    year = one.release_id.rpartition("-")[2]
    return {
        "release_id": one.release_id,
        "title": f"{publication['title']}, {year}",
        "publisher": publication["publisher"],
        "published_date": published_date,
        "reporting_year": year,
        "licence": publication["licence"],
        "geographic_coverage": publication["geographic_coverage"],
        "population_release_id": _population_release(publication, year),
        "attribution": publication["attribution"],
    }


def _population_release(publication: Mapping[str, str], year: str) -> str:
    """Return the release of the population estimates that a release's rates use."""
    population = publication["population_publication_id"]
    if not population:
        return ""
    # Rates of the year ending March use the estimate of the June before.
    same = population == publication["publication_id"]
    return f"{population}-{year if same else int(year) - 1}"


def _merge(
    rows: Sequence[Row],
    columns: Sequence[str],
    old: Path,
    new: Path,
    key: Sequence[str] = ("release_id",),
) -> None:
    """Write rows in place of the old ones with the same key, in the order of their columns."""
    replaced = {tuple(row[name] for name in key) for row in rows}
    kept = [row for row in _read(old) if tuple(row[name] for name in key) not in replaced]
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        ordered: list[Row] = sorted([*kept, *rows], key=lambda row: _sort_key(row, columns))
        writer.writerows(ordered)
        file.flush()
        os.fsync(file.fileno())


def _sort_key(row: Row, columns: Sequence[str]) -> list[tuple[int, str]]:
    """Return a key that sorts rows by their columns, numbers by size."""
    return [(int(row[c]) if row[c].isdigit() else 0, row[c]) for c in columns]


def _read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
