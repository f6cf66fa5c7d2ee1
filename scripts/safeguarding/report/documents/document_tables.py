"""Write a table in WordprocessingML, with its caption, notes and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from safeguarding.report.documents.document_xml import attribute, caption, paragraph, run
from safeguarding.report.documents.table_layout import (
    INDENT,
    STYLE_SIZE,
    Layout,
    figure_columns,
    indented_columns,
)
from safeguarding.report.report_model import Cell, Figure, Remark, RemarkKind, Row, Table

GAPS = frozenset({RemarkKind.MISSING, RemarkKind.SUPPRESSED})


@dataclass(frozen=True)
class _Form:
    """How the cells of a column are written."""

    width: int  # width in twips
    points: int  # size of the type
    is_figure: bool  # whether they stand at the right
    is_indented: bool  # whether they stand apart from the figures before them

    @property
    def size(self) -> str:
        """The size, where it is not that of the style."""
        half = self.points * 2
        is_usual = self.points == STYLE_SIZE
        return "" if is_usual else f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'

    @property
    def indent(self) -> str:
        """The space before the text."""
        return f'<w:ind w:left="{INDENT}"/>' if self.is_indented else ""


def table_xml(table: Table, layout: Layout, number: int) -> str:
    """Write a caption, the table, its notes and its sources."""
    signs = _signs(table)
    grid = _grid(table, layout, signs)
    below = "".join(_below(table, signs))
    return f"{caption('Table', number, table.caption)}{grid}{below}"


def _grid(table: Table, layout: Layout, signs: dict[Remark, str]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in layout.widths)
    forms = [
        _Form(width, layout.points, is_figure, is_indented)
        for width, is_figure, is_indented in zip(
            layout.widths, figure_columns(table), indented_columns(table), strict=True
        )
    ]
    headers = "".join(
        _cell(header, form) for header, form in zip(table.headers, forms, strict=True)
    )
    rows = "".join(_row(table, row, forms, signs) for row in table.rows)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(layout.widths)}" '
        'w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="06A0" w:firstRow="1" '
        'w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{attribute(table.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{headers}</w:tr>{rows}</w:tbl>"
    )


def _row(table: Table, row: Row, forms: Sequence[_Form], signs: dict[Remark, str]) -> str:
    cells: tuple[Cell, ...] = (row.label, *row.cells)
    written = "".join(
        _cell(table.text(cell), form, signs=_signs_of(cell, signs))
        for cell, form in zip(cells, forms, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{written}</w:tr>"


def _cell(text: str, form: _Form, *, signs: str = "") -> str:
    sign = run(signs, f'<w:rStyle w:val="NoteSign"/>{form.size}') if signs else ""
    style = "TableFigure" if form.is_figure else "TableText"
    properties = f"<w:keepNext/>{form.indent}"  # a table is short: it stays on one page
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{form.width}" w:type="dxa"/></w:tcPr>'
        f"{paragraph(style, run(text, form.size), sign, properties=properties)}</w:tc>"
    )


def _remarks(cell: Cell) -> tuple[Remark, ...]:
    return cell.remarks if isinstance(cell, Figure) else ()


def _signs(table: Table) -> dict[Remark, str]:
    """Give a letter for each remark of a table, in the order of its rows; reasons for gaps last."""
    remarks = dict.fromkeys(
        remark for row in table.rows for cell in row.cells for remark in _remarks(cell)
    )
    ordered = sorted(remarks, key=lambda remark: remark.kind in GAPS)
    return {remark: _letters(index) for index, remark in enumerate(ordered)}


def _signs_of(cell: Cell, signs: dict[Remark, str]) -> str:
    return ",".join(dict.fromkeys(signs[remark] for remark in _remarks(cell)))


def _letters(index: int) -> str:
    """Count in letters: `a` to `z`, then `aa`, `ab` and so on."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    before = _letters(index // len(letters) - 1) if index >= len(letters) else ""
    return before + letters[index % len(letters)]


def _below(table: Table, signs: dict[Remark, str]) -> Iterator[str]:
    for note in table.notes:
        yield paragraph("TableNote", run(note))
    # Reasons for gaps are many and alike: they follow each other in one paragraph.
    gaps = [remark for remark in signs if remark.kind in GAPS]
    for remarks in (*([remark] for remark in signs if remark.kind not in GAPS), gaps):
        if remarks:
            yield paragraph("TableNote", *(_remark(remark, signs[remark]) for remark in remarks))
    if table.source:
        yield paragraph("TableSource", run(table.source))
    yield paragraph("TableSource", *(run(each) for each in _source(table)))


def _remark(remark: Remark, sign: str) -> str:
    kind = remark.kind.heading
    text = remark.text.strip()
    is_named = text.lower().startswith(remark.kind.value)
    said = text if is_named else f"{kind}: {text}" if text else f"{kind}."
    return run(sign, '<w:rStyle w:val="NoteSign"/>') + run(said, before=" ", after=" ")


def _source(table: Table) -> Iterator[str]:
    """Say where a table's figures were printed: paragraphs, first and last line of each."""
    lines: dict[str, dict[str, list[int]]] = {}
    for row in table.rows:
        for cell in row.cells:
            for source in cell.sources[:1] if isinstance(cell, Figure) else ():
                paragraphs = lines.setdefault(source.release, {})
                paragraphs.setdefault(source.paragraph, []).append(source.line)
    if lines:
        told = [f"{release}, {_paragraphs_told(each)}" for release, each in lines.items()]
        yield f"Source: {'; '.join(told)}."


def _paragraphs_told(paragraphs: dict[str, list[int]]) -> str:
    return ", ".join(
        f"paragraph {paragraph}, {_lines_told(lines)}" for paragraph, lines in paragraphs.items()
    )


def _lines_told(lines: Iterable[int]) -> str:
    ordered = sorted(set(lines))
    first, last = ordered[0], ordered[-1]
    return f"line {first}" if first == last else f"lines {first}-{last}"
