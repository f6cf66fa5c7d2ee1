"""The tables that all records are read into: Parquet, every column text, none of a person's name.

Readers put each source into the tables of the Standard Safeguarding Dataset, so that one set of
rules (models/records) counts them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from safeguarding.records.request import Request
from safeguarding.warehouse import seed_files
from safeguarding.warehouse.compiled_project import literal

PLACE = ("source_file", "source_row")
EXTRACT_COLUMNS = (
    "extract_id", "local_authority_code", "source", "period_id", "start_date", "end_date",
    "extracted_date", "clock", "history_start_date",
)  # fmt: skip
AT_ONCE = 20_480  # rows held until they are written; a multiple of DuckDB's 2,048
# Those of keyboards, of web pages, and the mark at the start of a file.
_SPACES = literal(" \t\r\n\u00a0\ufeff")
_UNTIDY = literal(r"^[^!-~]|[^!-~]$|\.0$|^(NULL)?$")


@dataclass(frozen=True)
class Column:
    """A column that is read.

    Attributes:
        name: As it is called here.
        names: As sources may call it, in small letters, the likeliest first.
        needed_for: Measures that cannot be counted without it.
    """

    name: str
    names: tuple[str, ...]
    needed_for: tuple[str, ...]


Columns = Mapping[str, Sequence[Column]]


@dataclass
class Read:
    """What a reader found in a source.

    Attributes:
        source: The kind of source.
        tables: Tables that the source has, and their columns that it has.
        notes: What to tell the reader's user: files and columns that were left out.
        without_rows: Of these tables, those whose records the source has elsewhere.
        history_start: First day from which all referrals are there, as 2020-04-01, if it is known.
    """

    source: str
    tables: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    without_rows: set[str] = field(default_factory=set)
    history_start: str = ""


def read_columns(project: Path) -> Columns:
    """Give the columns of each table that are read, as the seed lists them.

    Raises:
        seed_files.UnreadableSeedsError: The seed cannot be read.
    """
    rows, problems = seed_files.read(project / "seeds" / "records" / "record_columns.csv")
    if problems:
        raise seed_files.UnreadableSeedsError(f"record_columns.csv{fault}" for fault in problems)
    columns: dict[str, list[Column]] = {}
    for row in rows:
        names = (row["column_name"], *row["aliases"].split())
        needed = tuple(row["needed_for"].split())
        columns.setdefault(row["table_name"], []).append(Column(row["column_name"], names, needed))
    return columns


class Store:
    """Where readers put tables: a folder of Parquet files, one folder for each table.

    Args:
        connection: A database to write with.
        folder: The folder.
        columns: Columns of each table.
        extract_id: Name of the extract.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        columns: Columns,
        extract_id: str,
    ) -> None:
        """Begin with nothing."""
        self.connection = connection
        self.folder = folder
        self.columns = columns
        self.extract_id = extract_id
        self._parts = 0
        self._rows: dict[str, int] = {}

    def add(self, table: str, relation: str, found: Mapping[str, str]) -> int:
        """Add rows of a table.

        Args:
            table: Name of the table.
            relation: SQL of what the rows come from, with the columns of PLACE.
            found: For each column of the table that is there, SQL of its text.

        Returns:
            How many rows there are.
        """
        chosen = [
            f"{_text_of(found[column.name]) if column.name in found else 'null::varchar'}"
            f" as {column.name}"
            for column in self.columns[table]
        ]
        query = (
            f"select {literal(self.extract_id)} as extract_id, {', '.join(chosen)},"
            f" {', '.join(PLACE)} from {relation}"
        )
        rows = self._write(table, query)
        self._rows[table] = self._rows.get(table, 0) + rows
        return rows

    def finish(self, request: Request, reads: Iterable[Read]) -> dict[str, list[Column]]:
        """Write the extract's own row, what it lacks, and empty tables for what is not there.

        Returns:
            Columns that are needed and missing, by table.
        """
        reads = list(reads)
        present: dict[str, set[str]] = {}
        for read in reads:
            for table, names in read.tables.items():
                present.setdefault(table, set()).update(names)
        for read in reads:
            empty = sorted(table for table in read.tables if not self._rows.get(table))
            if empty := [table for table in empty if table not in read.without_rows]:
                read.notes.append(
                    f"No record of {', '.join(empty)}: what is counted from them is 0. Check that"
                    " none is what there is."
                )
        missing = {
            table: gaps
            for table, columns in self.columns.items()
            if (
                gaps := [
                    c for c in columns if c.needed_for and c.name not in present.get(table, ())
                ]
            )
        }
        for table in self.columns:
            if not (self.folder / table).exists():
                self.add(table, "(select null as source_file, null as source_row where false)", {})
        lacking = " union all ".join(
            f"select {literal(self.extract_id)} as extract_id, {literal(table)} as table_name,"
            f" {literal(column.name)} as column_name"
            for table, columns in missing.items()
            for column in columns
        )
        nothing = "select '' as extract_id, '' as table_name, '' as column_name where false"
        self._write("record_gaps", lacking or nothing)
        values = (
            self.extract_id,
            request.authority,
            "+".join(sorted({read.source for read in reads})),
            request.period,
            request.start.isoformat(),
            request.end.isoformat(),
            request.extracted.isoformat(),
            request.clock,
            max((read.history_start for read in reads), default=""),
        )
        named = ", ".join(
            f"nullif({literal(value)}, '') as {name}"
            for name, value in zip(EXTRACT_COLUMNS, values, strict=True)
        )
        self._write("record_extracts", f"select {named}")
        return missing

    def _write(self, table: str, query: str) -> int:
        folder = self.folder / table
        folder.mkdir(parents=True, exist_ok=True)
        self._parts += 1
        path = folder / f"{self._parts:06}.parquet"
        written = self.connection.execute(
            f"copy ({query}) to {literal(str(path))} (format parquet, row_group_size {AT_ONCE})"
        )
        return int(written.fetchall()[0][0])


def _text_of(sql: str) -> str:
    """SQL of a text without white space around it, or null; some databases write NULL for that.

    What writes whole numbers as 1001.0, where some are missing, means 1001. Few texts need any of
    this, and it is dear.
    """
    text = f"trim({sql}, {_SPACES})"
    whole = f"case when ends_with({text}, '.0') then left({text}, -2) else {text} end"
    as_is = f"case when not regexp_matches({sql}, {_UNTIDY}) then {sql}"
    return f"{as_is} else nullif(nullif({whole}, ''), 'NULL') end"
