"""Make the released database, in which everything that an audience may not see is blank.

Everything that leaves the warehouse is made from this file. A figure that is not released is blank
in every table of it, with a marker that says why.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import duckdb

from safeguarding.disclosure.hidden_figures import BASE, hide_figures
from safeguarding.disclosure.known_counts import CALCULATED, TOTAL
from safeguarding.disclosure.protection import Cell
from safeguarding.disclosure.released_rows import released_text, row_filter
from safeguarding.published import facts
from safeguarding.published.catalogue import Column, Table
from safeguarding.published.facts import Figure

BLOCK_SIZE = 16384  # DuckDB's smallest: most tables here are small

NOT_CONFORMED = {
    "fct_observations",
    # The figures of the facts, one in each row: a hidden row is left out.
    "fct_figures",
    "fct_best_figures",
    "fct_metrics",
    "fct_revisions",
    "fct_quality_findings",
    "fct_narrative_claims",
    # Published by DfE, after its own disclosure control; its markers stand in the tables.
    "fct_official_statistics",
    "fct_benchmarks",
    # Both sides of a comparison: a row with an unreleased figure is left out.
    "fct_reconciliation",
    "fct_three_ways",
}
# For each table by name: its comment, and each column's type, whether it may be null, and comment.
_Descriptions = dict[str, tuple[str | None, dict[str, tuple[str, bool, str | None]]]]
# The name of a derived figure in disclosure control: a word after its measure.
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


def write_released_database(
    warehouse: Path,
    tables: Sequence[Table],
    audience: Audience,
    target: Path,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Make the database that an audience may see: schema `marts`, nothing else.

    Every table has the warehouse's columns, types, comments and key, with its rows in the order of
    the key. A conformed fact also has a `<column>_marker` for each figure.

    Args:
        warehouse: The file that the build published.
        tables: The tables to release, from `exports.catalogue.exported_tables`.
        audience: Who it is for.
        target: The file to make.
        tell: Called for each suppressed count that can be worked out from public figures; by
            default the warning goes to standard error.

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
        declared = {figure.measure for table in tables for figure in _figures(table).values()}
        marker, deducible = hide_figures(connection, str(audience), declared)
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
    """Describe a small count that cannot be protected."""
    measure, _, part = cell.measure.partition("@")
    what = {"rest": f"the rest of the base of {measure}", "": measure}.get(
        part, f"the {part} of {measure}"
    )
    place = ", ".join(text for text in (what, cell.category, cell.period) if text)
    return (
        f"- {cell.authority}: {place} is a small count of an unpublished release. It is suppressed"
        f" ({marker}), but it can be worked out from figures that are already public (earlier"
        " releases, official statistics). Decide whether to release this authority's figures."
    )


def released_tables(tables: Iterable[Table]) -> list[Table]:
    """Return the tables with the marker columns of the released database.

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
    """Return the names of the figures of a conformed fact; none for another table.

    Raises:
        LookupError: One is not declared, so no rule would apply to it.
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
    """Return the figures of a conformed fact by column."""
    return {figure.column: figure for figure in table.fact.figures} if table.fact else {}


def controlled_as(figure: Figure) -> tuple[str, str]:
    """Return the measure and unit of a figure in `hidden`."""
    unit = "calculated" if figure.derived == facts.SHARE else figure.unit
    return figure.measure + SUFFIXES[figure.derived], unit


def _read_descriptions(connection: duckdb.DuckDBPyConnection) -> _Descriptions:
    """Read the warehouse's descriptions of all tables and columns at once."""
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
    """Return the SQL of a table as released."""
    if table.name == "fct_observations":
        return _observations(table, marker)
    if figure_columns(replace(table, columns=_own_columns(table))):
        return _fact(table, marker)
    names = ", ".join(released_text(table, column) for column in table.columns)
    return f"select {names} from marts.{table.name} as rows {row_filter(table)}"


def _observations(table: Table, marker: str) -> str:
    hidden = {
        "value": "null",
        "value_as_printed": "null",
        "decimals_printed": "null",
        "is_missing": "true",
        "marker": f"'{marker}'",
        # A standing that agrees with official statistics would give the figure away.
        "standing": "'missing'",
        "standing_reason": "null",
    }
    # Not in any fact: a part of a sum, a calendar year beside financial years.
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
        {row_filter(table)}
    """


def _own_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that the warehouse has too: all but the markers of figures."""
    names = {f"{name}_marker" for name in _figures(table)}
    return tuple(column for column in table.columns if column.name not in names)


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str | None) -> None:
    if text is not None:
        connection.execute(f"comment on {what} is '{text.replace(chr(39), chr(39) * 2)}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
