"""Read periods as councils write them, into the one form of the warehouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import NamedTuple, ParamSpec, TypeVar

from safeguarding.financial_years import financial_year
from safeguarding.intake.new_figures import Place, Problem
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, INVISIBLE, without_spaces

FINANCIAL_YEAR = "financial_year"
CALENDAR_YEAR = "calendar_year"
QUARTER = "quarter"
# What a year named by one number may be: the financial year that begins in it, the one that ends in
# it, or the calendar year.
FINANCIAL, ENDING, CALENDAR = "financial", "ending", "calendar"
YEARS = (FINANCIAL, ENDING, CALENDAR)
EXPECTED = {
    FINANCIAL_YEAR: "a financial year such as 2022-23",
    QUARTER: "a quarter such as Apr-Jun 2022 or Q1 2022-23",
    ANY_PERIOD: "a financial year such as 2022-23 or a quarter such as Apr-Jun 2022",
}
_QUARTERS = ("Apr-Jun", "Jul-Sep", "Oct-Dec", "Jan-Mar")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_LONG_YEAR = "[12][0-9]{3}"
_ANY_YEAR = rf"{_LONG_YEAR}|[0-9]{{2}}"
_YEAR = rf"(?:fy)?({_ANY_YEAR})(?:[-/]|to)({_ANY_YEAR})"
_FINANCIAL_YEAR = re.compile(_YEAR)
_NUMBERED_QUARTER = re.compile(
    rf"(?:q|qtr|quarter)([1-4])[-,:]?{_YEAR}|{_YEAR}[-,:]?(?:q|qtr|quarter)([1-4])"
)
_MONTHS_OF_YEAR = re.compile(
    rf"([a-z]{{3,9}}?)'?({_ANY_YEAR})?(?:-|to)([a-z]{{3,9}}?)'?({_ANY_YEAR})"
)
_MONTHS_OF_FINANCIAL_YEAR = re.compile(rf"([a-z]{{3,9}}?)(?:-|to)([a-z]{{3,9}}?){_YEAR}")
_END_OF_MARCH = rf"(?:(?:the)?31(?:st)?)?[-/]?(?:of)?mar(?:ch)?[-/]?'?({_ANY_YEAR})"
_YEAR_TO = r"(?:(?:financial)?year(?:ending|ended|end|to)|f?y/?e|12months(?:ending|ended|to))"
_ENDED_YEAR = re.compile(
    rf"fy'?({_ANY_YEAR})|{_YEAR_TO}(?:{_END_OF_MARCH}|31[/.-]0?3[/.-]({_ANY_YEAR}))"
)
_ENDED_QUARTER = re.compile(
    rf"(?:quarter|qtr)(?:ending|ended|end|to)(?:(?:30|31)(?:th|st)?)?([a-z]{{3,9}})'?({_ANY_YEAR})"
    rf"|([a-z]{{3,9}})'?({_ANY_YEAR})[-,(]*(?:quarter|qtr)end\)?"
)
_NAMED_QUARTER = re.compile(r"[(]?(?:q|qtr|quarter)([1-4])(?![0-9])[)]?[-,:]?")
_BRACKETS = re.compile(r"[()]")
_QUARTER_OF_ONE_YEAR = re.compile(
    rf"(?:q|qtr|quarter)([1-4])[-,:/]?(fy)?'?({_ANY_YEAR})"
    rf"|(fy)?'?({_LONG_YEAR})[-,:/]?(?:q|qtr|quarter)([1-4])"
)
_BARE_YEAR = re.compile("(199|20[0-4])[0-9]")
_CALENDAR_YEAR = re.compile(
    rf"(?:cy|calendaryear)({_ANY_YEAR})|({_LONG_YEAR})[-,(]*calendaryear\)?"
    rf"|jan(?:uary)?-dec(?:ember)?({_ANY_YEAR})|jan(?:uary)?to?dec(?:ember)?({_ANY_YEAR})"
    rf"|{_YEAR_TO}(?:31(?:st)?)?dec(?:ember)?({_ANY_YEAR})"
)
_DAY_IN_WORDS = re.compile(
    rf"(?:(?:as)?(?:at|on))?([0-9]{{1,2}})(?:st|nd|rd|th)?[-/.]?([a-z]{{3,9}}|[0-9]{{1,2}})[-/.]?'?({_ANY_YEAR})"
)
_ENDS_OF_QUARTERS = {(30, 6), (30, 9), (31, 12), (31, 3)}
_MARCH = 3
_MONTH_YEAR = re.compile(rf"([a-z]{{3,9}})[-/ ]?({_ANY_YEAR})")
# Two digits from here on are of the last century, as in POSIX. Whether a release may print such a
# year is decided by the warehouse, which knows when it was published.
_LAST_CENTURY = 69
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


P = ParamSpec("P")
T = TypeVar("T")


class _Reading(NamedTuple):
    """How years named by one number are read: by an answer, or by assumption until then."""

    years: str = ""
    is_assumed: bool = False


# It applies to the whole file that is being read.
_READING: ContextVar[_Reading] = ContextVar("reading of bare years")
_OUTSIDE = _Reading()


@contextmanager
def bare_years(years: str, *, is_assumed: bool) -> Iterator[None]:
    """Read bare years as one of YEARS: by the author's answer, or by assumption until then.

    Outside of it a bare year is not a period.
    """
    token = _READING.set(_Reading(years, is_assumed))
    try:
        yield
    finally:
        _READING.reset(token)


def cached_by_reading(function: Callable[P, T]) -> Callable[P, T]:
    """Cache a function's results, separately for each way of reading bare years."""

    @lru_cache(maxsize=16_384)  # a sheet repeats the same few texts
    def under(_: _Reading, *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return under(_READING.get(_OUTSIDE), *args, **kwargs)  # type: ignore[arg-type]

    return run


@cached_by_reading
def period_label(text: str) -> str | None:
    """Read the period that a text names: `2022-23`, `Apr-Jun 2022`, or the calendar year `2022`.

    Spaces anywhere, all dashes, long and short years (98-99 is 1998-99), a year by its end (FY23,
    year ending March 2023) and the usual names of quarters are understood; `Q1 2022` within
    `bare_years`. None for anything else: years that do not follow each other, months that are not
    a quarter, a date, a lone number (see `year_label`).
    """
    key = _key(text)
    return (
        _plain_period(key)
        or _period_by_end(key)
        or _quarter_twice_named(key)
        or _calendar_year(key)
        or _bare_quarter(key, _READING.get(_OUTSIDE).years)
    )


def year_label(text: str) -> str | None:
    """Read a number as a year where a period is needed; None outside `bare_years`."""
    key, years = _key(text), _READING.get(_OUTSIDE).years
    if not years or not _BARE_YEAR.fullmatch(key):
        return None
    return key if years == CALENDAR else financial_year(int(key) - (years == ENDING))


def are_years(texts: Sequence[str]) -> bool:
    """Check whether numbers are years in order, each once or each twice in a row."""
    if not all(_BARE_YEAR.fullmatch(_key(text)) for text in texts):
        return False
    numbers = [int(_key(text)) for text in texts]
    if len(numbers) > 1 and numbers[::2] == numbers[1::2]:
        numbers = numbers[::2]
    return bool(numbers) and (
        numbers == sorted(set(numbers)) or numbers == sorted(set(numbers), reverse=True)
    )


def readings(text: str) -> dict[str, str]:
    """Return the possible meanings of a bare year or its quarter, by answer; else empty.

    A year is named by its label, the calendar year by its months. A quarter's number belongs to the
    year that begins in April, or to the one that begins in January.
    """
    key = _key(text)
    if _BARE_YEAR.fullmatch(key):
        year = int(key)
        ending = f"{financial_year(year - 1)}, the year ending March {year}"
        calendar = f"January to December {year}"
        return {FINANCIAL: financial_year(year), ENDING: ending, CALENDAR: calendar}
    quarters = {years: _bare_quarter(key, years) for years in YEARS}
    return {years: label for years, label in quarters.items() if label}


def _plain_period(key: str) -> str | None:
    if match := _FINANCIAL_YEAR.fullmatch(key):
        return _financial_year(*match.groups())
    if match := _NUMBERED_QUARTER.fullmatch(key):
        before, first, second, first_after, second_after, after = match.groups()
        year = _financial_year(first or first_after, second or second_after)
        return _quarter(year, int(before or after)) if year else None
    if match := _MONTHS_OF_YEAR.fullmatch(key):
        return _months_of_year(*match.groups())
    return None


def _period_by_end(key: str) -> str | None:
    if match := _ENDED_YEAR.fullmatch(key):
        return financial_year(_long(next(filter(None, match.groups()))) - 1)
    if match := _ENDED_QUARTER.fullmatch(key):
        month, year = filter(None, match.groups())
        number = _month(month)
        return _period_of_quarter_end(_long(year), number) if number else None
    match = _QUARTER_OF_ONE_YEAR.fullmatch(key)
    if match and (match[2] or match[4]):
        ends = financial_year(_long(match[3] or match[5]) - 1)
        return _quarter(ends, int(match[1] or match[6]))
    return None


def _bare_quarter(key: str, years: str) -> str | None:
    match = _QUARTER_OF_ONE_YEAR.fullmatch(key)
    if not match or not years or match[2] or match[4]:
        return None
    number, year = int(match[1] or match[6]), _long(match[3] or match[5])
    if years == CALENDAR:
        return f"{_QUARTERS[(number + 2) % len(_QUARTERS)]} {year}"
    return _quarter(financial_year(year - (years == ENDING)), number)


def _calendar_year(key: str) -> str | None:
    match = _CALENDAR_YEAR.fullmatch(key)
    return str(_long(next(filter(None, match.groups())))) if match else None


def _quarter_twice_named(key: str) -> str | None:
    """Read `Q1 (Apr-Jun) 2022-23`, where both names mean one quarter."""
    name = _NAMED_QUARTER.search(key)
    if not name:
        return None
    rest = _BRACKETS.sub("", key[: name.start()] + key[name.end() :]).strip("-,:")
    label = _plain_period(rest)
    if match := _MONTHS_OF_FINANCIAL_YEAR.fullmatch(rest):
        # The months alone may belong to either year; with their number they do not.
        first, last, *years = match.groups()
        year, months = _financial_year(*years), _months(first, last)
        label = _quarter(year, _QUARTERS.index(months) + 1) if year and months else None
    same = label and label[:7] == _QUARTERS[int(name[1]) - 1]
    return label if same else None


def period_of_day(text: str) -> str | None:
    """Return the period that ends on a date: for `31 March 2023`, the year 2022-23.

    A stock is counted on such a day; the caller checks whether a figure is a stock.
    """
    key = _key(text)
    if match := _DAY.fullmatch(key):
        year, month, day, british_day, british_month, british_year = match.groups()
        date = int(day or british_day), int(month or british_month), int(year or british_year)
    elif match := _DAY_IN_WORDS.fullmatch(key):
        named = int(match[2]) if match[2].isdigit() else _month(match[2])
        date = int(match[1]), named or 0, _long(match[3])
    else:
        return None
    if date[:2] not in _ENDS_OF_QUARTERS:
        return None
    if date[1] == _MARCH:
        return financial_year(date[2] - 1)
    return _period_of_quarter_end(date[2], date[1])


def last_day(label: str) -> str:
    """Return the last day of a period in words: `31 March 2023`."""
    if period_type(label) == FINANCIAL_YEAR:
        return f"31 March {int(label[:4]) + 1}"
    if period_type(label) == CALENDAR_YEAR:
        return f"31 December {label}"
    days = ("30 June", "30 September", "31 December", "31 March")
    return f"{days[_QUARTERS.index(label[:7])]} {label[8:]}"


def last_quarter(year: str) -> str:
    """Return the quarter that ends on the last day of a financial year."""
    return _quarter(year, len(_QUARTERS))


def unclear_period(text: str) -> tuple[str, str, str] | None:
    """Describe what was found, expected and advised for a quarter with two readings."""
    key, reading = _key(text), _READING.get(_OUTSIDE)
    begins_in_april = _bare_quarter(key, FINANCIAL)
    if not begins_in_april or (reading.years and not reading.is_assumed):
        return None
    year, quarter = period_id(begins_in_april).split()
    return (
        f"'{text}', which may be a quarter of a financial or of a calendar year",
        EXPECTED[QUARTER],
        f"Write {quarter} {year} if the year begins in April, {_bare_quarter(key, CALENDAR)} if in"
        " January.",
    )


def period_type(label: str) -> str:
    """Find whether a period label is a `financial_year`, a `calendar_year` or a `quarter`."""
    if not label[0].isdigit():
        return QUARTER
    return CALENDAR_YEAR if label.isdigit() else FINANCIAL_YEAR


def table_period_type(label: str) -> str:
    """Return the period type of the tables for a period: calendar years go with years.

    Tables print the same measures for calendar years as for financial years.
    """
    return QUARTER if period_type(label) == QUARTER else FINANCIAL_YEAR


def period_id(label: str) -> str:
    """Return the warehouse's key of a period label: `2022-23`, `2022-23 Q1`, `2022`."""
    if period_type(label) != QUARTER:
        return label
    quarter = _QUARTERS.index(label[:7]) + 1
    start = int(label[8:]) - (quarter == len(_QUARTERS))
    return f"{financial_year(start)} Q{quarter}"


def period_order(label: str) -> str:
    """Return a key that sorts period labels of one type by time."""
    return period_id(label)


def likely_period(text: str) -> str | None:
    """Guess the period that a spreadsheet has turned into a date.

    `Jun-22` and `2022-06-01` were probably `Apr-Jun 2022`; December 2011 was probably `2011-12`.
    """
    key = _key(text)
    if label := period_of_day(text):
        return label
    if match := _DAY.fullmatch(key):
        year, month, _, _, british_month, british_year = match.groups()
        return _period_of_month(int(year or british_year), int(month or british_month))
    if (match := _MONTH_YEAR.fullmatch(key)) and (month := _month(match[1])):
        return _period_of_month(_long(match[2]), month)
    return None


def period_problem(place: Place, text: str, kind: str, *, is_date: bool = False) -> Problem:
    """Report a cell that holds no period, or a date in its place.

    Args:
        place: Where it stands.
        text: Its text; a date as `2022-06-01`.
        kind: The `period_type` that is expected, or `any`.
        is_date: Whether the cell holds a real date.
    """
    if unclear := unclear_period(text):
        return Problem(place, *unclear)
    likely = likely_period(text)
    if is_date or likely:
        meant = f" It was probably {likely}." if likely else ""
        return Problem(
            place,
            f"the date '{text}'",
            EXPECTED[kind],
            f"A spreadsheet turns some periods into dates.{meant}"
            " Format the column as text, then type the period again.",
        )
    if not text:
        return Problem(place, "a blank", EXPECTED[kind], "Write the period of the figure.")
    return Problem(place, f"'{text}'", EXPECTED[kind])


def _key(text: str) -> str:
    visible = "".join(letter for letter in without_spaces(text) if letter not in INVISIBLE)
    return _DASHES.sub("-", visible).replace("\u2019", "'").lower()


def _financial_year(first: str, second: str) -> str | None:
    if len(first) < len(second):
        return None
    start, end = _long(first), int(second[-2:])
    follows = (start + 1) % 100 == end and len(second) <= len(first)
    if len(second) == len("2023") and int(second) != start + 1:
        return None
    return f"{start}-{end:02}" if follows else None


def _months_of_year(first: str, first_year: str | None, last: str, year: str) -> str | None:
    if (_month(first), _month(last)) == (_MARCH + 1, _MARCH) and first_year:
        return _financial_year(first_year, year)
    months = _months(first, last)
    if not months or (first_year and _long(first_year) != _long(year)):
        return None
    return f"{months} {_long(year)}"


def _months(first: str, last: str) -> str | None:
    start, end = _month(first), _month(last)
    months = f"{_MONTHS[start - 1][:3]}-{_MONTHS[end - 1][:3]}".title() if start and end else ""
    return months if months in _QUARTERS else None


def _month(name: str) -> int | None:
    names = [month for month in _MONTHS if name in (month, month[:3], month[:4])]
    return _MONTHS.index(names[0]) + 1 if names else None


def _quarter(financial_year: str, quarter: int) -> str:
    year = int(financial_year[:4]) + (quarter == len(_QUARTERS))
    return f"{_QUARTERS[quarter - 1]} {year}"


def _period_of_quarter_end(year: int, month: int) -> str | None:
    return f"{_QUARTERS[month // 3 - 2]} {year}" if month % 3 == 0 else None


def _period_of_month(year: int, month: int) -> str | None:
    if not 1 <= month <= len(_MONTHS):
        return None
    if (year + 1) % 100 == month:
        return f"{year}-{month:02}"
    return f"{_QUARTERS[((month - 4) % 12) // 3]} {year}"


def _long(year: str) -> int:
    number = int(year)
    if len(year) == len("2022"):
        return number
    return number + (1900 if number >= _LAST_CENTURY else 2000)
