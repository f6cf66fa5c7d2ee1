"""An accessible statistical workbook of the warehouse, for Excel and in an open format.

It follows the Government Analysis Function's guidance on releasing statistics in spreadsheets:
one marked-up table to a sheet, no merged and no empty cells, shorthand explained.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from safeguarding.exports.workbooks.workbook_content import workbook_of
from safeguarding.exports.workbooks.workbook_ods import write_ods
from safeguarding.exports.workbooks.workbook_xlsx import write_xlsx
from safeguarding.published.labels import WARNING, label_of


def write_workbooks(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write `safeguarding.xlsx` and `safeguarding.ods`, the same content in each.

    Files are the same, byte for byte, while the figures are: their date is that of the latest
    release.

    The connection is to a warehouse whose schema `marts` holds the published tables; the folder is
    made if it does not exist.

    Raises:
        ValueError: There is no release, or a marker without a meaning, or a label without a letter
            or figure in it.
        OSError: A file could not be written.
    """
    workbook = workbook_of(connection).labelled(label_of(connection), WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    xlsx, ods = folder / "safeguarding.xlsx", folder / "safeguarding.ods"
    write_xlsx(workbook, xlsx)
    write_ods(workbook, ods)
    return [xlsx, ods]
