"""A report as pages: HTML without a server or a network, one file for each page.

Everything is relative, so that a folder can be copied anywhere and opened from a disk:

    report/index.html                                    all authorities and years
    report/assets/                                       style sheet, script, icon
    report/<authority>/<financial year>/<page>.html      a pack
    report/<authority>/<financial year>/search.js        what its pages are searched by
    report/<authority>/<financial year>/data/<name>.csv  its tables and charts, written elsewhere
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from jinja2 import Environment
from markupsafe import Markup, escape

from safeguarding.exports.workbooks.workbook_model import MINUS, readable
from safeguarding.published.labels import WARNING, file_name
from safeguarding.published.marts import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    SHORTHAND,
    UNITS,
    UNRELIABLE,
)
from safeguarding.published.standings import MEANINGS as STANDINGS
from safeguarding.published.templates import environment
from safeguarding.report.pages import search
from safeguarding.report.pages.glossary import SLUG as GLOSSARY
from safeguarding.report.pages.sparkline import sparkline
from safeguarding.report.report_model import (
    MARKED,
    MEANINGS,
    SIGNS,
    Cell,
    Chart,
    Edition,
    Figure,
    Pack,
    Page,
    Remark,
    Row,
    Section,
    Source,
    Table,
    Tile,
    slug_of,
    tables_of,
)

HERE = Path(__file__).resolve().parent
TEMPLATES, ASSETS = HERE / "templates", HERE / "assets"
SITE = "Children's safeguarding reports"
PRINTED_LABEL = '\n@page { @top-center { content: "LABEL"; font-weight: bold; } }\n'
UP_TO_REPORT = "../.."  # from a pack's folder
TOLD = "Sources, notes and checks"
UNIT = "Unit"  # heading of the column that says what a row's figures are
OTHER_LETTERS = "…"
PERIOD = re.compile(r"\b\d{4}-\d\d\b|\b[A-Z][a-z]{2}-[A-Z][a-z]{2}\b")
LONGEST_WORD_OF_FIGURES = 12  # characters: what still fits a column of figures
LONGEST_WORD = 20  # characters: a column may be as wide
LONGEST_LABEL = 40  # characters: a table with longer texts is one to read, not to compare
EXPLAINED = {
    **SHORTHAND,
    **{SIGNS[kind]: f"{MEANINGS[kind][0].upper()}{MEANINGS[kind][1:]}" for kind in MARKED},
}
WHY_NO_CHANGE = {
    NOT_APPLICABLE: "break in series",
    NOT_AVAILABLE: "no figure",
    UNRELIABLE: "figure in doubt",
    "[c]": "suppressed",
}
TAGGED_HEADERS = {"kind", "severity", "verdict", "cause", "state"}
TONES = {
    "error": "bad",
    "contradiction": "bad",
    "contradicts": "bad",
    "depends on the reading": "fair",
    "differs": "bad",
    "warning": "fair",
    "agrees": "good",
    "agrees within rounding": "good",
    "equal": "good",
    "explained": "good",
    "examined without finding the cause": "fair",
    "open": "bad",
    "met": "good",
    "partly met": "fair",
    "not met": "bad",
    "does not agree": "bad",
    "close": "good",
}

Draw = Callable[[Chart], str]
Said = TypeVar("Said", Remark, Source)
View = dict[str, Any]  # what a template is given


@dataclass(frozen=True)
class Frame:
    """What stands around the pages of a pack."""

    document: str  # file name of the Word document in the pack's folder; none if empty
    workbook: str  # file name of the workbook in the pack's folder; none if empty
    licence: str  # under which terms the figures may be used
    # the authority's other financial years, each with the slugs of its pages
    years: Mapping[str, Collection[str]] = field(default_factory=dict)
    label: str = ""  # the word for the audience, on every page; none for the public


@dataclass(frozen=True)
class _Cell:
    """A cell as the template writes it; without `href` it is text alone."""

    text: str
    header: str
    is_figure: bool
    cell_id: str = ""
    href: str = ""
    exact: str = ""  # the number with all its decimal places, where fewer are shown
    signs: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    tone: str = ""


class _Use(NamedTuple):
    """A cell that something is said of."""

    cell_id: str
    row: str
    header: str


class _Register(Generic[Said]):
    """The remarks of a table or the sources of a page, numbered as they are first met."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.entries: dict[Said, tuple[str, list[_Use]]] = {}

    def note(self, said: Said, use: _Use) -> str:
        """Note what is said of a cell; its id."""
        new: tuple[str, list[_Use]] = (f"{self._prefix}-{len(self.entries) + 1}", [])
        name, uses = self.entries.setdefault(said, new)
        uses.append(use)
        return name

    def each(self) -> list[tuple[str, Said, list[_Use]]]:
        """Give what was noted, each with its id and its cells."""
        return [(name, said, uses) for said, (name, uses) in self.entries.items()]


class _Terms:
    """The glossary's terms; each is led to from where a page first names it."""

    def __init__(self, pack: Pack, page: Page) -> None:
        rows = () if page.slug == GLOSSARY else _glossary(pack)
        self._left = {row.label: row.row_id for row in rows if row.row_id}

    def link(self, text: str) -> Markup:
        """Give a text as markup, with a link if it begins with a term that none leads to yet."""
        found = [term for term in self._left if _begins_with(text, term)]
        if not found:
            return Markup("<bdi>{}</bdi>").format(unbroken(text))
        term = max(found, key=len)
        address = f"{GLOSSARY}.html#{self._left.pop(term)}"
        link = Markup('<a class="term" href="{}">{}</a>').format(address, term)
        return Markup("<bdi>{}{}</bdi>").format(link, unbroken(text[len(term) :]))


def unbroken(text: str) -> Markup:
    """Give a text as markup in which no line ends inside a year or quarter, such as `2022-23`."""
    return Markup(PERIOD.sub(r'<span class="unbroken">\g<0></span>', str(escape(text))))  # noqa: S704


def _begins_with(text: str, term: str) -> bool:
    return text.startswith(term) and not text[len(term) : len(term) + 1].isalnum()


def _glossary(pack: Pack) -> Iterator[Row]:
    """Give the rows of the pack's glossary, if it has one."""
    for table in tables_of(page for page in pack.pages if page.slug == GLOSSARY):
        yield from table.rows


@cache
def _environment() -> Environment:
    """Give the templates of pages, with what they all ask for."""
    made_of = environment(TEMPLATES)
    made_of.tests["with_long_word"] = _has_long_word
    made_of.filters["unbroken"] = unbroken
    made_of.globals.update(
        site=SITE,
        signs=SIGNS,
        meanings=EXPLAINED,
        warning=WARNING,
        file_name=file_name,
        readable=readable,
    )
    return made_of


def write_pack(pack: Pack, folder: Path, draw: Draw, frame: Frame) -> list[Path]:
    """Write the pages of a pack.

    `draw` gives a chart as an SVG element, which is put into the page as it is.

    Raises:
        ValueError: If a row has not as many cells as its table has columns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    template = _environment().get_template("page.html.j2")
    written = []
    for number, page in enumerate(pack.pages):
        sources = _Register[Source]("source")
        sections = list(_sections(page, draw, sources))
        html = template.render(
            pack=pack,
            page=page,
            frame=frame,
            label=frame.label,
            root=UP_TO_REPORT,
            sections=sections,
            told=_told(sections, sources),
            told_heading=TOLD,
            terms=_Terms(pack, page),
            slugs={each.slug for each in pack.pages},
            previous=pack.pages[number - 1] if number else None,
            following=pack.pages[number + 1] if number + 1 < len(pack.pages) else None,
            years=_years(pack, page, frame),
        )
        path = folder / f"{page.slug}.html"
        path.write_text(html, encoding="utf-8", newline="\n")
        written.append(path)
    search.write_index(pack, folder, frame.label)
    return written


def write_index(editions: Iterable[Edition], folder: Path, licence: str, label: str = "") -> Path:
    """Write the front page: all authorities, by first letter and by region, with their years."""
    folder.mkdir(parents=True, exist_ok=True)
    known = sorted(editions, key=lambda entry: (entry.authority.casefold(), entry.authority_code))
    authorities = [
        sorted(packs, key=lambda entry: entry.financial_year, reverse=True)
        for _, packs in groupby(known, key=lambda entry: entry.authority_code)
    ]
    letters: dict[str, list[list[Edition]]] = {}
    for packs in authorities:
        first = packs[0].authority[:1].upper()
        letters.setdefault(first if first.isalpha() else OTHER_LETTERS, []).append(packs)
    regions = {
        region: [packs[0] for packs in authorities if packs[0].region == region]
        for region in sorted({packs[0].region for packs in authorities} - {""})
    }
    html = (
        _environment()
        .get_template("index.html.j2")
        .render(
            root=".",
            letters=sorted(letters.items()),
            regions=regions,
            licence=licence,
            label=label,
            authorities=len(authorities),
            years=sorted({entry.financial_year for entry in known}, reverse=True),
            are_synthetic=[entry.is_synthetic for entry in known],
        )
    )
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    return path


def write_assets(folder: Path, chart_style: str, label: str = "") -> list[Path]:
    """Write the style sheet, the script and the icon, which all pages share.

    `chart_style` is CSS with the colours of charts; a `label` heads each printed page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("report.js", "icon.svg"):
        shutil.copyfile(ASSETS / name, folder / name)
    style = (ASSETS / "style.css").read_text(encoding="utf-8")
    path = folder / "style.css"
    style += PRINTED_LABEL.replace("LABEL", label) if label else ""
    path.write_text(f"{style}\n{chart_style}", encoding="utf-8", newline="\n")
    return [path, folder / "report.js", folder / "icon.svg"]


def _has_long_word(text: str) -> bool:
    """Tell whether a text has a word that must be broken to fit a column."""
    return any(len(word) > LONGEST_WORD for word in text.split())


def _years(pack: Pack, page: Page, frame: Frame) -> list[tuple[str, str]]:
    """Give all years of the authority, the latest first, each with an address.

    The address is that of the same page, or of the overview where a year has no such page; it is
    empty for the year at hand.
    """
    addresses = {
        year: f"../{year}/{page.slug if page.slug in slugs else 'index'}.html"
        for year, slugs in frame.years.items()
    }
    return sorted({**addresses, pack.financial_year: ""}.items(), reverse=True)


def _sections(page: Page, draw: Draw, sources: _Register[Source]) -> Iterator[View]:
    """Give the sections of a page; the same heading twice gets two ids."""
    taken: set[str] = set()
    for number, section in enumerate(page.sections, start=1):
        section_id = f"section-{slug_of(section.heading) or number}"
        if section_id in taken:
            section_id = f"{section_id}-{number}"
        taken.add(section_id)
        yield {
            "section_id": section_id,
            "section": section,
            **_tiles(section, section_id, sources),
            "charts": [(chart, draw(chart)) for chart in section.charts],
            "neighbours": next(filter(None, (each.neighbours for each in section.charts)), ()),
            "tables": [_table(table, sources) for table in section.tables],
        }


def _told(sections: Iterable[View], sources: _Register[Source]) -> View:
    """Give what is folded away at a page's end: tables with notes, and lines; empty if nothing."""
    views = [view for each in sections for view in each["tables"]]
    tables = [view for view in views if view["noted"] or view["table"].notes]
    found = {"tables": tables, "sources": _by_release(sources)}
    return found if any(found.values()) else {}


def _by_release(sources: _Register[Source]) -> dict[str, list[View]]:
    """Give releases in the order of their first source, each with its lines."""
    releases = list(dict.fromkeys(source.release for source in sources.entries))

    def place(entry: tuple[str, Source, list[_Use]]) -> tuple[int, int, str]:
        _, source, _ = entry
        return releases.index(source.release), source.line, source.paragraph

    lines: dict[str, list[View]] = {release: [] for release in releases}
    for (release, number, paragraph), group in groupby(sorted(sources.each(), key=place), place):
        figures = list(group)
        rows = dict.fromkeys(use.row for *_, uses in figures for use in uses)
        line = {"paragraph": paragraph, "number": number, "rows": rows, "figures": figures}
        lines[releases[release]].append(line)
    return lines


def _table(table: Table, sources: _Register[Source]) -> View:
    """Give a table with its cells linked to their sources and remarks."""
    noted = _Register[Remark](f"{table.table_id}-remark")
    rows = []
    for number, row in enumerate(table.rows, start=1):
        headed = enumerate(zip(table.headers[1:], row.cells, strict=True), start=1)
        cells = [
            _figure(cell, table.text(cell), _Use(search.cell_id(table, number, column),
                    row.label, header), sources, noted)
            if isinstance(cell, Figure)
            else _text(cell, header)
            for column, (header, cell) in headed
        ]  # fmt: skip
        rows.append((row, cells))
    shown = [cell for _, cells in rows for cell in cells]
    used = {cell.text for cell in shown} | {sign for cell in shown for sign, _ in cell.signs}
    columns = list(zip(*(row.cells for row in table.rows), strict=True))
    return {
        "table": table,
        "pairs": list(_pairs(table, rows)),
        "figure_columns": [_is_of_figures(column) for column in columns]
        or [False] * (len(table.headers) - 1),
        "is_text": any(len(cell.text) > LONGEST_LABEL for cell in shown if not cell.is_figure),
        "rows": rows,
        "noted": noted.each(),
        "shorthand": [(sign, meaning) for sign, meaning in EXPLAINED.items() if sign in used],
    }


def _tiles(section: Section, section_id: str, sources: _Register[Source]) -> View:
    """Give the tiles of a section with their figures linked to sources and remarks."""
    noted = _Register[Remark](f"{section_id}-remark")
    views = []
    for place, tile in enumerate(section.tiles, start=1):
        tile_id, peers = f"{section_id}-{place}", tile.peers
        now = _Use(tile_id, tile.label, tile.period)
        change = _Use(f"{tile_id}-change", tile.label, f"{tile.period}, change")
        view = {
            "tile": tile,
            "figure": _figure(tile.figure, _with_unit(tile), now, sources, noted),
            "change": _figure(tile.change, readable(tile.change.shown), change, sources, noted),
            "line": sparkline(tile.history),
            "why": WHY_NO_CHANGE.get(tile.change.shown, tile.change.shown),
            "per": "%" if peers and peers.unit == "percent" else "",
        }
        views.append(view)
    return {"tiles": views, "noted": noted.each()}


def _with_unit(tile: Tile) -> str:
    """Give a tile's figure with the sign of a percentage."""
    is_share = tile.unit == "percent" and tile.figure.value is not None
    return readable(tile.figure.shown) + ("%" if is_share else "")


def _pairs(table: Table, rows: Sequence[tuple[Row, list[_Cell]]]) -> Iterator[View]:
    """Give rows with a count and a share beside each other, for each period; none if none has both.

    What is worked out of another total, and a rate, has a row of its own that says so.
    """
    if table.headers[1:2] != (UNIT,) or not table.is_over_time:
        return
    found: dict[tuple[str, str], dict[bool, list[_Cell]]] = {}
    for row, (unit, *cells) in rows:
        base, _, of = unit.text.partition(", ")
        is_share = base == UNITS["percent"]
        own = of if is_share or base == UNITS["count"] else unit.text
        found.setdefault((row.label, own), {})[is_share] = cells
    if not any(len(each) > 1 for each in found.values()):
        return
    blank = [_Cell("", "", is_figure=True)] * (len(table.headers) - 2)
    for (label, of), each in found.items():
        columns = zip(each.get(False, blank), each.get(True, blank), strict=True)
        yield {"label": label, "of": of, "cells": [cell for both in columns for cell in both]}


def _text(text: str, header: str) -> _Cell:
    """Give a cell of text; a verdict and the like as a tag."""
    is_tagged = header.lower() in TAGGED_HEADERS and text
    tone = TONES.get(text.lower(), "plain") if is_tagged else ""
    return _Cell(text, header, is_figure=False, tone=tone)


def _figure(
    figure: Figure,
    text: str,
    use: _Use,
    sources: _Register[Source],
    noted: _Register[Remark],
) -> _Cell:
    """Give the cell of a figure; it leads to its first source, or to its first remark."""
    exact = "" if text == figure.shown else figure.shown.replace(",", "").replace(MINUS, "-")
    if not figure.sources and not figure.remarks:
        return _Cell(text, use.header, is_figure=True, cell_id=use.cell_id, exact=exact)
    ids = [
        *(sources.note(source, use) for source in figure.sources),
        *(noted.note(remark, use) for remark in figure.remarks),
    ]
    is_told = any(remark.kind.value == figure.standing for remark in figure.remarks)
    standing = None if is_told else figure.standing
    kinds = dict.fromkeys(remark.kind for remark in figure.remarks)
    return _Cell(
        text,
        use.header,
        is_figure=True,
        cell_id=use.cell_id,
        exact=exact,
        href=f"#{ids[0]}",
        signs=tuple((SIGNS[kind], kind.value) for kind in kinds if SIGNS[kind] != figure.shown),
        lines=(
            *([("Standing", f"{standing}: {STANDINGS[standing]}")] if standing else []),
            *((remark.kind.heading, remark.text) for remark in figure.remarks),
            *(("Also in" if n else "Source", each.text) for n, each in enumerate(figure.sources)),
        ),
    )


def _is_of_figures(column: tuple[Cell, ...]) -> bool:
    """Tell whether a column holds figures, and at most a short word between them."""
    texts = [cell for cell in column if isinstance(cell, str)]
    return len(texts) < len(column) and all(len(t) <= LONGEST_WORD_OF_FIGURES for t in texts)
