"""A Frictionless Data Package: one `datapackage.json` that says what each exported file is.

A program that reads it knows every column's type and meaning, every key, and whether a file is
whole (`frictionless validate datapackage.json`). Descriptions are those of the catalogue and of the
open data standard; nothing is described a second time here. Written to version 1 of the standard
(https://specs.frictionlessdata.io), which R's reader knows too; version 2 reads it as it is.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.exports.open_data_rules import (
    MANDATORY,
    META,
    OPTIONAL_META,
    SYMBOLS,
    meta_file_of,
)
from safeguarding.published.catalogue import Column, Table
from safeguarding.published.labels import PREFIX, WARNING, label_of, labelled

FILE_NAME = "datapackage.json"
NAME, TITLE = "safeguarding-warehouse", "Safeguarding warehouse"
DESCRIPTION = (
    "Figures of councils' annual safeguarding reports (children's services), each traced to the"
    " line it was printed on."
)

Json = dict[str, Any]

FIELD_TYPES = {
    "bigint": "integer",
    "boolean": "boolean",
    "date": "date",
    "decimal": "number",
    "double": "number",
    "float": "number",
    "integer": "integer",
    "string": "string",
    "text": "string",
    "timestamp": "datetime",
    "varchar": "string",
}

MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ANY_MEDIA_TYPE = "application/octet-stream"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

OPEN_GOVERNMENT_LICENCE = {
    "name": "OGL-UK-3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
NOT_OPEN_LICENCE = {"name": "other-closed"}  # the Open Definition's word for any that is not open


def write_datapackage(
    tables: Sequence[Table],
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    files: Sequence[Path],
) -> Path:
    """Write `datapackage.json` for the files of a folder.

    Args:
        tables: The exported tables. A file named `<table>.csv` is one of them, also if the word for
            the audience stands before its name.
        connection: The warehouse that the files were exported from; reading is enough.
        folder: Where the package goes.
        files: What it holds, below `folder`. A CSV with a `.meta.csv` beside it is open data.

    Returns:
        The package's path. The same files give the same bytes.

    Raises:
        ValueError: A file is not below `folder`, a CSV is neither a table nor open data, or a
            table has a column of a type without a counterpart.
        duckdb.Error, OSError: A table or a file could not be read, or the package not written.
    """
    packaged = sorted({file for file in files if file.name != FILE_NAME})
    by_file = {f"{table.name}.csv": table for table in tables}
    table_of = {file: by_file.get(file.name.removeprefix(PREFIX)) for file in packaged}
    present = {table.name for table in table_of.values() if table}
    resources = [_resource(file, folder, table_of[file], present, connection) for file in packaged]
    label = label_of(connection)
    package = {
        "profile": "data-package",
        "name": f"{NAME}-{label.lower()}" if label else NAME,
        "title": labelled(TITLE, label),
        "description": labelled(f"{WARNING} {DESCRIPTION}", label) if label else DESCRIPTION,
        "created": _latest_publication(connection),
        **_origin(connection, "true"),
        "resources": resources,
    }
    path = folder / FILE_NAME
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _resource(
    file: Path,
    folder: Path,
    table: Table | None,
    present: set[str],
    connection: duckdb.DuckDBPyConnection,
) -> Json:
    """What the package says of one file."""
    if table:
        content = {
            "name": table.name,
            **_csv(file, _table_schema(table, present), _row_count(connection, table)),
            "description": table.description,
            **_origin_of(connection, table),
        }
    elif file.suffix == ".csv":
        content = {"name": _slug(file, folder), **_open_data(file)}
    else:
        # Without a type, readers would try to open workbooks and Parquet files as tables.
        content = {"name": _slug(file, folder), "profile": "data-resource", "type": "file"}
    suffix = file.suffix.removeprefix(".").lower()
    return {
        "name": content.pop("name"),
        "path": file.relative_to(folder).as_posix(),
        "format": suffix,
        "mediatype": MEDIA_TYPES.get(suffix, ANY_MEDIA_TYPE),
        "bytes": file.stat().st_size,
        "hash": f"sha256:{_sha256(file)}",
        **content,
    }


def _csv(file: Path, schema: Json, rows: int) -> Json:
    return {
        "profile": "tabular-data-resource",
        "encoding": _encoding(file),
        "rows": rows,
        "schema": schema,
    }


def _table_schema(table: Table, present: set[str]) -> Json:
    """Fields and keys of a table; its references to tables that are in the package."""
    references = [(each.name, *each.references) for each in table.columns if each.references]
    keys = [
        {"fields": [column], "reference": {"resource": parent, "fields": [field]}}
        for column, parent, field in references
        if parent in present
    ]
    return {
        "fields": [_field(column, column.name in table.primary_key) for column in table.columns],
        "primaryKey": list(table.primary_key),
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(column: Column, is_key: bool) -> Json:
    """A column of a table.

    Raises:
        ValueError: Its type has no counterpart.
    """
    base = column.data_type.partition("(")[0].strip()
    if base not in FIELD_TYPES:
        raise ValueError(f"column {column.name} has type {column.data_type}, unknown to packages")
    return {
        "name": column.name,
        "type": FIELD_TYPES[base],
        "format": "default",
        "description": column.description,
        **({"constraints": {"required": True}} if is_key else {}),
    }


def _open_data(file: Path) -> Json:
    """What is said of an open data file or of its metadata.

    Raises:
        ValueError: The file is neither.
    """
    if file.name.endswith(".meta.csv"):
        known = META | OPTIONAL_META
        header, *rows = _rows(file)
        fields = [_text_field(column, known[column]) for column in header]
        return _csv(file, {"fields": fields, "primaryKey": ["col_name"]}, len(rows))
    if not meta_file_of(file).exists():
        raise ValueError(f"{file.name} is neither an exported table nor open data")
    header, *meta_rows = _rows(meta_file_of(file))
    meta = {row[header.index("col_name")]: dict(zip(header, row, strict=True)) for row in meta_rows}
    columns, *rows = _rows(file)
    filters = [column for column in columns if meta.get(column, {}).get("col_type") == "Filter"]
    return _csv(
        file,
        {
            "fields": [_open_data_field(column, meta) for column in columns],
            "missingValues": ["", *SYMBOLS],
            "primaryKey": ["time_period", "time_identifier", "new_la_code", *filters],
        },
        len(rows),
    )


def _open_data_field(column: str, meta: Mapping[str, Mapping[str, str]]) -> Json:
    """A column of open data: what the standard says of it, or else its label."""
    if column in MANDATORY:
        return _text_field(column, MANDATORY[column])
    described = meta[column]
    if described["col_type"] == "Filter":
        return _text_field(column, described["label"])
    return {
        "name": column,
        "type": "number",
        "format": "default",
        "description": described["label"],
    }


def _text_field(column: str, description: str) -> Json:
    return {"name": column, "type": "string", "format": "default", "description": description}


def _origin_of(connection: duckdb.DuckDBPyConnection, table: Table) -> Json:
    """Sources and licences of the releases that a table's rows come from, if it names any."""
    columns = [
        column.name
        for column in table.columns
        if column.references == ("dim_release", "release_id") or column.name == "release_id"
    ]
    if not columns:
        return {}
    named = " union ".join(f"select {column} from marts.{table.name}" for column in columns)
    return _origin(connection, f"release_id in ({named})")


def _origin(connection: duckdb.DuckDBPyConnection, condition: str) -> Json:
    """Sources and licences of the releases that meet a condition, oldest first."""
    releases = connection.execute(
        f"select title, publisher, source_url, licence from ({_releases(connection)})"
        f" where {condition} order by published_date, release_id"
    ).fetchall()
    sources = [
        {"title": f"{publisher}: {title}", **({"path": url} if url else {})}
        for title, publisher, url, _ in releases
    ]
    licences = [_licence(name) for name in dict.fromkeys(row[3] for row in releases) if name]
    return {
        **({"sources": sources} if sources else {}),
        **({"licenses": licences} if licences else {}),
    }


def _releases(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of all releases: the councils' and, if they are released too, official statistics'."""
    columns = "release_id, title, publisher, published_date, licence"
    official = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = current_database() and schema_name = 'marts'"
        " and table_name = 'dim_official_release'"
    ).fetchone()
    return f"select {columns}, source_url from marts.dim_release" + (
        f" union all select {columns}, null from marts.dim_official_release" if official else ""
    )


def _licence(name: str) -> Json:
    """A licence by its name; the standard wants an identifier too."""
    is_open = name.lower().startswith("open government licence")
    return {**(OPEN_GOVERNMENT_LICENCE if is_open else NOT_OPEN_LICENCE), "title": name}


def _latest_publication(connection: duckdb.DuckDBPyConnection) -> str:
    """Day of the latest release: the package changes with its figures, not with the clock."""
    row = connection.execute("select max(published_date) from marts.dim_release").fetchone()
    assert row is not None  # an aggregate always has a row
    return f"{row[0]}T00:00:00Z"


def _row_count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Rows of a table in the warehouse: a file that lost some does not match its package."""
    row = connection.execute(f"select count(*) from marts.{table.name}").fetchone()
    assert row is not None  # an aggregate always has a row
    return int(row[0])


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def _encoding(file: Path) -> str:
    """`utf-8-sig` if the file begins with a byte-order mark, as Excel likes it, or `utf-8`."""
    with file.open("rb") as content:
        marked = content.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK
    return "utf-8-sig" if marked else "utf-8"


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _slug(file: Path, folder: Path) -> str:
    """A resource's name: the file's path in the folder, in the characters that are permitted."""
    return re.sub(r"[^a-z0-9._/-]+", "-", file.relative_to(folder).as_posix().lower())
