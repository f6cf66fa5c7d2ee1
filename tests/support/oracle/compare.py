"""Whether the oracle computed what the warehouse holds, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

FIGURE = ("local_authority_code", "measure_id", "category_id", "period_id", "unit")
KEYS = {
    "fct_observations": ("release_id", "table_id", "source_line", *FIGURE),
    "fct_contacts_and_referrals": ("local_authority_code", "period_id"),
    "fct_referrals_by_source": ("local_authority_code", "period_id", "referral_source_id"),
    "fct_section_47_and_assessments": ("local_authority_code", "period_id"),
    "fct_cpp_by_category": ("local_authority_code", "period_id", "cpp_category_id"),
    "fct_child_protection_plans": ("local_authority_code", "period_id"),
    "fct_children_looked_after": ("local_authority_code", "period_id"),
    "fct_care_flows": ("local_authority_code", "period_id"),
    "fct_uasc": ("local_authority_code", "period_id"),
    "fct_revisions": ("later_release_id", *FIGURE),
    "fct_quality_findings": ("check_id", "release_id", "source_line", *FIGURE),
}
# Texts and keys made of the other columns, and what the reference lists say of a check.
NOT_COMPARED = {
    "observation_id",
    "revision_id",
    "finding_id",
    "message",
    "explanation",
    "severity",
    "difference",
    "is_explained",
    # What the evidence says of figures, official statistics among it.
    "standing",
    "standing_reason",
    "is_preferred",
    "published_pct_base",
    "all_plans_started",
    "all_plans_started_source",
    "all_referrals_with_source",
    "all_referrals_source",
    "is_complete",
    "fct_cpp_by_category.calculated_pct",
    # Passed through.
    "qualifier",
    "period_as_printed",
    "note",
}
# What the oracle leaves out: what official statistics, or figures of another release, decide.
LEFT_OUT = {
    "fct_quality_findings": "check_id not in ('differs_from_official', 'differs_by_definition',"
    " 'role_not_printed', 'uasc_stock_and_flows', 'sources_against_assessments')"
    " and measure_id not in ('cla_excluding_uasc', 'uasc_share_of_cla')",
    "fct_cpp_by_category": "cpp_category_id <> 'not_printed'",
}
MOST_EXAMPLES = 5


def differences(
    connection: duckdb.DuckDBPyConnection, computed: Mapping[str, Any], schema: str = "marts"
) -> list[str]:
    """Compare what the oracle computed with the marts of a built warehouse.

    Every column of a mart is compared, as the mart's own type (a decimal to its own places),
    except those of `NOT_COMPARED`.

    Args:
        connection: To the built warehouse; it may be read-only.
        computed: A pandas or polars data frame for each table of `KEYS`.
        schema: Where the marts are.

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
            found += _table_differences(connection, schema, table, keys)
        finally:
            connection.unregister("computed")
    return found


def _arrow(frame: object) -> pa.Table:
    """Either library's data frame as an Arrow table, NaN being null."""
    if isinstance(frame, pl.DataFrame):
        return frame.to_arrow()
    return pa.Table.from_pandas(frame, preserve_index=False)


def _table_differences(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, keys: tuple[str, ...]
) -> Iterator[str]:
    types = {
        str(name): str(kind)
        for name, kind, *_ in connection.sql(f"describe {schema}.{table}").fetchall()
        if not {str(name), f"{table}.{name}"} & NOT_COMPARED
    }
    there = {str(row[0]) for row in connection.sql("describe computed").fetchall()}
    missing = [name for name in types if name not in there]
    yield from (f"{table}: column {name} is not computed" for name in missing)
    if set(missing) & set(keys):
        return
    values = [name for name in types if name not in keys and name in there]
    rows = connection.execute(_comparison(schema, table, keys, values, types)).fetchall()
    for row in rows[:MOST_EXAMPLES]:
        yield _message(table, keys, values, row)
    if len(rows) > MOST_EXAMPLES:
        yield f"{table}: {len(rows) - MOST_EXAMPLES} more rows differ"


def _comparison(
    schema: str, table: str, keys: tuple[str, ...], values: list[str], types: Mapping[str, str]
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
    kept = LEFT_OUT.get(table, "true")
    mart, twin = f"{schema}.{table} where {kept}", f"computed where {kept}"
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
