"""A filled template of 5,000 rows: SYNTHETIC figures that repeat, to time a check with."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from safeguarding.intake.templates import layout
from safeguarding.intake.templates.template import write_workbook
from safeguarding.intake.wording.vocabulary import Vocabulary
from safeguarding.warehouse.seed_files import PROJECT

ROWS = 5000
FIRST_YEAR = 1950
RECORD = {
    "release_id": "synthetic-large",
    "local_authority_code": "E06000017",
    "title": "SYNTHETIC figures of many years",
    "publisher": "SYNTHETIC council",
    "published_date": "2024-01-01",
    "financial_year": "2022-23",
    "is_published": "no",
}


def write(path: Path) -> None:
    """Write the workbook: as many years as make 5,000 rows, every count 10, every share 10%."""
    vocabulary = Vocabulary.of(PROJECT)
    periods = [f"{year}-{(year + 1) % 100:02}" for year in range(FIRST_YEAR, 2023)]
    write_workbook(path, vocabulary, RECORD, "annual", periods)
    book = load_workbook(path)
    filled = 0
    for name in vocabulary.tables:
        sheet = book[name] if name in book.sheetnames else None
        if sheet is None or sheet.max_row == 1 or name == "headline_figures":
            continue
        value = [cell.value for cell in sheet[1]].index(layout.VALUE) + 1
        unit = [cell.value for cell in sheet[1]].index(layout.UNIT) + 1
        for row in range(2, sheet.max_row + 1):
            if filled < ROWS and sheet.cell(row, unit).value:
                is_share = sheet.cell(row, unit).value == "percent"
                sheet.cell(row, value).value = 0.1 if is_share else 10
                sheet.cell(row, value).number_format = "0.00%" if is_share else "General"
                filled += 1
    book.save(path)
