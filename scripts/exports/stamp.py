"""The stamp of a published database: what each of its tables should hold.

A reader that finds every table agree with the stamp has a whole publication before it, of one
moment; the tests check this while others are being published.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from exports.catalogue import Table

STAMP_TABLE = "publication"
# Over `from marts.<table> as t`. DuckDB's hash is the same for the same content within a version.
CHECKSUM = "cast(sum(hash(t)) as varchar)"
COMMENTS = {
    "table_name": "Table of schema marts. Primary key.",
    "row_count": "Rows that the table was published with.",
    "checksum": f"`{CHECKSUM}` over the table, `t` being its rows: tells publications apart.",
}


def write_stamp(database: Path, tables: Sequence[Table]) -> None:
    """Add table `marts.publication` to a database: one row for each of its tables."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute(
            f"create table marts.{STAMP_TABLE}"
            " (table_name varchar primary key, row_count bigint not null, checksum varchar)"
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
                f" select '{table.name}', count(*), {CHECKSUM} from marts.{table.name} as t"
            )
        connection.execute("commit")
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint")


def verify(database: Path) -> None:
    """Read a database back and compare each table with the stamp.

    Raises:
        OSError: The file is not whole.
        duckdb.Error: It cannot be read at all.
    """
    if database.with_name(f"{database.name}.wal").exists():
        raise OSError(f"{database.name} was not written to its end")
    with duckdb.connect(str(database), read_only=True) as connection:
        stamped = connection.sql(f"from marts.{STAMP_TABLE}").fetchall()
        for name, rows, checksum in stamped:
            found = connection.sql(f"select count(*), {CHECKSUM} from marts.{name} as t").fetchone()
            if found != (rows, checksum):
                raise OSError(f"{name} does not read back as it was written")
