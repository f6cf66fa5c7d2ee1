"""Read headings of printed tables: the period and unit of each column."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from safeguarding.intake.checks import PERCENT
from safeguarding.intake.files.grid import DATE, Line, Sheet, one_line
from safeguarding.intake.new_figures import Problem
from safeguarding.intake.wording.context import COLUMN, UNIT, Contexts
from safeguarding.intake.wording.periods import (
    QUARTER,
    are_years,
    cached_by_reading,
    last_quarter,
    likely_period,
    period_label,
    period_of_day,
    period_order,
    period_problem,
    period_type,
    unclear_period,
    year_label,
)
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, is_number, without_spaces

COUNT, RATE, AVERAGE = "count", "rate_per_10000", "average"
OTHER = "other"  # words for a unit that only an average may have
SECOND = "second"  # the figure beside a count: a percentage or a rate
ANY_UNIT = "any"
PAIR = 2
_UNITS = {COUNT: COUNT, SECOND: SECOND, PERCENT: PERCENT, RATE: RATE, "rate": RATE}

_DIGIT = re.compile(r"[0-9]")
_QUARTER_ALONE = re.compile(r"(?:q|qtr|quarter) ?[1-4]", re.IGNORECASE)
_NEUTRAL = re.compile(
    r"actuals?|out-?turns?|results?|values?|figures?|data|observations?|final|full year|year",
    re.IGNORECASE,
)
_FIRST_MONTHS = ("Apr", "Jul", "Oct", "Jan")
_LONGEST_HEAD = 8  # rows between periods and the first figure below them
_HUNDRED = 100
_OF_LABELS = re.compile(
    "(measure|indicator|source|category|row|label|description|year|period)s?", re.I
)
_FAR_ABOVE = 200  # rows that are looked at above one that may be of years
_MOST_WORDS = 4  # beside a period; a longer text is a sentence that names one
_ALONE = (
    "If the figures cover the complete period, delete the words beside it;"
    " if they are not, leave the column out."
)
_ONE_CELL = "Write each period in one cell; text copied from a PDF often breaks them."


@dataclass(frozen=True)
class Span:
    """The columns of one period.

    Attributes:
        printed: Its heading as printed.
        label: The heading as read.
        first: The first of the columns.
        is_day: Whether the heading is the last day of the period.
    """

    printed: str
    label: str
    first: int
    is_day: bool = False

    def names(self, text: str) -> bool:
        """Check whether a text names the period, as printed or as read."""
        return self.printed in text or self.label in text


@dataclass(frozen=True)
class Block:
    """A printed table: the text above its heading, the heading, its rows, the notes beneath."""

    above: Sequence[Line]
    heading: Line
    rows: Sequence[Line]
    notes: Sequence[Line]


@dataclass(frozen=True)
class Heading:
    """The row of periods above a printed table.

    Attributes:
        line: The row.
        spans: Its periods, in order.
        width: Columns of each period: 1, or 2 for a count and a percentage or rate.
    """

    line: Line
    spans: tuple[Span, ...]
    width: int

    @property
    def label_columns(self) -> int:
        """How many columns stand before the first period."""
        return self.spans[0].first

    @property
    def end(self) -> int:
        """The first column behind the periods."""
        return self.spans[-1].first + self.width

    @property
    def title(self) -> str:
        """The table's title: what stands before the periods."""
        return " ".join(filter(None, map(self.line.cell, range(self.label_columns))))

    def about(self, span: Span, texts: Iterable[str]) -> list[str]:
        """Return the texts about a period: a text that names other periods is about those only."""
        return [
            text
            for text in texts
            if span.names(text) or not any(other.names(text) for other in self.spans)
        ]

    def label_of(self, row: Line) -> str:
        """Return the label of a row below: what stands before the first period."""
        return " ".join(filter(None, (one_line(row.cell(at)) for at in range(self.label_columns))))

    @property
    def period_type(self) -> str:
        """Whether the periods are financial years or quarters."""
        return period_type(self.spans[0].label)


def fitting_words(units: Sequence[str]) -> set[str]:
    """Return the units that words may name beside figures of these units."""
    return {*units, *([OTHER] if AVERAGE in units else [])}


def unit_named(contexts: Contexts, text: str) -> str | None:
    """Return the one unit that a text names for its figures."""
    units = {_UNITS.get(unit) for unit in contexts.units(text, COLUMN)}
    return units.pop() if len(units) == 1 else None


def is_unit(contexts: Contexts, text: str) -> bool:
    """Check whether a text names a unit and nothing else."""
    said = contexts.words_in(text, COLUMN).get(UNIT, {})
    key = contexts.key(text).strip("()[]: ")
    return any(words.strip("()[]: ") == key for words in said.values())


def adds_nothing(contexts: Contexts, text: str) -> bool:
    """Check whether a text names only a unit, or only says that figures are actual."""
    return bool(_NEUTRAL.fullmatch(text)) or is_unit(contexts, text)


def is_heading(sheet: Sheet, line: Line) -> bool:
    """Check whether a row looks like the periods above a table.

    At least half of the cells after the first must be periods, or dates that a spreadsheet made of
    periods; fewer if there is a number below one of them.
    """
    if _is_period_or_date(sheet, line, 0):
        return False
    if is_row_of_years(sheet, line):
        return True
    filled = {at: text for at, text in line.filled.items() if at}
    periods = [at for at, text in filled.items() if period_of(text)]
    if len(filled) == 1 and periods and not period_label(filled[periods[0]]):
        return _stands_above_number(sheet, line, periods[0])
    alike = sum(_is_period_or_date(sheet, line, at) for at in filled)
    if (periods or alike > 1) and 2 * alike >= len(filled):
        return True
    return not any(map(is_number, filled.values())) and any(
        _stands_above_number(sheet, line, at, _LONGEST_HEAD) for at in periods
    )


def is_row_of_years(sheet: Sheet, line: Line) -> bool:
    """Check whether the numbers of a row are bare years above figures.

    They are years in order, and not directly below periods or figures. After a label they follow
    each other, and there are no other periods above.
    """
    filled = [text for at, text in line.filled.items() if at]
    years = [text for text in filled if is_number(text)]
    if not are_years(years) or not year_label(years[0]) or 2 * len(years) < len(filled):
        return False
    end = bisect.bisect_left(sheet.lines, line.number, key=lambda one: one.number)
    above = sheet.lines[max(0, end - _FAR_ABOVE) : end]
    if above and above[-1].number == line.number - 1 and _has_periods_or_numbers(above[-1]):
        return False
    if not line.cell(0) or _OF_LABELS.fullmatch(line.cell(0)):
        return True
    follow = len(set(years)) > 1 and len(set(years)) == 1 + abs(int(years[0]) - int(years[-1]))
    return follow and not any(period_label(text) for one in above for text in one.cells[1:])


def _has_periods_or_numbers(line: Line) -> bool:
    return any(is_number(text) or period_label(text) for at, text in line.filled.items() if at)


def read_heading(
    sheet: Sheet, line: Line, rows: Sequence[Line]
) -> tuple[Heading | None, list[Problem]]:
    """Read the periods above a table.

    Args:
        sheet: Where the table stands.
        line: A row that `is_heading` knows.
        rows: The rows below it.

    Returns:
        The heading, or None and why it cannot be read. Nothing is guessed.
    """
    problems = _cell_problems(sheet, line)
    if problems:
        return None, problems
    spans = _spans(sheet, line)
    if len({period_type(span.label) for span in spans}) > 1:
        place, found = sheet.place(line.number), "years and quarters in one heading"
        advice = "Put them in separate tables."
        return None, [Problem(place, found, "periods of one kind", advice)]
    if _is_repeated_on_pairs(spans):
        spans, width = spans[::PAIR], PAIR
    else:
        width = _width(spans, rows)
    problems = _order_problems(sheet, line, spans)
    if not problems and width not in (1, PAIR):
        place, found = sheet.place(line.number), "unevenly spaced periods"
        expected = "one column for each period, or two for each"
        problems = [Problem(place, found, expected, "Look for a cell that was moved.")]
    return (None, problems) if problems else (Heading(line, tuple(spans), width), [])


def units_below(
    contexts: Contexts, sheet: Sheet, heading: Heading, line: Line
) -> tuple[tuple[str, ...], Problem | None] | None:
    """Read the units of a period's columns in a row of words such as `Denom`, `Value`.

    The words are in the seed `context_words`, under the aspect `unit`.

    Returns:
        A unit for each column of a period, and what is wrong with the words; None if the row
        has no such words.
    """
    words = {at: text for at, text in line.filled.items() if at >= heading.label_columns}
    said = {at: unit_named(contexts, text) for at, text in words.items()}
    if not said or None in said.values():
        return None
    groups = {
        tuple(said.get(span.first + offset) for offset in range(heading.width))
        for span in heading.spans
    } - {(None,) * heading.width}
    default = (COUNT, SECOND) if heading.width == PAIR else (ANY_UNIT,)
    if len(groups) != 1 or max(said) >= heading.end:
        found = "units that differ between periods"
        expected = "the same units under each period"
        return default, Problem(sheet.place(line.number), found, expected)
    units = tuple(unit or usual for unit, usual in zip(groups.pop(), default, strict=True))
    if len(set(units)) < heading.width:
        found = f"the unit '{line.cell(min(said))}' twice under one period"
        return default, Problem(sheet.place(line.number), found, "two different units")
    return units, None


@cached_by_reading
def period_of(text: str) -> str | None:
    """Return the period that a text names, or that ends on the date it names."""
    return period_label(text) or period_of_day(text)


@cached_by_reading
def quarter_of(text: str, year: str = "") -> str:
    """Return the quarter of a year that a text names without one: `Q1`, `Apr-Jun`.

    Args:
        text: What stands below or beside the year.
        year: The year as printed; without it, any text that names a quarter is accepted.
    """
    match = _QUARTER_ALONE.fullmatch(text)
    number = period_label(f"{text} 2000") or ""
    if not match and number[:3] not in _FIRST_MONTHS:
        return ""
    label = period_label(year)
    if not label or match or not year:
        return f"{text} {year or '2000-01'}"
    return f"Q{_FIRST_MONTHS.index(number[:3]) + 1} {label}"


def _spans(sheet: Sheet, line: Line) -> list[Span]:
    """Return the periods of a row; 31 March beside quarters is the end of a quarter."""
    years = is_row_of_years(sheet, line)
    marks = {index: mark for (row, index), mark in sheet.marks.items() if row == line.number}
    spans = []
    for at, text in line.filled.items():
        label = period_of(text) or (years and year_label(text))
        if at and label:
            # A raised digit beside a year would be read as one of its own.
            mark = "" if marks.get(at, "")[:1].isalnum() else marks.get(at, "")
            spans.append(Span(f"{text} {mark}".strip(), label, at, bool(period_of_day(text))))
    if any(period_type(span.label) == QUARTER for span in spans):
        for at, span in enumerate(spans):
            if span.is_day and period_type(span.label) != QUARTER:
                spans[at] = replace(span, label=last_quarter(span.label))
    return spans


def _stands_above_number(sheet: Sheet, line: Line, index: int, rows: int = 1) -> bool:
    """Check whether a lone date in a row is above figures; others are dates of publication."""
    below = (one for one in sheet.lines if one.number > line.number and not one.is_blank)
    return any(is_number(one.cell(index)) for one in itertools.islice(below, rows))


def _is_period_or_date(sheet: Sheet, line: Line, index: int) -> bool:
    fault = sheet.faults.get((line.number, index))
    return _looks_like_period(line.cell(index)) or bool(fault and fault.kind == DATE)


@cached_by_reading
def _looks_like_period(text: str) -> bool:
    return bool(
        period_label(text) or likely_period(text) or unclear_period(text) or split_period(text)
    )


def _cell_problems(sheet: Sheet, line: Line) -> list[Problem]:
    """Report cells of a heading that should be periods and are not."""
    problems = []
    years = is_row_of_years(sheet, line)
    for index in range(1, len(line.cells)):
        text, fault = line.cell(index), sheet.faults.get((line.number, index))
        place = sheet.place(line.number, index)
        if fault and fault.kind != DATE:
            problems.append(Problem(place, fault.found, fault.expected, fault.advice))
        elif period_of(text) or not text or (years and year_label(text)):
            continue
        elif unclear := unclear_period(text):
            said = [problem for problem in problems if problem.expected == unclear[1]]
            problems += [] if said else [Problem(place, *unclear)]
        elif likely_period(text) or fault:
            problems.append(period_problem(place, text, ANY_PERIOD, is_date=True))
        elif parts := split_period(text):
            found = f"'{parts[1]}' beside the period in '{text}'"
            problems.append(Problem(place, found, "a complete period", _ALONE))
        elif _DIGIT.search(text):
            problems.append(replace(period_problem(place, text, ANY_PERIOD), advice=_ONE_CELL))
    return problems


@cached_by_reading
def split_period(text: str) -> tuple[str, str] | None:
    """Split a cell into a period and the few words beside it: `2022-23` and `YTD`.

    None if the cell holds only a period, no period, or a sentence.
    """
    if period_label(text) or not _DIGIT.search(text):
        return None
    cuts = [cut for cut in range(1, len(text)) if not text[cut - 1 : cut + 1].isdigit()]
    parts = [(text[:cut], text[cut:]) for cut in reversed(cuts)]
    parts += [(text[cut:], text[:cut]) for cut in cuts]
    period, rest = next((part for part in parts if period_label(part[0])), ("", ""))
    words = rest.strip(" ()[]:,;-")
    return (period, words) if words and len(words.split()) <= _MOST_WORDS else None


def _is_repeated_on_pairs(spans: Sequence[Span]) -> bool:
    return len(spans) % PAIR == 0 and all(
        one.label == two.label and one.first + 1 == two.first
        for one, two in zip(spans[::PAIR], spans[1::PAIR], strict=True)
    )


def _width(spans: Sequence[Span], rows: Sequence[Line]) -> int:
    """Return columns of each period; 0 if they differ."""
    gaps = {two.first - one.first for one, two in itertools.pairwise(spans)}
    if not gaps:
        beside = spans[0].first + 1
        return PAIR if any(row.cell(beside) for row in rows) else 1
    return gaps.pop() if len(gaps) == 1 else 0


def _order_problems(sheet: Sheet, line: Line, spans: Sequence[Span]) -> list[Problem]:
    problems = []
    order = [period_order(span.label) for span in spans]
    is_descending = order == sorted(order, reverse=True)
    for one, two in itertools.pairwise(spans):
        place = sheet.place(line.number, two.first)
        if two.label in [span.label for span in spans[: spans.index(two)]]:
            expected = "each period once"
            problems.append(Problem(place, f"the period '{two.printed}' again", expected))
        elif not is_descending and period_order(two.label) < period_order(one.label):
            found = f"'{two.printed}' after '{one.printed}'"
            expected = "periods in order, from the earliest or from the latest"
            advice = "Check that no headings have been swapped; if none have, sort the columns."
            problems.append(Problem(place, found, expected, advice))
    return problems


def units_named_in(texts: Sequence[str], units: Sequence[str]) -> list[str]:
    """Return the units that a text names and the numbers can have."""
    numbers = [
        float(without_spaces(text).strip("%-\u2012\u2013\u2212").replace(",", "")) for text in texts
    ]
    broken = any("." in text for text in texts)
    return [
        unit
        for unit in units
        if not (unit == PERCENT and any(number > _HUNDRED for number in numbers))
        and not (unit == COUNT and broken)
    ]
