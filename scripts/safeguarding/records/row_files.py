"""Rows that a reader makes one by one, put aside in files until a table is whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from safeguarding.records.canonical import PLACE, Store
from safeguarding.warehouse.compiled_project import literal

FILE, ROW = PLACE
BUFFER = 2**22  # bytes: DuckDB would take more for a larger file
Row = Sequence[str | int | None]


class RowFiles:
    """A file of rows for each table, however many there are: none is held in memory.

    Args:
        store: Where the tables go in the end.
        columns: Columns that the source has of each table.
        source: The file that the rows are read from, as it is named to people.
    """

    def __init__(self, store: Store, columns: Mapping[str, Sequence[str]], source: str) -> None:
        """Open the files, below the store's folder."""
        self._store = store
        self._source = source
        self._columns = columns
        self._folder = store.folder / "rows"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {}
        self._writers: dict[str, Callable[[Row], object]] = {}
        for table in columns:
            file = (self._folder / f"{table}.csv").open("w", encoding="utf-8", newline="")
            self._files[table] = file
            self._writers[table] = csv.writer(file, lineterminator="\n").writerow

    def adder(self, table: str) -> Callable[[Row], object]:
        """Give what adds a row: its cells in the order of the columns, then its place."""
        return self._writers[table]

    def finish(self) -> dict[str, set[str]]:
        """Put the rows into the store; returns the tables and their columns."""
        for table, names in self._columns.items():
            self._files[table].close()
            path = self._folder / f"{table}.csv"
            types = ", ".join(f"'{name}': 'varchar'" for name in (*names, ROW))
            # Rows of the project's own making: they are as they should be.
            relation = (
                f"(select {literal(self._source)} as {FILE}, * from read_csv({literal(str(path))},"
                " header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
                f" buffer_size = {BUFFER}, columns = {{{types}}}))"
            )
            if path.stat().st_size:
                self._store.add(table, relation, {name: name for name in names})
            path.unlink()
        self._folder.rmdir()
        return {table: set(names) for table, names in self._columns.items()}
