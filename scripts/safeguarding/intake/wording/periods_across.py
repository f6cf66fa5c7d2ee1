"""Read tables with periods across, without columns that are not the council's own figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from safeguarding.intake.files.grid import Line
from safeguarding.intake.wording.headings import (
    PAIR,
    adds_nothing,
    is_heading,
    is_unit,
    period_of,
    quarter_of,
    split_period,
)
from safeguarding.intake.wording.periods import (
    FINANCIAL_YEAR,
    QUARTER,
    period_of_day,
    period_type,
)
from safeguarding.intake.wording.periods_above import periods_above
from safeguarding.intake.wording.periods_down import Run, pairs
from safeguarding.intake.wording.regions import Cell, Region, Row, Table, cells
from safeguarding.intake.wording.row_tables import OTHER_PERIODS
from safeguarding.intake.wording.vocabulary import ANY_PERIOD, is_number, is_total

_OF_A_ROW = re.compile(
    r"(?:indicator )?(?:refs?|ref(?:erence)?\.?|no\.?|id|code|pi|kpi|#)", re.IGNORECASE
)
_DIGIT = re.compile(r"[0-9]")


def without_others(region: Region, start: int) -> tuple[int, Table | None]:
    """Return the table below a row of periods without columns that are not its figures.

    Returns:
        Where the table ends, if there is one; and its rows, if its reader needs them changed.
    """
    periods = periods_above(region, start)
    table = _Across(region, start, periods) if periods else None
    if not table or not table.read_columns():
        return start, None
    rows = Table(bool(table.above), table.end, list(table.rows())) if table.is_changed else None
    return table.end, rows


@dataclass(frozen=True)
class _Column:
    """A column of a table with periods across: its period, unit, and why it is left out."""

    at: int
    period: Cell | None
    unit: Cell | None = None
    group: Cell | None = None
    reason: str = ""

    @property
    def of(self) -> str:
        """The words for its unit."""
        return self.unit.text if self.unit else ""


class _Across:
    """A table with periods across, and what each of its columns is."""

    def __init__(self, region: Region, start: int, periods: dict[int, Cell]) -> None:
        self.region = region
        self.line = region.lines[start]
        self.first = min(periods)
        self.periods = periods
        self.end = start + 1
        while self.end < len(region.lines) and not self._is_start(self.end):
            self.end += 1
        self.body = list(region.lines[start + 1 : self.end])
        self.above = self._groups(region.lines[start - 1]) if start else {}
        self.has_parts = False
        self.is_changed = any(self.line.cell(at) != one.text for at, one in periods.items())

    def _is_start(self, at: int) -> bool:
        region = self.region
        is_below = is_heading(region.sheet, region.lines[at]) or Run.at(region, at)
        return bool(is_below or periods_above(region, at))

    def _words(self, line: Line) -> dict[int, str]:
        """Return the cells of a row from the first period on."""
        return {at: text for at, text in line.filled.items() if at >= self.first}

    def read_columns(self) -> bool:
        """Read what each column is; return whether the heading can be read."""
        width = max(len(one.cells) for one in (self.line, *self.body))
        if joined := self._quarters(self.body[0]) if self.body else {}:
            self.periods = joined
            self.body.pop(0)
            self.is_changed = True
        self.subs = list(itertools.takewhile(self._is_sub, self.body))
        self.body = self.body[len(self.subs) :]
        self.filled = {at for one in self.body if self.region.values(one) for at in one.filled}
        self.columns: list[_Column] = []
        now = _Column(self.first, None)
        for at in range(self.first, width):
            if not (headed := self._headed(replace(now, at=at, unit=None))):
                return False
            now = headed
            self.columns.append(self._worded(now))
        if self.has_parts and all(one.reason for one in self.columns):
            return False
        kept = [one for one in self.columns if not one.reason and one.at in self.filled]
        at_ = [one.at for one in kept]
        self.labels = self._labels()
        self.is_changed |= (
            any(one.reason for one in self.columns)
            or len(self.labels) < self.first
            or len({one.group for one in kept}) > 1
            or len({one.of for one in kept if one.unit}) > PAIR
            or len(self._kinds(kept)) > 1
            # Each period has one column with figures, beside empty ones.
            or (at_ == [at for at in self.periods if at in at_] and len(self.columns) > len(at_))
        )
        return True

    def _headed(self, column: _Column) -> _Column | None:
        """Read the heading of a column; a blank means the same as the cell before it."""
        text = self.line.cell(column.at)
        if column.at in self.periods:
            return self._dated(column, self.periods[column.at])
        if not text:
            return column
        if is_unit(self.region.contexts, text) and column.period and not column.reason:
            self.is_changed = True
            return replace(column, unit=Cell(text, self.line.number, column.at))
        reason = self.region.reason(text)
        if _DIGIT.search(text) and not reason and not period_of(text):
            are_years = not any(map(_is_quarter, self.periods.values()))
            if not are_years or not (reason := self._part_of_year(text)):
                return None
        reason = reason or f"It has no period above it: its heading is '{text}'."
        return replace(column, reason=reason)

    def _dated(self, column: _Column, period: Cell) -> _Column | None:
        """Return the column with its period, without the words beside it; None if they matter."""
        if period_of(period.text):
            return replace(column, period=period, reason="")
        self.is_changed = True
        plain, words = split_period(period.text) or (period.text, period.text)
        reason = self.region.reason(period.text)
        if is_total(words):
            reason = f"'{period.text}' above it: a total of periods is not stored."
        elif not reason and not adds_nothing(self.region.contexts, words):
            reason = self._part_of_year(period.text)
            return replace(column, reason=reason) if reason else None
        return replace(column, period=replace(period, text=plain), reason=reason)

    def _part_of_year(self, text: str) -> str:
        reason = self.region.part_of_year(text)
        self.has_parts |= bool(reason)
        return reason

    def _worded(self, column: _Column) -> _Column:
        """Add what the words below and above the heading say about a column."""
        contexts, reason, unit = self.region.contexts, column.reason, column.unit
        group = self.above.get(column.at)
        for sub in self.subs:
            if is_unit(contexts, word := sub.cell(column.at)):
                unit = Cell(word, sub.number, column.at)
            else:
                reason = reason or self.region.reason(word)
        if group:
            reason = reason or self.region.reason(group.text)
            if is_unit(contexts, group.text):
                unit, group = unit or group, None
                self.is_changed = True
        return replace(column, unit=unit, group=group, reason=reason)

    def _quarters(self, line: Line) -> dict[int, Cell]:
        """Join the quarters of a row with the years above them."""
        words = self._words(line)
        if not self.region.is_text(line) or not any(map(quarter_of, words.values())):
            return {}
        joined = {}
        for at, text in words.items():
            years = [cell for index, cell in self.periods.items() if index <= at]
            joined[at] = Cell(quarter_of(text, years[-1].text) or text, line.number, at)
        return joined

    def _is_sub(self, line: Line) -> bool:
        """Check whether a row of words below the periods names units or columns to leave out."""
        return self.region.is_text(line) and any(
            adds_nothing(self.region.contexts, text) or self.region.reason(text)
            for text in self._words(line).values()
        )

    def _groups(self, upper: Line) -> dict[int, Cell]:
        """Return the words of a row directly above the periods for each column."""
        words = self._words(upper)
        if upper.number < self.line.number - 1 or not words or not self.region.is_text(upper):
            return {}
        groups: dict[int, Cell] = {}
        for at in range(min(words), max(len(self.line.cells), len(upper.cells))):
            groups[at] = Cell(words[at], upper.number, at) if at in words else groups[at - 1]
        return groups

    def _labels(self) -> list[int]:
        """Return the columns before the periods that name the rows, without numbers or targets."""
        texts = {
            at: [one.cell(at) for one in self.body if self.region.values(one)]
            for at in range(self.first)
        }

        def weight(at: int) -> tuple[int, int]:
            words = [text for text in texts[at] if not is_number(text)]
            return sum(self.region.knows(one) for one in texts[at] if one), sum(map(len, words))

        main = max(range(self.first), key=weight, default=0)
        return [
            at
            for at in range(self.first)
            if at == main
            or not (
                self.region.reason(self.line.cell(at))
                or _OF_A_ROW.fullmatch(self.line.cell(at))
                or any(map(is_number, texts[at]))
            )
        ]

    def rows(self) -> Iterator[Row]:
        """Return the rows of the view: a block for each group of columns, of one or two units."""
        before = {
            at: self.region.reason(self.line.cell(at)) or "It is to the left of the periods."
            for at in range(self.first)
            if at not in self.labels
        }
        for at, reason in (before | {one.at: one.reason for one in self.columns}).items():
            if reason:
                self.region.leave_out([cells(one, [at])[0] for one in self.body], reason)
        its = [one for one in self.columns if not one.reason]
        its = [one for one in its if one.at in self.filled] or its
        self.is_again = any(
            one.period != two.period and one.group == two.group and one.unit == two.unit
            and period_of(one.period.text) == period_of(two.period.text)
            for one, two in itertools.pairwise(its)
            if one.period and two.period
        )  # fmt: skip
        for group in dict.fromkeys(one.group for one in its):
            if group:
                yield [group]
            yield from self._of_kinds([one for one in its if one.group == group])

    def _kinds(self, columns: Sequence[_Column]) -> dict[str, list[_Column]]:
        """Separate quarters from years; the last day of a year beside quarters is a quarter's."""
        are = [_is_quarter(one.period) for one in columns]
        kinds: dict[str, list[_Column]] = {}
        for one, is_quarter in zip(columns, are, strict=True):
            is_day = any(are) and one.period and period_of_day(one.period.text)
            kinds.setdefault(QUARTER if is_quarter or is_day else FINANCIAL_YEAR, []).append(one)
        return kinds

    def _kinds_of(self, line: Line) -> set[str]:
        """Return the period types of the tables that know the label of a row."""
        texts = list(filter(None, map(line.cell, self.labels)))
        vocabulary = self.region.vocabulary
        return {
            table.period_type
            for table in vocabulary.tables.values()
            if any(vocabulary.knows(table.table_id, text) for text in texts)
        } - {ANY_PERIOD}

    def _of_kinds(self, columns: list[_Column]) -> Iterator[Row]:
        """Yield rows in the columns of years or of quarters, as their tables have them."""
        kinds = self._kinds(columns)
        of_rows = [(line, self._kinds_of(line)) for line in self.body] if len(kinds) > 1 else []
        if not any(of for _, of in of_rows):
            yield from self._blocks(columns, self.body)
            return
        for kind, its in kinds.items():
            if not any(kind in of for _, of in of_rows):
                reason = f"The warehouse keeps none of these rows by {kind.replace('_', ' ')}."
                for line in self.body:
                    self.region.leave_out(cells(line, [one.at for one in its]), reason)
                continue
            own = []
            for line, of in of_rows:
                if kind in of or not of or not self.region.values(line):
                    own.append(line)
                else:
                    reason = OTHER_PERIODS.format(min(of).replace("_", " "))
                    self.region.leave_out(cells(line, [one.at for one in its]), reason)
            yield from self._blocks(its, own)

    def _blocks(self, columns: Sequence[_Column], lines: Sequence[Line]) -> Iterator[Row]:
        units = list(dict.fromkeys(one.of for one in columns))
        slots = {
            (period_of(one.period.text), one.of): one for one in columns if one.period
        }  # fmt: skip
        if units == [""] or len(slots) < len(columns):
            # A period that occurs twice is not a pair of columns: a gap keeps the two apart.
            gap = [None] if self.is_again else []
            apart = [x for one in columns for x in (one, *gap)]
            heads = [
                one.period if one and not (before and before.period is one.period) else None
                for before, one in itertools.pairwise([None, *apart])
            ]
            yield from self._block(
                apart, lines, heads, [self._row(sub, apart) for sub in self.subs]
            )
            return
        periods = list(dict.fromkeys(period for period, _ in slots))
        for pair in pairs(units):
            groups = [[slots.get((period, unit)) for unit in pair] for period in periods]
            # Each period is above the first of its columns, which may lack a unit.
            firsts = [next((one.period for one in group if one), None) for group in groups]
            heads = [x for first in firsts for x in (first, *[None] * (len(pair) - 1))]
            flat = [one for group in groups for one in group]
            words = [[*[None] * len(self.labels), *(one.unit if one else None for one in flat)]]
            yield from self._block(flat, lines, heads, words if any(pair) else [])

    def _block(
        self,
        columns: Sequence[_Column | None],
        lines: Sequence[Line],
        heads: Row,
        words: Sequence[Row],
    ) -> Iterator[Row]:
        """Return heading, words below it, and rows of some columns."""
        corner = cells(self.line, self.labels)
        yield [*(cell if cell and not period_of(cell.text) else None for cell in corner), *heads]
        yield from words
        for line in lines:
            row = self._row(line, columns)
            its = row[len(self.labels) :]
            if any(cell and cell.text for cell in its) or not self.region.values(line):
                yield row

    def _row(self, line: Line, columns: Sequence[_Column | None]) -> Row:
        own = (cells(line, [one.at])[0] if one else None for one in columns)
        return [*cells(line, self.labels), *own]


def _is_quarter(period: Cell | None) -> bool:
    label = period_of(period.text) if period else None
    return label is not None and period_type(label) == QUARTER
