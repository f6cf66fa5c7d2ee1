"""Read CSV files and reports in plain text as sheets of text cells."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from pathlib import Path

from safeguarding.intake.files.grid import MOST_ROWS, Line, Sheet
from safeguarding.intake.files.safety import unreadable
from safeguarding.intake.new_figures import Place, Problem

_PARAGRAPH = re.compile(r"[-\s]*([0-9]{1,3}(?:\.[0-9]{1,3})*)\.?\s")
_SAVE_AS = "Save it as 'CSV UTF-8 (comma delimited)'."
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SEPARATOR = re.compile(r"sep=(.)?", re.IGNORECASE)
_WORDS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# The longer marks first: those of UTF-32 begin like one of UTF-16.
_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_MOSTLY = 0.3  # share of zero bytes: English text has one or three beside each letter


def read_csv(path: Path, name: str) -> tuple[Sheet | None, list[Problem]]:
    """Read a CSV file: commas, UTF-8 with or without byte-order mark, line ends of any system.

    A line `sep=,` at its beginning, by which Excel is told of the commas, is passed over.

    Args:
        path: A file that `safety.file_problems` found nothing wrong with.
        name: What problems should call it.

    Returns:
        The sheet, or nothing and what keeps it from being read.
    """
    text, problems = _decoded(path, name)
    return parse_csv(text, name) if text is not None else (None, problems)


def parse_csv(text: str, name: str) -> tuple[Sheet | None, list[Problem]]:
    """Split the text of a CSV file into rows; a row is numbered by its first line in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines = []
    start = 1
    try:
        for cells in reader:
            line = Line(start, tuple(cells))
            start = reader.line_num + 1
            if not line.is_blank:
                lines.append(line)
    except csv.Error as error:
        place = Place(name, row=start)
        advice = f"Look for a quotation mark that is not closed. {_SAVE_AS}"
        return None, [Problem(place, f"a row that cannot be read as CSV ({error})", "CSV", advice)]
    if problem := _delimiter_problem(name, lines) or _length_problem(name, len(lines)):
        return None, [problem]
    return Sheet(name, "", lines[1:] if lines and _separator(lines[0]) else lines), []


def read_report(path: Path, name: str) -> tuple[list[Sheet], list[Problem]]:
    """Read the tables of a report in plain text: blocks of lines with tabs between the cells.

    A line of running text ends a block; blank lines do not.

    Args:
        path: A file that `safety.file_problems` found nothing wrong with.
        name: What problems should call it.

    Returns:
        One sheet for each block, and what keeps the file from being read.
    """
    text, problems = _decoded(path, name)
    if text is None:
        return [], problems
    blocks: list[list[Line]] = [[]]
    texts: list[list[Line]] = [[]]  # the running text above each block, and below the last
    paragraphs: dict[int, str] = {}
    paragraph = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line:
            blocks[-1].append(Line(number, tuple(line.split("\t"))))
            paragraphs[number] = paragraph
        elif line.strip():
            match = _PARAGRAPH.match(f"{line} ")
            paragraph = match[1] if match else paragraph
            if blocks[-1]:
                blocks.append([])
                texts.append([])
            texts[-1].append(Line(number, (line,)))
    if problem := _length_problem(name, sum(map(len, blocks))):
        return [], [problem]
    texts.append([])
    return [
        Sheet(name, "", block, paragraphs=paragraphs, above=above, below=below)
        for block, above, below in zip(blocks, texts, texts[1:], strict=False)
        if block
    ], []


def _decoded(path: Path, name: str) -> tuple[str | None, list[Problem]]:
    place = Place(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [unreadable(place, error)]
    if encoding := _other_encoding(content):
        return None, [Problem(place, f"text in {encoding}", "UTF-8", _SAVE_AS)]
    if b"\x00" in content:
        line = Place(name, row=_line_number(content[: content.index(b"\x00")]))
        advice = f"The file is damaged or is not text. {_SAVE_AS}"
        return None, [Problem(line, "a NUL byte", "UTF-8 text", advice)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, byte = error.object[: error.start], error.object[error.start]
        line = Place(name, row=_line_number(before))
        return None, [Problem(line, f"byte 0x{byte:02x}", "UTF-8", _SAVE_AS)]
    if not text.strip():
        return None, [Problem(place, "a file with no content", "figures")]
    return text, []


def _other_encoding(content: bytes) -> str:
    """Name UTF-16 or UTF-32 by its mark or zero bytes; empty for any other text."""
    marked = next((name for mark, name in _OTHER_MARKS if content.startswith(mark)), "")
    zeros = content.count(b"\x00") / max(1, len(content))
    if marked or zeros < _MOSTLY or len(content) % 2:
        return marked
    return "UTF-32" if zeros > 2 * _MOSTLY else "UTF-16"


def _line_number(before: bytes) -> int:
    return len(_LINE_END.findall(before)) + 1


def _separator(line: Line) -> str:
    """Return the separator that a line `sep=;` names; empty for any other line."""
    match = _SEPARATOR.fullmatch(",".join(line.cells).rstrip(",") or "")
    return (match[1] or ",") if match else ""


def _delimiter_problem(name: str, lines: list[Line]) -> Problem | None:
    """Report separators between the cells other than commas."""
    advice = f"{_SAVE_AS} Excel uses the list separator of the computer's region settings."
    said = _separator(lines[0]) if lines else ""
    if said not in ("", ","):
        words = _WORDS.get(said, f"'{said}'")
        place = Place(name, row=lines[0].number)
        return Problem(place, f"{words} between the cells", "commas", advice)
    # A title may stand above the table: every line before the first with commas is looked at.
    for line in itertools.takewhile(lambda line: len(line.cells) == 1, lines):
        for delimiter, words in _WORDS.items():
            if line.cells[0].count(delimiter) > 1:
                place = Place(name, row=line.number)
                return Problem(place, f"{words} between the cells", "commas", advice)
    return None


def _length_problem(name: str, rows: int) -> Problem | None:
    if rows <= MOST_ROWS:
        return None
    advice = "Keep only the figures of the release."
    return Problem(Place(name), f"{rows:,} rows", f"at most {MOST_ROWS:,}", advice)
