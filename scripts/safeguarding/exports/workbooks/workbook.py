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

NAME = "safeguarding"


def write_workbooks(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write `safeguarding.xlsx` and `safeguarding.ods`, the same content in each.

    Files are the same, byte for byte, while the figures are: their date is that of the latest
    release.

    Args:
        connection: A warehouse whose schema `marts` holds the published tables; only read.
        folder: Where to write; made if it does not exist.

    Returns:
        The files written.

    Raises:
        ValueError: There is no release, or a marker without a meaning, or a label without a letter
            or figure in it.
        OSError: A file could not be written.
    """
    workbook = workbook_of(connection).labelled(label_of(connection), WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    xlsx, ods = folder / f"{NAME}.xlsx", folder / f"{NAME}.ods"
    write_xlsx(workbook, xlsx)
    write_ods(workbook, ods)
    return [xlsx, ods]
