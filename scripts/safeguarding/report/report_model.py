"""What a report says, whatever it is written as: pages, a Word document, pictures.

A pack is one authority's report of one financial year. It holds text and figures only; how they
look is decided by `pages.site`, `documents.document` and `drawing.charts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from safeguarding.exports.workbooks.workbook_model import decimal_places
from safeguarding.published import standings
from safeguarding.published.standings import Standing


class RemarkKind(StrEnum):
    """What there is to know of a figure: a standing that needs a word, or something else."""

    DISPUTED = Standing.DISPUTED.value
    UNRECONCILED = Standing.UNRECONCILED.value
    INCOMPLETE = Standing.INCOMPLETE.value
    CONTRADICTED = Standing.CONTRADICTED.value
    PROVISIONAL = Standing.PROVISIONAL.value
    REVISED = "revised"  # an earlier release printed another
    BREAK = "break in series"  # not to be compared with the period before
    MISSING = "not available"
    SUPPRESSED = "suppressed"


OF_STANDINGS = (
    RemarkKind.DISPUTED,
    RemarkKind.UNRECONCILED,
    RemarkKind.INCOMPLETE,
    RemarkKind.CONTRADICTED,
    RemarkKind.PROVISIONAL,
)
# What is marked where a figure stands or is drawn; shorthand says itself why there is none.
MARKED = (*OF_STANDINGS, RemarkKind.BREAK, RemarkKind.REVISED)
# The signs in square brackets are those of the workbook and of the Government Statistical Service.
SIGNS: dict[RemarkKind, str] = {
    RemarkKind.DISPUTED: "*",
    RemarkKind.UNRECONCILED: "§",
    RemarkKind.INCOMPLETE: "‡",
    RemarkKind.CONTRADICTED: "†",
    RemarkKind.PROVISIONAL: "[p]",
    RemarkKind.REVISED: "[r]",
    RemarkKind.BREAK: "[b]",
    RemarkKind.MISSING: "[x]",
    RemarkKind.SUPPRESSED: "[c]",
}
MEANINGS: dict[RemarkKind, str] = {
    **{kind: f"{kind}: {standings.MEANINGS[Standing(kind)]}" for kind in OF_STANDINGS},
    RemarkKind.REVISED: "revised: an earlier release printed another figure",
    RemarkKind.BREAK: "break in series: not to be compared with the period before",
    RemarkKind.MISSING: "not available (shown as a gap)",
    RemarkKind.SUPPRESSED: "suppressed (shown as a gap)",
}


@dataclass(frozen=True)
class Remark:
    """Something to know of a figure.

    Attributes:
        kind: What it is about.
        text: The reason, as one or more sentences.
    """

    kind: RemarkKind
    text: str


@dataclass(frozen=True)
class Source:
    """Where a figure was printed.

    Attributes:
        release: Title of the release.
        paragraph: Paragraph or table of the release, such as `15.1`.
        line: Line of the release's text.
        as_printed: The figure, letter by letter; empty if none is printed.
    """

    release: str
    paragraph: str
    line: int
    as_printed: str

    @property
    def text(self) -> str:
        """The source as one says it."""
        printed = f', printed as "{self.as_printed}"' if self.as_printed else ""
        return f"{self.release}, paragraph {self.paragraph}, line {self.line}{printed}"


@dataclass(frozen=True)
class Figure:
    """A figure of a table.

    Attributes:
        value: The figure; None if there is none.
        shown: What a reader sees: `8,439`, `28.01`, or shorthand such as `[x]` and `[c]`.
        sources: Where it was printed, the one that is used first; none for what was worked out.
        remarks: What to know of it.
        standing: What the evidence says of it; None of what is not a report's.
        revisions: Of a provisional figure: the least and greatest change, in per cent, that a later
            release made to such a figure; None if there is no case.
    """

    value: Decimal | None
    shown: str
    sources: tuple[Source, ...] = ()
    remarks: tuple[Remark, ...] = ()
    standing: Standing | None = None
    revisions: tuple[Decimal, Decimal] | None = None


Cell = Figure | str


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        label: Its heading.
        cells: What follows, one for each column after the first.
    """

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        table_id: Its name in addresses and file names: lower case and hyphens, unique in a pack.
        caption: What is in it.
        headers: Headings of all columns, that of the rows' labels first.
        rows: Its rows.
        notes: What to know of the table.
    """

    table_id: str
    caption: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


class ChartKind(StrEnum):
    """What a chart looks like; what its marks mean for each."""

    LINES = "lines"  # x: periods; a line for each series
    COLUMNS_AND_LINE = "columns and line"  # x: periods; first series columns, second a line
    FLOWS = "flows"  # x: periods; first series up, second down from zero, third a line (the net)
    SHARES = "shares"  # x: periods; columns of 100 per cent, series stacked
    GROUPS = "groups"  # x: periods; columns beside each other, one for each series
    DOTS = "dots"  # x: what is measured, a row of dots with a scale of its own for each
    HEAT = "heat"  # x: periods; a row for each series; a cell's shade and number are the value


@dataclass(frozen=True)
class Mark:
    """A point, column or cell of a chart.

    Attributes:
        series: What it belongs to; of `DOTS`, the group of areas.
        x: Where it stands: a period, or what is measured.
        value: How high; None is a gap.
        shown: The value as text.
        label: Of `DOTS`, name of the area.
        remark: What to know of it; drawn so that it is seen without colour.
    """

    series: str
    x: str
    value: Decimal | None
    shown: str
    label: str = ""
    remark: RemarkKind | None = None


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        chart_id: Its name in addresses and file names, unique in a pack.
        kind: What it looks like.
        title: What it shows.
        description: Alternative text: what a reader sees in it, with the figures that matter.
        y_title: What the values are, with their unit; of `HEAT`, what is counted.
        series: The series, in order; of `DOTS`, the authority's own group first.
        marks: Its marks, in the order of `x`.
    """

    chart_id: str
    kind: ChartKind
    title: str
    description: str
    y_title: str
    series: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Quantity:
    """A number in a sentence.

    Attributes:
        value: The number.
        unit: `count`, `percent`, `rate_per_10000`, `percentage points` or `rank`.
        places: Decimal places that it is shown with; as many as it has if None.
    """

    value: Decimal
    unit: str = "count"
    places: int | None = None

    @property
    def shown(self) -> str:
        """The number as people write it."""
        places = decimal_places(self.value) if self.places is None else self.places
        number = f"{self.value:,.{places}f}"
        return f"{number}%" if self.unit == "percent" else number


@dataclass(frozen=True)
class Sentence:
    """A sentence that was computed: text and the numbers in it.

    Attributes:
        parts: What it is put together from, spaces included.
    """

    parts: tuple[str | Quantity, ...]

    @property
    def text(self) -> str:
        """The sentence as text."""
        return "".join(part if isinstance(part, str) else part.shown for part in self.parts)


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading of its own.

    Attributes:
        heading: Its heading.
        sentences: What the figures say.
        charts: Its charts.
        tables: Its tables.
        notes: What to know of it.
    """

    heading: str
    sentences: tuple[Sentence, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page about one subject.

    Attributes:
        slug: Its file's name without `.html`; `index` is the overview.
        title: Its heading.
        sections: Its parts.
    """

    slug: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Pack:
    """One authority's report of one financial year.

    Attributes:
        authority_code: ONS code.
        authority: Its name.
        financial_year: The year, such as `2022-23`.
        releases: The releases that its figures come from, as one cites them.
        pages: Its pages, the overview first.
        is_synthetic: Whether the figures are made up; then every page says so.
    """

    authority_code: str
    authority: str
    financial_year: str
    releases: tuple[str, ...]
    pages: tuple[Page, ...]
    is_synthetic: bool = False

    @property
    def title(self) -> str:
        """Title of the report."""
        return f"Children's safeguarding in {self.authority}, {self.financial_year}"


def tables_of(pages: Iterable[Page]) -> Iterator[Table]:
    """Give all tables of pages, in order."""
    for page in pages:
        for section in page.sections:
            yield from section.tables


def slug_of(text: str) -> str:
    """Give a text as part of an address: ASCII letters, digits and single hyphens."""
    kept = "".join(
        each if each.isascii() and each.isalnum() else "-" for each in text.lower().replace("'", "")
    )
    return "-".join(filter(None, kept.split("-")))
