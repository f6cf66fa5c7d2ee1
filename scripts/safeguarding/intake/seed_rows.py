"""Add rows to the text of a seed, or remove some, leaving every other byte as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from safeguarding.intake.new_figures import Row
from safeguarding.warehouse import seed_files

BYTE_ORDER_MARK = "\ufeff"  # what a spreadsheet begins a UTF-8 file with


def read(path: Path) -> list[Row]:
    """Return rows of a seed, every value text.

    Raises:
        seed_files.UnreadableSeedsError: It cannot be read.
    """
    rows, problems = seed_files.read(path)
    if problems:
        raise seed_files.UnreadableSeedsError(f"{path.name}{problem}" for problem in problems)
    return rows


def with_rows(content: bytes, rows: Iterable[Row]) -> bytes:
    """Add rows at the seed's end, in the order of its columns and with its last line end."""
    text = content.decode("utf-8")
    header = next(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    line_end = _last_line_end(text)
    added = io.StringIO(newline="")
    writer = csv.DictWriter(added, header, restval="", lineterminator=line_end)
    writer.writerows(rows)
    if text and not text.endswith(("\n", "\r")):
        text += line_end
    return (text + added.getvalue()).encode("utf-8")


def without_rows(content: bytes, unwanted: Callable[[Row], bool]) -> tuple[bytes, int]:
    """Return the seed without the rows for which `unwanted` is true, and their number."""
    kept, removed = [], 0
    for row, text in _records(content.decode("utf-8")):
        if row is not None and unwanted(row):
            removed += 1
        else:
            kept.append(text)
    return "".join(kept).encode("utf-8"), removed


def _records(text: str) -> Iterator[tuple[Row | None, str]]:
    """Yield each record with its exact text; the header has no row."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(line.removeprefix(BYTE_ORDER_MARK) for line in lines)
    header = next(reader, [])
    yield None, "".join(lines[: reader.line_num])
    begin = reader.line_num
    for cells in reader:
        yield (
            dict(zip(header, cells, strict=False)) if cells else None,
            "".join(lines[begin : reader.line_num]),
        )
        begin = reader.line_num


def _last_line_end(text: str) -> str:
    """Find the last line end, so that undoing a load restores mixed line ends too."""
    lines = [line for line in io.StringIO(text, newline="") if line.endswith(("\n", "\r"))]
    last = lines[-1] if lines else "\n"
    return "\r\n" if last.endswith("\r\n") else last[-1]
