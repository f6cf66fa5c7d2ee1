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
from collections.abc import Collection, Iterator, Sequence
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
from safeguarding.homes import places
from safeguarding.published.catalogue import Table
from safeguarding.published.labels import PREFIX, WARNING, contact_set, label_of, labelled
from safeguarding.warehouse import database_files

FILE_NAME = "datapackage.json"
NAME, TITLE = "safeguarding-warehouse", "Safeguarding warehouse"
DESCRIPTION = (
    "Figures of councils' annual safeguarding reports (children's services), each traced to the"
    " line it was printed on."
)

Json = dict[str, Any]

# Without a type, readers would try to open workbooks and Parquet files as tables.
FILE = {"profile": "data-resource", "type": "file"}
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
    "css": "text/css",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "duckdb": "application/octet-stream",  # IANA has no type of its own for it
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

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
    label = label_of(connection)
    package = {
        "profile": "data-package",
        "name": f"{NAME}-{label.lower()}" if label else NAME,
        "title": labelled(TITLE, label),
        "description": labelled(f"{WARNING} {DESCRIPTION}", label) if label else DESCRIPTION,
        # Day of the latest release: the package changes with its figures, not with the clock.
        "version": places.version(),
        "contributors": list(_contributors(connection)),
        "created": f"{_value(connection, 'max(published_date)', 'dim_release')}T00:00:00Z",
        **_origin(connection, "true"),
        "resources": [
            _resource(file, folder, table_of[file], present, connection) for file in packaged
        ],
    }
    _write(package, folder / FILE_NAME)
    return folder / FILE_NAME


def list_report(folder: Path, report: str) -> None:
    """List the report's files in the package of a folder, if it has one, in place of earlier ones.

    Args:
        folder: The folder of exports.
        report: Name of the report's folder in it.

    Raises:
        OSError, ValueError: The package cannot be read or written.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return
    package = json.loads(path.read_text(encoding="utf-8"))
    others = [each for each in package["resources"] if not each["path"].startswith(f"{report}/")]
    files = sorted(each for each in (folder / report).rglob("*") if each.is_file())
    package["resources"] = others + [
        {**_file(file, folder, _name(file, folder)), **FILE}
        for file in files
        if file.suffix.removeprefix(".") in MEDIA_TYPES
    ]
    _write(package, path)


def _write(package: Json, path: Path) -> None:
    new = path.with_suffix(".new")
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    new.write_text(text, encoding="utf-8", newline="\n")
    if path.exists():
        database_files.take_permissions(new, path)
    new.replace(path)


def _name(file: Path, folder: Path) -> str:
    """Name of a file, of the letters that the standard permits."""
    return re.sub(r"[^a-z0-9._/-]+", "-", file.relative_to(folder).as_posix().lower())


def _contributors(connection: duckdb.DuckDBPyConnection) -> Iterator[Json]:
    """Who published the figures, and who made the package if the setting says."""
    publishers = connection.execute(
        "select publisher from marts.dim_release group by 1 order by min(published_date), 1"
    ).fetchall()
    yield from ({"title": publisher, "role": "publisher"} for (publisher,) in publishers)
    if contact := contact_set():
        yield {"title": contact, "role": "maintainer"}


def _resource(
    file: Path,
    folder: Path,
    table: Table | None,
    present: Collection[str],
    connection: duckdb.DuckDBPyConnection,
) -> Json:
    """What the package says of one file."""
    name = _name(file, folder)
    if table:
        name = table.name
        # Rows in the warehouse: a file that lost some does not match its package.
        rows = _value(connection, "count(*)", table.name)
        content = {
            **_csv(_table_schema(table, present), rows),
            "description": table.description,
            **_origin_of(connection, table),
        }
    elif file.suffix == ".csv":
        content = _open_data(file)
    else:
        content = FILE
    return {**_file(file, folder, name), **content}


def _file(file: Path, folder: Path, name: str) -> Json:
    """What the package says of any file."""
    suffix = file.suffix.removeprefix(".").lower()
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {
        "name": name,
        "path": file.relative_to(folder).as_posix(),
        "format": suffix,
        "mediatype": MEDIA_TYPES[suffix],
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest}",
    }


def _csv(schema: Json, rows: int) -> Json:
    return {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",  # with or without its mark: IANA has one name for both
        "rows": rows,
        "schema": schema,
    }


def _table_schema(table: Table, present: Collection[str]) -> Json:
    """Fields and keys of a table; its references to tables that are in the package.

    Raises:
        ValueError: The type of a column has no counterpart.
    """
    fields, keys = [], []
    for column in table.columns:
        base = column.data_type.partition("(")[0].strip()
        if base not in FIELD_TYPES:
            raise ValueError(
                f"column {column.name} has type {column.data_type}, unknown to packages"
            )
        field = _field(column.name, column.description, FIELD_TYPES[base])
        if column.name in table.primary_key:
            field["constraints"] = {"required": True}
        fields.append(field)
        if column.references and column.references[0] in present:
            parent, key = column.references
            reference = {"resource": parent, "fields": [key]}
            keys.append({"fields": [column.name], "reference": reference})
    return {
        "fields": fields,
        "primaryKey": list(table.primary_key),
        **({"foreignKeys": keys} if keys else {}),
    }


def _field(name: str, description: str, data_type: str = "string") -> Json:
    return {"name": name, "type": data_type, "format": "default", "description": description}


def _open_data(file: Path) -> Json:
    """What is said of an open data file or of its metadata.

    Raises:
        ValueError: The file is neither.
    """
    if file.name.endswith(".meta.csv"):
        header, rows = _read(file)
        fields = [_field(column, (META | OPTIONAL_META)[column]) for column in header]
        return _csv({"fields": fields, "primaryKey": ["col_name"]}, len(rows))
    if not meta_file_of(file).exists():
        raise ValueError(f"{file.name} is neither an exported table nor open data")
    meta = {row["col_name"]: row for row in _read(meta_file_of(file))[1]}
    header, rows = _read(file)
    fields, filters = [], []
    for column in header:
        if column in MANDATORY:
            fields.append(_field(column, MANDATORY[column]))
        elif meta[column]["col_type"] == "Filter":
            filters.append(column)
            fields.append(_field(column, meta[column]["label"]))
        else:
            fields.append(_field(column, meta[column]["label"], "number"))
    schema = {
        "fields": fields,
        "missingValues": ["", *SYMBOLS],
        "primaryKey": ["time_period", "time_identifier", "new_la_code", *filters],
    }
    return _csv(schema, len(rows))


def _read(file: Path) -> tuple[Sequence[str], list[dict[str, str]]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        return reader.fieldnames or (), list(reader)


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
    """Sources and licences of the releases that meet a condition, oldest first.

    They are the councils' and, if they are released too, those of official statistics.
    """
    columns = "release_id, title, publisher, published_date, licence"
    releases = f"select {columns}, source_url from marts.dim_release"
    if connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database()"
        " and schema_name = 'marts' and table_name = 'dim_official_release'"
    ).fetchone():
        releases += f" union all select {columns}, null from marts.dim_official_release"
    found = connection.execute(
        f"select title, publisher, source_url, licence from ({releases})"
        f" where {condition} order by published_date, release_id"
    ).fetchall()
    sources = [
        {"title": f"{publisher}: {title}", **({"path": url} if url else {})}
        for title, publisher, url, _ in found
    ]
    licences = []
    for name in dict.fromkeys(row[3] for row in found):
        if name:
            is_open = name.lower().startswith("open government licence")
            known = OPEN_GOVERNMENT_LICENCE if is_open else NOT_OPEN_LICENCE
            licences.append({**known, "title": name})
    return {
        **({"sources": sources} if sources else {}),
        **({"licenses": licences} if licences else {}),
    }


def _value(connection: duckdb.DuckDBPyConnection, aggregate: str, table: str) -> Any:  # noqa: ANN401 - a figure or a date
    return connection.execute(f"select {aggregate} from marts.{table}").fetchall()[0][0]
