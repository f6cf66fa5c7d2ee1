"""Views of a sheet: tables laid out in other ways, put as their reader takes them.

The reader takes periods across, rows down, one block below another. A view puts a table so that
stands otherwise (periods down, beside another, a figure in each row), without columns that hold no
figures of the council's own (targets, changes, England). Each of its cells knows where it stands in
the user's sheet, so that every message names the cell that the user sees.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from safeguarding.intake.files.grid import Line, Sheet, one_line
from safeguarding.intake.new_figures import LeftOut
from safeguarding.intake.wording.context import COLUMN, STATUS, holds_figure
from safeguarding.intake.wording.headings import (
    SECOND,
    is_heading,
    is_unit,
    period_of,
    quarter_of,
    says_nothing,
    split_period,
    unit_said,
)
from safeguarding.intake.wording.periods import period_order
from safeguarding.intake.wording.vocabulary import Vocabulary, is_number, is_total

# Headings of columns that hold no figures of the council's own. Others are heard as words.
_NO_FIGURES = re.compile(
    r"(?!net\b)(?:(?:% |percentage |numerical )?(?:rag|rating|status|trend|direction|dot|polarity"
    r"|tolerance|variance|varies|difference|diff|change|increase|decrease|rank|ranking|quartile|band"
    r"|comments?|commentary|narrative|notes?|lead|owner|frequency|benchmark|sparkline"
    r"|(?:good|better|high|low|best) is.*|(?:higher|lower|bigger|smaller) is.*"
    r"|(?:what )?good (?:looks like|to be).*|on track|progress|improv\w+|\+/-|\u00b1)"
    r"\b.*|.*\b(?:change|variance|difference|rag|direction of travel|vs\.?|versus)\b.*"
    r"|target.*|.*\btarget)",
    re.IGNORECASE,
)
_OF_A_ROW = re.compile(
    r"(?:indicator )?(?:refs?|ref(?:erence)?\.?|no\.?|id|code|pi|kpi|#)", re.IGNORECASE
)
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
_MOST_HEADINGS = 3  # rows above figures
_PAIR = 2
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class _Cell:
    """A cell of a view: its text, and where it stands in the sheet that is viewed."""

    text: str
    row: int
    column: int


_Row = Sequence[_Cell | None]


@dataclass
class View:
    """A sheet as its reader takes it, and the numbers that were left out of it."""

    sheet: Sheet
    left_out: list[LeftOut] = field(default_factory=list)


def views(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[View]:
    """Give the tables of a sheet as their reader takes them; most sheets are as they are."""
    for region in _regions(sheet, vocabulary):
        yield _Turner(region, vocabulary).turned()


def _view(sheet: Sheet, rows: Iterable[_Row]) -> Sheet:
    """Make a sheet of rows of cells; gaps between rows stay gaps."""
    lines: list[Line] = []
    origin, faults, marks, paragraphs = {}, {}, {}, {}
    number = last = 0
    for cells in rows:
        first = next((cell for cell in cells if cell), None)
        if not first:
            continue
        number += 1 if first.row <= last + 1 else 2
        last = first.row
        at = (first.row, first.column)
        for index, cell in enumerate(cells):
            at = (cell.row, cell.column) if cell else at
            origin[number, index] = sheet.at(*at)
            if cell and at in sheet.faults:
                faults[number, index] = sheet.faults[at]
            if cell and at in sheet.marks:
                marks[number, index] = sheet.marks[at]
        if first.row in sheet.paragraphs:
            paragraphs[number] = sheet.paragraphs[first.row]
        lines.append(Line(number, tuple(cell.text if cell else "" for cell in cells)))
    return replace(
        sheet, lines=lines, origin=origin, faults=faults, marks=marks, paragraphs=paragraphs
    )


def _cells(line: Line, columns: Iterable[int]) -> list[_Cell | None]:
    return [
        _Cell(line.cells[at], line.number, at) if at < len(line.cells) else
        _Cell("", line.number, at)
        for at in columns
    ]  # fmt: skip


# Tables side by side


def _regions(sheet: Sheet, vocabulary: Vocabulary) -> list[Sheet]:
    """Split a sheet where a table stands beside another; what is above both belongs to each."""
    width = max((len(line.cells) for line in sheet.lines), default=0)
    headings = [line for line in sheet.lines if _has_periods(line)]
    starts = [0]
    for at in range(2, width) if headings else ():
        if _begins_table(sheet, headings, starts[-1], at, vocabulary):
            starts.append(at)
    if len(starts) == 1:
        return [sheet]
    ends = [*starts[1:], width]
    top = min(line.number for line in headings)
    bottom = max(line.number for line in sheet.lines if _values(line, vocabulary))
    regions = []
    for start, end in zip(starts, ends, strict=True):
        rows = []
        for line in sheet.lines:
            cells = _cells(line, range(start, min(end, len(line.cells))))
            alone = [at for at in range(len(line.cells)) if line.cell(at)]
            is_for_all = alone == [0] and not top <= line.number <= bottom
            rows.append(_cells(line, [0]) if is_for_all else cells)
        regions.append(_view(sheet, (row for row in rows if any(c and c.text for c in row))))
    return regions


def _has_periods(line: Line) -> bool:
    return any(period_of(line.cell(at)) for at in range(len(line.cells)))


def _values(line: Line, vocabulary: Vocabulary) -> list[int]:
    """Give the columns of a row in which numbers or markers stand."""
    return [at for at in range(len(line.cells)) if vocabulary.is_value(line.cell(at))]


def _begins_table(
    sheet: Sheet, headings: Sequence[Line], start: int, at: int, vocabulary: Vocabulary
) -> bool:
    """Tell whether a column begins another table: its labels or periods, with figures beside."""
    if not any(period_of(line.cell(index)) for line in headings for index in range(start, at)):
        return False
    texts = [line.cell(at) for line in sheet.lines if line.cell(at)]
    if not texts or any(vocabulary.is_value(text) for text in texts):
        return False
    is_apart = not any(line.cell(at - 1) for line in sheet.lines)
    beside = [
        line for line in sheet.lines if line.cell(at) and vocabulary.is_value(line.cell(at + 1))
    ]
    own = [line.cell(at) for line in beside]
    if own and all(period_of(text) or quarter_of(text) for text in own):
        return len(own) > 1
    later = any(
        period_of(line.cell(index)) for line in headings for index in range(at + 1, at + 4)
        if not period_of(line.cell(at))
    )  # fmt: skip
    known = [text for text in own if _knows(vocabulary, text)]
    return bool(own) and later and bool(known if is_apart else len(known) == len(own))


def _knows(vocabulary: Vocabulary, text: str) -> bool:
    return any(vocabulary.knows(table_id, text) for table_id in vocabulary.tables)


class _Turner:
    """Put the tables of one region as their reader takes them."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary) -> None:
        self.sheet = sheet
        self.lines = list(sheet.lines)
        self.vocabulary = vocabulary
        self.contexts = vocabulary.contexts
        self.left_out: list[LeftOut] = []
        self.plain_until = 0  # the end of a table that is as its reader takes it

    def turned(self) -> View:
        rows: list[_Row] = []
        is_changed = False
        at = 0
        while at < len(self.lines):
            block = self._down(at) or self._across(at)
            if block:
                is_changed = True
                count, end, its = block
                del rows[len(rows) - count :]
                rows += its
                at = end
            else:
                end = max(at + 1, self.plain_until)
                rows += [_cells(line, range(len(line.cells))) for line in self.lines[at:end]]
                at = end
        return View(_view(self.sheet, rows) if is_changed else self.sheet, self.left_out)

    # What a text above or beside a column says

    def reason(self, text: str) -> str:
        """Say why the figures below a text are none of the council's own; nothing if they are."""
        text = one_line((split_period(text) or ("", text))[1])
        if not text:
            return ""
        if self.contexts.said(text, COLUMN).get(STATUS) or _NO_FIGURES.fullmatch(text):
            return f"'{text}' above it: it is no figure of the council's own."
        return ""

    def leave_out(self, cells: Iterable[_Cell | None], reason: str) -> None:
        for cell in cells:
            if cell and is_number(cell.text):
                place = self.sheet.place(cell.row, cell.column)
                self.left_out.append(LeftOut(place, one_line(cell.text), reason))

    def is_text(self, line: Line, first: int = 0) -> bool:
        """Tell whether a row has words alone, from a column on."""
        return not any(
            (self.vocabulary.is_value(text) and text not in "-#") or period_of(text)
            for text in map(line.cell, range(first, len(line.cells)))
            if text
        )

    # Periods down

    def _down(self, start: int) -> tuple[int, int, list[_Row]] | None:
        """Turn the table whose first row of figures is that row, if its periods stand down.

        Returns:
            How many rows above belong to it, where it ends, and its rows.
        """
        run = _Run.at(self, start)
        if not run:
            return None
        heads = self._heads(start, run.values)
        if not heads and (len(run.rows) < _PAIR or run.keys):
            return None
        return len(heads), run.end, list(self._turned_rows(run, heads))

    def _heads(self, start: int, values: Sequence[int]) -> list[Line]:
        heads: list[Line] = []
        for line in reversed(self.lines[max(0, start - _MOST_HEADINGS) : start]):
            if not self.is_text(line) or not any(line.cell(at) for at in values):
                break
            heads.insert(0, line)
        return heads

    def _turned_rows(self, run: _Run, heads: list[Line]) -> Iterator[_Row]:
        entries: list[_Entry] = []
        columns = [self._column(heads, at, run.values) for at in run.values]
        alone = len(run.values) == 1
        named = any(_knows(self.vocabulary, row.key) for row in run.rows if row.key)
        for at, parts in zip(run.values, columns, strict=True):
            text = next((cell.text for cell in reversed(parts)), "")
            reason = next(filter(None, (self.reason(cell.text) for cell in parts)), "")
            for row in run.rows:
                cell = _Cell(row.line.cell(at), row.line.number, at)
                why = reason or self.reason(row.key) or row.reason
                if why:
                    self.leave_out([cell], why)
                    continue
                path, unit = parts, None
                if run.keys:
                    path, unit = self._of_key(parts, row.cells, named=named, alone=alone)
                elif len(parts) > 1 and is_unit(self.contexts, text):
                    path, unit = parts[:-1], parts[-1]
                _Entry.put(entries, path, unit, row, cell)
        yield from _emitted(
            entries, run.keys, lambda text: bool(self.contexts.units(text, COLUMN)) or not text
        )

    def _column(self, heads: list[Line], at: int, values: Sequence[int]) -> list[_Cell]:
        """Give the words above a column; those of an upper row hold until the next."""
        parts = []
        for line in heads:
            until = [one for one in values if one <= at and line.cell(one)]
            is_last = line is heads[-1]
            own = at if is_last else until[-1] if until else at
            if line.cell(own):
                parts.append(_Cell(line.cell(own), line.number, own))
        return parts

    def _of_key(
        self, parts: list[_Cell], keys: list[_Cell], *, named: bool, alone: bool
    ) -> tuple[list[_Cell], _Cell | None]:
        """Say what a figure is called in a table with a figure, or a few, in each row."""
        units = [cell for cell in keys if is_unit(self.contexts, cell.text)]
        keys = [cell for cell in keys if cell not in units]
        head = parts[-1] if parts else None
        if head and not named and _knows(self.vocabulary, head.text):
            return [*keys, head], units[0] if units else None
        if head and says_nothing(self.contexts, head.text) and alone:
            head = None if unit_said(self.contexts, head.text) in (None, SECOND) else head
        return keys, units[0] if units else head

    # Periods across

    def _across(self, start: int) -> tuple[int, int, list[_Row]] | None:
        """Put the table below a row of periods without what is none of its figures.

        Returns:
            As `_down`; nothing where the table is as its reader takes it.
        """
        heading = _Across.at(self, start)
        if not heading or not heading.is_changed:
            self.plain_until = heading.end if heading else start
            return None
        return heading.above, heading.end, list(heading.rows())

    def is_start(self, at: int) -> bool:
        """Tell whether a table begins at a row."""
        return bool(
            is_heading(self.sheet, self.lines[at]) or _Run.at(self, at) or _periods(self, at)
        )

    def year_above(self, start: int) -> _Cell | None:
        """Give the one financial year that the corner of a table, or the title above it, names."""
        corner = self.lines[start].cell(0)
        if period_of(corner):
            return _Cell(corner, self.lines[start].number, 0)
        for line in reversed(self.lines[max(0, start - _MOST_HEADINGS) : start]):
            if not self.is_text(line) and not period_of(line.cell(0)):
                return None
            for at, cell in enumerate(map(one_line, line.cells)):
                text = _TITLE_NUMBER.sub("", cell)
                years = _YEAR_IN_TITLE.findall(text)
                rest = _YEAR_IN_TITLE.sub("", text)
                if len(years) > 1 or holds_figure(rest) or _OTHER_TIME.search(rest):
                    return None
                if years and period_of(years[0]):
                    return _Cell(years[0], line.number, at)
        return None


@dataclass(frozen=True)
class _RunRow:
    """A row of a table whose periods stand down.

    Attributes:
        line: The row.
        period: Its period, as its cells say it; what stands in its place where it has none.
        label: The period as read.
        cells: What stands beside the period and names the figures, the last the nearest.
        reason: Why the row is left out; nothing if it is not.
    """

    line: Line
    period: _Cell
    label: str
    cells: list[_Cell]
    reason: str = ""

    @property
    def key(self) -> str:
        return self.cells[-1].text if self.cells else ""


class _Run:
    """Rows that each have a period, in the same column.

    Attributes:
        rows: The rows.
        values: Columns with figures.
        keys: Columns before them that name the figures: in a table with a figure in each row.
        end: The row behind them.
    """

    def __init__(self, turner: _Turner, start: int, column: int, values: list[int]) -> None:
        first = turner.lines[start]
        self.turner = turner
        self.column = column
        self.has_quarters = bool(quarter_of(first.cell(column + 1)))
        self.values = values
        beside = column + self.has_quarters
        self.keys = [at for at in range(values[0]) if first.cell(at) and not column <= at <= beside]
        self.rows: list[_RunRow] = []
        self.year = ""  # above the quarters, where there are any
        self.end = start
        carried: dict[int, _Cell] = {}
        while self.end < len(turner.lines):
            row = self._row(turner.lines[self.end], carried)
            if not row:
                break
            self.rows.append(row)
            self.end += 1

    @classmethod
    def at(cls, turner: _Turner, start: int) -> _Run | None:
        """Read the rows from one on; nothing where it has no period, or more than one."""
        line = turner.lines[start]
        periods = [at for at in range(len(line.cells)) if period_of(line.cell(at))]
        if len(periods) != 1:
            return None
        values = _values(line, turner.vocabulary)
        if not values or values[0] < periods[0]:
            return None
        run = cls(turner, start, periods[0], values)
        return run if run.rows else None

    def _row(self, line: Line, carried: dict[int, _Cell]) -> _RunRow | None:
        """Read one row; nothing where it is none of the run's."""
        own = _values(line, self.turner.vocabulary)
        if not own or (self.rows and not set(own) & set(self.values)):
            return None
        if self.keys and not any(line.cell(at) for at in (*self.keys, self.column)):
            return None
        for at in self.keys:
            if line.cell(at):
                carried[at] = _Cell(line.cell(at), line.number, at)
        cells = [carried[at] for at in self.keys if at in carried]
        row = self._dated(line, cells)
        if row:
            self.values = sorted({*self.values, *(at for at in own if at > self.values[0])})
        return row

    def _dated(self, line: Line, cells: list[_Cell]) -> _RunRow | None:
        """Find the period of a row: its own, or that of the rows above where cells are merged."""
        text = line.cell(self.column)
        before = self.rows[-1].period if self.rows else None
        if self.has_quarters:
            return self._quarter(line, cells)
        if not text and before and self.keys:
            return replace(self.rows[-1], line=line, cells=cells, reason=self._total(cells))
        here = _Cell(text, line.number, self.column)
        if label := period_of(text):
            return _RunRow(line, here, label, cells, self._total(cells))
        words = (split_period(text) or ("", text))[1]
        if is_total(words) or self.turner.reason(text):
            reason = self.turner.reason(text) or "It is a total of periods, which is not stored."
            return _RunRow(line, here, "", cells, reason)
        # A broken period goes above its figures, where it is found to be none.
        return _RunRow(line, here, text, cells) if self.rows and _DIGIT.search(text) else None

    def _quarter(self, line: Line, cells: list[_Cell]) -> _RunRow | None:
        text = line.cell(self.column + 1)
        self.year = line.cell(self.column) or self.year
        joined = quarter_of(text, self.year)
        here = _Cell(joined or text, line.number, self.column + 1)
        if joined:
            return _RunRow(line, here, period_of(joined) or joined, cells)
        reason = f"'{text}' beside it: a total of quarters is not stored."
        is_left_out = is_total(text) or self.turner.reason(text)
        return _RunRow(line, here, "", cells, reason) if is_left_out else None

    def _total(self, cells: list[_Cell]) -> str:
        key = cells[-1].text if cells else ""
        is_sum = is_total(key) and not _knows(self.turner.vocabulary, key)
        return "It is a total of other rows, which the warehouse computes." if is_sum else ""


@dataclass
class _Entry:
    """A row of a view that was put together: its label, and its cells by period and unit."""

    path: list[_Cell]
    cells: dict[tuple[str, int], dict[str, _Cell]] = field(default_factory=dict)
    units: dict[str, _Cell] = field(default_factory=dict)
    periods: dict[tuple[str, int], _Cell] = field(default_factory=dict)

    @classmethod
    def put(
        cls, entries: list[_Entry], path: list[_Cell], unit: _Cell | None, row: _RunRow, cell: _Cell
    ) -> None:
        """Add a cell to the row of its label; a second one for the same period begins another."""
        texts = [one.text for one in path]
        period = row.label, 0 if row.cells else row.line.number
        of = unit.text if unit else ""
        entry = next(
            (
                one for one in entries
                if [part.text for part in one.path] == texts
                and of not in one.cells.get(period, {})
                and (bool(of) == bool(one.units))
            ),
            None,
        )  # fmt: skip
        if not entry:
            entry = cls(path)
            entries.append(entry)
        entry.cells.setdefault(period, {})[of] = cell
        entry.periods[period] = row.period
        if unit:
            entry.units.setdefault(of, unit)


def _order(label: str) -> str:
    # What is no period is told by the reader of the heading.
    return period_order(label) if period_of(label) else label


def _pairs(units: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(units[at : at + _PAIR]) for at in range(0, len(units), _PAIR)]


def _emitted(
    entries: list[_Entry], keys: Sequence[int], is_a_unit: Callable[[str], bool]
) -> Iterator[_Row]:
    """Give the rows of a view with periods across, a block for each set of units."""
    blocks: dict[tuple[str, ...], list[_Entry]] = {}
    for entry in entries:
        units = tuple(entry.units) or ("",)
        for pair in _pairs(units) if all(map(is_a_unit, units)) else zip(units, strict=True):
            blocks.setdefault(pair, []).append(entry)
    for units, its in blocks.items():
        periods = {period: cell for entry in its for period, cell in entry.periods.items()}
        order: list[tuple[str, int] | None] = []
        for period in sorted(periods, key=lambda one: _order(one[0])) if keys else periods:
            # A period that stands twice is no pair of columns: a gap keeps it from looking so.
            is_again = bool(order) and order[-1] is not None and order[-1][0] == period[0]
            order += [None, period] if is_again else [period]
        lead = max(1, *(len(entry.path) for entry in its))
        blank = [None] * (len(units) - 1)
        headed = (x for one in order for x in (one and periods[one], *blank))
        yield [*[None] * lead, *headed]
        if any(units):
            words = [its[0].units.get(unit) for unit in units]
            yield [*[None] * lead, *words * len(order)]
        for entry in its:
            path = [*[None] * (lead - len(entry.path)), *entry.path]
            cells = (one and entry.cells.get(one, {}).get(unit) for one in order for unit in units)
            yield [*path, *cells]


@dataclass(frozen=True)
class _Column:
    """A column of a table with periods across: its period, its unit, and why it is left out."""

    at: int
    period: _Cell | None
    unit: _Cell | None = None
    group: _Cell | None = None
    reason: str = ""


def _periods(turner: _Turner, start: int) -> dict[int, _Cell]:
    """Give the periods of a row by column, with what the row leaves to others to say."""
    line = turner.lines[start]
    texts = {at: line.cell(at) for at in range(1, len(line.cells)) if line.cell(at)}
    if any(is_number(text) and not _BARE_YEAR.fullmatch(text) for text in texts.values()):
        return {}
    if texts and start + 1 < len(turner.lines) and (years := _bare_years(turner, start, texts)):
        return years
    if is_heading(turner.sheet, line):
        return {
            at: _Cell(text, line.number, at)
            for at, text in texts.items()
            if period_of(text) or split_period(text)
        }
    if not texts or start + 1 == len(turner.lines):
        return {}
    return _of_one_year(turner, start, texts)


def _bare_years(turner: _Turner, start: int, texts: dict[int, str]) -> dict[int, _Cell]:
    """Read `2022` above quarters, and below `Year ending March`."""
    line, below = turner.lines[start], turner.lines[start + 1]
    is_above_quarters = any(quarter_of(below.cell(at)) for at in texts)
    if not all(map(_BARE_YEAR.fullmatch, texts.values())) or not (
        is_above_quarters or _ENDING_MARCH.fullmatch(line.cell(0))
    ):
        return {}
    form = "{}" if is_above_quarters else "Year ending March {}"
    return {at: _Cell(form.format(text), line.number, at) for at, text in texts.items()}


def _of_one_year(turner: _Turner, start: int, texts: dict[int, str]) -> dict[int, _Cell]:
    """Read quarters, or words such as `Number`, below a title that names their year."""
    line, below = turner.lines[start], turner.lines[start + 1]
    if not turner.is_text(line, 1) or not _values(below, turner.vocabulary):
        return {}
    quarters = [at for at, text in texts.items() if quarter_of(text)]
    plain = [at for at, text in texts.items() if says_nothing(turner.contexts, text)]
    year = turner.year_above(start) if len(quarters) > 1 or plain else None
    if not year or len(quarters) <= 1:
        return dict.fromkeys(plain, year) if year else {}
    return {
        at: _Cell(quarter_of(text, year.text) or text, line.number, at)
        for at, text in texts.items()
        if at in quarters or is_total(text)
    }


class _Across:
    """A table with periods across, its columns told apart."""

    def __init__(self, turner: _Turner, start: int, periods: dict[int, _Cell]) -> None:
        self.turner = turner
        lines = turner.lines
        self.line = lines[start]
        self.first = min(periods)
        self.periods = periods
        self.above = 0
        self.end = start + 1
        while self.end < len(lines) and not turner.is_start(self.end):
            self.end += 1
        self.body = lines[start + 1 : self.end]
        self.is_changed = False

    @classmethod
    def at(cls, turner: _Turner, start: int) -> _Across | None:
        periods = _periods(turner, start)
        if not periods:
            return None
        table = cls(turner, start, periods)
        table.is_changed = any(table.line.cell(at) != one.text for at, one in periods.items())
        return table if table._tell_apart(start) else None

    def _tell_apart(self, start: int) -> bool:
        """Say of each column what it is; nothing is changed where a heading cannot be read."""
        self.subs: list[Line] = []
        if self.body and (joined := self._quarters(self.body[0])):
            self.periods = joined
            self.subs.append(self.body.pop(0))
            self.is_changed = True
        self.units_from = len(self.subs)
        while self.body and self._is_sub(self.body[0]):
            self.subs.append(self.body.pop(0))
        self.rows_of_figures = [one for one in self.body if _values(one, self.turner.vocabulary)]
        groups = self._groups(start)
        width = max(len(one.cells) for one in (self.line, *self.subs, *self.body))
        self.columns: list[_Column] = []
        now = _Column(self.first, None)
        for at in range(self.first, width):
            headed = self._headed(replace(now, at=at, unit=None))
            if not headed:
                return False
            now = headed
            self.columns.append(self._worded(now, groups.get(at)))
        self._settle()
        return True

    def _headed(self, column: _Column) -> _Column | None:
        """Say what the heading says of a column; a blank says the same as the cell before it."""
        text = self.line.cell(column.at)
        if column.at in self.periods:
            return self._dated(column, self.periods[column.at])
        if not text:
            return column
        if is_unit(self.turner.contexts, text) and column.period and not column.reason:
            self.is_changed = True
            return replace(column, unit=_Cell(text, self.line.number, column.at))
        reason = self.turner.reason(text)
        if _DIGIT.search(text) and not reason and not period_of(text):
            return None
        reason = reason or f"No period stands above it: its heading is '{text}'."
        return replace(column, reason=reason)

    def _dated(self, column: _Column, period: _Cell) -> _Column | None:
        """Take the period of a column, without the words beside it; nothing if they matter."""
        if period_of(period.text):
            return replace(column, period=period, reason="")
        self.is_changed = True
        plain, words = split_period(period.text) or (period.text, period.text)
        reason = self.turner.reason(period.text)
        if is_total(words):
            reason = f"'{period.text}' above it: a total of periods is not stored."
        elif not reason and not says_nothing(self.turner.contexts, words):
            return None
        return replace(column, period=replace(period, text=plain), reason=reason)

    def _worded(self, column: _Column, group: _Cell | None) -> _Column:
        """Say what the words below and above the heading say of a column."""
        contexts, reason = self.turner.contexts, column.reason
        unit = column.unit
        for sub in self.subs[self.units_from :]:
            word = sub.cell(column.at)
            if word and is_unit(contexts, word):
                unit = _Cell(word, sub.number, column.at)
            elif word:
                reason = reason or self.turner.reason(word)
        if group:
            reason = reason or self.turner.reason(group.text)
            if is_unit(contexts, group.text):
                unit, group = unit or group, None
                self.is_changed = True
        return replace(column, unit=unit, group=group, reason=reason)

    def _quarters(self, line: Line) -> dict[int, _Cell]:
        """Join the quarters of a row with the years above them."""
        if not self.turner.is_text(line) or not any(
            quarter_of(line.cell(at)) for at in range(self.first, len(line.cells))
        ):
            return {}
        joined = {}
        for at in range(self.first, len(line.cells)):
            years = [cell for index, cell in self.periods.items() if index <= at]
            if text := line.cell(at):
                joined[at] = _Cell(quarter_of(text, years[-1].text) or text, line.number, at)
        return joined

    def _is_sub(self, line: Line) -> bool:
        """Tell whether a row of words names units or what is left out, below the periods."""
        words = [text for at in range(self.first, len(line.cells)) if (text := line.cell(at))]
        return self.turner.is_text(line) and any(
            says_nothing(self.turner.contexts, text) or self.turner.reason(text) for text in words
        )  # fmt: skip

    def _groups(self, start: int) -> dict[int, _Cell]:
        """Give what a row right above the periods says of each column, to the next of its words."""
        upper = self.turner.lines[start - 1] if start else None
        if (
            not upper
            or upper.number < self.line.number - 1
            or not self.turner.is_text(upper)
            or not any(upper.cell(at) for at in range(self.first, len(upper.cells)))
        ):
            return {}
        self.above = 1
        groups: dict[int, _Cell] = {}
        own: _Cell | None = None
        for at in range(self.first, max(len(self.line.cells), len(upper.cells))):
            own = _Cell(upper.cell(at), upper.number, at) if upper.cell(at) else own
            if own:
                groups[at] = own
        return groups

    def _settle(self) -> None:
        """Say whether anything is other than its reader takes it."""
        kept = [one for one in self.columns if not one.reason and self._has_values(one.at)]
        self.labels = self._labels()
        self.is_changed = (
            self.is_changed
            or any(one.reason for one in self.columns)
            or len(self.labels) < self.first
            or len({one.group for one in kept}) > 1
            or len({one.unit.text for one in kept if one.unit}) > _PAIR
            or self._is_spaced(kept)
        )

    def _is_spaced(self, kept: Sequence[_Column]) -> bool:
        """Tell whether each period has one column with figures, beside empty ones."""
        at = [one.at for one in kept]
        return at == [one for one in self.periods if one in at] and len(self.columns) > len(at)

    def _has_values(self, at: int) -> bool:
        return any(one.cell(at) for one in self.rows_of_figures)

    def _labels(self) -> list[int]:
        """Give the columns before the periods that name the rows, not numbers or targets."""
        body = self.rows_of_figures

        def weight(at: int) -> tuple[int, int]:
            texts = [one.cell(at) for one in body]
            known = sum(_knows(self.turner.vocabulary, text) for text in texts if text)
            return known, sum(len(text) for text in texts if not is_number(text))

        main = max(range(self.first), key=weight, default=0)
        return [
            at
            for at in range(self.first)
            if at == main
            or not (
                self.turner.reason(self.line.cell(at))
                or _OF_A_ROW.fullmatch(self.line.cell(at))
                or any(is_number(one.cell(at)) for one in body)
            )
        ]

    def rows(self) -> Iterator[_Row]:
        """Give the rows of the view: a block for each group of columns, of one or two units."""
        kept = [one for one in self.columns if not one.reason]
        for at in range(self.first):
            if at not in self.labels:
                reason = self.turner.reason(self.line.cell(at)) or "It stands before the periods."
                self.turner.leave_out(self._cells_at(at), reason)
        for one in self.columns:
            if one.reason:
                self.turner.leave_out(self._cells_at(one.at), one.reason)
        kept = [one for one in kept if self._has_values(one.at)] or kept
        self.is_again = any(
            one.period != two.period and one.group == two.group and one.unit == two.unit
            and period_of(one.period.text) == period_of(two.period.text)
            for one, two in itertools.pairwise(kept)
            if one.period and two.period
        )  # fmt: skip
        groups = list(dict.fromkeys(one.group for one in kept))
        for group in groups:
            if group:
                yield [group]
            yield from self._blocks([one for one in kept if one.group == group])

    def _cells_at(self, at: int) -> list[_Cell | None]:
        return [cell for one in self.body for cell in _cells(one, [at])]

    def _blocks(self, columns: list[_Column]) -> Iterator[_Row]:
        units = list(dict.fromkeys(one.unit.text if one.unit else "" for one in columns))
        slots = {
            (period_of(one.period.text), one.unit.text if one.unit else ""): one
            for one in columns
            if one.period
        }
        if units == [""] or len(slots) < len(columns):
            subs = self.subs[self.units_from :]
            # A period that stands twice is no pair of columns: a gap keeps it from looking so.
            apart = [*columns, *[None] * len(columns)] if self.is_again else columns
            step = len(columns) if self.is_again else 1
            yield from self._block([one for at in range(step) for one in apart[at::step]], subs)
            return
        periods = list(dict.fromkeys(period for period, _ in slots))
        for pair in _pairs(units):
            yield from self._block(
                [slots.get((period, unit)) for period in periods for unit in pair], [], pair
            )

    def _block(
        self, columns: Sequence[_Column | None], subs: Sequence[Line], units: Sequence[str] = ()
    ) -> Iterator[_Row]:
        """Give heading and rows of some columns."""
        heading = [
            cell if cell and not period_of(cell.text) else None
            for cell in _cells(self.line, self.labels)
        ]
        width = len(units) or 1
        for at, one in enumerate(columns):
            # Each period stands above the first of its columns, which may lack a unit.
            group = [other for other in columns[at : at + width] if other and other.period]
            is_first = at % width == 0 and (len(units) > 0 or self._is_first(columns, at))
            heading.append(group[0].period if group and is_first and (units or one) else None)
        yield heading
        if any(units):
            words = [one.unit if one else None for one in columns]
            yield [*[None] * len(self.labels), *words]
        for sub in subs:
            yield [*_cells(sub, self.labels), *_cells(sub, [one.at for one in columns if one])]
        for line in self.body:
            values = [_cells(line, [one.at])[0] if one else None for one in columns]
            has_values = bool(_values(line, self.turner.vocabulary))
            if has_values and not any(cell and cell.text for cell in values):
                continue
            yield [*_cells(line, self.labels), *values]

    def _is_first(self, columns: Sequence[_Column | None], at: int) -> bool:
        one, before = columns[at], columns[at - 1] if at else None
        return not (one and before and one.period is before.period)
