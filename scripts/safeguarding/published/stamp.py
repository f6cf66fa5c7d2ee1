"""The stamp of a published database: for whom it is, and what each of its tables should hold.

A reader that finds every table agree with the stamp has a whole publication before it, of one
moment; the tests check this while others are being published.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from safeguarding.disclosure.control import Audience
from safeguarding.published import catalogue
from safeguarding.published.catalogue import Table
from safeguarding.published.facts import Fact
from safeguarding.published.other_measures import other_facts

STAMP_TABLE = "publication"
# Over `from marts.<table> as t`. DuckDB's hash is the same for the same content within a version.
CHECKSUM = "cast(sum(hash(t)) as varchar)"
COMMENTS = {
    "table_name": "Table of schema marts. Primary key.",
    "row_count": "Rows that the table was published with.",
    "checksum": f"`{CHECKSUM}` over the table, `t` being its rows: tells publications apart.",
    "audience": "Who the database may be shown to: `public` or `internal`.",
    "declaration": "Of a conformed fact: what each of its figures is (JSON); else blank.",
}


def write_stamp(database: Path, tables: Sequence[Table], audience: Audience) -> None:
    """Add table `marts.publication` to a database: one row for each of its tables."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute(
            f"create table marts.{STAMP_TABLE}"
            " (table_name varchar primary key, row_count bigint not null, checksum varchar,"
            " audience varchar not null, declaration varchar not null)"
        )
        connection.execute(
            f"comment on table marts.{STAMP_TABLE} is"
            " 'What each table was published with. One row for each table.'"
        )
        for column, comment in COMMENTS.items():
            connection.execute(f"comment on column marts.{STAMP_TABLE}.{column} is '{comment}'")
        for table in tables:
            connection.execute(
                f"insert into marts.{STAMP_TABLE}"
                f" select '{table.name}', count(*), {CHECKSUM}, '{audience}', ?"
                f" from marts.{table.name} as t",
                [table.declaration],
            )
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint")


def audience_of(connection: duckdb.DuckDBPyConnection) -> Audience | None:
    """Who a database is for, as its stamp says; None if it has none or one of earlier versions."""
    try:
        row = connection.execute(f"select any_value(audience) from marts.{STAMP_TABLE}").fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return None
    return Audience(row[0]) if row and row[0] else None


def facts_of(connection: duckdb.DuckDBPyConnection) -> list[Fact]:
    """The facts of a released database or a warehouse, in order, measures without a column last.

    Raises:
        LookupError: It does not say what its figures are.
    """
    try:
        declared = connection.execute(
            f"select table_name, declaration from marts.{STAMP_TABLE} where declaration <> ''"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        manifest = catalogue.kept(connection)
        if manifest is None:
            raise LookupError(
                "The database does not say what its figures are: it is neither a warehouse nor"
                " an export of this version."
            ) from None
        tables = catalogue.tables_of(manifest)
        declared = [(each.name, each.declaration) for each in tables if each.declaration]
    facts = sorted((Fact.of(*each) for each in declared), key=lambda fact: fact.order)
    return [*facts, *other_facts(connection, facts)]


def verify(connection: duckdb.DuckDBPyConnection) -> None:
    """Compare each table of a database with its stamp.

    Raises:
        OSError: One does not hold what it was published with.
        duckdb.Error: It cannot be read at all.
    """
    stamped = connection.sql(
        f"select table_name, row_count, checksum from marts.{STAMP_TABLE}"
    ).fetchall()
    for name, rows, checksum in stamped:
        found = connection.sql(f"select count(*), {CHECKSUM} from marts.{name} as t").fetchone()
        if found != (rows, checksum):
            raise OSError(f"{name} does not read back as it was written")
