"""Read what is known about the published files: tables, columns, figures, symbols, areas.

All of it is in CSVs of `seeds/`: a renamed header or a reorganised authority needs a row there and
no change to the code.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from safeguarding.official.areas import Areas, read_areas
from safeguarding.official.layouts import NEWEST, Column, Layout, layout_in, release_year
from safeguarding.warehouse.seed_files import PROJECT

COLUMNS = "seeds/official/official_columns.csv"
FIGURES = "seeds/official/official_figures.csv"
SYMBOLS = "seeds/reference/value_markers.csv"
ANY_TABLE = "any"
NEIGHBOUR_RANKS = range(1, 11)

AREAS_BY = {
    "code": ("time_period", "geographic_level", "country_code", "region_code", "new_la_code"),
    "name": ("time_period", "la_name"),
    "number": ("la_number", "closeness", *(f"neighbour_{rank}" for rank in NEIGHBOUR_RANKS)),
}

Row = dict[str, str]


class OfficialFileError(Exception):
    """A published file cannot be used; the message says why and what to do."""


class Proposal(NamedTuple):
    """Rows that would make a file readable, for a person to accept.

    Attributes:
        seed: Path of the seed that they belong to.
        rows: The rows.
        reason: The evidence for them in the file.
        is_safe: Whether `--accept` may add them; if not, a person chooses and pastes.
    """

    seed: str
    rows: tuple[Row, ...]
    reason: str
    is_safe: bool


class UnknownLayoutError(OfficialFileError):
    """A file has columns or rows that are not known; `proposals` says what they may be."""

    def __init__(self, words: str, proposals: Sequence[Proposal]) -> None:
        """Store the message and the proposals."""
        super().__init__(words)
        self.proposals = proposals


class Meaning(NamedTuple):
    """The figure that a column of a table holds; a blank measure leaves its group of rows out.

    Attributes:
        canonical_name: The column, however a release words its header.
        row_group: Value of the table's grouping column that the figure goes with, or blank.
        measure_id: What is measured.
        category_id: Which part of it, or blank.
        unit: `count`, `percent` or `rate_per_10000`.
    """

    canonical_name: str
    row_group: str
    measure_id: str
    category_id: str
    unit: str


@dataclass(frozen=True)
class Table:
    """A table that is published again each year.

    Attributes:
        name: DfE's number of it (`c1`), or a short name.
        publication_id: The publication it belongs to.
        areas_by: How it names areas: by `code` or `name`; by `number` in the neighbours' table.
        year_basis: `year_ending_31_march`, `mid_year`, or blank where it has no years.
        columns: What its columns are called, in every release known.
        common: Headers of them that most tables have, for areas and years.
        meanings: The figures to take from it.
        symbols: Every symbol that may stand in place of a figure, and its marker.
    """

    name: str
    publication_id: str
    areas_by: str
    year_basis: str
    columns: tuple[Column, ...]
    common: frozenset[str]
    meanings: tuple[Meaning, ...]
    symbols: Mapping[str, str]

    @cached_property
    def newest(self) -> Layout:
        """Its columns in the newest release known."""
        return self.layout(NEWEST)

    def layout(self, year: int) -> Layout:
        """Return its columns in the release of a year."""
        return layout_in(self.columns, year)

    def needed(self, layout: Layout) -> list[str]:
        """Canonical names without which a release cannot be read, in order."""
        groups = ["row_group"] if self.row_groups else []
        figures = [meaning.canonical_name for meaning in self.meanings]
        identity = [*AREAS_BY[self.areas_by], *groups]
        return [n for n in dict.fromkeys([*identity, *figures]) if n in layout.there]

    @property
    def row_groups(self) -> list[str]:
        """Values known of the grouping column; none if the table has no such column."""
        return list(dict.fromkeys(m.row_group for m in self.meanings if m.row_group))


@dataclass(frozen=True)
class Known:
    """Everything known about the published files.

    Attributes:
        tables: Tables by name.
        publications: Rows of `official_publications.csv` by `publication_id`.
        areas: Authorities, regions and England, past and present.
    """

    tables: Mapping[str, Table]
    publications: Mapping[str, Row]
    areas: Areas


def read_known(project: Path = PROJECT, more: Mapping[str, Sequence[Row]] | None = None) -> Known:
    """Read what is known from the project's seeds.

    Args:
        project: Where the seeds are.
        more: Rows to take as if a seed had them, by its path.

    Raises:
        OSError: A seed is not there.
    """
    more = more or {}
    official = project / "seeds" / "official"
    columns = _by([*_rows(project / COLUMNS), *more.get(COLUMNS, ())], "source_table")
    figures = _by([*_rows(project / FIGURES), *more.get(FIGURES, ())], "source_table")
    symbols = {
        row["marker_as_printed"].replace("(blank)", ""): row["marker"]
        for row in _rows(project / SYMBOLS)
    }
    common = tuple(_column(row) for row in columns[ANY_TABLE])
    tables = {
        row["source_table"]: Table(
            name=row["source_table"],
            publication_id=row["publication_id"],
            areas_by=row["areas_by"],
            year_basis=row["year_basis"],
            columns=(*common, *(_column(each) for each in columns[row["source_table"]])),
            common=frozenset(column.header for column in common),
            meanings=tuple(
                Meaning(*(figure[name] for name in Meaning._fields))
                for figure in figures[row["source_table"]]
            ),
            symbols=symbols,
        )
        for row in _rows(official / "official_tables.csv")
    }
    publications = {
        row["publication_id"]: row for row in _rows(official / "official_publications.csv")
    }
    return Known(tables, publications, read_areas(project))


def _column(row: Row) -> Column:
    return Column(row["canonical_name"], release_year(row["release_id"]), row["header"])


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _by(rows: list[Row], column: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
