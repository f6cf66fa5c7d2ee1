"""Disclosure control: what an audience may see, decided in one place, on the way out.

Everything that leaves the warehouse is made from the file that `write_released_database` makes. A
figure that is not released is blank in every table there, with a marker that says why.

What is small, and for whom, is data: `seeds/registers/disclosure_rules.csv`. What follows from
what is for `exports.knowledge` to say.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import duckdb

from safeguarding.disclosure.knowledge import CALCULATED, SIGNED, TOTAL, read_authorities
from safeguarding.disclosure.protection import Cell, protect
from safeguarding.disclosure.released_rows import kept, released_text
from safeguarding.published import facts
from safeguarding.published.catalogue import Column, Table
from safeguarding.published.facts import Figure

BLOCK_SIZE = 16384  # DuckDB's smallest: most tables here are small

NOT_CONFORMED = {
    "fct_observations",
    # What the facts hold, a row for each figure: a row that is hidden there is left out.
    "fct_figures",
    "fct_best_figures",
    "fct_metrics",
    "fct_revisions",
    "fct_quality_findings",
    "fct_narrative_claims",
    # Published by DfE, after its own disclosure control; its markers stand in the tables.
    "fct_official_statistics",
    "fct_benchmarks",
    # Both sides of a comparison: a row that an unreleased figure stands in is left out.
    "fct_reconciliation",
    "fct_three_ways",
}
# Of each table, by its name: its comment, and its columns' types, whether null, and comments.
_Descriptions = dict[str, tuple[str | None, dict[str, tuple[str, bool, str | None]]]]
BASE = "@base"  # a measure's total, as it stands in the row of each category
# What disclosure control calls a figure that is derived: a word after its measure.
SUFFIXES = {
    facts.PRINTED: "",
    facts.SHARE: "",
    facts.DIFFERENCE: CALCULATED,
    facts.TOTAL: TOTAL,
    facts.BASE: BASE,
    facts.IMPLIED_BASE: BASE,
}


class Audience(StrEnum):
    """Who a release of the figures is for."""

    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True)
class Hidden:
    """A figure to hide; `scope` is `fact` for the latest ones, `observation` for all releases'."""

    scope: str
    cell: Cell
    unit: str


def write_released_database(
    warehouse: Path,
    tables: Sequence[Table],
    audience: Audience,
    target: Path,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Make the database that an audience may see: schema `marts`, nothing else.

    Every table has the warehouse's columns, types, comments and key, its rows in the order of the
    key. Behind the columns of a conformed fact stands a `<column>_marker` for each figure.

    Args:
        warehouse: The file that the build published.
        tables: The tables to release, from `exports.catalogue.exported_tables`.
        audience: Who it is for.
        target: The file to make.
        tell: Told of each small count that is suppressed and can be worked out all the same, from
            what is public already; if none is given, standard error says so.

    Raises:
        FileExistsError: `target` exists.
        LookupError: A figure is not declared.
        ValueError: The rules of the audience contradict each other.
        duckdb.Error: The warehouse could not be read or `target` not be written.
    """
    if target.exists():
        raise FileExistsError(target)
    released = released_tables(tables)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")  # two take no less time, and a third more work
        # The warehouse's own name: the views in it name their catalog.
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{_quoted(target)}' as released (block_size {BLOCK_SIZE})")
        connection.execute("create schema released.marts")
        connection.execute("use warehouse")
        marker, width = _read_rules(connection, audience)
        _load_figures(connection)
        declared = {figure.measure for table in tables for figure in _figures(table).values()}
        hidden, deducible = choose_hidden(connection, width, declared) if width else ([], [])
        _load_hidden(connection, hidden)
        for cell in deducible:
            (tell or _print_warning)(_warning(cell, marker))
        # One transaction: each statement of its own would be written through to the disk.
        connection.execute("begin")
        described = _read_descriptions(connection)
        for table in released:
            _write_table(connection, table, marker, described)
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint released")


def _print_warning(text: str) -> None:
    print(text, file=sys.stderr)


def _warning(cell: Cell, marker: str) -> str:
    """Say which small count nothing here can protect."""
    measure, _, part = cell.measure.partition("@")
    what = {"rest": f"the rest of the base of {measure}", "": measure}.get(
        part, f"the {part} of {measure}"
    )
    place = ", ".join(text for text in (what, cell.category, cell.period) if text)
    return (
        f"- {cell.authority}: {place} is a small count of an unpublished release. It is suppressed"
        f" ({marker}), but it follows from figures that are public already (earlier releases,"
        " official statistics). Decide whether to release this authority's figures."
    )


def released_tables(tables: Iterable[Table]) -> list[Table]:
    """The tables with the marker columns that they have once released.

    Raises:
        LookupError: A figure of a conformed fact is not declared.
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
        LookupError: One is not declared, so that no rule would be about it.
    """
    if not table.name.startswith("fct_") or table.name in NOT_CONFORMED:
        return []
    found = [c.name for c in table.columns if c.data_type.startswith(("bigint", "decimal"))]
    declared = _figures(table)
    for name in found:
        if name not in declared:
            raise LookupError(
                f"{table.name}.{name} is a figure without a declaration: write `figure: {{measure:"
                " ..., unit: count}`, `label` and `open_data` of this column under `config: meta:`"
                f" in {table.name}.yml, as other facts have them, and build again."
            )
    return found


def _figures(table: Table) -> dict[str, Figure]:
    """The figures of a conformed fact by their columns."""
    return {figure.column: figure for figure in table.fact.figures} if table.fact else {}


def controlled_as(figure: Figure) -> tuple[str, str]:
    """Measure and unit that a figure has in `hidden`."""
    unit = "calculated" if figure.derived == facts.SHARE else figure.unit
    return figure.measure + SUFFIXES[figure.derived], unit


def choose_hidden(
    connection: duckdb.DuckDBPyConnection, width: int, declared: Collection[str]
) -> tuple[list[Hidden], list[Cell]]:
    """Choose figures to hide, from the `figures` of all releases.

    Args:
        connection: One with the temporary tables `controlled` and `figures`.
        width: How far apart the values must be that a small count can have for a reader.
        declared: Measures that the conformed facts have.

    Returns:
        What to hide, and the small counts that can be worked out all the same.
    """
    chosen, deducible = set(), set()
    for authority in read_authorities(connection, declared):
        protection = protect(authority.system, authority.small, SIGNED, width)
        deducible |= {count.cell for count in protection.deducible}
        for name, scope in authority.scopes.items():
            kind = "fact" if name == "latest" else "observation"
            chosen |= {Hidden(kind, *figure) for figure in scope.to_hide(protection)}
        # An observation goes with its figure in whichever scope it was found.
        chosen |= {Hidden("observation", cell, "count") for cell in protection.cells}
        chosen |= {Hidden("observation", ratio.cell, ratio.unit) for ratio in protection.ratios}
    chosen |= {Hidden("observation", h.cell, h.unit) for h in chosen}
    return sorted(chosen, key=lambda h: (h.scope, h.cell, h.unit)), sorted(deducible)


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
        with printed as (
            select
                *,
                bool_or(not is_part) over same_thing as has_whole,
                bool_or(is_missing) over same_thing as has_missing
            from marts.fct_observations
            window same_thing as (
                partition by
                    release_id, local_authority_code, measure_id, category_id, period_id, unit
            )
        ),
        -- Parts count as their sum, and never leave one by one; nor does a calendar year.
        counted as (
            select * from printed where not is_part and length(period_id) > 4
            union all by name
            select
                release_id, local_authority_code, measure_id, category_id, period_id, unit,
                sum(value) as value,
                greatest(min(decimals_printed) - 1, 0) as decimals_printed,
                min(source_line) as source_line,
                false as is_missing,
                bool_or(is_latest_release) as is_latest_release
            from (
                select * from printed
                where is_part and length(period_id) > 4 and not has_whole and not has_missing
                qualify
                    row_number() over (
                        partition by
                            release_id, local_authority_code, measure_id, category_id,
                            period_id, unit, row_label
                        order by source_line
                    ) = 1
            )
            group by all
        ),
        observations as (
            select
                counted.*,
                controlled.release_id is not null as is_controlled,
                controlled.least_count,
                controlled.greatest_count
            from counted
            left join controlled on counted.release_id = controlled.release_id
            where not counted.is_missing
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
    connection.execute(
        f"""
        insert into hidden
        select
            scope, local_authority_code, parts.measure_id || '{BASE}', parts.category_id,
            period_id, unit
        from hidden
        inner join (
            select distinct local_authority_code, measure_id, category_id, period_id
            from marts.fct_observations
            where category_id is not null
        ) as parts
            using (local_authority_code, period_id)
        where hidden.measure_id = parts.measure_id || '{TOTAL}'
        """
    )


def _read_descriptions(connection: duckdb.DuckDBPyConnection) -> _Descriptions:
    """What the warehouse says of its tables and their columns, asked once for all."""
    columns: dict[str, dict[str, tuple[str, bool, str | None]]] = defaultdict(dict)
    for table, column, data_type, is_nullable, comment in connection.execute(
        "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns()"
        " where database_name = 'warehouse' and schema_name = 'marts'"
    ).fetchall():
        columns[table][column] = data_type, is_nullable, comment
    comments = connection.execute(
        "select table_name, comment from duckdb_tables()"
        " where database_name = 'warehouse' and schema_name = 'marts'"
    ).fetchall()
    return {name: (comment, columns[name]) for name, comment in comments}


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: Table, marker: str, descriptions: _Descriptions
) -> None:
    comment, described = descriptions.get(table.name, (None, {}))
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
    names = ", ".join(released_text(table, column) for column in table.columns)
    return f"select {names} from marts.{table.name} as rows {kept(table)}"


def _observations(table: Table, marker: str) -> str:
    hidden = {
        "value": "null",
        "value_as_printed": "null",
        "decimals_printed": "null",
        "is_missing": "true",
        "marker": f"'{marker}'",
        # That official statistics have the same would tell the figure.
        "standing": "'missing'",
        "standing_reason": "null",
    }
    # What no fact has: a part of a sum, a calendar year beside financial years.
    part = (
        "((rows.is_part or length(rows.period_id) = 4) and controlled.release_id is not null"
        " and not rows.is_missing)"
    )
    columns = ", ".join(
        f"case when hidden.unit is not null or {part} then {hidden[c.name]}"
        f" else {released_text(table, c).removesuffix(f' as {c.name}')} end as {c.name}"
        if c.name in hidden
        else released_text(table, c)
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
    figures = {name: controlled_as(figure) for name, figure in _figures(table).items()}
    categories = table.fact.categories if table.fact else None
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
            f"{f'rows.{categories.key}' if categories else 'null'} is not distinct from"
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
        {kept(table)}
    """


def _own_columns(table: Table) -> tuple[Column, ...]:
    """Columns that the warehouse has as well: all but the markers of figures."""
    names = {f"{name}_marker" for name in _figures(table)}
    return tuple(column for column in table.columns if column.name not in names)


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    if text is not None:
        connection.execute(f"comment on {what} is '{text.replace(chr(39), chr(39) * 2)}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
