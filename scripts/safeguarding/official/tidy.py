"""Extract tidy figures from a published file: one in each row, with any symbol beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from safeguarding.official.areas import Unknown
from safeguarding.official.earlier import Earlier, nothing_earlier
from safeguarding.official.known import (
    AREAS_BY,
    NEIGHBOUR_RANKS,
    SYMBOLS,
    Known,
    OfficialFileError,
)
from safeguarding.official.proposals import check_layout
from safeguarding.official.published_files import PublishedFile, index_of
from safeguarding.official.years_and_areas import YearAndArea, YearsAndAreas

NUMBER = re.compile(r"[0-9]{1,9}([.][0-9]{1,2})?")


class Figure(NamedTuple):
    """A published figure: a value as printed, or a marker that says why it is missing.

    `financial_year` of a mid-year estimate is the year that includes 30 June; `unit` is `count`,
    `percent` or `rate_per_10000`; a field that does not apply is blank.
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
    """The contents of a published file.

    Attributes:
        file: The file.
        release_id: Its release.
        figures: Its figures; none in a file of neighbours.
        neighbours: Its neighbours; none in a file of figures.
        notices: What a reader of the figures must know, such as a missing year.
    """

    file: PublishedFile
    release_id: str
    figures: Sequence[Figure] = ()
    neighbours: Sequence[Neighbour] = ()
    notices: Sequence[str] = ()


def tidy(file: PublishedFile, known: Known, earlier: Earlier = nothing_earlier) -> Tidied:
    """Read the figures, or the neighbours, out of a published file.

    Args:
        file: The file.
        known: What is known about areas and symbols.
        earlier: Looks up earlier figures of its table.

    Raises:
        UnknownLayoutError: It has unknown columns or groups of rows.
        OfficialFileError: A cell is neither a number nor a symbol, an area is unknown, a row occurs
            twice, or rows that every file has are missing.
    """
    check_layout(file, known, earlier)
    if file.table.areas_by == "number":
        return _tidy_neighbours(file, known)
    places = YearsAndAreas(file, known)
    figures = list(_figures(file, places.of_rows))
    notices = [*places.notices(), *_groups_gone(file)]
    return Tidied(file, file.release_id, figures=figures, notices=notices)


def _groups_gone(file: PublishedFile) -> Iterator[str]:
    """Report groups of rows that the file no longer has under any name."""
    at = index_of(file.columns).get("row_group")
    if at is None:
        return
    there = {row[at] for row in file.rows}
    known = [meaning for meaning in file.table.meanings if meaning.measure_id]
    held = {meaning.measure_id for meaning in known if meaning.row_group in there}
    for measure in dict.fromkeys(m.measure_id for m in known if m.measure_id not in held):
        group = next(m.row_group for m in known if m.measure_id == measure)
        yield (
            f"{file.path.name}: no rows '{group}', so {measure} ends before"
            f" {file.release_id}. If DfE still publishes them, download the complete file."
        )


def _figures(file: PublishedFile, places: Sequence[YearAndArea | None]) -> Iterator[Figure]:
    at = index_of(file.columns)
    by_group = defaultdict(list)
    for meaning in file.table.meanings:
        # A column that this release does not have has no figures.
        if meaning.measure_id and meaning.canonical_name in at:
            by_group[meaning.row_group].append((at[meaning.canonical_name], meaning))
    groups = at.get("row_group")
    known: dict[str, tuple[str, str]] = {
        symbol: ("", marker) for symbol, marker in file.table.symbols.items()
    }
    for number, (row, place) in enumerate(zip(file.rows, places, strict=True)):
        if place is None:
            continue
        year, area = place
        for column, meaning in by_group["" if groups is None else row[groups]]:
            cell = known.get(row[column])
            if cell is None:
                cell = known[row[column]] = _read_cell(file, number, column)
            what = (area, meaning.measure_id, meaning.category_id, year, meaning.unit)
            yield Figure(file.release_id, file.table.name, *what, *cell)


def _read_cell(file: PublishedFile, number: int, column: int) -> tuple[str, str]:
    text = file.rows[number][column]
    if not NUMBER.fullmatch(text):
        raise OfficialFileError(
            f"{file.at(number, column)}: found '{text}', expected a number of at most two"
            " decimals, a blank or a symbol of official statistics such as 'c' or 'x'. A new symbol"
            f" is a row in {SYMBOLS}."
        )
    return (text, "")


def _tidy_neighbours(file: PublishedFile, known: Known) -> Tidied:
    if not file.release_id:
        raise OfficialFileError(
            f"{file.path.name}: the year of the model is neither in the file nor in its"
            f" name. Give it: --release {file.table.publication_id}-YEAR"
        )
    at = index_of(file.columns)
    closeness = [i for i, name in enumerate(file.columns) if name == "closeness"]

    def code(number: int, name: str) -> str:
        text = file.rows[number][at[name]]
        found = known.areas.find(text)
        if not found:
            expected = "an authority by DfE's number, ONS code or name"
            advice = known.areas.advice(Unknown(text), {}) if text else "Download the file again."
            raise OfficialFileError(
                f"{file.at(number, at[name])}: found '{text}', expected {expected}. {advice}"
            )
        return found

    neighbours = [
        Neighbour(
            file.release_id,
            code(number, "la_number"),
            str(rank),
            code(number, f"neighbour_{rank}"),
            row[closeness[rank - 1]] if closeness else "",
        )
        for number, row in enumerate(file.rows)
        if any(row[at[name]] for name in AREAS_BY["number"] if name in at and name != "closeness")
        for rank in NEIGHBOUR_RANKS
    ]
    return Tidied(file, file.release_id, neighbours=neighbours)
