"""What is known of the published files, as data: their tables, columns, figures, symbols, areas.

All of it stands in CSVs of `seeds/`: a header that DfE renames, or an authority that is
reorganised, is a row there and no change of code.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from safeguarding.warehouse.seed_files import PROJECT

COLUMNS = "seeds/official/official_columns.csv"
FIGURES = "seeds/official/official_figures.csv"
SYMBOLS = "seeds/reference/value_markers.csv"
AREAS = "seeds/official/official_areas.csv"
ANY_TABLE = "any"
NEIGHBOUR_RANKS = range(1, 11)

AREAS_BY = {
    "code": ("time_period", "geographic_level", "country_code", "region_code", "new_la_code"),
    "name": ("time_period", "la_name"),
    "number": ("la_number", "closeness", *(f"neighbour_{rank}" for rank in NEIGHBOUR_RANKS)),
}

Row = dict[str, str]


class OfficialFileError(Exception):
    """What is wrong with a published file, said to a person, with what to do about it."""


class Meaning(NamedTuple):
    """The figure that a column of a table holds.

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
        headers: Every header known, of all releases, and its canonical name.
        common: Those of them that most tables have, for areas and years.
        meanings: The figures to take from it.
        symbols: Every symbol that may stand in place of a figure, and its marker.
    """

    name: str
    publication_id: str
    areas_by: str
    year_basis: str
    headers: Mapping[str, str]
    common: frozenset[str]
    meanings: tuple[Meaning, ...]
    symbols: Mapping[str, str]

    @property
    def needed(self) -> list[str]:
        """Canonical names without which the table cannot be read, in order."""
        groups = ["row_group"] if self.row_groups else []
        figures = [meaning.canonical_name for meaning in self.meanings]
        return list(dict.fromkeys([*AREAS_BY[self.areas_by], *groups, *figures]))

    @property
    def row_groups(self) -> list[str]:
        """Values known of the grouping column; none if the table has no such column."""
        return list(dict.fromkeys(m.row_group for m in self.meanings if m.row_group))


@dataclass(frozen=True)
class Known:
    """Everything known of the published files.

    Attributes:
        tables: Tables by name.
        publications: Rows of `official_publications.csv` by `publication_id`.
        area_codes: ONS code of each area, by any code, DfE number or name that files may have.
        local_authorities: ONS codes of authorities, of today and of the past.
        begins: The first financial year of each authority that replaced another.
        ends: The first financial year in which each authority that was replaced was gone.
    """

    tables: Mapping[str, Table]
    publications: Mapping[str, Row]
    area_codes: Mapping[str, str]
    local_authorities: frozenset[str]
    begins: Mapping[str, str]
    ends: Mapping[str, str]


def read_known(project: Path = PROJECT) -> Known:
    """Read what is known from the project's seeds.

    Raises:
        OfficialFileError: Two rows give one header of a table different meanings.
        OSError: A seed is not there.
    """
    official = project / "seeds" / "official"
    columns = _by(_rows(official / "official_columns.csv"), "source_table")
    figures = _by(_rows(official / "official_figures.csv"), "source_table")
    symbols = {
        row["marker_as_printed"].replace("(blank)", ""): row["marker"]
        for row in _rows(project / "seeds" / "reference" / "value_markers.csv")
    }
    tables = {
        row["source_table"]: Table(
            name=row["source_table"],
            publication_id=row["publication_id"],
            areas_by=row["areas_by"],
            year_basis=row["year_basis"],
            headers=_headers(columns[ANY_TABLE] + columns[row["source_table"]]),
            common=frozenset(column["header"] for column in columns[ANY_TABLE]),
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
    area_codes, authorities = _read_areas(project)
    replaced = [
        row for row in _rows(official / "area_changes.csv") if row["change_kind"] == "replaced"
    ]
    return Known(
        tables,
        publications,
        area_codes,
        authorities,
        begins={row["new_area_code"]: row["first_financial_year"] for row in replaced},
        ends={row["old_area_code"]: row["first_financial_year"] for row in replaced},
    )


def _read_areas(project: Path) -> tuple[dict[str, str], frozenset[str]]:
    official = project / "seeds" / "official"
    codes: dict[str, str] = {}
    authorities = set()
    for row in _rows(official / "official_areas.csv"):
        codes[row["area_code"]] = row["area_code"]
        if row["area_type"] == "local_authority":
            # A number or a name of the past (Dorset) may be another authority's today.
            authorities.add(row["area_code"])
            codes[row["dfe_la_code"]] = row["area_code"]
        codes[row["area_name"]] = row["area_code"]
    for row in _rows(project / "seeds" / "reference" / "local_authorities.csv"):
        code = row["local_authority_code"]
        authorities.add(code)
        for name in (code, row["dfe_la_code"], row["local_authority_name"]):
            codes[name] = code
    # The latest change first, since a new code may itself have been replaced.
    for row in reversed(_rows(official / "area_changes.csv")):
        if row["change_kind"] == "recoded":
            old, new = row["old_area_code"], row["new_area_code"]
            if old not in authorities:
                codes[old] = codes.get(new, new)
            elif new not in authorities:
                codes[new] = old
    return codes, frozenset(authorities)


def _headers(rows: list[Row]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for row in rows:
        known = headers.setdefault(row["header"], row["canonical_name"])
        if known != row["canonical_name"]:
            raise OfficialFileError(
                f"{COLUMNS}: header '{row['header']}' of table {row['source_table']} stands for"
                f" '{known}' and for '{row['canonical_name']}'. Leave one."
            )
    return headers


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _by(rows: list[Row], column: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
