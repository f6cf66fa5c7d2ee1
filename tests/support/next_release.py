"""A SYNTHETIC next release of official statistics, made of the figures that there are.

Every file moves on by a year: its first year is gone, and its last one is there once more as
the year after. Then columns are renamed, dropped and added, and cells suppressed.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from safeguarding.official.areas import Areas
from safeguarding.official.known import Known

Cells = dict[str, str]
AUTHORITY = "Local authority"
IDENTITY = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name",
    "region_code", "region_name", "old_la_code", "new_la_code", "la_name",
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A published file: its name, its headers in order and its rows."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[Cells, ...]

    @classmethod
    def of_figures(cls, table_name: str, statistics: Path, known: Known) -> Release:
        """Make a file of DfE's once more, of the figures that were taken from it."""
        table = known.tables[table_name]
        ends = table.year_basis == "year_ending_31_march"
        header_of = {name: headers[-1] for name, headers in table.newest.headers_of.items()}
        columns = {
            (meaning.measure_id, meaning.category_id, meaning.unit): meaning
            for meaning in table.meanings
        }
        rows: dict[tuple[str, str, str], Cells] = defaultdict(dict)
        with duckdb.connect(":memory:") as connection:
            figures = connection.execute(
                "select area_code, financial_year, measure_id, coalesce(category_id, ''), unit,"
                " coalesce(marker, rtrim(rtrim(cast(value as varchar), '0'), '.'))"
                " from read_parquet(?) where source_table = ?"
                " order by financial_year desc, area_code",
                [str(statistics), table_name],
            ).fetchall()
        for area, year, measure, category, unit, text in figures:
            meaning = columns[measure, category, unit]
            row = rows[year, area, meaning.row_group]
            row |= {header_of[meaning.canonical_name]: text} | identity(area, known.areas)
            row |= {"time_period": str(int(year[:4]) + ends), "time_identifier": "Reporting year"}
            if meaning.row_group:
                row[header_of["row_group"]] = meaning.row_group
        names = [header_of[each] for each in table.needed(table.newest)]
        headers = tuple(dict.fromkeys([*IDENTITY, *names]))
        made = tuple({header: row.get(header, "") for header in headers} for row in rows.values())
        return cls(f"{table_name}_synthetic.csv", headers, made)

    def write(self, folder: Path) -> Path:
        """Write it as DfE does."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.headers, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        return path

    def a_year_later(self, year: str = "time_period") -> Release:
        """Leave its first year out, and repeat its last one as the year after."""
        years = sorted({row[year] for row in self.rows})
        kept = [row for row in self.rows if row[year] != years[0]]
        new = [row | {year: str(int(years[-1]) + 1)} for row in self.rows if row[year] == years[-1]]
        return replace(self, rows=(*new, *kept))

    def renamed(self, names: Mapping[str, str]) -> Release:
        """Give columns other headers."""
        return replace(
            self,
            headers=tuple(names.get(header, header) for header in self.headers),
            rows=tuple({names.get(k, k): cell for k, cell in row.items()} for row in self.rows),
        )

    def without(self, *headers: str) -> Release:
        """Drop columns."""
        kept = tuple(header for header in self.headers if header not in headers)
        return replace(
            self, headers=kept, rows=tuple({k: row[k] for k in kept} for row in self.rows)
        )

    def with_column(self, header: str, value: str) -> Release:
        """Add a column that holds one value."""
        rows = tuple(row | {header: value} for row in self.rows)
        return replace(self, headers=(*self.headers, header), rows=rows)

    def changed(self, change: Callable[[Cells], Cells]) -> Release:
        """Change every row."""
        return replace(self, rows=tuple(change(dict(row)) for row in self.rows))

    def suppressed(
        self, columns: Sequence[str], areas: Sequence[str], years: Sequence[str]
    ) -> Release:
        """Put `c` in columns of areas and years."""

        def change(row: Cells) -> Cells:
            is_hidden = row["new_la_code"] in areas and row["time_period"] in years
            return row | (dict.fromkeys(columns, "c") if is_hidden else {})

        return self.changed(change)


def identity(code: str, areas: Areas) -> Cells:
    """Give the cells that name an area."""
    cells = {"country_code": "E92000001", "country_name": "England"}
    if code.startswith("E92"):
        return cells | {"geographic_level": "National"}
    region = code if code not in areas.local_authorities else areas.regions[code]
    cells |= {"region_code": region, "region_name": areas.names[region]}
    if code == region:
        return cells | {"geographic_level": "Regional"}
    numbers = (text for text, of in areas.codes.items() if of == code and text.isdigit())
    return cells | {
        "geographic_level": AUTHORITY,
        "new_la_code": code,
        "la_name": areas.names[code],
        "old_la_code": next(numbers, ""),
    }


def rebased(population: Release, column: str = "population_estimate") -> Release:
    """A population a little larger everywhere, its totals the sum of their authorities."""

    def larger(row: Cells) -> Cells:
        text = row[column]
        is_number = row["geographic_level"] == AUTHORITY and text.isdigit()
        return row | ({column: str(round(int(text) * 1.002))} if is_number else {})

    new = population.changed(larger)
    by_old = list(zip(population.rows, new.rows, strict=True))

    def added(row: Cells) -> Cells:
        if row["geographic_level"] == AUTHORITY:
            return row
        difference = sum(
            int(after[column]) - int(before[column])
            for before, after in by_old
            if before["geographic_level"] == AUTHORITY
            and before[column].isdigit()
            and before["time_period"] == row["time_period"]
            and _is_in(before, row)
        )
        return row | {column: str(int(row[column]) + difference)}

    return new.changed(added)


def _is_in(authority: Cells, total: Cells) -> bool:
    region = total["region_code"]
    # London is Inner and Outer London, regions of their own.
    london = ("E13000001", "E13000002") if region == "E12000007" else ()
    return not region or authority["region_code"] in (region, *london)
