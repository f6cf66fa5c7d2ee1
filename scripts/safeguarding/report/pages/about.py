"""About a report: its releases, whom to ask, access, licence, revisions, checking a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from safeguarding.exports.workbooks.workbook_content import publishers
from safeguarding.exports.workbooks.workbook_model import plain
from safeguarding.published.labels import CONTACT_SETTING, contact_set
from safeguarding.published.marts import Record, written
from safeguarding.report.pages.quality import REVISIONS, Point, points_section
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import Page, Row, Section, Sentence, Table

SLUG = "about"
ACCESS = ("Quality by dimension", "Accessibility")  # part and subject of the quality statement
NOT_RECORDED = "Not recorded"
NO_CONTACT = (
    "No contact is set for questions about this report. Whoever publishes it sets one as `contact` "
    f"in the settings of its folder, or as the environment variable {CONTACT_SETTING}."
).replace("`", "")
STANDARD = (
    "These pages are made to meet WCAG 2.2 at level AA. They can be used with a keyboard alone, at "
    "400% zoom, in light and dark, on paper, and without JavaScript. Search, copying a link to a "
    "figure and saving a chart as a picture need JavaScript."
)
KEYS = (
    "In a table, one figure can be reached with the Tab key; the arrow keys lead to the others. "
    "Each chart has its figures in words and as a CSV file below it."
)
STEPS = (
    "Point to an underlined figure, or move to it with the keyboard: a note says in which release, "
    "paragraph and line it is printed, and how it is printed there.",
    "Open the release at the address in the table of releases, and find the paragraph. Lines are "
    "those of the release's text.",
    "A figure without a line under it is worked out from others, or is DfE's: the source of DfE's "
    "figures stands below its table.",
    "Each table can be downloaded as a CSV file, and all tables of the report as a workbook. Both "
    "hold the figures as printed, with all decimal places, and what is known of each.",
    "Shares and rates have one decimal place here, and up to two below 1. Changes are worked out "
    "before rounding, so they can differ by 0.1 from the difference of the figures shown.",
    "The page Data quality and revisions lists what checks of the figures found. If a figure here "
    "is not the printed one, please tell the contact above.",
)


def about_page(evidence: Evidence, statement: Mapping[str, Sequence[Point]]) -> Page:
    """Give the page about an authority's report.

    Args:
        evidence: What the published tables know of the authority.
        statement: The parts of its quality statement, which says what holds of all pages.
    """
    own = [evidence.releases[each] for each in sorted(evidence.own_releases)]
    return Page(
        SLUG,
        "About this report",
        (
            Section(
                "Publication", said(*publication(own)), tables=(releases_table(evidence, own),)
            ),
            Section("Contact", said(*asked(own))),
            Section("Accessibility", said(STANDARD, KEYS, *access(statement))),
            Section("Licence and attribution", said(*licences(evidence, own))),
            points_section(REVISIONS, statement[REVISIONS]),
            Section("How to check a figure", said(*STEPS)),
        ),
    )


def said(*texts: str) -> tuple[Sentence, ...]:
    """Give texts as sentences."""
    return tuple(Sentence((each,)) for each in texts)


def publication(own: Sequence[Record]) -> Iterable[str]:
    """Say of when the report is."""
    latest = max(row["published_date"] for row in own)
    yield (
        f"The newest release in this report was published on {written(latest)}. The report itself "
        "has no other date: it is made again from its releases whenever one is added or changed."
    )


def asked(own: Sequence[Record]) -> Iterable[str]:
    """Say whom to ask."""
    if contact := contact_set():
        yield f"About this report: {plain(contact.removesuffix('.'))}."
    else:
        yield NO_CONTACT
    yield f"About the figures: {publishers(own)}."


def access(statement: Mapping[str, Sequence[Point]]) -> Iterable[str]:
    """Say how access was tried, as the quality statement has it."""
    part, subject = ACCESS
    yield from (each["statement"] for each in statement[part] if each["subject"] == subject)


def licences(evidence: Evidence, own: Sequence[Record]) -> Iterable[str]:
    """Say under which terms the figures are used, and what they ask to be said."""
    for row in own:
        licence = plain(row["licence"] or NOT_RECORDED)
        yield f"{plain(row['title'])}: {licence[0].lower()}{licence[1:]}."
    yield from evidence.marts.attributions


def releases_table(evidence: Evidence, own: Sequence[Record]) -> Table:
    """List the releases that the figures are from, the council's first."""
    rows = [
        (row, day(row["published_date"]), row["source_url"])
        for row in sorted(own, key=lambda row: row["published_date"])
    ]
    rows += [
        (row, day(row["published_date"], row["reporting_year"]), None)
        for row in evidence.marts.official_releases
    ]
    return Table(
        "releases",
        "Releases that the figures are from",
        ("Release", "Publisher", "Published", "Licence", "Address"),
        tuple(
            Row(
                plain(row["title"]),
                (
                    plain(row["publisher"]),
                    published,
                    plain(row["licence"] or NOT_RECORDED),
                    plain(address or NOT_RECORDED),
                ),
            )
            for row, published, address in rows
        ),
    )


def day(published: date | None, reporting_year: str = "") -> str:
    """Write a day of publication, or the reporting year of a release whose day is not recorded."""
    year = f"For the reporting year {reporting_year}" if reporting_year else NOT_RECORDED
    return written(published) if published else year
