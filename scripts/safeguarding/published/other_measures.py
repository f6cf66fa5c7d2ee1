"""Figures that no conformed fact has: of measures that a council added, and of calendar years.

They stand in `fct_observations`, and whatever shows the conformed facts shows them too: each kind
of period, and each measure that is divided into categories, is read as a fact of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import duckdb

from safeguarding.published.facts import UNIT_IDS, Categories, Fact, Figure

TABLE = "other_measures"
CALENDAR_YEAR = "calendar_year"
# By kind of period: what follows the names of files and tables, and the title.
KINDS = {
    "financial_year": ("", "Other measures"),
    "quarter": ("_by_quarter", "Other measures by quarter"),
    CALENDAR_YEAR: ("_by_calendar_year", "Figures of calendar years"),
}
TABLES = tuple(TABLE + suffix for suffix, _ in KINDS.values())
CATEGORIES = Categories("category_id", "dim_category")
_FILTER = {"column": "category", "label": "Category", "hint": "Choose a category"}
_UNIT_NAMES = {"percent": " (%)", "rate_per_10000": " (rate per 10,000 children)"}
# Figures that only the text of a release gives are no series.
_PRINTED = """
    select
        periods.period_type,
        observations.category_id is not null as has_category,
        observations.measure_id,
        measures.measure_name,
        observations.unit
    from marts.fct_observations as observations
    inner join marts.dim_period as periods on observations.period_id = periods.period_id
    inner join marts.dim_measure as measures on observations.measure_id = measures.measure_id
    where observations.table_id <> 'headline_figures'
    group by all
"""


class _Printed(NamedTuple):
    """A measure that a table prints in a unit, for a kind of period."""

    period_type: str
    has_category: bool
    measure: str
    name: str
    unit: str

    @property
    def column(self) -> str:
        """Its name among figures."""
        return f"{self.measure}_{self.unit}"


def other_facts(connection: duckdb.DuckDBPyConnection, facts: Sequence[Fact]) -> Iterator[Fact]:
    """Give what tables print and no fact has a column for, as facts that follow the others.

    Args:
        connection: One whose schema `marts` holds the published tables.
        facts: The conformed facts.
    """
    declared = {(figure.measure, figure.unit) for fact in facts for figure in fact.figures}
    try:
        printed = [_Printed(*row) for row in connection.execute(_PRINTED).fetchall()]
    except duckdb.CatalogException:
        return  # a part of the tables, without the observations
    others = [
        each
        for each in printed
        if each.period_type == CALENDAR_YEAR or (each.measure, each.unit) not in declared
    ]
    order = max((fact.order for fact in facts), default=0)
    for period_type, (suffix, title) in KINDS.items():
        rows = sorted(
            (each for each in others if each.period_type == period_type),
            key=lambda each: (each.name, each.measure, UNIT_IDS.index(each.unit)),
        )
        if not rows:
            continue
        named = {each.measure: each.measure for each in rows if each.has_category}
        for number, measure in enumerate(("", *named)):
            own = [each for each in rows if (each.measure if each.has_category else "") == measure]
            order += 1
            yield Fact(
                name=f"{TABLE}_{number}{suffix}",
                order=order,
                figures=tuple(_figures(f"{TABLE}_{number}{suffix}", TABLE + suffix, own, rows)),
                categories=CATEGORIES if measure else None,
                data_file=(f"{measure}_by_category" if measure else TABLE) + suffix,
                data_filter=_FILTER if measure else {},
                reports=() if number else ({"table": TABLE + suffix, "title": title},),
                relation=_relation(period_type, own, is_divided=bool(measure)),
            )


def is_added(figure: Figure) -> bool:
    """Whether a figure is of such a measure."""
    return figure.fact.startswith(TABLE)


def _figures(
    fact: str, report: str, own: Iterable[_Printed], rows: Sequence[_Printed]
) -> Iterator[Figure]:
    for each in own:
        place = rows.index(each) + 1
        yield Figure(
            fact=fact,
            column=each.column,
            measure=each.measure,
            unit=each.unit,
            derived="",
            label=each.name + _UNIT_NAMES.get(each.unit, ""),
            data_column=each.column,
            data_order=place,
            report=report,
            report_order=place,
        )


def _relation(period_type: str, own: Sequence[_Printed], *, is_divided: bool) -> str:
    """SQL of a fact's rows: authority, period and category, and a column for each figure.

    A figure is that of `fct_figures`, which has none of calendar years; why there is none, the
    observations say.
    """
    value = "max(figures.value)"
    if period_type == CALENDAR_YEAR:
        value = "max(printed.value) filter (where printed.is_preferred and not printed.is_part)"
    keys = ["local_authority_code", "period_id", *(["category_id"] if is_divided else [])]
    columns = list(keys)
    for each in own:
        chosen = f"filter (where measure_id = '{each.measure}' and unit = '{each.unit}')"
        data_type = "bigint" if each.unit == "count" else "decimal(18, 2)"
        columns.append(f"cast(max(value) {chosen} as {data_type}) as {each.column}")
        columns.append(f"max(marker) {chosen} as {each.column}_marker")
    is_own = " or ".join(
        f"(printed.measure_id = '{each.measure}' and printed.unit = '{each.unit}')" for each in own
    )
    return f"""(
        select {", ".join(columns)}
        from (
            select
                printed.local_authority_code, printed.period_id, printed.category_id,
                printed.measure_id, printed.unit, {value} as value,
                case when {value} is null then max(printed.marker) end as marker
            from marts.fct_observations as printed
            left join marts.fct_figures as figures
                on not figures.is_calculated
                and printed.local_authority_code = figures.local_authority_code
                and printed.measure_id = figures.measure_id
                and printed.category_id is not distinct from figures.category_id
                and printed.period_id = figures.period_id
                and printed.unit = figures.unit
            where printed.is_latest_release
                and printed.category_id is {"not null" if is_divided else "null"}
                and ({is_own or "false"})
                and printed.period_id in (
                    select period_id from marts.dim_period where period_type = '{period_type}'
                )
            group by all
        )
        group by {", ".join(keys)}
    )"""
