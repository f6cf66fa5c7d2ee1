"""Choose the periods of a release's template."""

from __future__ import annotations

import re

from safeguarding.financial_years import financial_year
from safeguarding.intake.wording.periods import FINANCIAL_YEAR, period_id, period_label, period_type

YEARS = 5
YEARS_OF_QUARTERS = 3
_IN_NAME = re.compile(r"([0-9]{4}-[0-9]{2})(?:[- ]?(q[1-4]))?(?![0-9])", re.IGNORECASE)
_MONTHS = ("Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar")


def release_period(text: str) -> str | None:
    """Return the latest period that a release covers, as `2023-24` or `2023-24 Q1`.

    Args:
        text: A period as people write it, or the name of a release that has one in it
            (`anytown-asr-2023-24`, `anytown-2023-24-q1`).
    """
    label = period_label(text)
    if label is None:
        found = _IN_NAME.search(text)
        label = found and period_label(" ".join(part for part in found.groups() if part))
    return period_id(label) if label else None


def periods_until(latest: str) -> list[str]:
    """Return the period labels of a release's tables, the oldest first.

    Args:
        latest: As `release_period` gives it.

    Returns:
        Five financial years until the latest; and its quarters over three years, with the same
        quarter of the year before them where the latest period is itself a quarter.
    """
    year = int(latest[:4])
    is_year = period_type(latest) == FINANCIAL_YEAR and " " not in latest
    last_quarter = len(_MONTHS) if is_year else int(latest[-1])
    count = len(_MONTHS) * YEARS_OF_QUARTERS + (0 if is_year else 1)
    last = len(_MONTHS) * year + last_quarter - 1
    years = [financial_year(start) for start in range(year - YEARS + 1, year + 1)]
    return years + [_quarter_label(number) for number in range(last - count + 1, last + 1)]


def _quarter_label(number: int) -> str:
    year, quarter = divmod(number, len(_MONTHS))
    return f"{_MONTHS[quarter]} {year + (quarter == len(_MONTHS) - 1)}"
