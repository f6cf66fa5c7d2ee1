"""The tables and charts of a report to take away: CSV files, and a workbook with all tables."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

from safeguarding.exports.table_files import harmless, marked
from safeguarding.exports.workbooks.workbook_content import (
    AUTHOR,
    WIDEST_LABEL,
    contents_sheet,
    figure_columns,
    signs_in,
    text_columns,
)
from safeguarding.exports.workbooks.workbook_model import (
    ONE_TABLE,
    Cell,
    Column,
    Sheet,
    Signed,
    Workbook,
    plain,
)
from safeguarding.published.labels import WARNING, file_name
from safeguarding.published.marts import NOT_APPLICABLE, SHORTHAND, SIGN_MEANINGS
from safeguarding.report.report_model import (
    MARKED,
    SIGNS,
    Chart,
    Figure,
    Pack,
    RemarkKind,
    Row,
    Table,
    charts_of,
    for_paper,
    tables_of,
)

DATA = "data"
OF = " of "  # between a rank and how many it is of


def write_tables(pack: Pack, folder: Path, label: str = "") -> list[Path]:
    """Write each table and the data of each chart as `data/<its id>.csv`: UTF-8, no formulas.

    A figure is its number, without separators of thousands; shorthand stands where there is none.
    Behind the table's columns stands one with the standing of each column of figures that has any.
    """
    data = folder / DATA
    data.mkdir(parents=True, exist_ok=True)
    charts = (chart_table(each) for each in charts_of(pack.pages))
    return [write_csv(table, data, label) for table in (*tables_of(pack.pages), *charts)]


def write_csv(table: Table, data: Path, label: str) -> Path:
    """Write a table as a CSV file."""
    path = data / file_name(f"{table.table_id}.csv", label)
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    judged = judged_columns(table)
    headers = (*table.headers, *(f"{table.headers[each + 1]}, standing" for each in judged))
    writer.writerow([harmless(header) for header in headers])
    writer.writerows(
        [
            harmless(row.label),
            *(csv_cell(cell) for cell in row.cells),
            *(standing_cell(row.cells[each]) for each in judged),
        ]
        for row in table.rows
    )
    path.write_bytes(marked(written.getvalue()))
    return path


def chart_table(chart: Chart) -> Table:
    """Give the data of a chart as a table: a row for each mark, as it was before it was drawn."""
    return Table(
        chart.chart_id,
        chart.title,
        ("Series", "Period or measure", chart.y_title, "Remark"),
        tuple(
            Row(mark.series, (mark.x, Figure(mark.value, mark.shown), mark.remark or ""))
            for mark in chart.marks
        ),
    )


def judged_columns(table: Table) -> list[int]:
    """Tell which cells of a row are figures that have a standing."""
    return [
        index
        for index in range(len(table.headers) - 1)
        if any(standing_cell(row.cells[index]) for row in table.rows)
    ]


def standing_cell(cell: Figure | str) -> str:
    """Give the standing of a figure in a word, and its signs with theirs; empty if none has any."""
    if isinstance(cell, str):
        return ""
    kinds = signs_of(cell)
    word = "" if cell.standing is None else cell.standing.value
    told = [f"{SIGNS[each]} {each}" for each in kinds if each is not RemarkKind.OFFICIAL]
    own = [word] if word and word not in {each.value for each in kinds} else []
    return "; ".join([*own, *told, *(each for each in kinds if each is RemarkKind.OFFICIAL)])


def signs_of(figure: Figure) -> list[RemarkKind]:
    """Give what there is to know of a figure that has a sign, if there is a figure."""
    kinds = dict.fromkeys(remark.kind for remark in figure.remarks)
    return [each for each in kinds if each in MARKED and figure.value is not None]


def standings_told(table: Table, row: Row, judged: list[int]) -> str:
    """Say the standing of a row's figures: `Confirmed: 2018-19. Incomplete: 2020-21.`."""
    by_standing: dict[str, list[str]] = {}
    for index in judged:
        if word := standing_cell(row.cells[index]):
            by_standing.setdefault(word, []).append(plain(table.headers[index + 1]))
    told = (f"{word.capitalize()}: {', '.join(each)}." for word, each in by_standing.items())
    return " ".join(told) or NOT_APPLICABLE


def csv_cell(cell: Figure | str) -> str:
    """Give a cell as a program reads it; a rank with how many it is of."""
    if isinstance(cell, str):
        return harmless(cell)
    return cell.shown if cell.value is None or OF in cell.shown else f"{number(cell):f}"


def number(figure: Figure) -> Decimal:
    """Give a figure's number with the decimal places that it is shown with.

    Raises:
        ValueError: There is none.
    """
    if figure.value is None:
        message = f"{figure.shown} is no number"
        raise ValueError(message)
    digits = figure.shown.partition(".")[2]
    return Decimal(figure.value).quantize(Decimal(1).scaleb(-len(digits)))


def write_workbook(
    pack: Pack, path: Path, published: date, contact: tuple[str, ...], label: str = ""
) -> None:
    """Write all tables of a report as an accessible workbook, a sheet for each."""
    # pandas is slow to import, and a workbook that is kept needs none.
    from safeguarding.exports.workbooks.workbook_xlsx import write_xlsx  # noqa: PLC0415

    sheets = [sheet_of(table, number) for number, table in sheet_numbers(pack).items()]
    write_xlsx(
        Workbook(
            title=pack.title,
            author=AUTHOR,
            published=published,
            introduction=(
                "This workbook holds the tables of a report on services for children.",
                *(plain(each) for each in pack.releases),
                *(plain(each) for each in pack.attributions),
            ),
            about=(
                "No cell of a table is empty. Where a figure is missing, shorthand says why:",
                *(f"{each} = {meaning}." for each, meaning in SHORTHAND.items()),
            ),
            contact=contact,
            sheets=(contents_sheet(sheets), *sheets),
        ).labelled(label, WARNING),
        path,
    )


def sheet_numbers(pack: Pack) -> dict[int, Table]:
    """Number the tables that have a sheet in the workbook."""
    return dict(
        enumerate((table for table in tables_of(for_paper(pack.pages)) if table.rows), start=1)
    )


def sheet_name(position: int) -> str:
    """Name the sheet of a table."""
    return f"Table_{position}"


def sheet_of(table: Table, position: int) -> Sheet:
    """Give a table as a sheet."""
    name = sheet_name(position)
    judged = judged_columns(table)
    rows = tuple(cells_of(row) for row in table.rows)
    first_figure = next(
        (
            index
            for index in range(1, len(table.headers))
            if all(isinstance(row.cells[index - 1], Figure) for row in table.rows)
        ),
        len(table.headers),
    )
    texts, figures = list(table.headers[:first_figure]), list(table.headers[first_figure:])
    columns: list[Column] = text_columns(texts, [row[:first_figure] for row in rows], WIDEST_LABEL)
    trailing_texts = any(
        isinstance(cell, str) for row in table.rows for cell in row.cells[first_figure - 1 :]
    )
    if figures and not trailing_texts:
        columns += figure_columns(figures, rows)
    elif figures:
        columns += text_columns(figures, [row[first_figure:] for row in rows], WIDEST_LABEL)
    if judged:
        told = [(standings_told(table, row, judged),) for row in table.rows]
        columns += text_columns(["Standing"], told, WIDEST_LABEL)
        rows = tuple((*row, *each) for row, each in zip(rows, told, strict=True))
    sheet = Sheet(
        name=name,
        table_name=table.table_id.replace("-", "_"),
        title=f"Table {position}: {plain(table.caption)}",
        lines=(ONE_TABLE, *(plain(each) for each in (*table.notes, table.source) if each)),
        columns=tuple(columns),
        rows=rows,
    )
    signs = (f"{each} before a figure = {SIGN_MEANINGS[each]}." for each in signs_in(sheet))
    return replace(sheet, lines=(*sheet.lines, *signs))


def cells_of(row: Row) -> tuple[Cell, ...]:
    """Give the cells of a row; none is empty."""
    return (plain(row.label), *(sheet_cell(cell) for cell in row.cells))


def sheet_cell(cell: Figure | str) -> Cell:
    """Give a cell as a spreadsheet holds it."""
    if isinstance(cell, str):
        return plain(cell) or NOT_APPLICABLE
    if cell.value is None or OF in cell.shown:
        return cell.shown
    signs = " ".join(SIGNS[each] for each in signs_of(cell))
    return Signed(number(cell), signs) if signs else number(cell)
