"""Files of a SYNTHETIC council, as an analyst makes them: a printed layout and the template."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook, load_workbook

from safeguarding.intake.wording.periods import period_id
from support.synthetic.synthetic_council import CATEGORIES, SOURCES, Figures, figures

RELEASE = "synthetic-rutland-2022-23"
AUTHORITY = "E06000017"
TITLE = "SYNTHETIC annual safeguarding report 2022-23"
PUBLISHED = "2023-11-20"
YEARS = ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23"]
QUARTERS = [
    f"{months} {year}" for year in (2021, 2022) for months in ("Apr-Jun", "Jul-Sep", "Oct-Dec")
] + ["Jan-Mar 2022", "Jan-Mar 2023"]
QUARTERS.sort(key=period_id)

# What this council calls its rows: none of it is Hampshire's wording.
SOURCE_LABELS = {
    "individual": "a) 1A: Individual",
    "education": "SCHOOLS ",
    "health_services": "Health\u00a0 services",
    "housing": "4 \u2013 Housing",
    "local_authority_services": "LA services",
    "police": "6: Police",
    "other_legal_agency": "Courts",
    "other": "8 Other",
    "anonymous": "Anon",
    "unknown": "10: UNKNOWN",
    "not_recorded": "Source not recorded",
}
CATEGORY_LABELS = {
    "neglect": "NEG",
    "physical_abuse": "PHY - Physical abuse",
    "sexual_abuse": "Sexual abuse (SAB)",
    "emotional_abuse": "Emotional  abuse",
}
LEAST, GREATEST = 1, 5
# The record of the release, as options of the command line.
GIVEN = (
    "--release", RELEASE, "--authority", AUTHORITY, "--title", TITLE,
    "--published-date", PUBLISHED, "--financial-year", "2022-23", "--published",
)  # fmt: skip


def council_figures(seed: int = 3) -> Figures:
    """Consistent figures, those of the periods that the council's tables print."""
    periods = {*YEARS, *map(period_id, QUARTERS)}
    return {key: value for key, value in figures(seed).items() if key[2] in periods}


def is_suppressed(content: Figures, key: tuple[str, str, str, str]) -> bool:
    """Whether the council hides a figure: a count of one to five, and what tells it."""
    measure, of, period, _ = key
    count = content.get((measure, of, period, "count"))
    return count is not None and LEAST <= count <= GREATEST and not measure.endswith("net_change")


def shown(content: Figures, key: tuple[str, str, str, str], marker: str) -> str:
    """A figure as this council prints it: commas, per cent signs, its marker for a hidden one."""
    value = content[key]
    if is_suppressed(content, key):
        return marker
    if key[3] == "percent":
        return f"{value}%"
    return f"{value:,}" if value == value.to_integral() else str(value)


def printed_tables(content: Figures, marker: str = "[c]") -> dict[str, list[list[str]]]:
    """Sheets laid out as the reports print them: periods across, pairs of count and share."""

    def figure(measure: str, of: str, period: str, unit: str = "count") -> str:
        return shown(content, (measure, of, period, unit), marker)

    def pair(label: str, measure: str, of: str = "", unit: str = "percent") -> list[str]:
        cells = [label]
        for year in YEARS:
            cells += [figure(measure, of, year), figure(measure, of, year, unit)]
        return cells

    def single(label: str, measure: str) -> list[str]:
        return [label] + [cell for year in YEARS for cell in ("", figure(measure, "", year))]

    def ratio(label: str, count: str, share: str) -> list[str]:
        cells = [label]
        for year in YEARS:
            cells += [figure(count, "", year), figure(share, "", year, "percent")]
        return cells

    def quarters(label: str, measure: str) -> list[str]:
        return [label] + [figure(measure, "", period_id(quarter)) for quarter in QUARTERS]

    heading = [cell for year in YEARS for cell in (year.replace("-", "/"), "")]
    units = ["Number", "%"] * len(YEARS)
    return {
        "Contacts and referrals": [
            ["Contacts and referrals", *heading],
            ["", *units],
            single("Contacts", "initial_contacts"),
            single("Referrals received", "referrals"),
            *(pair(SOURCE_LABELS[of], "referrals_by_source", of) for of in SOURCES),
        ],
        "S47 and assessments": [
            ["Section 47 and assessments", *heading],
            ratio("S47 enquiries", "section_47_enquiries", "section_47_to_conference"),
            ratio("C&F assessments", "assessments", "assessments_in_time"),
        ],
        "Child protection plans": [
            ["Child protection plans", *heading],
            single("CPP at 31 March", "cpp_at_year_end"),
            *(pair(CATEGORY_LABELS[of], "cpp_started", of) for of in CATEGORIES),
            *(
                pair(
                    "New CPP in Year Rate Per 10,000 : Neglect"
                    if of == "neglect"
                    else CATEGORY_LABELS[of],
                    "cpp_started",
                    of,
                    "rate_per_10000",
                )
                for of in CATEGORIES
            ),
            ratio("CPPs ending after 2 or more years", *2 * ("cpp_ended_after_2_years",)),
            ratio("Current CPs lasting 2 or more years", *2 * ("cpp_open_2_years",)),
            ratio("Repeat plans", *2 * ("cpp_repeat",)),
        ],
        "Children looked after": [
            ["Children looked after (CLA)", *YEARS],
            ["Number of LAC", *(figure("cla_at_year_end", "", year) for year in YEARS)],
        ],
        "Care flows": [
            ["", *QUARTERS],
            quarters("Children entering care", "care_entered"),
            quarters("Children leaving care", "care_left"),
            quarters("Net change", "care_net_change"),
            quarters("Placed with parents", "care_entered_placed_with_parents"),
            quarters("New UASC", "care_entered_uasc"),
        ],
        "UASC arrivals": [
            ["UASC arrivals", *QUARTERS],
            quarters("Number of arrivals", "uasc_arrivals"),
        ],
        "UASC care leavers": [
            ["UASC care leavers", *QUARTERS],
            quarters("Number of care leavers", "uasc_care_leavers"),
        ],
    }


def write_sheets(path: Path, sheets: Mapping[str, Iterable[Iterable[str]]]) -> Path:
    """A workbook of text cells."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def printed_workbook(path: Path, content: Figures) -> Path:
    """The council's report as a workbook in the reports' printed layout."""
    return write_sheets(path, printed_tables(content))


def fill_template(
    path: Path, content: Figures, measures: dict[tuple[str, str], tuple[str, str]]
) -> None:
    """Fill a template in place, as a person would: numbers as numbers, percentages as Excel's.

    Args:
        path: The template.
        content: The figures.
        measures: Measure and category by row name and unit.
    """
    book = load_workbook(path)
    fields = {"title": TITLE, "published_date": PUBLISHED, "is_published": "yes"}
    for row in book["releases"].iter_rows(min_row=2):
        if row[0].value in fields:
            row[1].value = fields[row[0].value]
    for sheet in book.worksheets:
        if [cell.value for cell in sheet[1]][:4] != ["row_label", "period", "unit", "value"]:
            continue
        for row in sheet.iter_rows(min_row=2):
            label, period, unit = (cell.value for cell in row[:3])
            if not label:
                continue
            measure, of = measures.get((label, unit), ("", ""))
            key = (measure, of, period_id(period), unit)
            if key in content:
                fill(row[3], content, key)
    book.save(path)


def fill(cell: object, content: Figures, key: tuple[str, str, str, str]) -> None:
    """Type one figure: a hidden one as `*`, a share as Excel's own percentage."""
    value: Decimal = content[key]
    if is_suppressed(content, key):
        cell.value = "*"  # type: ignore[attr-defined]
    elif key[3] == "percent":
        cell.value = float(value / 100)  # type: ignore[attr-defined]
        cell.number_format = "0.00%"  # type: ignore[attr-defined]
    else:
        cell.value = float(value) if value % 1 else int(value)  # type: ignore[attr-defined]


def digest(project: Path) -> dict[str, str]:
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((project / "seeds").rglob("*"))
        if path.is_file()
    }
