"""One authority's reports as files: pages, a Word document, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

import duckdb

from safeguarding.exports.workbooks.workbook_content import contacts
from safeguarding.published.labels import file_name, label_of
from safeguarding.published.marts import Marts
from safeguarding.report.documents.document import write_document
from safeguarding.report.downloads import write_tables, write_workbook
from safeguarding.report.kept import Kept
from safeguarding.report.pack import packs_of
from safeguarding.report.pages import site
from safeguarding.report.report_model import Chart, Edition, slug_of

FORMATS = ("pages", "document", "workbook")


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
        authority = asked[0].authority_code
        marts = Marts(connection, authority)
        packs = list(packs_of(marts, authority, (each.financial_year for each in asked)))
        label = label_of(connection)
        releases = marts.releases
    published = max(release["published_date"] for release in releases)
    licence = "; ".join(dict.fromkeys(filter(None, (each["licence"] for each in releases))))
    slugs = {pack.financial_year: tuple(page.slug for page in pack.pages) for pack in packs}
    drawn = _Charts(kept)
    look = template.read_bytes()
    written = []
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
        site.write_pack(pack, place, drawn.svg, frame)
        write_tables(pack, place, label)
        if frame.workbook:
            contact = tuple(contacts(releases))
            make = partial(write_workbook, pack, published=published, contact=contact, label=label)
            kept.write(place / frame.workbook, make, "workbook", pack, published, contact, label)
        if frame.document:
            make = partial(write_document, pack, draw=drawn.png, label=label, template=template)
            kept.write(place / frame.document, make, "document", pack, label, look)
        written.append(replace(edition, is_synthetic=pack.is_synthetic, pages=len(pack.pages)))
    return written


class _Charts:
    """Charts of packs, each drawn once for pages and document, or kept from an earlier report."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._drawn: dict[Chart, str] = {}

    def svg(self, chart: Chart) -> str:
        if chart not in self._drawn:
            made = self._kept.give(lambda: _charts().to_svg(chart).encode(), "chart", chart)
            self._drawn[chart] = made.decode()
        return self._drawn[chart]

    def png(self, chart: Chart) -> bytes:
        svg = self.svg(chart)
        return self._kept.give(lambda: _charts().to_png(svg), "picture", svg)


def _charts() -> ModuleType:
    """Give what draws, which is slow to import, once a chart is not kept."""
    from safeguarding.report.drawing import charts  # noqa: PLC0415

    return charts
