"""Read the year and area of every row of a published file, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from safeguarding.financial_years import financial_year
from safeguarding.official.areas import Areas, Unknown
from safeguarding.official.known import Known, OfficialFileError
from safeguarding.official.published_files import YEAR, PublishedFile, index_of

YearAndArea = tuple[str, str]  # financial year, area
ENGLAND = "E92000001"
AREA_COLUMN = {
    "National": "country_code",
    "Regional": "region_code",
    "Local authority": "new_la_code",
}
YEAR_DIGITS = {"Reporting year": 4, "Financial year": 6}
MOST_NAMES = 5


def lenient_places(file: PublishedFile, known: Known) -> Iterator[YearAndArea | None]:
    """Yield the year and area of each row that can be read; None for the others."""
    at = index_of(file.columns)
    for row in file.rows:
        cells = {name: row[index] for name, index in at.items()}
        kind = cells.get("time_identifier", "Reporting year")
        year = year_of(cells.get("time_period", ""), kind, file.table.year_basis)
        column = AREA_COLUMN.get(cells.get("geographic_level", ""), "la_name")
        area = known.areas.find(cells.get(column, ""))
        yield (year, area) if year and area else None


def year_of(text: str, kind: str, basis: str) -> str | None:
    """Read a year of a file as a financial year; None if it cannot be read."""
    digits = YEAR_DIGITS.get(kind, 0)
    if len(text) != digits or not YEAR.fullmatch(text):
        return None
    ends = kind == "Reporting year" and basis == "year_ending_31_march"
    found = financial_year(int(text[:4]) - ends)
    return found if text[4:] in ("", found[5:]) else None


class YearsAndAreas:
    """The year and area of every row of a file, each once; None for a row that is left out."""

    def __init__(self, file: PublishedFile, known: Known) -> None:
        """Read them.

        Raises:
            OfficialFileError: One cannot be read or occurs twice, or rows are missing.
        """
        self.file = file
        self.known = known
        self.at = index_of(file.columns)
        self.years: dict[tuple[str, str], str] = {}
        self.unknown: dict[str, list[int]] = defaultdict(list)
        rows = range(len(file.rows))
        years = [self._year(number) for number in rows]
        areas = [self._area(number) for number in rows]
        self.areas: dict[str, set[str]] = defaultdict(set)
        for year, area in zip(years, areas, strict=True):
            self.areas[year] |= {area} - {""}
        self._check_unknown(years)
        self.of_rows: list[YearAndArea | None] = [
            (year, area) if area else None for year, area in zip(years, areas, strict=True)
        ]
        self._check_repeated()
        self._check_whole()

    def notices(self) -> Iterator[str]:
        """Report rows, years and authorities that are left out or not in the file."""
        name = self.file.path.name
        if left_out := self.of_rows.count(None):
            yield f"{name}: {left_out} rows of shared areas were left out, as the seeds say."
        starts = sorted(int(year[:4]) for year in self.areas)
        for start in sorted(set(range(starts[0], starts[-1])) - set(starts)):
            yield (
                f"{name}: no rows for {financial_year(start)}, a year between its first"
                f" ({financial_year(starts[0])}) and its last. No figures were written for it."
            )
        for one, other in pairwise(starts):
            years = (financial_year(one), financial_year(other))
            for year, near in (years, years[::-1]):
                gone = sorted(self._authorities(near, year) - self.areas[year])
                if gone:
                    yield (
                        f"{name}: {_listed(gone, self.known.areas)} in {near} but not in {year}."
                        " The file may be cut off between two rows: compare with the one on DfE's"
                        " site."
                    )

    def _authorities(self, present: str, year: str) -> set[str]:
        """Return authorities with rows in `present` that existed in `year` too."""
        areas = self.known.areas
        return {
            area
            for area in self.areas[present] & areas.local_authorities
            if areas.existed(area, year)
        }

    def _year(self, number: int) -> str:
        kind = self._cell(number, "time_identifier") or "Reporting year"
        text = self._cell(number, "time_period")
        if (kind, text) not in self.years:
            self.years[kind, text] = self._read_year(number, kind, text)
        return self.years[kind, text]

    def _read_year(self, number: int, kind: str, text: str) -> str:
        if kind not in YEAR_DIGITS:
            raise OfficialFileError(
                f"{self.file.at(number, self.at['time_identifier'])}: found '{kind}', expected"
                f" {' or '.join(YEAR_DIGITS)}."
            )
        year = year_of(text, kind, self.file.table.year_basis)
        if year is None:
            raise OfficialFileError(
                f"{self.file.at(number, self.at['time_period'])}: found '{text}', expected a year"
                f" such as {'2023' if kind == 'Reporting year' else '202223'}."
            )
        return year

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
        code = self.known.areas.find(text) if text else None
        if code is None:
            self.unknown[text].append(number)
        return code or ""

    def _check_unknown(self, years: Sequence[str]) -> None:
        """Report every unknown area once, with the rows to add."""
        problems = []
        for text, numbers in self.unknown.items():
            number = numbers[0]
            name = "la_name"
            if self.file.table.areas_by == "code":
                name = AREA_COLUMN[self._cell(number, "geographic_level")]
            if not text:
                advice = "Download the file again, or delete these rows if they are notes."
            else:
                unknown = Unknown(
                    text,
                    name=self._cell(number, "la_name"),
                    region_code=self._cell(number, "region_code"),
                    region_name=self._cell(number, "region_name"),
                    number=self._cell(number, "old_la_code"),
                    years=tuple(sorted({years[each] for each in numbers})),
                )
                advice = self.known.areas.advice(unknown, self.areas)
            problems.append(
                f"{self.file.at(number, self.at[name])}: found area '{text}', which is not known."
                f" {advice}"
            )
        if problems:
            raise OfficialFileError("\n".join(problems))

    def _cell(self, number: int, name: str) -> str:
        index = self.at.get(name)
        return "" if index is None else self.file.rows[number][index]

    def _check_repeated(self) -> None:
        first: dict[tuple[str, str, str], int] = {}
        for number, place in enumerate(self.of_rows):
            if place is None:
                continue
            key = (*place, self._cell(number, "row_group"))
            if key in first:
                raise OfficialFileError(
                    f"{self.file.path.name} line {number + 2}: found a second row for"
                    f" {self.known.areas.named(place[1])} in {place[0]} (the first is line"
                    f" {first[key] + 2}), expected one. If the table has new groups of rows, they"
                    " need a column 'row_group' in seeds/official/official_columns.csv."
                )
            first[key] = number

    def _check_whole(self) -> None:
        """Check that every year has a row for England and the regions that other years have."""
        wide = set().union(*self.areas.values()) - self.known.areas.local_authorities
        for year in sorted(self.areas):
            missing = sorted((wide | {ENGLAND}) - self.areas[year])
            if missing:
                raise OfficialFileError(
                    f"{self.file.path.name}: {_listed(missing, self.known.areas)} for {year}, which"
                    " other years have. The file is cut off or filtered: download the complete"
                    " one."
                )


def _listed(codes: Sequence[str], areas: Areas) -> str:
    names = ", ".join(areas.named(code) for code in codes[:MOST_NAMES])
    more = len(codes) - MOST_NAMES
    several = "are rows missing" if len(codes) > 1 else "is a row missing"
    return f"there {several}: {names}{f' and {more} more' if more > 0 else ''}"
