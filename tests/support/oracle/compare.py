"""Whether the oracle computed what the warehouse holds, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from benchmarks.contents import KEYS, LEFT_OUT, NOT_COMPARED

MOST_EXAMPLES = 5


def differences(
    connection: duckdb.DuckDBPyConnection,
    computed: Mapping[str, Any],
    left_out: Mapping[str, str] = LEFT_OUT,
) -> list[str]:
    """Compare what the oracle computed with the marts of a built warehouse.

    Every column of a mart is compared, as the mart's own type (a decimal to its own places),
    except those of `NOT_COMPARED`.

    Args:
        connection: To the built warehouse; it may be read-only.
        computed: A pandas or polars data frame for each table of `KEYS`.
        left_out: By table, the condition of the rows that are compared.

    Returns:
        A message for each of the first few rows of each table that differ or that only one side
        has, and one for each column that is missing; nothing if both are the same.
    """
    found: list[str] = []
    for table, keys in KEYS.items():
        if table not in computed:
            found.append(f"{table}: not computed")
            continue
        connection.register("computed", _arrow(computed[table]))
        try:
            found += _table_differences(connection, table, keys, left_out.get(table, "true"))
        finally:
            connection.unregister("computed")
    return found


def _arrow(frame: object) -> pa.Table:
    """Either library's data frame as an Arrow table, NaN being null."""
    if isinstance(frame, pl.DataFrame):
        return frame.to_arrow()
    return pa.Table.from_pandas(frame, preserve_index=False)


def _table_differences(
    connection: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...], kept: str
) -> Iterator[str]:
    types = {
        str(name): str(kind)
        for name, kind, *_ in connection.sql(f"describe marts.{table}").fetchall()
        if not {str(name), f"{table}.{name}"} & NOT_COMPARED
    }
    there = {str(row[0]) for row in connection.sql("describe computed").fetchall()}
    missing = [name for name in types if name not in there]
    yield from (f"{table}: column {name} is not computed" for name in missing)
    if set(missing) & set(keys):
        return
    values = [name for name in types if name not in keys and name in there]
    rows = connection.execute(_comparison(table, keys, values, types, kept)).fetchall()
    for row in rows[:MOST_EXAMPLES]:
        yield _message(table, keys, values, row)
    if len(rows) > MOST_EXAMPLES:
        yield f"{table}: {len(rows) - MOST_EXAMPLES} more rows differ"


def _comparison(
    table: str,
    keys: tuple[str, ...],
    values: list[str],
    types: Mapping[str, str],
    kept: str,
) -> str:
    """SQL of the rows that differ: keys, whether each side has it, each value of both sides."""
    columns = ", ".join(f"cast({name} as {types[name]}) as {name}" for name in (*keys, *values))
    order = ", ".join((*keys, *values))

    def side(relation: str) -> str:
        # Rows of the same key are told apart by their order, so that none is counted twice.
        return (
            f"select *, row_number() over (partition by {', '.join(keys)} order by {order})"
            f" as copy from (select {columns} from {relation})"
        )

    same_key = " and ".join(
        f"mart.{name} is not distinct from twin.{name}" for name in (*keys, "copy")
    )
    differs = "".join(f" or mart.{name} is distinct from twin.{name}" for name in values)
    shown = [f"coalesce(mart.{name}, twin.{name})" for name in keys]
    shown += ["mart.copy is not null", "twin.copy is not null"]
    shown += [f"{each}.{name}" for name in values for each in ("mart", "twin")]
    mart, twin = f"marts.{table} where {kept}", f"computed where {kept}"
    return (
        f"with mart as ({side(mart)}), twin as ({side(twin)})"
        f" select {', '.join(shown)} from mart full join twin on {same_key}"
        f" where mart.copy is null or twin.copy is null{differs} order by all"
    )


def _message(table: str, keys: tuple[str, ...], values: list[str], row: tuple[Any, ...]) -> str:
    key = " | ".join("-" if value is None else str(value) for value in row[: len(keys)])
    in_mart, in_twin, *cells = row[len(keys) :]
    if not in_twin:
        return f"{table} {key}: only in the warehouse"
    if not in_mart:
        return f"{table} {key}: only computed"
    pairs = zip(values, cells[::2], cells[1::2], strict=True)
    unlike = [
        f"{name} is {ours} in the warehouse, {theirs} computed"
        for name, ours, theirs in pairs
        if ours != theirs
    ]
    return f"{table} {key}: {', '.join(unlike)}"
