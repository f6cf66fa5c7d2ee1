"""Read what readers can look up: printed figures, official figures and their relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

import duckdb

from safeguarding.disclosure.protection import Cell

# Percentages whose base no check knows because their own count is not printed.
OTHER_BASES = {
    "section_47_to_conference": ("section_47_to_conference", "section_47_enquiries"),
    "assessments_in_time": ("assessments_in_time", "assessments"),
    "cpp_ended_after_2_years": ("cpp_ended_after_2_years", "cpp_ended"),
}
MOST_PEOPLE = 10**9

Terms = tuple[tuple[str, int], ...]


class Figure(NamedTuple):
    """A figure that a release prints.

    Attributes:
        release: `release_id`.
        cell: What it counts.
        unit: `count`, `percent`, `rate_per_10000` or `average`.
        value: The figure, in `unit`.
        decimals: To how many decimals it is printed.
        is_controlled: Whether a rule applies to the release.
        is_latest: Whether no later release prints the figure.
        is_public: Whether the audience may know it anyway.
        is_small: Whether it is to be suppressed.
    """

    release: str
    cell: Cell
    unit: str
    value: Decimal
    decimals: int
    is_controlled: bool
    is_latest: bool
    is_public: bool
    is_small: bool

    @property
    def rounding(self) -> Fraction:
        """How far it may be from the exact figure."""
        return Fraction(1, 2 * 10**self.decimals)

    def populations(self, count: int) -> tuple[int, int]:
        """Return the least and greatest population for which it is the rounded rate of a count."""
        low = ceil(count * 10000 / (Fraction(self.value) + self.rounding))
        if self.value <= self.rounding:
            return low, MOST_PEOPLE
        return low, floor(count * 10000 / (Fraction(self.value) - self.rounding))

    def is_share(self, count: int, base: int) -> bool:
        """Check whether it is the rounded percentage of a count and its base."""
        return abs(Fraction(self.value) * base - 100 * count) <= self.rounding * base


class Correspondence(NamedTuple):
    """Which official figure counts what a measure counts.

    Attributes:
        official: Measure and category of official statistics.
        made_of: `figure`, `categories` (their sum) or `quarters` (their sum).
        is_same: Whether the definitions are the same.
    """

    official: tuple[str, str]
    made_of: str
    is_same: bool


@dataclass(frozen=True)
class Relations:
    """How measures follow from each other, as the reference data says.

    Attributes:
        bases: For a percentage's measure: the measures of its count and of its base.
        sums: Measure, and the measures with signs that it equals.
        limits: Measure, and the measures whose sum it is at least.
        kinds: `measure_kind` of each measure.
        official: For a measure and category: the official figure.
        tolerance: By which share an official figure can differ and still tell about a count.
        added: Measures that tables print and no conformed fact has.
    """

    bases: Mapping[str, tuple[str, str]]
    sums: Sequence[tuple[str, Terms]]
    limits: Sequence[tuple[str, Terms]]
    kinds: Mapping[str, str]
    official: Mapping[tuple[str, str], Correspondence]
    tolerance: Fraction
    added: Set[str]


Official = Mapping[tuple[str, str, str, str], Sequence[Decimal]]  # measure, category, year, unit


def by_key(figures: Iterable[Figure]) -> dict[tuple[Cell, str], Figure]:
    """Arrange figures by cell and unit."""
    return {(figure.cell, figure.unit): figure for figure in figures}


def distinct_ratios(figures: Iterable[Figure]) -> list[Figure]:
    """List percentages and rates of all releases: one that is public anywhere is public."""
    found: dict[tuple[Cell, str, Decimal, int], Figure] = {}
    for figure in figures:
        if figure.unit != "count":
            key = (figure.cell, figure.unit, figure.value, figure.decimals)
            if key not in found or figure.is_public:
                found[key] = figure
    return list(found.values())


def read_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Figure]]:
    """Return figures by authority; if a release prints a figure twice, the first one."""
    found = defaultdict(list)
    for authority, release, measure, category, period, unit, *rest in connection.sql(
        """
        select
            local_authority_code,
            release_id,
            measure_id,
            coalesce(category_id, ''),
            period_id,
            unit,
            arg_min(value, source_line),
            coalesce(arg_min(decimals_printed, source_line), 0),
            bool_or(is_controlled),
            bool_or(is_latest_release),
            not arg_min(is_secret, source_line),
            bool_or(is_small)
        from figures
        group by all
        order by all
        """
    ).fetchall():
        cell = Cell(authority, measure, category, period)
        found[authority].append(Figure(release, cell, unit, *rest))
    return found


def read_official(connection: duckdb.DuckDBPyConnection) -> dict[str, Official]:
    """Read official statistics of the authorities, without what is calculated from them."""
    found: dict[str, dict[tuple[str, str, str, str], list[Decimal]]] = defaultdict(dict)
    for area, measure, category, year, unit, value in connection.sql(
        """
        select
            area_code,
            measure_id,
            coalesce(category_id, ''),
            financial_year,
            unit,
            value
        from marts.fct_official_statistics
        where
            value is not null
            and (unit = 'count' or not is_calculated)
            and area_code in (select local_authority_code from figures)
        group by all
        order by all
        """
    ).fetchall():
        found[area].setdefault((measure, category, year, unit), []).append(value)
    return dict(found)


def read_relations(connection: duckdb.DuckDBPyConnection, declared: Collection[str]) -> Relations:
    """Read how measures follow from each other: from seeds, and `OTHER_BASES`."""
    bases = dict(OTHER_BASES)
    for measure, count, base in connection.sql(
        "select measure_id, numerator_measure_id, base_measure_id from raw.percentage_bases"
    ).fetchall():
        bases[measure] = (count, base)
    relations: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
    for check, measure, relation, operand, sign in connection.sql(
        "select check_id, measure_id, relation, operand_measure_id, cast(sign as integer)"
        " from raw.figure_relations where local_authority_code is null order by all"
    ).fetchall():
        relations[(check, measure, relation)].append((operand, sign))
    sums: list[tuple[str, Terms]] = []
    limits: list[tuple[str, Terms]] = []
    for (_, measure, relation), operands in relations.items():
        (sums if relation == "equals" else limits).append((measure, tuple(operands)))
    kinds = dict(connection.sql("select measure_id, measure_kind from raw.measures").fetchall())
    official = {
        # The count and the base of a share for which no report prints a count.
        name: Correspondence((measure, ""), "figure", is_same=name[0] == measure)
        for ratio, part, whole in connection.sql(
            "select measure_id, part_measure_id, base_measure_id from raw.official_ratios"
            " where unit = 'percent' and is_by_category = 'false'"
        ).fetchall()
        if ratio in bases
        for name, measure in (((bases[ratio][0], ""), part), ((bases[ratio][1], ""), whole))
    }
    for measure, category, made_of, theirs, their_category, is_same in connection.sql(
        "select measure_id, coalesce(category_id, ''), made_of, official_measure_id,"
        " coalesce(official_category_id, ''), is_same_definition = 'true'"
        " from raw.official_correspondences"
        " where unit = 'count' and official_measure_id is not null"
    ).fetchall():
        official[(measure, category)] = Correspondence((theirs, their_category), made_of, is_same)
    ((tolerance,),) = connection.sql(
        "select max(cast(official_tolerance_pct as decimal(9, 4))) from raw.disclosure_rules"
    ).fetchall()
    added = {
        measure
        for (measure,) in connection.sql(
            "select distinct measure_id from raw.published_rows"
            " where table_id <> 'headline_figures'"
        ).fetchall()
    } - set(declared)
    return Relations(bases, sums, limits, kinds, official, Fraction(tolerance or 0) / 100, added)
