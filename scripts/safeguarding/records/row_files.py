"""Rows that a reader makes one by one, put aside in files until a table is whole."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import IO, Any

from safeguarding.records.canonical import PLACE, Store
from safeguarding.warehouse.compiled_project import literal


class RowFiles:
    """A file of rows for each table, however many there are: none is held in memory.

    Args:
        store: Where the tables go in the end.
        columns: Columns that the source has of each table.
    """

    def __init__(self, store: Store, columns: dict[str, Sequence[str]]) -> None:
        """Open the files, below the store's folder."""
        self._store = store
        self._columns = columns
        self._folder = store.folder / "rows"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {}
        self._writers: dict[str, Any] = {}
        for table in columns:
            file = (self._folder / f"{table}.csv").open("w", encoding="utf-8", newline="")
            self._files[table] = file
            self._writers[table] = csv.writer(file, lineterminator="\n")

    def add(self, table: str, cells: Sequence[str | None], file: str, row: int) -> None:
        """Add a row: its cells in the order of the columns, and where it was read."""
        self._writers[table].writerow([*cells, file, row])

    def finish(self) -> dict[str, set[str]]:
        """Put the rows into the store; returns the tables and their columns."""
        for table, names in self._columns.items():
            self._files[table].close()
            path = self._folder / f"{table}.csv"
            types = ", ".join(f"'{name}': 'varchar'" for name in (*names, *PLACE))
            # Rows of the project's own making: they are as they should be.
            relation = (
                f"read_csv({literal(str(path))}, header = false, auto_detect = false,"
                f" columns = {{{types}}}, delim = ',', quote = '\"', escape = '\"')"
            )
            if path.stat().st_size:
                self._store.add(table, relation, {name: name for name in names})
            path.unlink()
        self._folder.rmdir()
        return {table: set(names) for table, names in self._columns.items()}
