"""Parquet and CSV for each exported table, streamed by DuckDB."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb

from safeguarding.published.catalogue import Table

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it, Excel reads a CSV in the code page of the machine
CHUNK = 1 << 20  # bytes
# A cell that begins so is run as a formula by spreadsheets, unless it is just a number.
FORMULA = r"^[=+\-@\t\r\n]"
NUMBER = r"^[+\-]?[0-9][0-9,. ]*%?$"


def write_parquet(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], folder: Path
) -> list[Path]:
    """Write each table of schema `marts` as Parquet, its description in the file's metadata.

    Args:
        connection: A database whose tables are in the order of their keys.
        tables: What to write.
        folder: Where to; one file `<table>.parquet` for each.
    """
    paths = []
    for table in tables:
        path = folder / f"{table.name}.parquet"
        described = _quoted(re.sub(r"\s+", " ", table.description).strip())
        connection.execute(
            f"copy (from marts.{table.name}) to {_quoted(str(path))}"
            f" (format parquet, compression zstd, kv_metadata {{description: {described}}})"
        )
        paths.append(path)
    return paths


def write_csv(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], folder: Path
) -> list[Path]:
    """Write each table of schema `marts` as CSV that Excel opens: UTF-8, no formulas.

    A file with other letters than those of ASCII begins with UTF-8's mark.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.

    Args:
        connection: A database whose tables are in the order of their keys.
        tables: What to write.
        folder: Where to; one file `<table>.csv` for each.
    """
    paths = []
    for table in tables:
        path = folder / f"{table.name}.csv"
        body = path.with_suffix(".body")
        connection.execute(
            f"copy (select {_harmless(connection, table)} from marts.{table.name})"
            f" to {_quoted(str(body))} (format csv, header)"
        )
        if _is_ascii(body):
            body.rename(path)
        else:
            with path.open("wb") as file, body.open("rb") as content:
                file.write(BYTE_ORDER_MARK)
                shutil.copyfileobj(content, file)
            body.unlink()
        paths.append(path)
    return paths


def marked(text: str) -> bytes:
    """A text as UTF-8, with its mark if Excel would read other letters without."""
    return (b"" if text.isascii() else BYTE_ORDER_MARK) + text.encode()


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return all(chunk.isascii() for chunk in iter(partial(file.read, CHUNK), b""))


def harmless(text: str) -> str:
    """A text with an apostrophe before it if a spreadsheet would run it as a formula."""
    runs = re.match(FORMULA, text) and not re.match(NUMBER, text)
    return f"'{text}" if runs else text


def _harmless(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    relation = connection.table(f"marts.{table.name}")
    columns = []
    for name, data_type in zip(relation.columns, relation.types, strict=True):
        if data_type == "VARCHAR":
            runs = f"regexp_matches({name}, '{FORMULA}') and not regexp_matches({name}, '{NUMBER}')"
            columns.append(f"case when {runs} then '''' || {name} else {name} end as {name}")
        else:
            columns.append(name)
    return ", ".join(columns)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
