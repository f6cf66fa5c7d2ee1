"""Find the periods above a table: in its cells, under their year, or in the title."""

from __future__ import annotations

import re
from collections.abc import Mapping

from safeguarding.intake.files.grid import Line, one_line
from safeguarding.intake.wording.context import holds_figure
from safeguarding.intake.wording.headings import (
    adds_nothing,
    is_heading,
    period_of,
    quarter_of,
    split_period,
)
from safeguarding.intake.wording.regions import Cell, Region
from safeguarding.intake.wording.vocabulary import is_number, is_total

_YEAR_IN_TITLE = re.compile(
    r"(?<![0-9])(?:(?:20)?[0-9]{2} ?[-/\u2013] ?(?:20)?[0-9]{2}"
    r"|(?:year (?:ending|ended|to) )?(?:31(?:st)? )?march 20[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_OTHER_TIME = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|to date|\bytd\b",
    re.IGNORECASE,
)
_TITLE_NUMBER = re.compile(
    r"^(?:(?:table|figure|fig[.]?|chart|appendix|section) ?)?[0-9]+(?:[.][0-9]+)*[a-z]?[:. ]",
    re.IGNORECASE,
)
_ENDING_MARCH = re.compile(
    r"(?:.*\b)?(?:years? )?(?:ending|ended|to|at)? ?(?:31(?:st)? )?march\b.*", re.IGNORECASE
)
_BARE_YEAR = re.compile("(?:19|20)[0-9]{2}")


def periods_above(region: Region, start: int) -> dict[int, Cell]:
    """Return the periods of a row by column, completed from the rows around it."""
    line = region.lines[start]
    texts = {at: text for at, text in line.filled.items() if at}
    below = region.lines[start + 1] if start + 1 < len(region.lines) else None
    if any(is_number(text) and not _BARE_YEAR.fullmatch(text) for text in texts.values()):
        return {}
    named = _bare_years(line, below, texts) if below and texts else {}
    if not named and is_heading(region.sheet, line):
        named = {at: text for at, text in texts.items() if period_of(text) or split_period(text)}
    elif not named and below and texts and region.is_text(line, 1) and region.values(below):
        return _of_one_year(region, start, texts)
    return {at: Cell(text, line.number, at) for at, text in named.items()}


def _bare_years(line: Line, below: Line, texts: Mapping[int, str]) -> dict[int, str]:
    """Read `2022` above quarters, and below `Year ending March`."""
    if not all(map(_BARE_YEAR.fullmatch, texts.values())):
        return {}
    if any(quarter_of(below.cell(at)) for at in texts):
        return dict(texts)
    ending = _ENDING_MARCH.fullmatch(line.cell(0))
    return {at: f"Year ending March {text}" for at, text in texts.items()} if ending else {}


def _of_one_year(region: Region, start: int, texts: Mapping[int, str]) -> dict[int, Cell]:
    """Read quarters, or words such as `Number`, below a title that names their year."""
    line = region.lines[start]
    quarters = [at for at, text in texts.items() if quarter_of(text)]
    plain = [at for at, text in texts.items() if adds_nothing(region.contexts, text)]
    year = _year_above(region, start) if len(quarters) > 1 or plain else None
    if not year or len(quarters) <= 1:
        return dict.fromkeys(plain, year) if year else {}
    return {
        at: Cell(quarter_of(text, year.text) or text, line.number, at)
        for at, text in texts.items()
        if at in quarters or is_total(text)
    }


def _year_above(region: Region, start: int) -> Cell | None:
    """Return the one financial year that the corner of a table, or the title above it, names."""
    corner = region.lines[start].cell(0)
    if period_of(corner):
        return Cell(corner, region.lines[start].number, 0)
    for line in region.above(start):
        if not region.is_text(line) and not period_of(line.cell(0)):
            return None
        for at, cell in enumerate(map(one_line, line.cells)):
            text = _TITLE_NUMBER.sub("", cell)
            years = _YEAR_IN_TITLE.findall(text)
            rest = _YEAR_IN_TITLE.sub("", text)
            if len(years) > 1 or holds_figure(rest) or _OTHER_TIME.search(rest):
                return None
            if years and period_of(years[0]):
                return Cell(years[0], line.number, at)
    return None
