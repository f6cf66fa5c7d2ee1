"""Replace the warehouse by one that passed every check.

dbt builds in a working file (`profiles.yml`). `safeguarding build` copies it over
`warehouse.duckdb` in one step, with dbt's description of the project in it, once everything in it
has passed. A failed or killed build does not change the last good warehouse.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

from safeguarding.homes import places
from safeguarding.published import catalogue
from safeguarding.warehouse import database_files, dbt_builds
from safeguarding.warehouse.compiled_project import literal

BLOCK_SIZE = (
    16384  # DuckDB's smallest: most tables here are small, and its default wastes 256 KB on each
)
LARGE = 100_000_000  # bytes
MOST_FREE = 0.2
MANIFEST = dbt_builds.MANIFEST


class NotReplacedError(Exception):
    """The built file cannot replace the warehouse; the message says why."""


def replace_warehouse(built: Path, warehouse: Path) -> None:
    """Replace the warehouse by a copy of the built file.

    Raises:
        OSError, duckdb.Error: It could not be written; the warehouse is as it was.
    """
    replace_atomically(partial(copy_database, built), warehouse, built.with_name(MANIFEST))


def copy_database(built: Path, target: Path) -> None:
    """Copy a DuckDB file table by table, without the unused space of a rebuilt file.

    A large file with little unused space is copied as it is, which is many times faster.

    Args:
        built: The file to copy.
        target: The file to make; its views work whatever name it is opened by.
    """
    if built.stat().st_size > LARGE and free_share(built) < MOST_FREE:
        if database_files.logs(built):
            with duckdb.connect(str(built)) as connection:
                connection.execute("checkpoint")
        shutil.copyfile(built, target)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"attach {literal(str(target))} as {built.stem}")
            free_views(connection, built.stem, built.stem)
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(str(built))} as {built.stem} (read_only)")
        connection.execute(f"attach {literal(str(target))} as fresh (block_size {BLOCK_SIZE})")
        connection.execute(f"copy from database {built.stem} to fresh")
        free_views(connection, "fresh", built.stem)
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint fresh")


def free_views(connection: duckdb.DuckDBPyConnection, database: str, catalog: str) -> None:
    """Remove the catalog from a file's views: dbt writes the one that it builds in.

    Args:
        connection: What `database` is attached to; it is the default afterwards.
        database: The file, by the name it is attached by.
        catalog: What its views call it.
    """
    connection.execute(f"use {database}")
    views = connection.sql(
        "select sql from duckdb_views() where not internal and database_name = current_database()"
    ).fetchall()
    qualified = re.compile(rf"\b{catalog}[.](?=(raw|staging|intermediate|marts)[.])")
    for (sql,) in views:
        freed = qualified.sub("", sql)
        connection.execute(freed.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))


def free_share(database: Path) -> float:
    """Return the share of a DuckDB file that is unused."""
    with duckdb.connect(str(database), read_only=True) as connection:
        total, free = connection.sql(
            "select total_blocks, free_blocks from pragma_database_size()"
        ).fetchone() or (0, 0)
    return float(free / total) if total else 0.0


def replace_atomically(write: Callable[[Path], None], destination: Path, manifest: Path) -> None:
    """Make a database beside `destination` and move it into place in one step.

    Args:
        write: Makes the file at the path it is given.
        destination: The file to replace.
        manifest: dbt's manifest of the build, to keep in the file.

    Raises:
        OSError, duckdb.Error: The file could not be made (disk full, no permission, open for
            writing elsewhere); `destination` is as it was.
    """
    with database_files.working_folder(destination) as folder:
        made = folder / destination.name
        write(made)
        catalogue.keep(manifest, made)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        with duckdb.connect(str(made), read_only=True) as connection:
            expected = contents(connection)
        identity = made.stat().st_ino
        database_files.take_permissions(made, destination)
        database_files.replace(made, destination)
        # Read it in its place, as readers do; another build may have published since.
        with database_files.reading(destination, places.command("build")) as connection:
            if destination.stat().st_ino == identity and contents(connection) != expected:
                raise OSError(f"{destination} does not read back as it was written. Build again.")


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, int | None]:
    """Count the rows of each table of a database, by qualified name; None for a view."""
    found = connection.sql(
        "select table_schema || '.' || table_name, table_type = 'VIEW'"
        " from information_schema.tables where table_catalog = current_database()"
    ).fetchall()
    return {name: None if is_view else len(connection.table(name)) for name, is_view in found}
