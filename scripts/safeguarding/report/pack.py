"""Make reports: which there are, and what is in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import duckdb

from safeguarding.exports.workbooks.workbook_model import plain
from safeguarding.published.marts import Marts, Record, written
from safeguarding.report.pages.about import about_page
from safeguarding.report.pages.comparison import Comparison, comparison_page
from safeguarding.report.pages.front_door import front_door_page
from safeguarding.report.pages.glossary import glossary_page
from safeguarding.report.pages.overview import overview
from safeguarding.report.pages.quality import Point, statement, statement_page
from safeguarding.report.pages.subjects import SUBJECTS, page_of
from safeguarding.report.pages.three_ways import three_ways_page
from safeguarding.report.pages.trends import trends_page
from safeguarding.report.pages.trust import claims_page, quality_page
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import Edition, Pack, slug_of

SYNTHETIC = "SYNTHETIC"


def editions(connection: duckdb.DuckDBPyConnection) -> list[Edition]:
    """List the reports that there are figures for: each authority's years with a release."""
    rows = connection.execute(
        """
        select distinct
            authority.local_authority_code,
            authority.local_authority_name,
            authority.region_name,
            release.financial_year
        from marts.fct_observations as observation
        inner join marts.dim_release as release
            on observation.release_id = release.release_id
        inner join marts.dim_local_authority as authority
            on observation.local_authority_code = authority.local_authority_code
        order by 2, 1, 4
        """
    ).fetchall()
    return [
        Edition(code, plain(name), plain(region), year, f"{slug_of(plain(name))}/{year}")
        for code, name, region, year in rows
    ]


def pack_of(connection: duckdb.DuckDBPyConnection, authority: str, year: str) -> Pack:
    """Make one authority's report of one financial year; as for `packs_of`."""
    return next(packs_of(Marts(connection, authority), authority, [year]))


def packs_of(marts: Marts, authority: str, years: Iterable[str]) -> Iterator[Pack]:
    """Make one authority's reports of some financial years.

    Raises:
        ValueError: No release of a year prints a figure of the authority.
    """
    parts = statement(marts.connection, authority)
    for year in years:
        yield _pack_of(Evidence(marts, authority, year), parts)


def _pack_of(evidence: Evidence, parts: Mapping[str, list[Point]]) -> Pack:
    authority, year = evidence.authority, evidence.year
    releases = [evidence.releases[each] for each in sorted(evidence.own_releases)]
    if not any(release["financial_year"] == year for release in releases):
        message = f"There is no release of {authority} for {year}"
        raise ValueError(message)
    comparison = Comparison(evidence)
    pages = (
        overview(evidence, comparison),
        front_door_page(comparison),
        *(page_of(evidence, subject) for subject in SUBJECTS),
        quality_page(evidence),
        claims_page(evidence),
        comparison_page(comparison),
        trends_page(comparison),
        three_ways_page(evidence),
        statement_page(parts),
        glossary_page(evidence),
        about_page(evidence, parts),
    )
    return Pack(
        authority,
        evidence.name,
        year,
        tuple(cited(release) for release in releases),
        tuple(page for page in pages if page is not None),
        any(SYNTHETIC in f"{release['title']} {release['publisher']}" for release in releases),
        evidence.marts.attributions,
    )


def cited(release: Record) -> str:
    """Give a release as one cites it."""
    published = written(release["published_date"])
    return f"{plain(release['title'])}, {plain(release['publisher'])}, {published}"
