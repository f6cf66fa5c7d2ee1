"""What the columns of the conformed facts hold, as their models declare it in `config.meta`.

A measure is declared there alone. Disclosure control, standings, the reports' tables, the workbook
and the open data read it from here, the facts' SQL in `macros/facts.sql`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

UNIT_IDS = ("count", "percent", "rate_per_10000", "average")
# How a figure follows from printed ones: as a share of the total, as a difference, as the total of
# the categories, as that total in the row of each category, as what the printed shares are of.
PRINTED, SHARE, DIFFERENCE, TOTAL, BASE, IMPLIED_BASE = (
    *("", "share", "difference", "total", "base", "implied_base"),
)
DERIVED = (PRINTED, SHARE, DIFFERENCE, TOTAL, BASE, IMPLIED_BASE)
YEARS_SHOWN = 5


@dataclass(frozen=True)
class Figure:
    """A column of a conformed fact that holds figures.

    Attributes:
        fact: Table of schema `marts`.
        column: Its column; once released, `<column>_marker` says why there is no figure.
        measure: What it counts.
        unit: One of `UNIT_IDS`.
        derived: One of `DERIVED`.
        label: Its name as people read it.
        data_column: Its name in the open data.
        data_order: Its place in the file of the open data.
        report: Table of the reports that it is a row of; empty if none prints it.
        report_order: Its place in that table.
        worked_out: What a reader is told of a figure that no report prints; empty if one does.
    """

    fact: str
    column: str
    measure: str
    unit: str
    derived: str
    label: str
    data_column: str
    data_order: int
    report: str = ""
    report_order: int = 0
    worked_out: str = ""

    @property
    def is_of_all(self) -> bool:
        """Whether it is about all categories together."""
        return self.derived in {TOTAL, BASE, IMPLIED_BASE}


@dataclass(frozen=True)
class Categories:
    """What divides a fact's figures into rows."""

    key: str
    dimension: str

    @property
    def name(self) -> str:
        """The dimension's column of names."""
        return f"{self.key.removesuffix('_id')}_name"


@dataclass(frozen=True)
class Fact:
    """A conformed fact.

    Attributes:
        name: Its table in schema `marts`.
        order: Its place among the facts.
        figures: Its columns of figures.
        categories: What divides them, or None.
        data_file: File of the open data that they stand in, without `.csv`.
        data_filter: Column, label and hint of the file's filter; empty if it has none.
        reports: The reports' tables that it gives a title: table, title and years.
        relation: Where its rows are, as SQL has it after `from`.
    """

    name: str
    order: int
    figures: tuple[Figure, ...]
    categories: Categories | None
    data_file: str
    data_filter: Mapping[str, str]
    reports: tuple[Mapping[str, str], ...]
    relation: str

    @classmethod
    def of(cls, name: str, declaration: str) -> Fact:
        """Read what a model declares.

        Raises:
            LookupError: Something is missing, or a word is none of those there are.
        """
        content = json.loads(declaration)
        try:
            return cls(
                name,
                content["fact"]["order"],
                tuple(
                    _figure(name, column, meta)
                    for column, meta in content["columns"].items()
                    if "figure" in meta
                ),
                Categories(*content["categories"]) if content["categories"] else None,
                content["fact"]["open_data"]["file"],
                content["fact"]["open_data"].get("filter", {}),
                tuple(content["fact"].get("reports", ())),
                f"marts.{name}",
            )
        except KeyError as error:
            raise LookupError(
                f"{name}.yml lacks {error} in a `config: meta:`: write it as other facts have it."
            ) from error


def _figure(fact: str, column: str, meta: Mapping[str, Any]) -> Figure:
    figure, report = meta["figure"], meta.get("report", {})
    unit, derived = figure["unit"], figure.get("derived", PRINTED)
    if unit not in UNIT_IDS or derived not in DERIVED:
        raise LookupError(
            f"{fact}.{column} has the unit {unit!r} and is derived as {derived!r}: write one of"
            f" {', '.join(UNIT_IDS)}, and one of {', '.join(filter(None, DERIVED))} or nothing."
        )
    return Figure(
        fact,
        column,
        figure["measure"],
        unit,
        derived,
        meta["label"],
        meta["open_data"]["column"],
        meta["open_data"]["order"],
        report.get("table", ""),
        report.get("order", 0),
        report.get("note", ""),
    )


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a report's table that come from one fact."""

    fact: str
    figures: tuple[Figure, ...]
    categories: Categories | None = None


@dataclass(frozen=True)
class Report:
    """A table of the reports: a row for each figure, a column for each of the years shown."""

    title: str
    table_name: str
    blocks: tuple[Block, ...]
    years: int | None = YEARS_SHOWN


def reports_of(facts: Iterable[Fact]) -> list[Report]:
    """The reports' tables, in order."""
    ordered = list(facts)
    divided = {fact.name: fact.categories for fact in ordered}
    rows = sorted(
        (figure for fact in ordered for figure in fact.figures),
        key=lambda figure: figure.report_order,
    )

    def source(figure: Figure) -> tuple[str, Categories | None]:
        return figure.fact, None if figure.is_of_all else divided[figure.fact]

    return [
        Report(
            each["title"],
            each["table"],
            tuple(
                Block(fact, tuple(figures), categories)
                for (fact, categories), figures in groupby(
                    (row for row in rows if row.report == each["table"]), source
                )
            ),
            None if each.get("years") == "all" else YEARS_SHOWN,
        )
        for fact in ordered
        for each in fact.reports
    ]
