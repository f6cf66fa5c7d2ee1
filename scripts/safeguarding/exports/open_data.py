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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from safeguarding.exports.open_data_rules import MANDATORY, META, OPTIONAL_META, TOTAL, meta_file_of
from safeguarding.published.facts import IMPLIED_BASE, Categories, Fact, Figure
from safeguarding.published.facts import TOTAL as TOTAL_FIGURE
from safeguarding.published.stamp import facts_of
from safeguarding.published.standings import Standing, subject_of

# The number of each standing in these files, the best first, and the group that explains them.
STANDINGS = {each: n for n, each in enumerate(Standing, start=1) if each is not Standing.MISSING}
STANDING_GROUP = f"Standing: {', '.join(f'{number} {each}' for each, number in STANDINGS.items())}"
NOT_AVAILABLE, NONE_OF_ITS_OWN = "x", "'z'"  # the second is SQL
# The unit and the decimal places of each unit. Decimal places are those of the facts; the standard
# has no unit for rates.
DATA_TYPES = {"count": ("", 0), "percent": ("%", 2), "rate_per_10000": ("", 2), "average": ("", 2)}

PLACE_AND_TIME = {
    "time_period": "coalesce(replace(periods.financial_year, '-', ''), periods.period_id)",
    "time_identifier": """
        case
            when periods.financial_year is null then 'Calendar year'
            else concat('Financial year', ' Q' || periods.quarter_of_financial_year)
        end""",
    "geographic_level": "'Local authority'",
    # The warehouse holds authorities in England only, so their country is not a column of its own.
    "country_code": "'E92000001'",
    "country_name": "'England'",
    "region_code": "authorities.region_code",
    "region_name": "authorities.region_name",
    "old_la_code": "authorities.dfe_la_code",
    "new_la_code": "grain.local_authority_code",
    "la_name": "authorities.local_authority_name",
}
SELECT = """
    with grain as ({grain}), items as ({items})
    select {columns}
    from grain
    cross join items
    {joins}
    left join marts.dim_period as periods on periods.period_id = grain.period_id
    left join marts.dim_local_authority as authorities
        on authorities.local_authority_code = grain.local_authority_code
    order by periods.start_date, grain.local_authority_code, items.sort_order, items.item_id
"""
STANDING = """
    coalesce((
        select case figures.standing {numbers} end from marts.fct_figures as figures
        where figures.local_authority_code = grain.local_authority_code
            and figures.period_id = grain.period_id
            and figures.measure_id = '{measure}'
            and figures.category_id is not distinct from {category}
            and figures.unit = '{unit}'
            and figures.is_calculated = {is_calculated}
    ), '{missing}')
"""


@dataclass(frozen=True)
class Indicator:
    """A column of figures, and those that stand in the row of the filter's total, if any do."""

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
class DataFile:
    """A data file; if it has categories, all its figures come from the same fact."""

    name: str  # without `.csv`; it names no year, so that later figures can replace it
    relations: Mapping[str, str]  # where the rows of each fact are, as SQL has it
    indicators: tuple[Indicator, ...]
    items: Categories | None  # what its filter chooses from
    filter_name: str = ""
    filter_label: str = ""
    filter_hint: str = ""

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
    relations = {fact.name: fact.relation for fact in facts}
    files = []
    for name in dict.fromkeys(fact.data_file for fact in facts):
        of_file = [fact for fact in facts if fact.data_file == name]
        figures = sorted((f for fact in of_file for f in fact.figures), key=lambda f: f.data_order)
        indicators = (
            Indicator(f, None if f.derived else totals.get((f.measure, f.unit))) for f in figures
        )
        chosen = of_file[0].data_filter
        words = (chosen[key] for key in ("column", "label", "hint") if chosen)
        files.append(DataFile(name, relations, tuple(indicators), of_file[0].categories, *words))
    return files


def write_open_data(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write every data file and its metadata into a folder that exists.

    Returns:
        The files, each data file followed by its metadata.

    Raises:
        LookupError: The database does not say what its figures are.
        duckdb.Error, OSError: A table is missing, or a file could not be written.
    """
    written = []
    for data_file in data_files(facts_of(connection)):
        path = folder / f"{data_file.name}.csv"
        connection.sql(select(connection, data_file)).write_csv(str(path))
        with meta_file_of(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*META, *OPTIONAL_META], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(_metadata(connection, data_file))
        written += [path, meta_file_of(path)]
    return written


def select(connection: duckdb.DuckDBPyConnection, data_file: DataFile) -> str:
    """SQL of a data file's rows, in order.

    With a filter, every period has a row for every item that any period has: the standard asks
    for the whole matrix, so that a gap is said to be one.
    """
    columns = {column: PLACE_AND_TIME[column] for column in MANDATORY}
    if data_file.items:
        columns[data_file.filter_name] = "items.item"
    for each in data_file.indicators:
        total = _figure(connection, data_file, each.total) if each.total else None
        columns[each.name] = _cell(data_file, _figure(connection, data_file, each.figure), total)
    for each in data_file.indicators:
        if each.standing_name:
            item = "items.item_id" if data_file.items else "null"
            total = _standing(each.total, "null") if each.total else None
            columns[each.standing_name] = _cell(data_file, _standing(each.figure, item), total)
    return SELECT.format(
        grain=" union ".join(
            f"select distinct local_authority_code, period_id from {data_file.relations[fact]}"
            for fact in data_file.facts
        ),
        items=_items(data_file),
        columns=", ".join(f"{cell} as {name}" for name, cell in columns.items()),
        joins="\n".join(_joins(data_file)),
    )


def _cell(data_file: DataFile, figure: str, total: str | None) -> str:
    """SQL of a cell, given that of the item's figure and of the total's."""
    if not data_file.has_totals:
        return figure
    return f"case when items.item_id is null then {total or NONE_OF_ITS_OWN} else {figure} end"


def _figure(connection: duckdb.DuckDBPyConnection, data_file: DataFile, figure: Figure) -> str:
    """SQL of a figure as text, or of the symbol that stands for it."""
    column, marker = f"{figure.fact}.{figure.column}", f"{figure.column}_marker"
    has_marker = marker in connection.sql(f"from {data_file.relations[figure.fact]}").columns
    first = f"{figure.fact}.{marker}, " if has_marker else ""
    return f"coalesce({first}cast({column} as varchar), '{NOT_AVAILABLE}')"


def _standing(figure: Figure, item: str) -> str:
    """SQL of the number of a figure's standing, or of a symbol; `item` is the row's category."""
    subject = subject_of(figure)
    return STANDING.format(
        numbers=" ".join(f"when '{each}' then '{number}'" for each, number in STANDINGS.items()),
        measure=subject.measure,
        category="null" if figure.is_of_all else item,
        unit=subject.unit,
        is_calculated=str(subject.is_calculated).lower(),
        missing=NOT_AVAILABLE,
    )


def _items(data_file: DataFile) -> str:
    """SQL of its filter's items, the total (without an id) first; one row if it has no filter."""
    total = f"select null as item_id, '{TOTAL}' as item, -1 as sort_order"
    if data_file.items is None:
        return total
    key = data_file.items.key
    items = f"""
        select {key} as item_id, {data_file.items.name} as item, sort_order
        from marts.{data_file.items.dimension}
        where {key} in (select {key} from {data_file.relations[data_file.facts[0]]})
    """
    return f"{total} union all {items}" if data_file.has_totals else items


def _joins(data_file: DataFile) -> Iterable[str]:
    """SQL that joins its facts, and those of its totals, to authority, period and item."""
    on_item = f" and {{0}}.{data_file.items.key} = items.item_id" if data_file.items else ""
    totals = {each.total.fact for each in data_file.indicators if each.total}
    joins = [(fact, on_item) for fact in data_file.facts] + [(fact, "") for fact in sorted(totals)]
    for fact, more in joins:
        yield (
            "left join {1} as {0} on {0}.local_authority_code = grain.local_authority_code"
            " and {0}.period_id = grain.period_id" + more
        ).format(fact, data_file.relations[fact])


def _metadata(
    connection: duckdb.DuckDBPyConnection, data_file: DataFile
) -> Iterable[dict[str, str]]:
    """Rows of a data file's metadata: its filter, each indicator, then each standing."""
    if data_file.items:
        first = connection.sql(f"from ({_items(data_file)}) order by sort_order limit 1").fetchone()
        yield {
            "col_name": data_file.filter_name,
            "col_type": "Filter",
            "label": data_file.filter_label,
            "filter_hint": data_file.filter_hint,
            "filter_default": first[1] if first else "",
        }
    for each in data_file.indicators:
        unit, decimals = DATA_TYPES[each.figure.unit]
        yield {
            "col_name": each.name,
            "col_type": "Indicator",
            "label": each.figure.label,
            "indicator_unit": unit,
            "indicator_dp": str(decimals),
        }
    for each in data_file.indicators:
        if each.standing_name:
            yield {
                "col_name": each.standing_name,
                "col_type": "Indicator",
                "label": f"Standing of {each.name}",
                "indicator_grouping": STANDING_GROUP,
                "indicator_dp": "0",
            }
