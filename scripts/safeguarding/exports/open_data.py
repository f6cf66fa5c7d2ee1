"""Figures as open data: CSV files that keep the standard of DfE's "explore education statistics".

Each data file has a metadata file beside it (`.meta.csv`); `open_data_rules.py` holds the rules.

Which figures stand in one file: those that are compared side by side and are known for the same
periods. The standard asks for few files, but for another one where much of a file would be empty,
where years and quarters would mix, or where a breakdown fits some of the indicators only. So there
are five annual files and one quarterly one, not one of each: the reports reach back to other years
for each subject, and a source of referrals says nothing about plans.

No figure is made here. Every number is one of the conformed facts', and where there is none stands
a symbol of the standard, never a blank:

- `x`, not available: the reports print none, or what they printed was lost;
- `c`, suppressed, and `u`, of low reliability: as the fact's own marker says;
- `z`, not applicable: the share that a total is of itself;
- `low` (rounds to zero) is not used: the reports do not round counts.

A marked figure is never written, even if the fact should still hold its number. Behind each figure
stands its standing. The standard has no columns of words beside figures, so it is a number, and
the metadata's group of indicators says what each number means. Which release a figure comes from
has no place in the standard's files: see the facts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from safeguarding.exports.open_data_rules import MANDATORY, META, OPTIONAL_META, TOTAL, meta_file_of
from safeguarding.published.facts import IMPLIED_BASE, Categories, Fact, Figure
from safeguarding.published.facts import TOTAL as TOTAL_FIGURE
from safeguarding.published.stamp import facts_of
from safeguarding.published.standings import Standing, Subject, subject_of

# The number of each standing in these files, the best first, and the group that explains them.
STANDINGS = {
    each: number
    for number, each in enumerate((s for s in Standing if s is not Standing.MISSING), start=1)
}
STANDING_GROUP = f"Standing: {', '.join(f'{number} {each}' for each, number in STANDINGS.items())}"
# The warehouse holds authorities in England only, so their country is not a column of its own.
COUNTRY_CODE, COUNTRY_NAME = "E92000001", "England"

NOT_AVAILABLE, NOT_APPLICABLE = "x", "z"

# The unit and the decimal places of each unit. Decimal places are those of the facts; the standard
# has no unit for rates.
DATA_TYPES = {"count": ("", 0), "percent": ("%", 2), "rate_per_10000": ("", 2)}


@dataclass(frozen=True)
class Indicator:
    """A column of figures.

    Attributes:
        figure: Where its figures come from.
        total: Where those of the filter's total come from; None if a total has none.
    """

    figure: Figure
    total: Figure | None

    @property
    def name(self) -> str:
        """Its name in the file: what is counted, then the unit."""
        return self.figure.data_column

    @property
    def standing_name(self) -> str:
        """Name of the column with the standing of its figures; empty if they have none.

        What a printed share divides by is worked out from it alone, so nothing judges it.
        """
        return "" if self.figure.derived == IMPLIED_BASE else f"{self.name}_standing"


@dataclass(frozen=True)
class Filter:
    """A breakdown.

    Attributes:
        name: Its column in the file.
        label: Its name as people read it.
        hint: What it lets one choose.
        items: Where its items stand; the dimension has a column `sort_order`.
    """

    name: str
    label: str
    hint: str
    items: Categories


@dataclass(frozen=True)
class DataFile:
    """A data file.

    Attributes:
        name: Its name without `.csv`. It names no year, so that later figures can replace it.
        indicators: Its figures, in order.
        breakdown: Its filter, or None. All figures of a file with one come from the same fact.
    """

    name: str
    indicators: tuple[Indicator, ...]
    breakdown: Filter | None = None

    @property
    def facts(self) -> list[str]:
        """Facts of its figures, but not of its totals."""
        return sorted({indicator.figure.fact for indicator in self.indicators})

    @property
    def has_totals(self) -> bool:
        """Whether its filter has a total.

        It has none where each row has the number of all, and an item stands for what is in no
        category printed.
        """
        return any(indicator.total for indicator in self.indicators)


def data_files(facts: Sequence[Fact]) -> list[DataFile]:
    """The data files that hold the facts' figures, in the order of the facts."""
    totals = {
        (figure.measure, figure.unit): figure
        for fact in facts
        for figure in fact.figures
        if figure.derived == TOTAL_FIGURE
    }
    return [
        DataFile(
            name,
            tuple(
                Indicator(each, _total_of(each, totals))
                for each in sorted(
                    (each for fact in facts if fact.data_file == name for each in fact.figures),
                    key=lambda each: each.data_order,
                )
            ),
            next((_filter(fact) for fact in facts if fact.data_file == name), None),
        )
        for name in dict.fromkeys(fact.data_file for fact in facts)
    ]


def _total_of(figure: Figure, totals: Mapping[tuple[str, str], Figure]) -> Figure | None:
    """The total of a printed figure's categories, if a fact has it."""
    total = totals.get((figure.measure, figure.unit))
    return None if figure.derived or total is figure else total


def _filter(fact: Fact) -> Filter | None:
    """The filter of a fact's file."""
    if fact.categories is None:
        return None
    named = fact.data_filter
    return Filter(named["column"], named["label"], named["hint"], fact.categories)


def write_open_data(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write every data file and its metadata.

    Args:
        connection: A warehouse or a released database; reading is enough.
        folder: Where to write; it exists.

    Returns:
        The files, each data file followed by its metadata.

    Raises:
        LookupError: The database does not say what its figures are.
        duckdb.Error, OSError: A table is missing, or a file could not be written.
    """
    written = []
    for data_file in data_files(facts_of(connection)):
        path = folder / f"{data_file.name}.csv"
        target = str(path).replace("'", "''")
        connection.execute(f"copy ({select(connection, data_file)}) to '{target}' (header)")
        write_metadata(connection, data_file, meta_file_of(path))
        written += [path, meta_file_of(path)]
    return written


def select(connection: duckdb.DuckDBPyConnection, data_file: DataFile) -> str:
    """SQL of a data file's rows, in order.

    With a filter, every period has a row for every item that any period has: the standard asks
    for the whole matrix, so that a gap is said to be one.
    """
    filtered = data_file.breakdown
    columns = [
        *_time_and_place(),
        *([f"items.item as {filtered.name}"] if filtered else []),
        *(_cell(connection, data_file, each) + f" as {each.name}" for each in data_file.indicators),
        *(
            f"{_standing(data_file, each)} as {each.standing_name}"
            for each in data_file.indicators
            if each.standing_name
        ),
    ]
    return f"""
        with grain as ({_grain(data_file)}), items as ({_items(data_file)})
        select {", ".join(columns)}
        from grain
        cross join items
        {_joins(data_file)}
        left join marts.dim_period as periods on periods.period_id = grain.period_id
        left join marts.dim_local_authority as authorities
            on authorities.local_authority_code = grain.local_authority_code
        order by periods.start_date, grain.local_authority_code, items.sort_order, items.item_id
    """


def write_metadata(
    connection: duckdb.DuckDBPyConnection, data_file: DataFile, meta_file: Path
) -> None:
    """Write the metadata of a data file: a row for its filter and for each indicator.

    Raises:
        OSError: The file could not be written.
    """
    rows = [
        *([_filter_row(connection, data_file, data_file.breakdown)] if data_file.breakdown else []),
        *(_indicator_row(indicator) for indicator in data_file.indicators),
        *(_standing_row(each) for each in data_file.indicators if each.standing_name),
    ]
    with meta_file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*META, *OPTIONAL_META], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _time_and_place() -> list[str]:
    """SQL of the mandatory columns, in order."""
    values = {
        "time_period": "replace(periods.financial_year, '-', '')",
        "time_identifier": "concat('Financial year', ' Q' || periods.quarter_of_financial_year)",
        "geographic_level": "'Local authority'",
        "country_code": f"'{COUNTRY_CODE}'",
        "country_name": f"'{COUNTRY_NAME}'",
        "region_code": "authorities.region_code",
        "region_name": "authorities.region_name",
        "old_la_code": "authorities.dfe_la_code",
        "new_la_code": "grain.local_authority_code",
        "la_name": "authorities.local_authority_name",
    }
    return [f"{values[column]} as {column}" for column in MANDATORY]


def _grain(data_file: DataFile) -> str:
    """SQL of the authorities and periods that any of its facts has."""
    return " union ".join(
        f"select distinct local_authority_code, period_id from marts.{fact}"
        for fact in data_file.facts
    )


def _items(data_file: DataFile) -> str:
    """SQL of its filter's items, the total (without an id) first; one row if it has no filter."""
    total = f"select null as item_id, '{TOTAL}' as item, -1 as sort_order"
    filtered = data_file.breakdown
    if filtered is None:
        return total
    key = filtered.items.key
    items = f"""
        select {key} as item_id, {filtered.items.name} as item, sort_order
        from marts.{filtered.items.dimension}
        where {key} in (select {key} from marts.{data_file.facts[0]})
    """
    return f"{total} union all {items}" if data_file.has_totals else items


def _joins(data_file: DataFile) -> str:
    """SQL that joins its facts, and those of its totals, to authority, period and item."""
    on = "on {0}.local_authority_code = grain.local_authority_code"
    on += " and {0}.period_id = grain.period_id"
    filtered = data_file.breakdown
    on_item = f" and {{0}}.{filtered.items.key} = items.item_id" if filtered else ""
    totals = {each.total.fact for each in data_file.indicators if each.total}
    joins = [(fact, on + on_item) for fact in data_file.facts]
    joins += [(fact, on) for fact in sorted(totals)]
    return "\n".join(f"left join marts.{fact} {where.format(fact)}" for fact, where in joins)


def _cell(connection: duckdb.DuckDBPyConnection, data_file: DataFile, indicator: Indicator) -> str:
    """SQL of an indicator's cell: a figure or a symbol, as text."""
    figure = _figure(connection, indicator.figure)
    if not data_file.has_totals:
        return figure
    total = _figure(connection, indicator.total) if indicator.total else f"'{NOT_APPLICABLE}'"
    return f"case when items.item_id is null then {total} else {figure} end"


def _standing(data_file: DataFile, indicator: Indicator) -> str:
    """SQL of the standing of an indicator's figure as a number, or of a symbol."""
    filtered = data_file.breakdown
    item = "items.item_id" if filtered else "null"
    figure = _standing_of(subject_of(indicator.figure, ""), item)
    if not data_file.has_totals:
        return figure
    total = f"'{NOT_APPLICABLE}'"
    if indicator.total:
        total = _standing_of(subject_of(indicator.total), "null")
    return f"case when items.item_id is null then {total} else {figure} end"


def _standing_of(subject: Subject, item: str) -> str:
    """SQL of the number of a figure's standing; `item` is its category unless it has none."""
    category = "null" if subject.category is None else item
    numbers = " ".join(f"when '{each}' then '{number}'" for each, number in STANDINGS.items())
    return f"""coalesce((
        select case figures.standing {numbers} end from marts.fct_figures as figures
        where figures.local_authority_code = grain.local_authority_code
            and figures.period_id = grain.period_id
            and figures.measure_id = '{subject.measure}'
            and figures.category_id is not distinct from {category}
            and figures.unit = '{subject.unit}'
            and figures.is_calculated = {str(subject.is_calculated).lower()}
    ), '{NOT_AVAILABLE}')"""


def _standing_row(indicator: Indicator) -> dict[str, str]:
    """Metadata of the column with the standing of an indicator's figures."""
    return {
        "col_name": indicator.standing_name,
        "col_type": "Indicator",
        "label": f"Standing of {indicator.name}",
        "indicator_grouping": STANDING_GROUP,
        "indicator_unit": "",
        "indicator_dp": "0",
    }


def _figure(connection: duckdb.DuckDBPyConnection, figure: Figure) -> str:
    """SQL of a figure, or of the symbol that stands for it."""
    column, marker = f"{figure.fact}.{figure.column}", f"{figure.column}_marker"
    has_marker = marker in connection.table(f"marts.{figure.fact}").columns
    first = f"{figure.fact}.{marker}, " if has_marker else ""
    return f"coalesce({first}cast({column} as varchar), '{NOT_AVAILABLE}')"


def _filter_row(
    connection: duckdb.DuckDBPyConnection, data_file: DataFile, filtered: Filter
) -> dict[str, str]:
    """Metadata of a filter; it begins with its total or, without one, with its first item."""
    first = connection.execute(
        f"select item from ({_items(data_file)}) order by sort_order limit 1"
    ).fetchone()
    return {
        "col_name": filtered.name,
        "col_type": "Filter",
        "label": filtered.label,
        "filter_hint": filtered.hint,
        "filter_default": first[0] if first else "",
    }


def _indicator_row(indicator: Indicator) -> dict[str, str]:
    """Metadata of an indicator."""
    unit, decimals = DATA_TYPES[indicator.figure.unit]
    return {
        "col_name": indicator.name,
        "col_type": "Indicator",
        "label": indicator.figure.label,
        "indicator_unit": unit,
        "indicator_dp": str(decimals),
    }
