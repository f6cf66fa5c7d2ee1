"""Tidy figures out of a published file: a row for each, a symbol beside it and never in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from safeguarding.financial_years import financial_year
from safeguarding.official.known import (
    AREAS,
    AREAS_BY,
    FIGURES,
    NEIGHBOUR_RANKS,
    SYMBOLS,
    Known,
    OfficialFileError,
)
from safeguarding.official.published_files import PublishedFile, index_of, nearest_of

NUMBER = re.compile(r"[0-9]{1,9}([.][0-9]{1,2})?")
ENGLAND = "E92000001"
AREA_COLUMN = {
    "National": "country_code",
    "Regional": "region_code",
    "Local authority": "new_la_code",
}
YEAR_DIGITS = {"Reporting year": 4, "Financial year": 6}
MOST_NAMES = 5


class Figure(NamedTuple):
    """A published figure: a value as printed, or a marker that says why there is none.

    `financial_year` of a mid-year estimate is the year that 30 June lies in; `unit` is `count`,
    `percent` or `rate_per_10000`; what does not apply is blank.
    """

    release_id: str
    source_table: str
    area_code: str
    measure_id: str
    category_id: str
    financial_year: str
    unit: str
    value: str
    marker: str


class Neighbour(NamedTuple):
    """One of the ten statistical neighbours of an authority; `rank` 1 is the nearest."""

    release_id: str
    local_authority_code: str
    rank: str
    neighbour_code: str
    closeness: str


@dataclass(frozen=True)
class Tidied:
    """What a published file holds.

    Attributes:
        file: The file.
        release_id: Its release.
        figures: Its figures; none in a file of neighbours.
        neighbours: Its neighbours; none in a file of figures.
        notices: What a reader of the figures must know, such as a year that is not there.
    """

    file: PublishedFile
    release_id: str
    figures: Sequence[Figure] = ()
    neighbours: Sequence[Neighbour] = ()
    notices: Sequence[str] = ()


def tidy(file: PublishedFile, known: Known, release_id: str | None = None) -> Tidied:
    """Read the figures, or the neighbours, out of a published file.

    Args:
        file: The file.
        known: What is known of areas and symbols.
        release_id: Its release; by default the publication's name and the last year in the file.

    Raises:
        OfficialFileError: A cell is no number and no symbol, an area or a group of rows is not
            known, a row stands there twice, or rows are missing that every file has.
    """
    if file.table.areas_by == "number":
        return _tidy_neighbours(file, known, release_id)
    places = _Places(file, known)
    last = max(year for year, _ in places.of_rows)
    # A year ending in March is named after its end, a mid-year estimate after the year itself.
    year = int(last[:4]) + (file.table.year_basis == "year_ending_31_march")
    release = release_id or f"{file.table.publication_id}-{year}"
    figures = list(_figures(file, places.of_rows, release))
    return Tidied(file, release, figures=figures, notices=list(places.notices()))


class _Places:
    """Year and area of every row of a file, each there once."""

    def __init__(self, file: PublishedFile, known: Known) -> None:
        self.file = file
        self.known = known
        self.at = index_of(file.columns)
        self.years: dict[tuple[str, str], str] = {}
        self.of_rows = [(self._year(n), self._area(n)) for n in range(len(file.rows))]
        self.areas: dict[str, set[str]] = defaultdict(set)
        for year, area in self.of_rows:
            self.areas[year].add(area)
        self._check_repeated()
        self._check_whole()

    def notices(self) -> Iterator[str]:
        """Report years and authorities that are not in the file although their neighbours are."""
        name = self.file.path.name
        starts = sorted(int(year[:4]) for year in self.areas)
        for start in sorted(set(range(starts[0], starts[-1])) - set(starts)):
            yield (
                f"{name}: no rows for {financial_year(start)}, a year between its first"
                f" ({financial_year(starts[0])}) and its last. No figures of it were written;"
                " none were filled in."
            )
        for one, other in pairwise(starts):
            years = (financial_year(one), financial_year(other))
            for year, near in (years, years[::-1]):
                gone = sorted(self._authorities(near, year) - self.areas[year])
                if gone:
                    yield (
                        f"{name}: {_listed(gone)} in {near} but not in {year}. The file may be"
                        " cut off between two rows: compare with the one on DfE's site."
                    )

    def _authorities(self, present: str, year: str) -> set[str]:
        """Give authorities with rows in `present` that there were in `year` as well."""
        known = self.known
        return {
            area
            for area in self.areas[present] & known.local_authorities
            if known.begins.get(area, "") <= year and not known.ends.get(area, "9") <= year
        }

    def _year(self, number: int) -> str:
        column = self.at["time_period"]
        text = self.file.rows[number][column]
        kind = self._cell(number, "time_identifier") or "Reporting year"
        digits = YEAR_DIGITS.get(kind)
        if digits is None:
            raise OfficialFileError(
                f"{self.file.at(number, self.at['time_identifier'])}: found '{kind}', expected"
                f" {' or '.join(YEAR_DIGITS)}."
            )
        found = self.years.get((text, kind))
        if found is None:
            found = self.years[(text, kind)] = self._read_year(number, text, digits)
        return found

    def _read_year(self, number: int, text: str, digits: int) -> str:
        is_reporting_year = digits == YEAR_DIGITS["Reporting year"]
        if re.fullmatch(f"(19|20)[0-9]{{{digits - 2}}}", text):
            ends = is_reporting_year and self.file.table.year_basis == "year_ending_31_march"
            found = financial_year(int(text[:4]) - ends)
            if is_reporting_year or found[5:] == text[4:]:
                return found
        raise OfficialFileError(
            f"{self.file.at(number, self.at['time_period'])}: found '{text}', expected a year such"
            f" as {'2023' if is_reporting_year else '202223'}."
        )

    def _area(self, number: int) -> str:
        name = "la_name"
        if self.file.table.areas_by == "code":
            level = self._cell(number, "geographic_level")
            if level not in AREA_COLUMN:
                raise OfficialFileError(
                    f"{self.file.at(number, self.at['geographic_level'])}: found '{level}',"
                    f" expected {', '.join(AREA_COLUMN)}."
                )
            name = AREA_COLUMN[level]
        text = self._cell(number, name)
        code = self.known.area_codes.get(text)
        if code is None:
            raise OfficialFileError(
                f"{self.file.at(number, self.at[name])}: found area '{text}', which is not known."
                f" {self._area_advice(number, text)}"
            )
        return code

    def _area_advice(self, number: int, text: str) -> str:
        if self.file.table.areas_by == "name":
            return f"The nearest known is '{nearest_of(text, self.known.area_codes)}'."
        cells = (self._cell(number, c) for c in ("la_name", "region_code", "old_la_code"))
        name, region, old_code = cells
        return (
            f"If it is an authority, add to seeds/reference/local_authorities.csv (or, if it is"
            f" gone, to {AREAS}): {text},{name},{region},"
            f"{self._cell(number, 'region_name')},{old_code}; and what it replaced to"
            " seeds/official/area_changes.csv."
        )

    def _cell(self, number: int, name: str) -> str:
        index = self.at.get(name)
        return "" if index is None else self.file.rows[number][index]

    def _check_repeated(self) -> None:
        first: dict[tuple[str, str, str], int] = {}
        for number, place in enumerate(self.of_rows):
            key = (*place, self._cell(number, "row_group"))
            if key in first:
                raise OfficialFileError(
                    f"{self.file.path.name} line {number + 2}: found a second row for {place[1]}"
                    f" in {place[0]} (the first is line {first[key] + 2}), expected one. If the"
                    " table has new groups of rows, they need a column 'row_group' in"
                    " seeds/official/official_columns.csv."
                )
            first[key] = number

    def _check_whole(self) -> None:
        """Check that every year has a row for England and the regions that other years have."""
        wide = set().union(*self.areas.values()) - self.known.local_authorities
        for year in sorted(self.areas):
            missing = sorted((wide | {ENGLAND}) - self.areas[year])
            if missing:
                raise OfficialFileError(
                    f"{self.file.path.name}: {_listed(missing)} for {year}, which other years"
                    " have. The file is cut off or filtered: download the complete one."
                )


def _figures(
    file: PublishedFile, places: Sequence[tuple[str, str]], release: str
) -> Iterator[Figure]:
    at = index_of(file.columns)
    by_group = defaultdict(list)
    for meaning in file.table.meanings:
        by_group[meaning.row_group].append((at[meaning.canonical_name], meaning))
    groups = at.get("row_group")
    known: dict[str, tuple[str, str]] = {
        symbol: ("", marker) for symbol, marker in file.table.symbols.items()
    }
    for number, (row, (year, area)) in enumerate(zip(file.rows, places, strict=True)):
        group = "" if groups is None else row[groups]
        if group not in by_group:
            raise _unknown_group(file, number, groups or 0, group)
        for column, meaning in by_group[group]:
            cell = known.get(row[column])
            if cell is None:
                cell = known[row[column]] = _read_cell(file, number, column)
            what = (area, meaning.measure_id, meaning.category_id, year, meaning.unit)
            yield Figure(release, file.table.name, *what, *cell)


def _read_cell(file: PublishedFile, number: int, column: int) -> tuple[str, str]:
    text = file.rows[number][column]
    if not NUMBER.fullmatch(text):
        raise OfficialFileError(
            f"{file.at(number, column)}: found '{text}', expected a number of at most two"
            " decimals, a blank or a symbol of official statistics such as 'c' or 'x'. A new symbol"
            f" is a row in {SYMBOLS}."
        )
    return (text, "")


def _unknown_group(file: PublishedFile, number: int, column: int, group: str) -> OfficialFileError:
    nearest = nearest_of(group, file.table.row_groups)
    meaning = next(m for m in file.table.meanings if m.row_group == nearest)
    return OfficialFileError(
        f"{file.at(number, column)}: found rows '{group}', which are not known. The nearest known"
        f" is '{nearest}'. Add a line for each figure of them to {FIGURES}; if they are the same"
        f" renamed: {file.table.name},{meaning.canonical_name},{group},{meaning.measure_id},"
        f"{meaning.category_id},{meaning.unit}"
    )


def _tidy_neighbours(file: PublishedFile, known: Known, release_id: str | None) -> Tidied:
    release = release_id
    if release is None:
        year = re.search(r"20[0-9]{2}", file.path.stem)
        if year is None:
            raise OfficialFileError(
                f"{file.path.name}: the year of the model stands neither in the file nor in its"
                f" name. Say it: --release {file.table.publication_id}-YEAR"
            )
        release = f"{file.table.publication_id}-{year[0]}"
    at = index_of(file.columns)
    closeness = [i for i, name in enumerate(file.columns) if name == "closeness"]

    def code(number: int, name: str) -> str:
        text = file.rows[number][at[name]]
        found = known.area_codes.get(text) if text.isdigit() else None
        if found is None:
            raise OfficialFileError(
                f"{file.at(number, at[name])}: found '{text}', expected DfE's number of an"
                f" authority. A new one is a row in seeds/reference/local_authorities.csv."
            )
        return found

    neighbours = [
        Neighbour(
            release,
            code(number, "la_number"),
            str(rank),
            code(number, f"neighbour_{rank}"),
            row[closeness[rank - 1]],
        )
        for number, row in enumerate(file.rows)
        if any(row[at[name]] for name in AREAS_BY["number"] if name != "closeness")
        for rank in NEIGHBOUR_RANKS
    ]
    return Tidied(file, release, neighbours=neighbours)


def _listed(codes: Sequence[str]) -> str:
    names = ", ".join(codes[:MOST_NAMES])
    more = len(codes) - MOST_NAMES
    several = "are rows missing" if len(codes) > 1 else "is a row missing"
    return f"there {several}: {names}{f' and {more} more' if more > 0 else ''}"
