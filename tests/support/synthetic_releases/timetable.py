"""When SYNTHETIC releases are published and which periods each prints.

A year is named by the year it starts in; a quarter is counted from year 0, so that quarter
`4 * year` is April to June of that year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PeriodType = Literal["financial_year", "quarter"]

LAST_YEAR = 2023
GREATEST_YEARS = 200  # of no sense but size: with all authorities twenty million figures
YEARS_PRINTED = 5
YEARS_PRINTED_OF_STOCK = 9
QUARTERS_PRINTED = 13
MONTHS = ("Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar")
QUARTERLY_DAYS = ("09-15", "12-15", "03-15", "06-15")
ANNUAL_DAY = "07-15"


@dataclass(frozen=True)
class Timetable:
    """The releases of every authority.

    Attributes:
        years: Financial years with releases; the last is 2023-24.
        annual_only: Whether the four quarterly releases of each year are left out.
    """

    years: int
    annual_only: bool = False

    @property
    def first_year(self) -> int:
        """First year with a release."""
        return LAST_YEAR - self.years + 1

    @property
    def first_table_year(self) -> int:
        """First year in the tables of five years."""
        return self.first_year - YEARS_PRINTED + 1

    @property
    def first_stock_year(self) -> int:
        """First year in the table of nine years."""
        return self.first_year - YEARS_PRINTED_OF_STOCK + 1

    @property
    def first_quarter(self) -> int:
        """First quarter that any release prints."""
        return 4 * self.first_year + (3 if self.annual_only else 0) - QUARTERS_PRINTED + 1

    @property
    def last_quarter(self) -> int:
        """Last quarter that any release prints."""
        return 4 * LAST_YEAR + 3

    def releases(self) -> list[Release]:
        """One authority's releases in the order of their publication."""
        found: list[Release] = []
        for year in range(self.first_year, LAST_YEAR + 1):
            if not self.annual_only:
                found += [Release(year, 4 * year + part, False) for part in range(4)]
            found.append(Release(year, 4 * year + 3, True))
        return found


@dataclass(frozen=True)
class Release:
    """One authority's release.

    Attributes:
        year: Financial year it belongs to.
        quarter: Last quarter that its tables of quarters print.
        is_annual: Whether it prints the tables of years.
    """

    year: int
    quarter: int
    is_annual: bool

    def name(self, authority: str) -> str:
        """`release_id` of the release of the authority with this code."""
        part = "" if self.is_annual else f"-q{self.quarter % 4 + 1}"
        return f"synthetic-{authority.lower()}-{year_id(self.year)}{part}"

    @property
    def published_date(self) -> str:
        """Day of publication: a quarterly release's comes before the annual one's."""
        if self.is_annual:
            return f"{self.year + 1}-{ANNUAL_DAY}"
        part = self.quarter % 4
        return f"{self.year + (part >= 2)}-{QUARTERLY_DAYS[part]}"

    def latest(self, period_type: PeriodType) -> int:
        """The last period that its tables of this kind print."""
        return self.year if period_type == "financial_year" else self.quarter


def year_id(year: int) -> str:
    """`period_id` of a year: 2004 is `2004-05`."""
    return f"{year}-{(year + 1) % 100:02d}"


def period_id(period_type: PeriodType, number: int) -> str:
    """`period_id` of a year or a quarter."""
    if period_type == "financial_year":
        return year_id(number)
    return f"{year_id(number // 4)} Q{number % 4 + 1}"


def period_label(period_type: PeriodType, number: int) -> str:
    """How a period is written for people: `2004-05` or `Apr-Jun 2004`."""
    if period_type == "financial_year":
        return year_id(number)
    part = number % 4
    return f"{MONTHS[part]} {number // 4 + (part == 3)}"
