"""One authority's reports as files: pages, a Word document, tables."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from safeguarding.published.labels import file_name, label_of
from safeguarding.published.marts import Marts
from safeguarding.report.documents.document import write_document
from safeguarding.report.downloads import write_tables, write_workbook
from safeguarding.report.drawing import charts
from safeguarding.report.kept import Kept
from safeguarding.report.pack import pack_of
from safeguarding.report.pages import site
from safeguarding.report.report_model import Chart, Edition, Pack, charts_of, slug_of

FORMATS = ("pages", "document", "workbook")
DRAWERS = 2  # threads: one waits for the engine while the other gives it work


def write_authority(
    database: Path,
    asked: Sequence[Edition],
    *,
    folder: Path,
    formats: Sequence[str],
    template: Path,
    kept: Kept,
) -> list[Edition]:
    """Write the reports of one authority.

    Raises:
        duckdb.Error: A table is lacking.
        OSError: A file cannot be written.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set threads = 1")  # processes share the machine's cores already
        packs = [pack_of(connection, each.authority_code, each.financial_year) for each in asked]
        label = label_of(connection)
        releases = Marts(connection, asked[0].authority_code).releases
    published = max(release["published_date"] for release in releases)
    licence = "; ".join(dict.fromkeys(filter(None, (each["licence"] for each in releases))))
    slugs = {pack.financial_year: tuple(page.slug for page in pack.pages) for pack in packs}
    look = template.read_bytes()
    written = []
    with ThreadPoolExecutor(DRAWERS) as beside:
        drawn = _Charts(packs, kept, beside)
        frames = []
        for edition, pack in zip(asked, packs, strict=True):
            name = file_name(f"{slug_of(pack.authority)}-safeguarding-{pack.financial_year}", label)
            place = folder / edition.folder
            frame = site.Frame(
                document=f"{name}.docx" if "document" in formats else "",
                workbook=f"{name}.xlsx" if "workbook" in formats else "",
                licence=licence,
                years={year: each for year, each in slugs.items() if year != pack.financial_year},
                label=label,
            )
            frames.append(frame)
            write_tables(pack, place, label)
            if frame.workbook:
                make = partial(write_workbook, pack, published=published, label=label)
                kept.write(place / frame.workbook, make, "workbook", pack, published, label)
        for edition, pack, frame in zip(asked, packs, frames, strict=True):
            place = folder / edition.folder
            site.write_pack(pack, place, drawn.svg, frame)
            if frame.document:
                make = partial(_write_document, pack, drawn=drawn, label=label, template=template)
                kept.write(place / frame.document, make, "document", pack, label, look)
            written.append(replace(edition, is_synthetic=pack.is_synthetic, pages=len(pack.pages)))
    return written


def _write_document(pack: Pack, path: Path, drawn: _Charts, label: str, template: Path) -> None:
    drawn.begin_pictures(pack)
    write_document(pack, path, drawn.png, label, template)


class _Charts:
    """Charts of packs, drawn beside what else is made of them: the drawing needs little Python."""

    def __init__(self, packs: Sequence[Pack], kept: Kept, beside: Executor) -> None:
        """Begin to draw for the pages."""
        self._kept, self._beside = kept, beside
        self._svg = {
            chart: beside.submit(kept.give, partial(_svg, chart), "chart", chart)
            for pack in packs
            for chart in charts_of(pack.pages)
        }
        self._png: dict[Chart, Future[bytes]] = {}

    def svg(self, chart: Chart) -> str:
        return self._svg[chart].result().decode()

    def begin_pictures(self, pack: Pack) -> None:
        """Begin to draw for a document."""
        for chart in charts_of(pack.pages):
            svg = self.svg(chart)
            make = partial(charts.to_png, svg)
            self._png[chart] = self._beside.submit(self._kept.give, make, "picture", svg)

    def png(self, chart: Chart) -> bytes:
        return self._png[chart].result()


def _svg(chart: Chart) -> bytes:
    return charts.to_svg(chart).encode()
