"""What a spreadsheet does to a CSV file that is opened in it and saved, value by value.

By default, and without notice: what looks like a number, a date, a truth value or a formula becomes
one, and is written back as it is then shown.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMBER = re.compile(r"[-+]?(?=[.]?\d)(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?(E[-+]?\d+)?", re.IGNORECASE)
_PARTS_OF_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})")
_MONTH_AND_YEAR = re.compile(r"(\d{4})[-/](\d{1,2})")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})[- ])?([A-Za-z]{3,9})[- ]?(\d{1,4})?")
_DIGITS_KEPT = 15
_DIGITS_SHOWN = 11


def saved(text: str, *, american: bool = False) -> str:
    """The value as the file has it after opening and saving.

    Args:
        text: The value as it was.
        american: Whether days are written after months.
    """
    stripped = text.strip(" ")
    if not stripped:
        return text
    if stripped.lower() in ("true", "false"):
        return stripped.upper()
    for read in (_number, _date):
        if (found := read(stripped, american)) is not None:
            return found
    if stripped[0] in "=@" or (stripped[0] in "+-" and len(stripped) > 1):
        return "#NAME?"
    return text


def _number(text: str, _american: bool) -> str | None:
    if not any(map(str.isdigit, text)) or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text.replace(",", ""))
    if "," in text:
        return f"{number:,}"
    if "e" in text.lower() or abs(number) >= 10**_DIGITS_SHOWN:
        return f"{number:.2E}"
    whole, _, decimals = f"{number:f}".partition(".")
    decimals = decimals[: max(_DIGITS_KEPT - len(whole.lstrip("-0")), 0)].rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def _date(text: str, american: bool) -> str | None:
    if match := _DAY.fullmatch(text):
        year, month, day, first, second, last_year = match.groups()
        if last_year:
            year, (day, month) = last_year, (second, first) if american else (first, second)
        if date := _real(int(year), int(month), int(day)):
            return f"{date:%m/%d/%Y}" if american else f"{date:%d/%m/%Y}"
        return None
    if match := _MONTH_AND_YEAR.fullmatch(text):
        date = _real(int(match[1]), int(match[2]), 1)
        return f"{_MONTHS[date.month - 1].title()}-{date:%y}" if date else None
    if match := _PARTS_OF_DATE.fullmatch(text):
        day, month = (match[2], match[1]) if american else (match[1], match[2])
        date = _real(2000, int(month), int(day))
        return f"{date.day:02}-{_MONTHS[date.month - 1].title()}" if date else None
    if match := _NAMED.fullmatch(text):
        return _named(*match.groups())
    return None


def _named(day: str | None, name: str, year: str | None) -> str | None:
    months = [month for month in _MONTHS if name[:3].lower() == month]
    if not months or not (day or year) or (len(name) > len("jan") and name.lower() not in _LONG):
        return None
    shown = months[0].title()
    return f"{int(day):02}-{shown}" if day else f"{shown}-{(year or '')[-2:]:0>2}"


_LONG = {datetime.date(2000, month, 1).strftime("%B").lower() for month in range(1, 13)}


def _real(year: int, month: int, day: int) -> datetime.date | None:
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        return None
    return date if date.year >= 1900 else None
