"""What a report says, whatever it is written as: pages, a Word document, pictures.

A pack is one authority's report of one financial year. It holds text and figures only; how they
look is decided by `pages.site`, `documents.document` and `drawing.charts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from safeguarding.exports.workbooks.workbook_model import decimal_places, readable
from safeguarding.published import standings
from safeguarding.published.marts import NOT_APPLICABLE, OF_DFE, REVISED, SIGN_MEANINGS
from safeguarding.published.standings import Standing


class RemarkKind(StrEnum):
    """What there is to know of a figure: a standing that needs a word, or something else."""

    DISPUTED = Standing.DISPUTED.value
    UNRECONCILED = Standing.UNRECONCILED.value
    INCOMPLETE = Standing.INCOMPLETE.value
    CONTRADICTED = Standing.CONTRADICTED.value
    PROVISIONAL = Standing.PROVISIONAL.value
    OFFICIAL = "DfE's figure"  # the report prints none
    REVISED = "revised"  # an earlier release printed another
    BREAK = "break in series"  # not to be compared with the period before
    MISSING = "not available"
    SUPPRESSED = "suppressed"

    @property
    def heading(self) -> str:
        """The word with a capital."""
        return f"{self.value[0].upper()}{self.value[1:]}"


OF_STANDINGS = tuple(RemarkKind(each.value) for each in standings.SIGNS)
# What is marked where a figure stands or is drawn; shorthand says itself why there is none.
MARKED = (*OF_STANDINGS, RemarkKind.OFFICIAL, RemarkKind.BREAK, RemarkKind.REVISED)
PEER_HEADERS = ("Rate by DfE", "Neighbours' median", "England", "Rank in England")
# The signs in square brackets are those of the workbook and of the Government Statistical Service.
SIGNS: dict[RemarkKind, str] = {
    **{RemarkKind(each.value): sign for each, sign in standings.SIGNS.items()},
    RemarkKind.OFFICIAL: OF_DFE,
    RemarkKind.REVISED: REVISED,
    RemarkKind.BREAK: "[b]",
    RemarkKind.MISSING: "[x]",
    RemarkKind.SUPPRESSED: "[c]",
}
MEANINGS: dict[RemarkKind, str] = {
    **{kind: f"{kind}: {standings.MEANINGS[Standing(kind)]}" for kind in OF_STANDINGS},
    RemarkKind.OFFICIAL: SIGN_MEANINGS[OF_DFE],
    RemarkKind.REVISED: SIGN_MEANINGS[REVISED],
    RemarkKind.BREAK: "break in series: not to be compared with the period before",
    RemarkKind.MISSING: "not available (shown as a gap)",
    RemarkKind.SUPPRESSED: "suppressed (shown as a gap)",
}


@dataclass(frozen=True)
class Remark:
    """Something to know of a figure."""

    kind: RemarkKind  # what it is about
    text: str  # the reason, as one or more sentences


@dataclass(frozen=True)
class Source:
    """Where a figure was printed, or what it was computed from."""

    release: str  # title of the release
    paragraph: str  # paragraph or table of the release, such as `15.1`
    line: int  # line of the release's text
    as_printed: str  # the figure, letter by letter; empty if none is printed
    is_computed: bool = False  # from records: no report prints it

    @property
    def text(self) -> str:
        """The source as one says it."""
        how = "computed" if self.is_computed else "printed"
        printed = f', {how} as "{self.as_printed}"' if self.as_printed else ""
        return f"{self.release}, paragraph {self.paragraph}, line {self.line}{printed}"


@dataclass(frozen=True)
class Figure:
    """A figure of a table."""

    value: Decimal | None  # the figure; None if there is none
    shown: str  # what a reader sees: `8,439`, `28.01`, or shorthand such as `[x]` and `[c]`
    # where it was printed, the one that is used first; none for what was worked out
    sources: tuple[Source, ...] = ()
    remarks: tuple[Remark, ...] = ()  # what to know of it
    standing: Standing | None = None  # what the evidence says of it; None of what is not a report's
    # of a provisional figure: the least and greatest change, in per cent, that a later release made
    # to such a figure; None if there is no case
    revisions: tuple[Decimal, Decimal] | None = None


Cell = Figure | str


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    label: str  # its heading
    cells: tuple[Cell, ...]  # what follows, one for each column after the first
    row_id: str = ""  # its name in addresses, unique in a pack; if empty, its number tells it


@dataclass(frozen=True)
class Table:
    """A table."""

    table_id: str  # its name in addresses and file names: lower case and hyphens, unique in a pack
    caption: str  # what is in it
    headers: tuple[str, ...]  # headings of all columns, that of the rows' labels first
    rows: tuple[Row, ...]  # its rows
    notes: tuple[str, ...] = ()  # what to know of the table
    is_over_time: bool = False  # whether its columns are periods, the newest last
    source: str = ""  # where official figures in it are from; empty if there are none
    is_folded: bool = False  # whether a page shows it only when asked to, as a chart shows it too
    is_exact: bool = False  # whether each decimal place matters: figures are compared as printed

    def text(self, cell: Cell) -> str:
        """Say what a reader sees in a cell."""
        if isinstance(cell, str):
            return cell
        return cell.shown if self.is_exact else readable(cell.shown)


class ChartKind(StrEnum):
    """What a chart looks like; what its marks mean for each."""

    LINES = "lines"  # x: periods; a line for each series
    COLUMNS_AND_LINE = "columns and line"  # x: periods; first series columns, second a line
    FLOWS = "flows"  # x: periods; first series up, second down from zero, third a line (the net)
    SHARES = "shares"  # x: periods; columns of 100 per cent, series stacked
    GROUPS = "groups"  # x: periods; columns beside each other, one for each series
    DOTS = "dots"  # x: what is measured, a row of dots with a scale of its own for each
    HEAT = "heat"  # x: periods; a row for each series; a cell's shade and number are the value
    # x: periods; first series the authority, then those it is set beside, then neighbours in grey
    TRENDS = "trends"
    STEPS = "steps"  # x: what is counted, a row for each, with a bar for each series


BESIDE = 3  # lines of `TRENDS` beside the authority's: neighbours' median, region, England


@dataclass(frozen=True)
class Mark:
    """A point, column or cell of a chart."""

    series: str  # what it belongs to; of `DOTS`, the group of areas
    x: str  # where it stands: a period, or what is measured
    value: Decimal | None  # how high; None is a gap
    shown: str  # the value as text
    remark: RemarkKind | None = None  # what to know of it; drawn so that it is seen without colour


@dataclass(frozen=True)
class Chart:
    """A chart."""

    chart_id: str  # its name in addresses and file names, unique in a pack
    kind: ChartKind  # what it looks like
    title: str  # what it shows
    description: str  # alternative text: what a reader sees in it, with the figures that matter
    y_title: str  # what the values are, with their unit; of `HEAT`, what is counted
    series: tuple[str, ...]  # the series, in order; of `DOTS`, the authority's own group first
    marks: tuple[Mark, ...]  # its marks, in the order of `x`
    source: str = ""  # where official figures in it are from; empty if there are none

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Series of `TRENDS` that are drawn in grey; none of other charts."""
        return self.series[1 + BESIDE :] if self.kind is ChartKind.TRENDS else ()


@dataclass(frozen=True)
class Quantity:
    """A number in a sentence."""

    value: Decimal  # the number
    unit: str = "count"  # `count`, `percent`, `rate_per_10000`, `percentage points` or `rank`
    places: int | None = None  # decimal places that it is shown with; as many as it has if None

    @property
    def shown(self) -> str:
        """The number as people write it."""
        places = decimal_places(self.value) if self.places is None else self.places
        number = readable(f"{self.value:,.{places}f}")
        return f"{number}%" if self.unit == "percent" else number


@dataclass(frozen=True)
class Sentence:
    """A sentence that was computed: text and the numbers in it."""

    parts: tuple[str | Quantity, ...]  # what it is put together from, spaces included

    @property
    def text(self) -> str:
        """The sentence as text."""
        return "".join(part if isinstance(part, str) else part.shown for part in self.parts)


@dataclass(frozen=True)
class Peers:
    """How an authority stands among others, by DfE's official statistics."""

    unit: str  # of rate and medians: `rate_per_10000` or `percent`
    count: Figure | None  # DfE's, that the rate is of, where the tile has another
    rate: Figure  # the authority's own
    median: Figure  # of its statistical neighbours
    england: Figure  # England's own rate, which is no median
    rank: Figure  # in England, such as `3 of 152`; shorthand where too few are known


@dataclass(frozen=True)
class Tile:
    """What is said first of a measure: the year's figure, its change, its place among others."""

    label: str  # what is counted
    unit: str  # of the figure: `count` or `percent`
    period: str  # the year
    before: str  # the year before; empty if there is none
    figure: Figure  # the year's figure
    change: Figure  # from the year before; shorthand where none may be shown
    official_change: Figure | None  # DfE's, where the report's cannot stand alone
    history: tuple[Mark, ...]  # the years up to this one; None is a gap
    peers: Peers | None  # None if official statistics do not have the measure


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading of its own."""

    heading: str  # its heading
    sentences: tuple[Sentence, ...] = ()  # what the figures say
    charts: tuple[Chart, ...] = ()  # its charts
    tables: tuple[Table, ...] = ()  # its tables
    notes: tuple[str, ...] = ()  # what to know of it
    tiles: tuple[Tile, ...] = ()  # its tiles; they stand first
    source: str = ""  # where official figures in its tiles are from

    @property
    def tile_table(self) -> Table | None:
        """The tiles as a table, for what has no room for tiles; None if there are none."""
        if not self.tiles:
            return None
        first = self.tiles[0]
        none = Figure(None, NOT_APPLICABLE)
        rows = tuple(
            Row(
                f"{each.label} (%)" if each.unit == "percent" else each.label,
                (
                    each.figure,
                    each.change,
                    each.official_change or none,
                    *(
                        (each.peers.rate, each.peers.median, each.peers.england, each.peers.rank)
                        if each.peers
                        else (none,) * 4
                    ),
                ),
            )
            for each in self.tiles
        )
        return Table(
            slug_of(self.heading),
            f"{self.heading}, {first.period}",
            (
                "Measure",
                first.period,
                "Change on the year",
                "Change by DfE, where needed",
                *PEER_HEADERS,
            ),
            rows,
            self.notes,
            source=self.source,
        )


@dataclass(frozen=True)
class Page:
    """A page about one subject."""

    slug: str  # its file's name without `.html`; `index` is the overview
    title: str  # its heading
    sections: tuple[Section, ...]  # its parts


@dataclass(frozen=True)
class Pack:
    """One authority's report of one financial year."""

    authority_code: str  # ONS code
    authority: str  # its name
    financial_year: str  # the year, such as `2022-23`
    releases: tuple[str, ...]  # the releases that its figures come from, as one cites them
    pages: tuple[Page, ...]  # its pages, the overview first
    is_synthetic: bool = False  # whether the figures are made up; then every page says so
    # what the licences of official statistics ask to be said
    attributions: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Title of the report."""
        return f"Children's safeguarding in {self.authority}, {self.financial_year}"


@dataclass(frozen=True)
class Edition:
    """A report that there is."""

    authority_code: str  # ONS code
    authority: str  # its name
    region: str  # region that it lies in; empty if that is not known
    financial_year: str  # the year, such as `2022-23`
    folder: str  # of its pages, relative to the front page: `hampshire/2022-23`
    is_synthetic: bool = False  # whether its figures are made up
    pages: int = 0  # how many pages were written


def tables_of(pages: Iterable[Page]) -> Iterator[Table]:
    """Give all tables of pages, in order."""
    for page in pages:
        for section in page.sections:
            yield from section.tables


def charts_of(pages: Iterable[Page]) -> Iterator[Chart]:
    """Give all charts of pages, in order."""
    for page in pages:
        for section in page.sections:
            yield from section.charts


def for_paper(pages: Iterable[Page]) -> list[Page]:
    """Give pages without what is there to be explored on a screen: trends and folded tables."""
    kept = []
    for page in pages:
        sections = tuple(
            replace(
                section,
                charts=tuple(each for each in section.charts if each.kind is not ChartKind.TRENDS),
                tables=tuple(each for each in section.tables if not each.is_folded),
            )
            for section in page.sections
        )
        there = tuple(
            new
            for new, old in zip(sections, page.sections, strict=True)
            if new == old or new.charts or new.tables
        )
        if there:
            kept.append(replace(page, sections=there))
    return kept


def slug_of(text: str) -> str:
    """Give a text as part of an address: ASCII letters, digits and single hyphens."""
    kept = "".join(
        each if each.isascii() and each.isalnum() else "-" for each in text.lower().replace("'", "")
    )
    return "-".join(filter(None, kept.split("-")))
