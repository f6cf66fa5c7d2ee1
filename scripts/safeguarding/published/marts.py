"""The published tables as people are shown them: names, dates, units and shorthand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from safeguarding.exports.workbooks.workbook_model import plain
from safeguarding.published.facts import Categories, reports_of
from safeguarding.published.stamp import facts_of
from safeguarding.published.standings import MEANINGS, SIGNS, Standings
from safeguarding.warehouse.compiled_project import literal

NOT_AVAILABLE, NOT_APPLICABLE, UNRELIABLE, REVISED = "[x]", "[z]", "[u]", "[r]"


OF_DFE = "DfE"  # stands before a figure of DfE's where the report prints none
SIGN_MEANINGS = {  # of what stands before a figure
    **{sign: f"{each}: {MEANINGS[each]}" for each, sign in SIGNS.items()},
    OF_DFE: "DfE's figure, as none could be read in the report",
    REVISED: "revised: an earlier release printed another figure",
}


UNITS = {
    "count": "Number",
    "percent": "Percentage",
    "rate_per_10000": "Rate per 10,000 children",
    "average": "Average",
}


# What leads from a figure of the reports to DfE's, and to its revision.
FIGURE_KEY = ("local_authority_code", "measure_id", "category_id", "unit", "period_id")

SHORTHAND = {
    NOT_AVAILABLE: "Not available: the source has no figure here",
    "[c]": "Confidential: the figure is suppressed so that no child can be recognised",
    NOT_APPLICABLE: "Not applicable",
    UNRELIABLE: "Unreliable: withheld, as too few authorities are known or figures are in doubt",
    REVISED: "Revised: the column holds a figure that a later release changed",
}


Record = dict[str, Any]


class Marts:
    """The published tables, as those who show them to people need them.

    Args:
        connection: A warehouse whose schema `marts` holds the published tables; only read.
        authority: ONS code of the one authority whose figures are read; all if None.

    Raises:
        ValueError: There is no release.
        LookupError: The database does not say what its figures are.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, authority: str | None = None) -> None:
        """Read dimensions and everything that may become a note."""
        self.connection = connection
        self.authority = authority
        self._held: dict[str, list[Record]] = {}
        self.releases = self.read("dim_release order by published_date, release_id")
        if not self.releases:
            message = "dim_release is empty: there is nothing to show"
            raise ValueError(message)
        self.release_dates = {
            row["release_id"]: written(row["published_date"]) for row in self.releases
        }
        self.authorities = self._names(
            "dim_local_authority", "local_authority_code", "local_authority_name"
        )
        self.periods = {
            row["period_id"]: row for row in self.read("dim_period order by start_date, period_id")
        }
        # What the licences of official statistics ask to be said where their figures stand.
        self.official_releases = self.read("dim_official_release order by reporting_year, title")
        self.attributions = tuple(
            dict.fromkeys(
                plain(row["attribution"]) for row in self.official_releases if row["attribution"]
            )
        )
        self.measures = {row["measure_id"]: row for row in self.read("dim_measure")}
        self.facts = facts_of(connection)
        self.reports = reports_of(self.facts)
        self.categories = {
            key: name
            for fact in self.facts
            if fact.categories
            for key, name in self._categories(fact.categories).items()
        }
        self.standings = Standings(self.read_figures("fct_figures"))
        self.findings = self.read_figures("fct_quality_findings")
        self.revisions = self.read_figures("fct_revisions")
        self.revised = {tuple(row[each] for each in FIGURE_KEY) for row in self.revisions}
        self.reconciled = self.read_figures("fct_reconciliation", "reconciliation_id")
        self._official = {
            tuple(row[each] for each in FIGURE_KEY): row
            for row in self.reconciled
            if row["official_value"] is not None
        }
        self.observations: dict[tuple[str, str, str | None, str], list[Record]] = defaultdict(list)
        self.decimals: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.read_figures("fct_observations", "release_id, source_line"):
            key = row["measure_id"], row["unit"]
            self.decimals[key] = max(self.decimals[key], row["decimals_printed"] or 0)
            subject = (row["local_authority_code"], row["measure_id"], row["category_id"])
            self.observations[*subject, row["period_id"]].append(row)

    def read(self, query: str, columns: str = "*") -> list[Record]:
        """Rows of a table of schema `marts`, given what follows its name; not to be changed."""
        return self._read(f"marts.{query}", columns)

    def _read(self, relation: str, columns: str = "*") -> list[Record]:
        query = f"select {columns} from {relation}"
        if query not in self._held:
            self._held[query] = records(self.connection.execute(query))
        return self._held[query]

    def read_figures(self, table: str, order: str = "") -> list[Record]:
        """Rows of a table of schema `marts`, of the one authority if there is one."""
        return self._read_own(f"marts.{table}", order)

    def read_fact(self, name: str) -> list[Record]:
        """Rows of a fact, of the one authority if there is one."""
        return self._read_own(next(fact.relation for fact in self.facts if fact.name == name))

    def _read_own(self, relation: str, order: str = "") -> list[Record]:
        own = f" where local_authority_code = {literal(self.authority)}" if self.authority else ""
        ordered = f" order by {order}" if order else ""
        return self._read(f"{relation}{own}{ordered}")

    def comments(self) -> dict[tuple[str, str], str]:
        """What the published tables and columns say of themselves; a table's column is empty."""
        rows = self.connection.execute(
            "select table_name, '', comment from duckdb_tables() where schema_name = 'marts'"
            " union all select table_name, column_name, comment from duckdb_columns()"
            " where schema_name = 'marts'"
        ).fetchall()
        return {(table, column): comment for table, column, comment in rows if comment}

    def _names(self, table: str, key: str, name: str, order: str = "") -> dict[str, str]:
        return {row[key]: plain(row[name]) for row in self.read(f"{table} order by {order or key}")}

    def _categories(self, by: Categories) -> dict[str, str]:
        return self._names(by.dimension, by.key, by.name, f"sort_order, {by.key}")

    def period(self, period: str) -> str:
        """A period as people say it."""
        return plain(self.periods[period]["period_label"])

    def measure(self, measure: str, category: str | None = None) -> str:
        """Name of a measure, and of its category if it has one."""
        name = plain(self.measures[measure]["measure_name"])
        return f"{name}: {self.categories.get(category, category)}" if category else name

    def official(self, *key: str | None) -> Record | None:
        """What DfE has for a figure of the reports, by `FIGURE_KEY`; None if nothing."""
        return self._official.get(key)

    def figure(self, value: int | Decimal, measure: str, unit: str) -> int | Decimal:
        """A figure with as many decimal places as the reports print; none is ever dropped."""
        if unit == "count":
            return int(value)
        exponent = Decimal(value).normalize().as_tuple().exponent
        needed = -exponent if isinstance(exponent, int) else 0
        places = max(self.decimals[measure, unit], needed)
        return Decimal(value).quantize(Decimal(1).scaleb(-places))


def records(answer: duckdb.DuckDBPyConnection) -> list[Record]:
    """Rows of an answer, by the names of its columns."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def as_official(value: Decimal, unit: str) -> int | Decimal:
    """Give a figure as DfE prints it: whole, or with one decimal place unless it needs more."""
    return int(value) if unit == "count" else tenths(value)


def tenths(value: Decimal) -> Decimal:
    """Give a rate as DfE prints it, or with the second decimal place that a median may have."""
    tenth = value.quantize(Decimal("0.1"))
    return tenth if tenth == value else value


def ordered_revisions(marts: Marts) -> list[Record]:
    """Revisions by authority, measure and period, in the order of the releases."""
    measures, periods = list(marts.measures), list(marts.periods)
    releases = [release["release_id"] for release in marts.releases]
    return sorted(
        marts.revisions,
        key=lambda row: (
            marts.authorities[row["local_authority_code"]],
            measures.index(row["measure_id"]),
            row["category_id"] or "",
            row["unit"],
            periods.index(row["period_id"]),
            releases.index(row["later_release_id"]),
        ),
    )


def listed(names: list[str]) -> str:
    """Names as one says them: A, B and C."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def written(day: date) -> str:
    """A day as one writes it: 12 December 2023."""
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
