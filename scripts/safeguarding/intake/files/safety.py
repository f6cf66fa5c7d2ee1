"""Check the size, kind and real location of a file before it is opened."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from safeguarding.intake.new_figures import Place, Problem

MEGABYTE = 1_000_000
LARGEST_FILE = 50 * MEGABYTE
LARGEST_UNPACKED = 60 * MEGABYTE
LARGEST_RATIO = 200
MOST_ENTRIES = 2_000
READABLE = (".xlsx", ".csv", ".txt", ".tsv")

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PDF = b"%PDF"
_HEAD = 512
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<(?:!doctype|!--|html|head|body|table|meta|style|\?xml)|\{\\rtf)",
    re.IGNORECASE,
)
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|<!ENTITY")
_SAVE_AS_XLSX = "Open it in Excel and save it as 'Excel Workbook (.xlsx)'."
_FILL_IN = "Copy its tables into the template, or into a sheet of an .xlsx workbook."
_ADVICE = {
    ".xls": _SAVE_AS_XLSX,
    ".xlsm": f"{_SAVE_AS_XLSX} Macros are not run and not needed.",
    ".xlsb": _SAVE_AS_XLSX,
    ".xltx": _SAVE_AS_XLSX,
    ".ods": "Open it in LibreOffice or Excel and save it as .xlsx.",
    ".pdf": _FILL_IN,
    ".docx": _FILL_IN,
    ".doc": _FILL_IN,
    ".zip": "Unpack it first, then give the folder or the workbook in it.",
}
_EXPECTED = "an .xlsx workbook, a .csv file, a .txt report or a folder of CSV files"


def file_problems(path: Path, name: str) -> list[Problem]:
    """Explain why a file should not be opened, without reading it.

    Args:
        path: The file.
        name: What problems should call it.

    Returns:
        Nothing, or the first thing that makes the file unreadable.
    """
    place = Place(name)
    if not path.exists():
        return [Problem(place, "no such file or folder", _EXPECTED, "Check the path.")]
    if not path.is_file():
        return [Problem(place, "something that is not a file", _EXPECTED)]
    ending = path.suffix.lower()
    if ending not in READABLE:
        return [
            Problem(
                place,
                f"a file of type '{ending}'" if ending else "a file without an extension",
                _EXPECTED,
                _ADVICE.get(ending, "Save it as one of these."),
            )
        ]
    size = path.stat().st_size
    if size == 0:
        return [Problem(place, "an empty file", "figures", "Was it saved?")]
    if size > LARGEST_FILE:
        return [
            Problem(
                place,
                f"a file of {size / MEGABYTE:,.0f} MB",
                f"one of at most {LARGEST_FILE // MEGABYTE} MB",
                "A release is well below 1 MB: delete pictures and empty formatted rows.",
            )
        ]
    return _content_problems(path, place, ending)


def reason(error: OSError) -> str:
    """Return the system's reason for not opening a file."""
    return (error.strerror or type(error).__name__).lower()


def unreadable(place: Place, error: OSError) -> Problem:
    """Report a file that the system would not open."""
    advice = "Close it in other programs, and check that you have permission to read it."
    return Problem(place, f"an error on opening ({reason(error)})", "a readable file", advice)


def _content_problems(path: Path, place: Place, ending: str) -> list[Problem]:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        return [unreadable(place, error)]
    if head.startswith(_OLE):
        found = "an old .xls workbook or a workbook with a password"
        advice = f"Remove the password. {_SAVE_AS_XLSX}"
        return [Problem(place, found, "a workbook without a password", advice)]
    is_zip = head.startswith(_ZIP)
    if ending == ".xlsx" and is_zip:
        return _zip_problems(path, place)
    if ending == ".xlsx":
        found = "a file that is not a workbook, although it is named .xlsx"
        return [Problem(place, found, "an .xlsx workbook", _SAVE_AS_XLSX)]
    for is_one, kind, advice in (
        (is_zip, "a workbook or zip archive", "Rename it with its own extension."),
        (head.startswith(_PDF), "a PDF", _FILL_IN),
        (_MARKUP.match(head), "a web page or other document", _SAVE_AS_XLSX),
    ):
        if is_one:
            return [Problem(place, f"{kind}, although it is named {ending}", "plain text", advice)]
    return []


def _zip_problems(path: Path, place: Place) -> list[Problem]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if (
                len(entries) > MOST_ENTRIES
                or unpacked > LARGEST_UNPACKED
                or (unpacked > MEGABYTE and unpacked / packed > LARGEST_RATIO)
            ):
                return [_bomb(place, len(entries), unpacked)]
            names = {entry.filename.lower() for entry in entries}
            if any(entry.flag_bits & 1 for entry in entries):
                expected = "a workbook without a password"
                return [Problem(place, "a protected archive", expected, _SAVE_AS_XLSX)]
            for entry in entries:
                is_xml = entry.filename.lower().endswith((".xml", ".rels"))
                if is_xml and _DOCTYPE.search(archive.read(entry)):
                    return [_entities(place, entry.filename)]
            if len(names) < len(entries):
                raise ValueError("a part that is listed twice")
    except OSError as error:
        return [unreadable(place, error)]
    except Exception as error:  # whatever zipfile and its decompressors raise on damaged archives
        return [damaged(place, error)]
    return []


def damaged(place: Place, error: Exception | str) -> Problem:
    """Report a workbook that cannot be read, with the error or the reason."""
    return Problem(
        place,
        f"a damaged workbook ({error if isinstance(error, str) else type(error).__name__})",
        "a workbook that opens in Excel",
        "Open it in Excel, let Excel repair it, and save it as a new .xlsx file.",
    )


def _bomb(place: Place, entries: int, unpacked: int) -> Problem:
    return Problem(
        place,
        f"a workbook that unpacks to {unpacked / MEGABYTE:,.0f} MB in {entries:,} parts",
        f"at most {LARGEST_UNPACKED // MEGABYTE} MB in {MOST_ENTRIES:,} parts,"
        f" packed no closer than {LARGEST_RATIO} to 1",
        "Copy the cells with figures into a new workbook: empty rows that are formatted count.",
    )


def _entities(place: Place, part: str) -> Problem:
    return Problem(
        place,
        f"XML entities in {part}",
        "a workbook as spreadsheets write it",
        "Open it in Excel and save it as a new .xlsx file; do not trust one that you were sent.",
    )
