"""Find the columns of a table in a release, as headers are renamed, added and dropped."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

NEWEST = 9999  # the year of a release without one


class Column(NamedTuple):
    """A row of `official_columns.csv`: from a release on, a column has a header.

    Attributes:
        canonical_name: The column, however a release words its header.
        year: Year of the first release known with the header; 0 for every release.
        header: The header; blank if the column ends with the release.
    """

    canonical_name: str
    year: int
    header: str


@dataclass(frozen=True)
class Layout:
    """The columns of a table in one release.

    Attributes:
        meanings_of: Canonical names of each header known; several if a file repeats the header.
        there: Canonical names that the release should have.
        headers_of: Every header known of each canonical name, the newest last.
    """

    meanings_of: Mapping[str, Sequence[str]]
    there: frozenset[str]
    headers_of: Mapping[str, Sequence[str]]


def release_year(release_id: str) -> int:
    """Return the year in a release's name; 0 for a blank, NEWEST if it has none."""
    if not release_id:
        return 0
    year = re.search(r"(?:19|20)[0-9]{2}", release_id)
    return int(year[0]) if year else NEWEST


def layout_in(columns: Iterable[Column], year: int) -> Layout:
    """Return the layout in the release of a year.

    A header means what it last meant up to then; one first known from a later release means the
    same earlier. So a row added for a release does not change an older one.
    """
    rows = sorted(columns, key=lambda column: column.year)
    # A release older than all known ones should have the columns of the oldest.
    year = max(year, min((row.year for row in rows if row.year), default=0))
    by_header: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    by_name: dict[str, list[Column]] = defaultdict(list)
    for row in rows:
        by_name[row.canonical_name].append(row)
        if row.header:
            by_header[row.header][row.year].append(row.canonical_name)
    meanings = {}
    for header, of_years in by_header.items():
        until = [each for each in of_years if each <= year]
        meanings[header] = of_years[max(until) if until else min(of_years)]
    there = set()
    for name, named in by_name.items():
        until_now = [row for row in named if row.year <= year]
        if until_now and until_now[-1].header:
            there.add(name)
    headers = {name: [row.header for row in named if row.header] for name, named in by_name.items()}
    return Layout(meanings, frozenset(there), headers)
