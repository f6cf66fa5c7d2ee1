"""Read tables of the Standard Safeguarding Dataset: a CSV or Parquet file for each table."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from safeguarding.records.canonical import Columns, Read, Store
from safeguarding.records.request import RecordsError, not_opened, problem
from safeguarding.warehouse.compiled_project import literal

PARQUET = ".parquet"
ENDINGS = (".csv", PARQUET)
PARQUET_MARK = b"PAR1"
SEPARATORS = (",", ";", "\t", "|")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LONGEST_HEADER = 1_000_000
LONGEST_ROW = 20_000_000
AGAIN = "Correct the row, or write the file again: it may have been cut off."
# What DuckDB says of a CSV file, and what it means: found, expected, what to do.
FAULTS = (
    (
        r"Expected Number of Columns: (\d+) Found: (\d+)",
        "a row of {1} cell(s)", "{0}, as the header has", AGAIN,
    ),
    (r"unterminated quote", "a quote that is not closed", "one at each end of a text", AGAIN),
    (
        r"encoded", "letters that cannot be read", "UTF-8 or UTF-16",
        "Save the file again as CSV UTF-8.",
    ),
    (
        r"Maximum line size", f"a row of more than {LONGEST_ROW:,} bytes", "a shorter one", AGAIN,
    ),
)  # fmt: skip
_NUMBERED = re.compile(r" \(column \d+\)$")
_LINE = re.compile(r"\bLine: ?(\d+)", re.IGNORECASE)


def table_files(folder: Path, columns: Columns) -> dict[str, Path]:
    """Find the file of each table.

    Raises:
        RecordsError: Two files are of the same table.
    """
    tables: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            name = path.stem.lower()
            if name in columns and path.suffix.lower() in ENDINGS:
                tables.setdefault(name, []).append(path)
    doubled = [paths for paths in tables.values() if len(paths) > 1]
    if doubled:
        raise RecordsError(
            problem(
                " and ".join(path.name for path in paths),
                f"{len(paths)} files of the table {paths[0].stem.lower()}",
                "one",
                "Leave one: rows would be counted twice.",
            )
            for paths in doubled
        )
    return {name: paths[0] for name, paths in tables.items()}


def read_tables(folder: Path, store: Store) -> Read:
    """Read all tables of a folder.

    Raises:
        RecordsError: A file cannot be read to its end; nothing of it may be used.
    """
    tables = table_files(folder, store.columns)
    if not tables:
        raise RecordsError(
            [
                problem(
                    str(folder),
                    "no file of a table of the Standard Safeguarding Dataset",
                    "a .csv or .parquet file for each, such as ssd_cin_episodes.csv",
                    "Name the files as the tables.",
                )
            ]
        )
    read = Read("ssd")
    problems = []
    for table, path in tables.items():
        try:
            read.tables[table] = read_table(path, table, store)
        except RecordsError as error:
            problems += error.problems
    if problems:
        raise RecordsError(problems)
    return read


def read_table(path: Path, table: str, store: Store) -> set[str]:
    """Read one table; returns the columns that it has of those that are read."""
    try:
        if path.suffix.lower() == PARQUET:
            relation, header = _parquet(path, store.connection)
        else:
            relation, header = csv_relation(path)
    except OSError as error:
        raise not_opened(path, error) from error
    lowered = [_NUMBERED.sub("", name).strip().lower() for name in header]
    found = {}
    for column in store.columns[table]:
        for name in column.names:
            if lowered.count(name) > 1:
                advice = "Delete or rename one."
                fault = problem(path.name, f"the column {name} twice", "it once", advice)
                raise RecordsError([fault])
            if name in lowered:
                quoted = header[lowered.index(name)].replace('"', '""')
                found[column.name] = f'cast("{quoted}" as varchar)'
                break
    if not found:
        keys = ", ".join(column.name for column in store.columns[table][:3])
        fault = problem(
            path.name,
            "none of the table's columns in row 1",
            f"a header with {keys} and others",
            "Save the file with its header.",
        )
        raise RecordsError([fault])
    try:
        store.add(table, relation, found)
    except duckdb.Error as error:
        raise RecordsError([unreadable(path, error)]) from error
    return set(found)


def _parquet(path: Path, connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        header = connection.execute(f"select * from {source} limit 0").description or []
    except duckdb.Error as error:
        raise RecordsError([unreadable(path, error)]) from error
    # Its first row has the number that it would have in a CSV file, after the header.
    place = f"{literal(path.name)} as source_file, file_row_number + 2 as source_row"
    return f"(select *, {place} from {source})", [str(column[0]) for column in header]


def csv_relation(path: Path) -> tuple[str, list[str]]:
    """Give SQL of a CSV file's rows, every cell text, and the names of its columns.

    Raises:
        RecordsError: It is empty.
    """
    with path.open("rb") as file:
        head = file.read(LONGEST_HEADER)
    if not head.strip():
        fault = problem(path.name, "an empty file", "a header and rows", "Write the file again.")
        raise RecordsError([fault])
    encoding = _encoding(path, head)
    # A mark of the encoding is no part of the first name.
    decoded = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    first = decoded.splitlines()[0]
    separator = max(SEPARATORS, key=first.count)
    header = next(csv.reader([first], delimiter=separator))
    names = _unique(header)
    types = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    settings: Mapping[str, str] = {
        "header": "true",
        "auto_detect": "false",
        "columns": f"{{{types}}}",
        "delim": literal(separator),
        "quote": literal('"'),
        "escape": literal('"'),
        "encoding": literal(encoding),
        "max_line_size": str(LONGEST_ROW),
    }
    options = ", ".join(f"{name} = {value}" for name, value in settings.items())
    place = f"{literal(path.name)} as source_file, row_number() over () + 1 as source_row"
    return f"(select *, {place} from read_csv({literal(str(path))}, {options}))", names


def _unique(header: list[str]) -> list[str]:
    """Names for a table of all columns, of which one without a name or a second one differ."""
    names: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(header, start=1):
        is_free = name.strip() and name.lower() not in taken
        names.append(name if is_free else f"{name} (column {number})")
        taken.add(name.lower())
    return names


def _encoding(path: Path, head: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while part := file.read(LONGEST_HEADER):
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"  # names in letters of Windows, which are not read
    return "utf-8"


def unreadable(path: Path, error: duckdb.Error) -> str:
    """Say why a file cannot be read, in no word of its content, which DuckDB would cite.

    Raises:
        duckdb.Error: It is no fault of the file: memory or disk ran out.
    """
    said = str(error)
    if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in said:
        raise error
    if isinstance(error, duckdb.IOException):
        advice = "Close it in other programs, and check that you may read it."
        return problem(path.name, "an error on reading", "a readable file", advice)
    if path.suffix.lower() == PARQUET:
        return _not_parquet(path)
    line = _LINE.search(said)
    place = f"{path.name} row {line.group(1)}" if line else path.name
    for fault, found, expected, advice in FAULTS:
        if match := re.search(fault, said):
            return problem(
                place, found.format(*match.groups()), expected.format(*match.groups()), advice
            )
    return problem(place, "what cannot be read as CSV", "a header and rows", AGAIN)


def _not_parquet(path: Path) -> str:
    with path.open("rb") as file:
        is_begun = file.read(len(PARQUET_MARK)) == PARQUET_MARK
    if is_begun:
        advice = "Write the file again: it may have been cut off."
        found = "a Parquet file that is cut off or damaged"
        return problem(path.name, found, "a whole one", advice)
    advice = "Give the file the ending of what it is, such as .csv, or write it again."
    return problem(path.name, "a file that is not Parquet", "Parquet, as its name says", advice)
