"""Disclosure control: what an audience may see, decided in one place, on the way out.

Everything that leaves the warehouse is made from the file that `write_released_database` makes. A
figure that is not released is blank in every table there, with a marker that says why.

What is small, and for whom, is data: `seeds/registers/disclosure_rules.csv`. What follows from
what is data as well (`figure_relations.csv`, `percentage_bases.csv`), but for the few ties below.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import duckdb

from exports.catalogue import Column, Table
from exports.protection import Cell, View, protect

BLOCK_SIZE = 16384  # DuckDB's smallest: most tables here are small

NOT_CONFORMED = {
    "fct_observations",
    # What the facts hold, a row for each figure: a row that is hidden there is left out.
    "fct_figures",
    "fct_best_figures",
    "fct_revisions",
    "fct_quality_findings",
    "fct_narrative_claims",
    # Published by DfE, after its own disclosure control; its markers stand in the tables.
    "fct_official_statistics",
    "fct_benchmarks",
    # Both sides of a comparison: a row that an unreleased figure stands in is left out.
    "fct_reconciliation",
}
CATEGORY_KEYS = ("referral_source_id", "cpp_category_id")

TOTAL = "@total"  # of a measure's categories, which percentages of it give away
CALCULATED = "@calculated"  # net change: children entering less children leaving
IMPLIED = "@implied"  # a count that is not printed, but its percentage and the base are

# Measure and unit of each figure of the conformed facts. A column without an entry is refused, so
# that a new figure cannot leave without a rule.
FIGURES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "fct_care_flows": {
        "entered_care": ("care_entered", "count"),
        "left_care": ("care_left", "count"),
        "published_net_change": ("care_net_change", "count"),
        "calculated_net_change": ("care_net_change" + CALCULATED, "count"),
        "entered_uasc": ("care_entered_uasc", "count"),
        "entered_placed_with_parents": ("care_entered_placed_with_parents", "count"),
    },
    "fct_child_protection_plans": {
        "plans_at_year_end": ("cpp_at_year_end", "count"),
        "ended_after_2_years": ("cpp_ended_after_2_years", "count"),
        "ended_after_2_years_pct": ("cpp_ended_after_2_years", "percent"),
        "open_2_years": ("cpp_open_2_years", "count"),
        "open_2_years_pct": ("cpp_open_2_years", "percent"),
        "repeat_plans": ("cpp_repeat", "count"),
        "repeat_plans_pct": ("cpp_repeat", "percent"),
    },
    "fct_children_looked_after": {"children_looked_after": ("cla_at_year_end", "count")},
    "fct_contacts_and_referrals": {
        "initial_contacts": ("initial_contacts", "count"),
        "referrals": ("referrals", "count"),
        "referrals_with_source": ("referrals_by_source" + TOTAL, "count"),
    },
    "fct_cpp_by_category": {
        "plans_started": ("cpp_started", "count"),
        "published_pct": ("cpp_started", "percent"),
        "published_pct_base": ("cpp_started" + TOTAL, "count"),
        "calculated_pct": ("cpp_started", "calculated"),
        "all_plans_started": ("cpp_started" + TOTAL, "count"),
        "published_rate_per_10000": ("cpp_started", "rate_per_10000"),
    },
    "fct_referrals_by_source": {
        "referrals": ("referrals_by_source", "count"),
        "published_pct": ("referrals_by_source", "percent"),
        "published_pct_base": ("referrals_by_source" + TOTAL, "count"),
        "calculated_pct": ("referrals_by_source", "calculated"),
        "all_referrals_with_source": ("referrals_by_source" + TOTAL, "count"),
    },
    "fct_section_47_and_assessments": {
        "section_47_enquiries": ("section_47_enquiries", "count"),
        "section_47_to_conference_pct": ("section_47_to_conference", "percent"),
        "assessments": ("assessments", "count"),
        "assessments_in_time_pct": ("assessments_in_time", "percent"),
    },
    "fct_uasc": {
        "uasc_arrivals": ("uasc_arrivals", "count"),
        "uasc_care_leavers": ("uasc_care_leavers", "count"),
    },
}

# Percentages whose base no check knows, as their own count is not printed.
OTHER_BASES = {
    "section_47_to_conference": ("section_47_to_conference", "section_47_enquiries"),
    "assessments_in_time": ("assessments_in_time", "assessments"),
    "cpp_ended_after_2_years": ("cpp_ended_after_2_years", "cpp_ended" + IMPLIED),
}
# The same children, counted in two tables (the second is the calculated net change).
TWINS = (
    ("care_entered_uasc", "uasc_arrivals"),
    ("care_net_change", "care_net_change" + CALCULATED),
    ("uasc_care_leavers_in_prose", "uasc_care_leavers"),
)
SIGNED = {"care_net_change", "care_net_change" + CALCULATED}
QUARTERS = (" Q1", " Q2", " Q3", " Q4")

# Tables whose texts hold figures: a row that an unreleased figure may stand in is left out.
_OF_A_FACT = """
        exists (
            select * from hidden
            where
                hidden.scope = 'fact'
                and hidden.local_authority_code = rows.local_authority_code
                and hidden.period_id = rows.period_id
                and hidden.category_id is not distinct from rows.category_id
                and hidden.unit in (rows.unit, {unit})
                and hidden.measure_id in (rows.measure_id, rows.measure_id || '{total}', {net})
        )"""
LEFT_OUT = {
    "fct_figures": _OF_A_FACT.format(
        unit="'calculated'", total=TOTAL, net=f"rows.measure_id || '{CALCULATED}'"
    ),
    "fct_best_figures": _OF_A_FACT.format(unit="rows.unit", total=TOTAL, net="rows.measure_id"),
    "fct_revisions": """
        exists (
            select * from controlled
            where controlled.release_id in (rows.earlier_release_id, rows.later_release_id)
        )""",
    # A check may compare with any figure up to its own period, of any release.
    "fct_quality_findings": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and figures.period_id[:7] <= rows.period_id[:7]
        )""",
    # A figure for the year may be the sum of quarters or categories of several releases.
    "fct_reconciliation": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and figures.period_id[:7] = rows.period_id
        )""",
    # A claim is computed from the figures known when it was published.
    "fct_narrative_claims": """
        exists (select * from controlled where controlled.release_id = rows.release_id)
        or exists (
            select * from figures
            inner join marts.dim_release as theirs on figures.release_id = theirs.release_id
            inner join marts.dim_release as its on rows.release_id = its.release_id
            where
                figures.is_secret
                and figures.local_authority_code = rows.local_authority_code
                and theirs.published_date <= its.published_date
        )""",
}


class Audience(StrEnum):
    """Who a release of the figures is for."""

    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True)
class Figure:
    """A figure of a view.

    Attributes:
        cell: What it is about.
        unit: `count`, `percent` or `rate_per_10000`.
        value: The figure, in `unit`.
        is_public: Whether the audience may know it anyway.
    """

    cell: Cell
    unit: str
    value: Decimal
    is_public: bool


@dataclass(frozen=True)
class Ties:
    """What follows from what, as the reference data says.

    Attributes:
        bases: For a percentage's measure: the measures of its count and of its base.
        sums: Measure, and the measures with signs that it equals.
        limits: Measure, and the measures whose sum it is at least.
    """

    bases: Mapping[str, tuple[str, str]]
    sums: Sequence[tuple[str, tuple[tuple[str, int], ...]]]
    limits: Sequence[tuple[str, tuple[tuple[str, int], ...]]]


@dataclass(frozen=True)
class Hidden:
    """A figure to hide; `scope` is `fact` for the latest ones, `observation` for all releases'."""

    scope: str
    cell: Cell
    unit: str


def write_released_database(
    warehouse: Path, tables: Sequence[Table], audience: Audience, target: Path
) -> None:
    """Make the database that an audience may see: schema `marts`, nothing else.

    Every table has the warehouse's columns, types, comments and key, its rows in the order of the
    key. Behind the columns of a conformed fact stands a `<column>_marker` for each figure.

    Args:
        warehouse: The file that the build published.
        tables: The tables to release, from `exports.catalogue.exported_tables`.
        audience: Who it is for.
        target: The file to make.

    Raises:
        FileExistsError: `target` exists.
        LookupError: A figure column has no entry in `FIGURES`.
        ValueError: The rules of the audience contradict each other.
        duckdb.Error: The warehouse could not be read or `target` not be written.
    """
    if target.exists():
        raise FileExistsError(target)
    released = released_tables(tables)
    with duckdb.connect(":memory:") as connection:
        # The warehouse's own name: the views in it name their catalog.
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{_quoted(target)}' as released (block_size {BLOCK_SIZE})")
        connection.execute("create schema released.marts")
        connection.execute("use warehouse")
        marker, width = _read_rules(connection, audience)
        _load_figures(connection)
        _load_hidden(connection, choose_hidden(connection, width) if width else [])
        # One transaction: each statement of its own would be written through to the disk.
        connection.execute("begin")
        for table in released:
            _write_table(connection, table, marker)
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint released")


def released_tables(tables: Iterable[Table]) -> list[Table]:
    """The tables with the marker columns that they have once released.

    Raises:
        LookupError: A figure column of a conformed fact has no entry in `FIGURES`.
    """
    released = []
    for table in tables:
        markers = tuple(
            Column(
                f"{name}_marker",
                "varchar",
                f"Why `{name}` is blank, in the shorthand of official statistics: `x` not"
                " available, `c` suppressed to protect confidentiality, `z` not applicable, `u`"
                " unreliable; null where there is a figure.",
            )
            for name in figure_columns(table)
        )
        released.append(replace(table, columns=table.columns + markers))
    return released


def figure_columns(table: Table) -> list[str]:
    """Names of the figures of a conformed fact; none for another table.

    Raises:
        LookupError: One has no entry in `FIGURES`.
    """
    if not table.name.startswith("fct_") or table.name in NOT_CONFORMED:
        return []
    found = [c.name for c in table.columns if c.data_type.startswith(("bigint", "decimal"))]
    unknown = [name for name in found if name not in FIGURES.get(table.name, {})]
    if unknown:
        raise LookupError(f"{table.name} has figures without a disclosure rule: {unknown}")
    return found


def choose_hidden(connection: duckdb.DuckDBPyConnection, width: int) -> list[Hidden]:
    """Figures to hide, from the `figures` of all releases.

    Args:
        connection: One with the temporary table `figures`.
        width: How far apart the bounds that a reader can find for a small count must be at least.
    """
    ties = _read_ties(connection)
    least_greatest = connection.sql("select least_count, greatest_count from controlled").fetchall()
    bounds = {(int(least), int(greatest)) for least, greatest in least_greatest}
    small = {
        _cell(row)
        for row in connection.sql(
            "select local_authority_code, measure_id, category_id, period_id from figures"
            " where is_small"
        ).fetchall()
    }
    built = {name: _Built(figures, ties) for name, figures in _read_views(connection).items()}
    for view in built.values():
        small |= set(view.derived(bounds))
    views = [view.view for view in built.values()]
    cells = {cell for view in views for cell in view.values}
    hidden = protect(views, small, _twins(cells), SIGNED, width)
    chosen = set()
    for (_, name), view in built.items():
        scope = "fact" if name == "latest" else "observation"
        chosen |= {Hidden(scope, *figure) for figure in view.to_hide(hidden)}
    # An observation goes with its figure in whichever view it was found.
    chosen |= {Hidden("observation", cell, "count") for cell in hidden}
    chosen |= {Hidden("observation", h.cell, h.unit) for h in chosen}
    return sorted(chosen, key=lambda h: (h.scope, h.cell, h.unit))


class _Built:
    """A view of one authority's figures with the ties between them."""

    def __init__(self, figures: Sequence[Figure], ties: Ties) -> None:
        self.view = View()
        self.bases = ties.bases
        self.ratios = [figure for figure in figures if figure.unit != "count"]
        self.implied: dict[Cell, Cell] = {}
        for figure in figures:
            if figure.unit == "count":
                self._add(figure.cell, int(figure.value), figure.is_public)
        self._add_totals()
        self._add_net_changes()
        self._add_plans_ended()
        self._add_stocks()
        self._add_relations(ties)
        self._add_implied_counts()

    def derived(self, bounds: set[tuple[int, int]]) -> Iterator[Cell]:
        """Small counts that are not printed but follow from what is."""
        values = self.view.values

        def is_small(value: int) -> bool:
            return any(least <= abs(value) <= greatest for least, greatest in bounds)

        for cell, value in values.items():
            if cell.measure.endswith((TOTAL, CALCULATED)) and is_small(value):
                yield cell
        for cell, base in self.implied.items():
            if is_small(values[cell]) or is_small(values[base] - values[cell]):
                yield cell

    def to_hide(self, hidden: set[Cell]) -> Iterator[tuple[Cell, str]]:
        """Figures of this view that hidden cells take with them, with their units."""
        gone = {cell for cell in hidden if cell in self.view.values} - self.view.public
        for cell in gone:
            yield (cell, "count")
        totals = {cell for cell in gone if cell.measure.endswith(TOTAL)}
        for cell in self.view.values:
            if cell in gone or _total(cell) in totals:
                yield (cell, "calculated")
        for ratio in self.ratios:
            counts = {self._count(ratio.cell), self._base(ratio.cell)} & set(self.view.values)
            is_alone = ratio.unit == "rate_per_10000" and ratio.cell not in self.view.values
            if counts & gone or (is_alone and not ratio.is_public):
                yield (ratio.cell, ratio.unit)

    def _add(self, cell: Cell, value: int, is_public: bool) -> None:
        self.view.values[cell] = value
        if is_public:
            self.view.public.add(cell)

    def _whole(self, like: Cell, measure: str, period: str | None = None) -> Cell | None:
        """Cell of a measure without categories, or of the total of one that has them."""
        for name in (measure, measure + TOTAL):
            cell = Cell(like.authority, name, "", period or like.period)
            if cell in self.view.values:
                return cell
        return None

    def _count(self, ratio: Cell) -> Cell:
        """Cell that a percentage or rate is the share of; not always in the view."""
        measure = self.bases.get(ratio.measure, (ratio.measure, ""))[0]
        printed = ratio._replace(measure=measure)
        implied = ratio._replace(measure=ratio.measure + IMPLIED)
        return implied if implied in self.implied else printed

    def _base(self, ratio: Cell) -> Cell | None:
        base = self.bases.get(ratio.measure)
        return self._whole(ratio, base[1]) if base else None

    def _sum(self, cell: Cell, terms: Sequence[tuple[Cell, int]]) -> None:
        """Add a cell that is the sum of others, and known as far as they are."""
        value = sum(factor * self.view.values[part] for part, factor in terms)
        self._add(cell, value, all(part in self.view.public for part, _ in terms))
        self.view.tie([*terms, (cell, -1)])

    def _add_totals(self) -> None:
        parts = defaultdict(list)
        for cell in sorted(self.view.values):
            if cell.category:
                parts[_total(cell)].append((cell, 1))
        for total, terms in parts.items():
            self._sum(total, terms)

    def _add_net_changes(self) -> None:
        for entered in self._cells("care_entered"):
            left = entered._replace(measure="care_left")
            if left in self.view.values:
                net = entered._replace(measure="care_net_change" + CALCULATED)
                self._sum(net, [(entered, 1), (left, -1)])

    def _add_plans_ended(self) -> None:
        """All plans ended: the base of those ended after two years, and what the stocks imply."""
        measure = "cpp_ended_after_2_years"
        shares = {ratio.cell for ratio in self.ratios if ratio.cell.measure == measure}
        for share in sorted(shares | set(self._cells(measure))):
            before = self._whole(share, "cpp_at_year_end", _year_before(share.period))
            started = self._whole(share, "cpp_started")
            after = self._whole(share, "cpp_at_year_end")
            if before and started and after:
                ended = share._replace(measure="cpp_ended" + IMPLIED)
                self._sum(ended, [(before, 1), (started, 1), (after, -1)])
                if share in self.view.values:
                    self.view.tie([(share, 1), (ended, -1)], is_limit=True)

    def _add_stocks(self) -> None:
        """Children looked after at the end of a year: those of the year before and four changes."""
        for after in self._cells("cla_at_year_end"):
            before = after._replace(period=_year_before(after.period))
            net = "care_net_change" + CALCULATED
            changes = [after._replace(measure=net, period=after.period + q) for q in QUARTERS]
            if all(cell in self.view.values for cell in (before, *changes)):
                terms = [(cell, 1) for cell in (before, *changes)]
                self.view.tie([*terms, (after, -1)])

    def _add_relations(self, ties: Ties) -> None:
        limits = {(whole, terms) for whole, terms in ties.limits}
        for is_limit, relations in ((False, ties.sums), (True, ties.limits)):
            for measure, operands in relations:
                cells = self._cells(measure) + self._cells(measure + TOTAL)
                for whole in (cell for cell in cells if not cell.category):
                    self._relate(whole, operands, is_limit, (measure, operands) in limits)

    def _relate(
        self, whole: Cell, operands: Iterable[tuple[str, int]], is_limit: bool, has_limit: bool
    ) -> None:
        cells = [(self._whole(whole, name), sign) for name, sign in operands]
        found = [(cell, sign) for cell, sign in cells if cell is not None]
        gap = self.view.values[whole] - sum(s * self.view.values[c] for c, s in found)
        if is_limit and found:
            self.view.tie([*found, (whole, -1)], is_limit=True)
        elif len(found) == len(cells) and not (has_limit and gap):
            # What is only an upper limit where it does not happen to be the sum is no sum.
            self.view.tie([*found, (whole, -1)])

    def _add_implied_counts(self) -> None:
        """Counts that are not printed, from their percentages of printed ones."""
        for ratio in self.ratios:
            base = self._base(ratio.cell)
            if ratio.unit == "percent" and base and self._count(ratio.cell) not in self.view.values:
                cell = ratio.cell._replace(measure=ratio.cell.measure + IMPLIED)
                value = round(ratio.value * self.view.values[base] / 100)
                self._add(cell, value, ratio.is_public)
                self.implied[cell] = base
                self.view.tie([(cell, 1), (base, -1)], is_limit=True)

    def _cells(self, measure: str) -> list[Cell]:
        return sorted(cell for cell in self.view.values if cell.measure == measure)


def _total(cell: Cell) -> Cell:
    return cell._replace(measure=cell.measure + TOTAL, category="")


def _year_before(period: str) -> str:
    start = int(period[:4])
    return f"{start - 1}-{start % 100:02d}"


def _twins(cells: Iterable[Cell]) -> dict[Cell, set[Cell]]:
    twins = defaultdict(set)
    for cell in cells:
        for pair in TWINS:
            if cell.measure in pair:
                twins[cell] = {cell._replace(measure=measure) for measure in pair} - {cell}
    return twins


def _cell(row: Sequence[str | None]) -> Cell:
    authority, measure, category, period = (value or "" for value in row)
    return Cell(authority, measure, category, period)


def _read_rules(connection: duckdb.DuckDBPyConnection, audience: Audience) -> tuple[str, int]:
    """Make `controlled`: the releases that a rule of the audience is about.

    Returns:
        The marker of suppressed figures, and the greatest count to suppress (0: none).

    Raises:
        ValueError: Two rules are about the same releases, or the markers differ.
    """
    connection.execute(
        """
        create temp table controlled as
        select
            dim_release.release_id,
            cast(rules.least_count as bigint) as least_count,
            cast(rules.greatest_count as bigint) as greatest_count,
            rules.marker
        from marts.dim_release
        inner join raw.disclosure_rules as rules
            on rules.applies_to
            = case when dim_release.is_published then 'published' else 'unpublished' end
        where rules.audience = ? and rules.greatest_count is not null
        """,
        [str(audience)],
    )
    (rules, releases, markers, marker, greatest) = connection.sql(
        "select count(*), count(distinct release_id), count(distinct marker), min(marker),"
        " max(greatest_count) from controlled"
    ).fetchall()[0]
    if rules > releases or markers > 1:
        raise ValueError(f"disclosure_rules.csv: two rules for {audience} contradict each other")
    return marker or "c", int(greatest or 0)


def _load_figures(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `figures`: every figure of the authorities that a controlled release is about.

    A figure that a release without control prints with the same value is no secret.
    """
    connection.execute(
        """
        create temp table figures as
        with observations as (
            select
                observations.*,
                controlled.release_id is not null as is_controlled,
                controlled.least_count,
                controlled.greatest_count
            from marts.fct_observations as observations
            left join controlled on observations.release_id = controlled.release_id
            where not observations.is_missing
        ),
        known as (
            select
                *,
                is_controlled and not coalesce(
                    bool_or(not is_controlled) over (
                        partition by
                            local_authority_code, measure_id, category_id, period_id, unit, value
                    ),
                    false
                ) as is_secret
            from observations
            qualify bool_or(is_controlled) over (partition by local_authority_code)
        )
        select
            *,
            is_secret and unit = 'count'
            and abs(value) between least_count and greatest_count as is_small
        from known
        """
    )


def _read_views(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], list[Figure]]:
    """Figures by authority and view: each controlled release, and the latest of all."""
    rows = connection.sql(
        """
        select
            local_authority_code, scope, measure_id, category_id, period_id, unit,
            arg_min(value, source_line), not arg_min(is_secret, source_line)
        from (
            select 'release ' || release_id as scope, * from figures where is_controlled
            union all
            select 'latest' as scope, * from figures where is_latest_release
        )
        group by all
        order by all
        """
    ).fetchall()
    views = defaultdict(list)
    for authority, scope, measure, category, period, unit, value, is_public in rows:
        cell = _cell((authority, measure, category, period))
        views[(authority, scope)].append(Figure(cell, unit, value, is_public))
    return views


def _read_ties(connection: duckdb.DuckDBPyConnection) -> Ties:
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
    sums: list[tuple[str, tuple[tuple[str, int], ...]]] = []
    limits: list[tuple[str, tuple[tuple[str, int], ...]]] = []
    for (_, measure, relation), operands in relations.items():
        (sums if relation == "equals" else limits).append((measure, tuple(operands)))
    return Ties(bases, sums, limits)


def _load_hidden(connection: duckdb.DuckDBPyConnection, hidden: Sequence[Hidden]) -> None:
    connection.execute(
        "create temp table hidden (scope varchar, local_authority_code varchar,"
        " measure_id varchar, category_id varchar, period_id varchar, unit varchar)"
    )
    # As one text: DuckDB takes seconds over thousands of parameters.
    rows = json.dumps([[h.scope, *h.cell, h.unit] for h in hidden])
    connection.execute(
        "insert into hidden select h[1], h[2], h[3], nullif(h[4], ''), h[5], h[6]"
        " from (select unnest(from_json(?, '[[\"varchar\"]]')) as h)",
        [rows],
    )


def _write_table(connection: duckdb.DuckDBPyConnection, table: Table, marker: str) -> None:
    described = {
        name: (data_type, is_nullable, comment)
        for name, data_type, is_nullable, comment in connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns()"
            " where database_name = 'warehouse' and schema_name = 'marts' and table_name = ?",
            [table.name],
        ).fetchall()
    }
    name = f"released.marts.{table.name}"
    definitions = []
    for column in table.columns:
        data_type, is_nullable, _ = described.get(column.name, (column.data_type, True, None))
        definitions.append(f"{column.name} {data_type}{'' if is_nullable else ' not null'}")
    if table.primary_key:
        definitions.append(f"primary key ({', '.join(table.primary_key)})")
    connection.execute(f"create table {name} ({', '.join(definitions)})")
    connection.execute(
        f"insert into {name} by name select * from ({_query(table, marker)}) as rows"
        f" order by {', '.join(table.primary_key) or 'all'}"
    )
    (comment,) = connection.execute(
        "select comment from duckdb_tables()"
        " where database_name = 'warehouse' and schema_name = 'marts' and table_name = ?",
        [table.name],
    ).fetchall()[0]
    _comment(connection, f"table {name}", comment)
    for column in table.columns:
        text = described[column.name][2] if column.name in described else column.description
        _comment(connection, f"column {name}.{column.name}", text)


def _query(table: Table, marker: str) -> str:
    """SQL of a table as released."""
    if table.name == "fct_observations":
        return _observations(table, marker)
    if figure_columns(replace(table, columns=_own_columns(table))):
        return _fact(table, marker)
    names = ", ".join(column.name for column in table.columns)
    kept = f" where not ({LEFT_OUT[table.name]})" if table.name in LEFT_OUT else ""
    return f"select {names} from marts.{table.name} as rows{kept}"


def _observations(table: Table, marker: str) -> str:
    hidden = {
        "value": "null",
        "value_as_printed": "null",
        "decimals_printed": "null",
        "is_missing": "true",
        "marker": f"'{marker}'",
    }
    columns = ", ".join(
        f"case when hidden.unit is not null then {hidden[c.name]} else rows.{c.name} end"
        f" as {c.name}"
        if c.name in hidden
        else f"rows.{c.name}"
        for c in table.columns
    )
    return f"""
        select {columns}
        from marts.fct_observations as rows
        left join controlled on rows.release_id = controlled.release_id
        left join hidden
            on
                hidden.scope = 'observation'
                and controlled.release_id is not null
                and not rows.is_missing
                and rows.local_authority_code = hidden.local_authority_code
                and rows.measure_id = hidden.measure_id
                and rows.category_id is not distinct from hidden.category_id
                and rows.period_id = hidden.period_id
                and rows.unit = hidden.unit
    """


def _fact(table: Table, marker: str) -> str:
    own = _own_columns(table)
    figures = FIGURES[table.name]
    category = next((c.name for c in own if c.name in CATEGORY_KEYS), None)
    chosen = [c.name for c in own if c.name in figures]
    columns = [
        f"case when suppressed.{c.name} then null else rows.{c.name} end as {c.name}"
        if c.name in chosen
        else f"rows.{c.name}"
        for c in own
    ]
    columns += [
        f"case when suppressed.{name} then '{marker}'"
        f" when rows.{name} is null then coalesce(missing.{name}, 'x') end as {name}_marker"
        for name in chosen
    ]

    def pivot(aggregate: str) -> str:
        return ", ".join(
            f"{aggregate} filter (where measure_id = '{figures[name][0]}'"
            f" and unit = '{figures[name][1]}') as {name}"
            for name in chosen
        )

    keys = "local_authority_code, period_id, category_id"
    measures = ", ".join(sorted({f"'{figures[name][0]}'" for name in chosen}))
    same = " and ".join(
        [
            "rows.local_authority_code = {other}.local_authority_code",
            "rows.period_id = {other}.period_id",
            f"{f'rows.{category}' if category else 'null'} is not distinct from"
            " {other}.category_id",
        ]
    )
    return f"""
        select {", ".join(columns)}
        from marts.{table.name} as rows
        left join (
            select {keys}, {pivot("bool_or(true)")}
            from hidden
            where scope = 'fact' and measure_id in ({measures})
            group by {keys}
        ) as suppressed on {same.format(other="suppressed")}
        left join (
            select {keys}, {pivot("min(marker)")}
            from marts.fct_observations
            where is_missing and is_latest_release and measure_id in ({measures})
            group by {keys}
        ) as missing on {same.format(other="missing")}
    """


def _own_columns(table: Table) -> tuple[Column, ...]:
    """Columns that the warehouse has as well: all but the markers of figures."""
    names = {f"{name}_marker" for name in FIGURES.get(table.name, {})}
    return tuple(column for column in table.columns if column.name not in names)


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    if text is not None:
        connection.execute(f"comment on {what} is '{text.replace(chr(39), chr(39) * 2)}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
