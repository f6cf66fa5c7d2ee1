"""Small files of figures to read: SYNTHETIC councils, every one broken in one way or in none."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from safeguarding.intake.templates.forms import FIGURES

HEADING = list(FIGURES.names)
Rows = Sequence[Sequence[object]]


def figure(
    label: object = "Police",
    period: object = "2022-23",
    unit: object = "count",
    value: object = 10,
    *rest: object,
) -> list[object]:
    """A row of the template: label, period, unit, value, note, source_table, source_line."""
    return [label, period, unit, value, *rest]


def template(*rows: Sequence[object], heading: Sequence[object] = HEADING) -> Rows:
    return [heading, *(rows or [figure()])]


def years(*rows: Sequence[object], title: str = "SYNTHETIC referrals") -> Rows:
    """A printed table of two years, with a count and a percentage in each."""
    return [
        [title, "2021-22", None, "2022-23", None],
        [None, "Denom", "Value", "Denom", "Value"],
        *(rows or [["Police", 10, "40.0%", 12, "60.0%"]]),
    ]


def workbook(
    sheets: Mapping[str, Rows],
    change: Callable[[Any], None] = lambda book: None,
    name: str = "synthetic.xlsx",
) -> Callable[[Path], Path]:
    """A builder of a workbook; `change` may spoil it before it is saved."""

    def build(folder: Path) -> Path:
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        change(book)
        book.save(folder / name)
        return folder / name

    return build


def contacts(
    *rows: Sequence[object],
    change: Callable[[Any], None] = lambda sheet: None,
    heading: Sequence[object] = HEADING,
) -> Callable[[Path], Path]:
    """A builder of a template workbook with one sheet of figures."""
    return workbook(
        {"contacts_and_referrals": template(*rows, heading=heading)},
        lambda book: change(book["contacts_and_referrals"]),
    )


def printed(*rows: Sequence[object], name: str = "Table 1") -> Callable[[Path], Path]:
    """A builder of a workbook with one sheet as printed."""
    return workbook({name: rows})


def csv_file(rows: Rows, name: str = "contacts_and_referrals.csv") -> Callable[[Path], Path]:
    """A builder of a CSV file."""

    def build(folder: Path) -> Path:
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return build


def content(name: str, what: bytes | str) -> Callable[[Path], Path]:
    """A builder of a file of these bytes, or this text as UTF-8."""

    def build(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(what if isinstance(what, bytes) else what.encode())
        return path

    return build


def csv_folder(*builders: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """A builder of a folder with these files."""

    def build(folder: Path) -> Path:
        release = folder / "synthetic"
        release.mkdir()
        for builder in builders:
            builder(release)
        return release

    return build


def repacked(
    build: Callable[[Path], Path], part: str, edit: Callable[[bytes], bytes]
) -> Callable[[Path], Path]:
    """A builder of a workbook with one of its parts edited."""

    def rebuild(folder: Path) -> Path:
        path = build(folder)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[part] = edit(parts[part])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return path

    return rebuild


def zipped(name: str, parts: Mapping[str, bytes]) -> Callable[[Path], Path]:
    """A builder of a zip archive of these parts."""

    def build(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr(part, data)
        return folder / name

    return build
