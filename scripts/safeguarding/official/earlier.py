"""Look up earlier figures, to identify a renamed column by its values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from safeguarding.official.layouts import release_year

What = tuple[str, str, str]  # measure, category (or blank), unit
YearAndArea = tuple[str, str]  # financial year, area
Values = Mapping[YearAndArea, float]
# Counts are seldom revised. A population is estimated again, and every rate changes with it.
ESTIMATE_DIFFERENCE = 0.03
LAST_DIGIT = 0.001
SAME = 0.9  # of the values of both releases: the same column
OTHER = 0.25  # fewer: another column
LEAST_COMPARED = 10


class Agreement(NamedTuple):
    """How many of the compared values of a column are those of an earlier release.

    `equal` allows for a new estimate; `exact` is to the last digit.
    """

    equal: int = 0
    compared: int = 0
    exact: int = 0

    @property
    def is_telling(self) -> bool:
        """Whether enough was compared."""
        return self.compared >= LEAST_COMPARED

    @property
    def share(self) -> float:
        """The share that is equal."""
        return self.equal / self.compared if self.compared else 0.0

    def with_more(self, other: Agreement) -> Agreement:
        """Add what was compared in one group of rows to that in another."""
        return Agreement(*(one + more for one, more in zip(self, other, strict=True)))


Earlier = Callable[[str, str], Mapping[What, Values]]


def nothing_earlier(table: str, release_id: str) -> Mapping[What, Values]:
    """Return no figures, as if nothing had been loaded before."""
    return {}


def earlier_figures(statistics: Path) -> Earlier:
    """Return a function that looks up a table's figures in the nearest other release."""
    if not statistics.exists():
        return nothing_earlier

    @lru_cache
    def of_table(table: str, release_id: str) -> Mapping[What, Values]:
        found: dict[What, dict[YearAndArea, float]] = defaultdict(dict)
        with duckdb.connect(":memory:") as connection:
            releases = connection.execute(
                "select distinct release_id from read_parquet(?) where source_table = ?",
                [str(statistics), table],
            ).fetchall()
            others = sorted(each for (each,) in releases if each != release_id)
            if not others:
                return found
            year = release_year(release_id)
            nearest = min(others, key=lambda each: abs(release_year(each) - year))
            rows = connection.execute(
                "select measure_id, coalesce(category_id, ''), unit, financial_year, area_code,"
                " cast(value as double) from read_parquet(?)"
                " where source_table = ? and release_id = ? and value is not null",
                [str(statistics), table, nearest],
            ).fetchall()
        for measure, category, unit, period, area, value in rows:
            found[measure, category, unit][period, area] = value
        return found

    return of_table


def agreement(
    cells: Iterable[tuple[YearAndArea, str]], values: Values, *, are_estimates: bool
) -> Agreement:
    """Compare the cells of a column with earlier values, except zeros, which are common."""
    equal = compared = exact = 0
    for place, text in cells:
        value = values.get(place)
        if value is None or not text.replace(".", "", 1).isdigit():
            continue
        number = float(text)
        if number == value == 0:
            continue
        compared += 1
        allowed = max(0.5, ESTIMATE_DIFFERENCE * value) if are_estimates else LAST_DIGIT
        equal += abs(number - value) <= allowed
        exact += abs(number - value) <= LAST_DIGIT
    return Agreement(equal, compared, exact)
