"""Read a file as it was published: is it complete, and which table is it?

A file is refused if it cannot be read to the last cell: what is left out here would be missing
from the statistics without a word.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safeguarding.official.known import COLUMNS, FIGURES, Known, OfficialFileError, Table

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
LEAST_SHARE = 0.5  # of a table's headers that a file must have to be taken for it


@dataclass(frozen=True)
class PublishedFile:
    """A published file that was read to its end.

    Attributes:
        path: Where it is.
        table: What it is.
        columns: Canonical name of each column, in the file's order; a blank for an empty column.
        headers: The header of each column as published.
        rows: Its rows below the header, every value text, trimmed.
    """

    path: Path
    table: Table
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def at(self, row: int, column: int) -> str:
        """Tell where a cell is, in the words of an error: file, line and column.

        Args:
            row: Its row, the first below the header being 0.
            column: Its column, the first being 0.
        """
        return f"{self.path.name} line {row + 2}, column {column + 1} ('{self.headers[column]}')"


def read_file(path: Path, known: Known) -> PublishedFile:
    """Read a published file and recognise its table by its columns.

    Raises:
        OfficialFileError: It is not a CSV file in UTF-8, is cut off, is no table that is known, or
            has a column that is not known.
    """
    header, rows = _read_rows(path)
    table = _recognise(path, header, known)
    columns = _canonical(path, header, rows, table)
    return PublishedFile(path, table, tuple(columns), tuple(header), tuple(rows))


def _read_rows(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    text = _read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    header: list[str] = []
    rows: list[tuple[str, ...]] = []
    for cells in reader:
        line = [cell.strip() for cell in cells]
        if not header:
            header = line
        elif len(line) != len(header):
            raise OfficialFileError(
                f"{path.name} line {reader.line_num}: found {len(line)} cells, expected"
                f" {len(header)} as in the header. The file may be cut off or changed by hand:"
                " download it again."
            )
        else:
            rows.append(tuple(line))
        if reader.line_num != len(rows) + 1:
            raise OfficialFileError(
                f"{path.name} line {reader.line_num}: found a quoted cell of several lines, or an"
                " empty line, expected one row on each line. Download the file again."
            )
    if not rows:
        raise OfficialFileError(f"{path.name}: found no rows below the header, expected figures.")
    if not text.endswith("\n"):
        raise OfficialFileError(
            f"{path.name} line {len(rows) + 1}: the last line does not end, so that its last"
            " figure may be cut off. Download the file again; if it is complete, add a line break"
            " at its end."
        )
    return header, rows


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OfficialFileError(f"{path} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise OfficialFileError(f"{path.name}: the file is empty. Download it again.")
    if content.startswith((WORKBOOK, OLD_WORKBOOK)):
        raise OfficialFileError(
            f"{path.name}: found a workbook or an archive, expected a CSV file. Download the data"
            " file (CSV) of the release, and unpack it if it came as ZIP."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = content[error.start : error.start + 1].hex()
        raise OfficialFileError(
            f"{path.name} line {line}: found byte 0x{found}, expected UTF-8. Use the file as"
            " downloaded; Excel saves it in UTF-8 as 'CSV UTF-8'."
        ) from error


def _recognise(path: Path, header: Sequence[str], known: Known) -> Table:
    """Give the table whose own headers the file has most of, or none is near enough."""
    found = set(header)

    def own(table: Table) -> set[str]:
        return set(table.headers) - table.common

    def likeness(table: Table) -> tuple[float, float]:
        # Of two tables alike but for one header, the one whose header the file's unknown is like.
        missing = own(table) - found
        unknown = found - set(table.headers)
        nearest = max((_likeness(u, m) for u in unknown for m in missing), default=0.0)
        return len(own(table) & found) / len(own(table)), nearest

    best = max(known.tables.values(), key=likeness)
    if likeness(best)[0] < LEAST_SHARE:
        names = ", ".join(known.tables)
        raise OfficialFileError(
            f"{path.name} line 1: found columns {', '.join(header[:8])} ..., which are none of a"
            f" table that is known ({names}). The nearest is {best.name}. Check that it is the data"
            " file, not its guidance; a new table needs rows in seeds/official/official_tables.csv"
            f" and {COLUMNS}."
        )
    return best


def _canonical(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], table: Table
) -> list[str]:
    """Give canonical names of the file's columns; each is known, and none is missing."""
    columns = []
    for index, name in enumerate(header):
        if not name and not any(row[index] for row in rows):
            columns.append("")
        elif name in table.headers:
            columns.append(table.headers[name])
        else:
            missing = [h for h, c in table.headers.items() if c in table.needed and h not in header]
            raise OfficialFileError(
                f"{path.name} line 1, column {index + 1}: found header '{name}', which is not"
                f" known in table {table.name}. {_advice(name, missing, table)}"
            )
    for name in table.needed:
        if name not in columns:
            headers = " or ".join(f"'{h}'" for h, c in table.headers.items() if c == name)
            raise OfficialFileError(
                f"{path.name} line 1: column {headers} ({name}) of table {table.name} is missing."
                " Download the complete file; if DfE has dropped the column, its figures end there:"
                f" remove its row from {FIGURES}."
            )
    repeated = sorted({c for c in columns if columns.count(c) > 1 and c not in ("", "closeness")})
    if repeated:
        raise OfficialFileError(f"{path.name} line 1: more than one column is {repeated[0]}.")
    return columns


def _advice(name: str, missing: Sequence[str], table: Table) -> str:
    """Give the nearest known header, and the line to add if it is the same or if it is new."""
    # A header that the file still has cannot be the one that was renamed, if another is gone.
    nearest = max(missing or table.headers, key=lambda header: _likeness(name, header))
    same = f"{table.name},{table.headers[nearest]},RELEASE,{_cell(name)}"
    new = f"{table.name},{_slug(name)},RELEASE,{_cell(name)}"
    return (
        f"The nearest known is '{nearest}'. If that is what it is called now, add this line to"
        f" {COLUMNS}, with the release's id for RELEASE: {same} - If it is new, add: {new} - and"
        f" to {FIGURES} what it counts, or its figures are left out."
    )


def nearest_of(name: str, names: Iterable[str]) -> str:
    """Give the name most like another; blank if there is none."""
    return max(names, key=lambda known: _likeness(name, known), default="")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _cell(text: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


def index_of(columns: Sequence[str]) -> Mapping[str, int]:
    """Give position of each canonical column."""
    return {name: index for index, name in enumerate(columns) if name}
