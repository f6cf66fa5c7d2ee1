"""Publish a warehouse that passed everything, and only such a one.

dbt builds in a working file (`profiles.yml`). This module is a dbt-duckdb plugin: when a dbt
command ends, it looks at dbt's own account of the run and, if that was a whole build in which
everything passed, copies the working file over `warehouse.duckdb` in one step, with dbt's
description of the project in it. A failed or partial build, or a killed one, leaves the last good
warehouse as it was.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.invocation import get_invocation_id

from safeguarding.published import catalogue
from safeguarding.warehouse import database_files

WAREHOUSE = Path(os.environ.get("WAREHOUSE_PATH", "warehouse.duckdb"))
BLOCK_SIZE = (
    16384  # DuckDB's smallest: most tables here are small, and its default wastes 256 KB on each
)
LARGE = 100_000_000  # bytes
MOST_FREE = 0.2
MANIFEST = "manifest.json"
PASSED = {"success", "pass", "warn", "no-op"}


class NotPublishedError(Exception):
    """What was built cannot be published; the message says why."""


class Plugin(BasePlugin):
    """Publishes at the end of the dbt command that opened the connection."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Wait for the command to end."""
        if self.creds is None or self.creds.is_motherduck or self.creds.path == ":memory:":
            return
        built = Path(self.creds.path)
        atexit.register(publish_at_exit, built, WAREHOUSE)


def publish_at_exit(built: Path, warehouse: Path) -> None:
    """Publish if this process's dbt command earned it; a failure to do so is a failed command."""
    if not is_whole_and_green(built.with_name("run_results.json"), get_invocation_id()):
        return
    close_connections()
    try:
        publish(built, warehouse)
    except (OSError, duckdb.Error) as error:
        reason = database_files.explain(error, warehouse)
        print(f"{warehouse} has not been changed. {reason}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)  # the exit code of a process cannot be changed otherwise at this point


def publish(built: Path, warehouse: Path) -> None:
    """Put a copy of the built file in the warehouse's place, once in a process.

    Raises:
        OSError, duckdb.Error: It could not be written; the warehouse is as it was.
    """
    atexit.unregister(publish_at_exit)
    replace_atomically(partial(copy_database, built), warehouse, built.with_name(MANIFEST))


def close_connections() -> None:
    """Close dbt's connections, so that the working file is complete on disk."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def is_whole_and_green(run_results: Path, invocation_id: str) -> bool:
    """Whether dbt's account of this invocation tells of a whole build in which all passed."""
    try:
        account = json.loads(run_results.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    args = account["args"]
    return bool(
        account["metadata"]["invocation_id"] == invocation_id
        and args.get("which") == "build"
        and not (args.get("select") or args.get("exclude") or args.get("resource_types"))
        and not (args.get("exclude_resource_types") or args.get("empty"))
        and account["results"]
        and all(result["status"] in PASSED for result in account["results"])
    )


def copy_database(built: Path, target: Path) -> None:
    """Copy a DuckDB file table by table: a rebuilt file carries the space of its past, a copy none.

    A large file that carries little of it is copied as it is: that is many times faster.

    Args:
        built: The file to copy.
        target: The file to make; its views hold whatever name it is opened by.
    """
    if built.stat().st_size > LARGE and free_share(built) < MOST_FREE:
        if database_files.logs(built):
            with duckdb.connect(str(built)) as connection:
                connection.execute("checkpoint")
        shutil.copyfile(built, target)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"attach '{target}' as {built.stem}")
            free_views(connection, built.stem, built.stem)
        return
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{built}' as {built.stem} (read_only)")
        connection.execute(f"attach '{target}' as fresh (block_size {BLOCK_SIZE})")
        connection.execute(f"copy from database {built.stem} to fresh")
        free_views(connection, "fresh", built.stem)
        # Closing would write the file too, but say nothing if the disk is full.
        connection.execute("checkpoint fresh")


def free_views(connection: duckdb.DuckDBPyConnection, database: str, catalog: str) -> None:
    """Have a file's views name schema and table alone: dbt writes the catalog that it builds in.

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
    """The share of a DuckDB file that holds nothing any more."""
    with duckdb.connect(str(database), read_only=True) as connection:
        total, free = connection.sql(
            "select total_blocks, free_blocks from pragma_database_size()"
        ).fetchone() or (0, 0)
    return float(free / total) if total else 0.0


def replace_atomically(write: Callable[[Path], None], destination: Path, manifest: Path) -> None:
    """Make a database beside `destination` and move it into place: readers see the old or the new.

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
        # As its readers do, in its place; another build may have published since.
        with database_files.reading(destination, "make build") as connection:
            if destination.stat().st_ino == identity and contents(connection) != expected:
                raise OSError(f"{destination} does not read back as it was written. Build again.")


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, int | None]:
    """Rows of each table of a database, by its qualified name; none for a view."""
    found = connection.sql(
        "select table_schema || '.' || table_name, table_type = 'VIEW'"
        " from information_schema.tables where table_catalog = current_database()"
    ).fetchall()
    return {name: None if is_view else len(connection.table(name)) for name, is_view in found}
