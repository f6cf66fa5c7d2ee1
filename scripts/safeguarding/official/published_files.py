"""Read a published file: check that it is complete, and find its table and release.

A file is refused if it cannot be read to the last cell: anything left out here would be missing
from the statistics without notice.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from safeguarding.official.known import COLUMNS, NEIGHBOUR_RANKS, Known, OfficialFileError, Table
from safeguarding.official.layouts import NEWEST, Layout, release_year

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
YEAR = re.compile("(19|20)[0-9]{2}([0-9]{2})?")
LEAST_LIKENESS = 0.1  # of a file with the table that it is most like


@dataclass(frozen=True)
class PublishedFile:
    """A published file that was read to its end.

    Attributes:
        path: Where it is.
        table: Its table.
        release_id: Its release, by the last year in it; blank if that is unclear.
        layout: How the table's columns are called in its release.
        columns: Canonical name of each column, in the file's order; a blank where it has none.
        unknown: Positions of unknown columns.
        headers: The header of each column as published.
        rows: Its rows below the header, every value text, trimmed.
    """

    path: Path
    table: Table
    release_id: str
    layout: Layout
    columns: tuple[str, ...]
    unknown: tuple[int, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def at(self, row: int, column: int) -> str:
        """Describe the place of a cell in a message: file, line and column.

        Args:
            row: Its row, the first below the header being 0.
            column: Its column, the first being 0.
        """
        return f"{self.path.name} line {row + 2}, column {column + 1} ('{self.headers[column]}')"

    @property
    def missing(self) -> list[str]:
        """Canonical names of the columns that its release should have and that are missing."""
        return [name for name in self.table.needed(self.layout) if name not in self.columns]

    def renamed(self, names: Mapping[int, str]) -> PublishedFile:
        """Return the file with canonical names for unknown columns, by position."""
        columns = tuple(names.get(i, name) for i, name in enumerate(self.columns))
        unknown = tuple(i for i in self.unknown if i not in names)
        return replace(self, columns=columns, unknown=unknown)


def read_file(path: Path, known: Known, release_id: str | None = None) -> PublishedFile:
    """Read a published file and recognise its table and release.

    Args:
        path: The file.
        known: What is known about the tables.
        release_id: Its release; by default the publication's name and the last year in the file.

    Raises:
        OfficialFileError: It is not a CSV file in UTF-8, is cut off, or is no table that is known.
    """
    header, rows = _read_rows(path)
    table = _recognise(path, header, rows, known)
    release = release_id or _release(path, header, rows, table)
    layout = table.layout(release_year(release) or NEWEST)
    columns, unknown = [], []
    seen: Counter[str] = Counter()
    for index, name in enumerate(header):
        meanings = layout.meanings_of.get(name, ())
        # A repeated header has its meanings in order.
        meaning = meanings[min(seen[name], len(meanings) - 1)] if meanings else ""
        seen[name] += 1
        # In a file of neighbours, each pair of columns may have one header.
        is_pair = table.areas_by == "number" and meaning in columns and meaning != "closeness"
        if meaning and not is_pair:
            columns.append(meaning)
            continue
        columns.append("")
        if name or any(row[index] for row in rows):
            unknown.append(index)
    _check_repeated(path, columns)
    return PublishedFile(
        path, table, release, layout, tuple(columns), tuple(unknown), tuple(header), tuple(rows)
    )


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
            f"{path.name} line {len(rows) + 1}: the last line has no line end, so its last"
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


def _recognise(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], known: Known
) -> Table:
    """Find the table most similar to the file, by the headers in common.

    Headers that many tables have count little. Missing columns count only if the newest release
    needs them, so a row added for a renamed header does not make the table less similar.
    """
    telling = {
        table.name: {
            name: {slug(h) for h in table.newest.headers_of[name]} | {name}
            for name in table.newest.there
            if not table.common & set(table.newest.headers_of[name])
        }
        for table in known.tables.values()
    }
    tables_with = Counter(
        header_slug
        for names in telling.values()
        for header_slug in set().union(*names.values(), set())
    )
    common = set().union(*({slug(h) for h in table.common} for table in known.tables.values()))
    found = {slug(name) for name in header if name} - common

    def likeness(table: Table) -> tuple[float, float]:
        names = telling[table.name]
        needed = set(table.needed(table.newest))
        missing = {name for name, slugs in names.items() if name in needed and not slugs & found}
        unknown = found - set().union(*names.values(), set())
        alike = sum(1 / tables_with[each] for each in found - unknown)
        different = sum(1 / max(tables_with[name], 1) for name in missing)
        # Among tables that differ in one header, the one whose missing header is the most similar.
        nearest = max((_likeness(u, m) for u in unknown for m in missing), default=0.0)
        share = alike / (alike + different + len(unknown) / 2) if alike else 0.0
        return round(share, 6), nearest

    best = max(known.tables.values(), key=likeness)
    if likeness(best)[0] < LEAST_LIKENESS:
        for table in known.tables.values():
            if table.areas_by == "number" and _holds_neighbours(rows, known):
                return table
        names = ", ".join(known.tables)
        raise OfficialFileError(
            f"{path.name} line 1: found columns {', '.join(header[:8])} ..., which match no known"
            f" table ({names}). The nearest is {best.name}. Check that it is the data"
            " file, not its guidance; a new table needs rows in seeds/official/official_tables.csv"
            f" and {COLUMNS}. To load the others, move this file out of the folder."
        )
    return best


def _holds_neighbours(rows: Sequence[Sequence[str]], known: Known) -> bool:
    """Check whether each row of a file names an authority and its neighbours."""
    authorities = known.areas.local_authorities
    most = max(sum(known.areas.find(cell) in authorities for cell in row if cell) for row in rows)
    return most > len(NEIGHBOUR_RANKS)


def _release(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], table: Table) -> str:
    """Find the release by the last year in the file, or the year in its name; else blank."""
    if table.areas_by == "number":
        named = re.search(r"20[0-9]{2}", path.stem)
        return f"{table.publication_id}-{named[0]}" if named else ""
    times = {"time_period", *table.newest.headers_of["time_period"]}
    at = next((i for i, name in enumerate(header) if name in times), None)
    cells = [row[at] for row in rows] if at is not None else []
    last = max((cell for cell in cells if YEAR.fullmatch(cell)), default="")
    if not last:
        return ""
    # A financial year (202324) is named after its end where it is one that ends in March.
    year = int(last[:4]) + (last[4:] != "" and table.year_basis == "year_ending_31_march")
    return f"{table.publication_id}-{year}"


def _check_repeated(path: Path, columns: Sequence[str]) -> None:
    repeated = sorted({c for c in columns if columns.count(c) > 1 and c not in ("", "closeness")})
    if repeated:
        raise OfficialFileError(
            f"{path.name} line 1: more than one column is {repeated[0]}. If they mean"
            f" different things, say so in {COLUMNS}: a row for each, in the order of the file."
        )


def nearest_of(name: str, names: Iterable[str]) -> str:
    """Return the most similar name; blank if there is none."""
    return max(names, key=lambda known: _likeness(name, known), default="")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def slug(name: str) -> str:
    """Return a header as a canonical name is written."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def index_of(columns: Sequence[str]) -> Mapping[str, int]:
    """Return position of each canonical column."""
    return {name: index for index, name in enumerate(columns) if name}
