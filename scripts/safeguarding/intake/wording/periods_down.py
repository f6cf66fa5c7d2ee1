"""Transpose tables with periods down, so that their periods run across."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from safeguarding.intake.files.grid import Line
from safeguarding.intake.wording.context import COLUMN
from safeguarding.intake.wording.headings import (
    PAIR,
    SECOND,
    adds_nothing,
    is_unit,
    period_of,
    quarter_of,
    split_period,
    unit_named,
)
from safeguarding.intake.wording.periods import period_order
from safeguarding.intake.wording.regions import Cell, Region, Row, Table
from safeguarding.intake.wording.vocabulary import is_total

_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class _Dated:
    """A row of a table with periods down.

    Attributes:
        line: The row.
        period: Its period as its cells say it, or what is in its place.
        label: The period as read.
        keys: The cells beside the period that name the figures, the nearest last.
        reason: Why the row is left out; empty if it is not.
    """

    line: Line
    period: Cell
    label: str
    keys: list[Cell]
    reason: str = ""

    @property
    def key(self) -> str:
        return self.keys[-1].text if self.keys else ""

    @property
    def slot(self) -> tuple[str, int]:
        """Its period, with a number if an unnamed row has the same period."""
        return self.label, 0 if self.keys else self.line.number


@dataclass
class _Entry:
    """A row of a view: its label, its units, and its cells by period and unit."""

    path: list[Cell]
    cells: dict[tuple[tuple[str, int], str], Cell] = field(default_factory=dict)
    units: dict[str, Cell] = field(default_factory=dict)
    periods: dict[tuple[str, int], Cell] = field(default_factory=dict)

    def fits(self, path: Sequence[Cell], period: tuple[str, int], unit: str) -> bool:
        """Check whether a figure belongs to the row and is not there yet."""
        return (
            [part.text for part in self.path] == [part.text for part in path]
            and (period, unit) not in self.cells
            and bool(unit) == bool(self.units)
        )


def transposed(region: Region, start: int) -> Table | None:
    """Transpose the table whose figures start in a row, if its periods run down."""
    run = Run.at(region, start)
    if not run:
        return None
    run.heads = list(run.heads_above(start))[::-1]
    if not run.heads and (len(run.rows) < PAIR or run.keys):
        return None
    return Table(len(run.heads), run.end, list(run.transposed()))


def pairs(units: Sequence[str]) -> list[tuple[str, ...]]:
    """Group units in twos, as a table can have them."""
    return [tuple(units[at : at + PAIR]) for at in range(0, len(units), PAIR)]


class Run:
    """Consecutive rows with a period in the same column.

    Attributes:
        rows: The rows.
        values: Columns with figures.
        keys: Columns before them that name the figures: in a table with a figure in each row.
        end: The row behind them.
        heads: The rows of words above the figures.
    """

    def __init__(self, region: Region, start: int, column: int, values: list[int]) -> None:
        """Read the rows from one on."""
        first = region.lines[start]
        self.region = region
        self.column = column
        self.has_quarters = bool(quarter_of(first.cell(column + 1)))
        self.values = values
        beside = (column, column + self.has_quarters)
        self.keys = [at for at in first.filled if at < values[0] and at not in beside]
        self.heads: list[Line] = []
        self.rows: list[_Dated] = []
        self.year = ""  # above the quarters, where there are any
        self.carried: dict[int, Cell] = {}
        for line in region.lines[start:]:
            if not (row := self._row(line)):
                break
            self.rows.append(row)
        self.end = start + len(self.rows)

    @classmethod
    def at(cls, region: Region, start: int) -> Run | None:
        """Read the rows from one on; None if it has no period, or more than one."""
        line = region.lines[start]
        periods = [at for at, text in line.filled.items() if period_of(text)]
        values = region.values(line) if len(periods) == 1 else []
        if not values or values[0] < periods[0]:
            return None
        run = cls(region, start, periods[0], values)
        return run if run.rows else None

    def _row(self, line: Line) -> _Dated | None:
        """Read one row; None if it is not part of the run."""
        own = self.region.values(line)
        if not own or (self.rows and not set(own) & set(self.values)):
            return None
        if self.keys and not line.filled.keys() & {*self.keys, self.column}:
            return None
        self.carried |= {
            at: Cell(line.filled[at], line.number, at) for at in self.keys if at in line.filled
        }
        row = self._dated(line, [self.carried[at] for at in self.keys if at in self.carried])
        if row:
            self.values = sorted({*self.values, *(at for at in own if at > self.values[0])})
        return row

    def _dated(self, line: Line, keys: list[Cell]) -> _Dated | None:
        """Find the period of a row: its own, or that of the rows above if cells are merged."""
        text = line.cell(self.column)
        key = keys[-1].text if keys else ""
        is_sum = is_total(key) and not self.region.knows(key)
        total = "It is a total of other rows: the warehouse calculates totals." if is_sum else ""
        if self.has_quarters:
            return self._quarter(line, keys)
        if not text and self.rows and self.keys:
            return replace(self.rows[-1], line=line, keys=keys, reason=total)
        here = Cell(text, line.number, self.column)
        if label := period_of(text):
            return _Dated(line, here, label, keys, total)
        reason = self.region.reason(text)
        if not reason and is_total((split_period(text) or ("", text))[1]):
            reason = "It is a total of periods: these are not stored."
        if not reason and split_period(text) and self.rows:
            reason = self.region.part_of_year(text)
        if reason:
            return _Dated(line, here, "", keys, reason)
        # A broken period goes above its figures, where the reader of the heading reports it.
        return _Dated(line, here, text, keys) if self.rows and _DIGIT.search(text) else None

    def _quarter(self, line: Line, keys: list[Cell]) -> _Dated | None:
        text = line.cell(self.column + 1)
        self.year = line.cell(self.column) or self.year
        joined = quarter_of(text, self.year)
        here = Cell(joined or text, line.number, self.column + 1)
        if joined:
            return _Dated(line, here, period_of(joined) or joined, keys)
        reason = f"'{text}' beside it: a total of quarters is not stored."
        is_left_out = is_total(text) or self.region.reason(text)
        return _Dated(line, here, "", keys, reason) if is_left_out else None

    def heads_above(self, start: int) -> Iterator[Line]:
        """Yield the rows of words directly above the figures, the nearest first."""
        return itertools.takewhile(
            lambda line: self.region.is_text(line) and line.filled.keys() & set(self.values),
            self.region.above(start),
        )

    def transposed(self) -> Iterator[Row]:
        """Yield the rows with their periods across, a block for each set of units."""
        entries: list[_Entry] = []
        is_named = any(self.region.knows(row.key) for row in self.rows if row.key)
        for at in self.values:
            parts = self._words_above(at)
            reason = next(filter(None, (self.region.reason(cell.text) for cell in parts)), "")
            has_unit = len(parts) > 1 and is_unit(self.region.contexts, parts[-1].text)
            for row in self.rows:
                cell = Cell(row.line.cell(at), row.line.number, at)
                if why := reason or self.region.reason(row.key) or row.reason:
                    self.region.leave_out([cell], why)
                    continue
                path, unit = (parts[:-1], parts[-1]) if has_unit else (parts, None)
                if self.keys:
                    path, unit = self._of_key(parts, row.keys, is_named=is_named)
                of = unit.text if unit else ""
                fitting = (one for one in entries if one.fits(path, row.slot, of))
                if not (entry := next(fitting, None)):
                    entries.append(entry := _Entry(path))
                entry.cells[row.slot, of] = cell
                entry.periods[row.slot] = row.period
                entry.units |= {of: unit} if unit and of not in entry.units else {}
        blocks: dict[tuple[str, ...], list[_Entry]] = {}
        for entry in entries:
            units = tuple(entry.units) or ("",)
            are_units = all(not one or self.region.contexts.units(one, COLUMN) for one in units)
            for pair in pairs(units) if are_units else zip(units, strict=True):
                blocks.setdefault(pair, []).append(entry)
        for pair, its in blocks.items():
            yield from self._block(pair, its)

    def _words_above(self, at: int) -> list[Cell]:
        """Return the words above a column; those of an upper row apply until the next."""
        parts = []
        for line in self.heads:
            until = [one for one in self.values if one <= at and one in line.filled]
            own = until[-1] if until and line is not self.heads[-1] else at
            if own in line.filled:
                parts.append(Cell(line.filled[own], line.number, own))
        return parts

    def _of_key(
        self, parts: list[Cell], keys: list[Cell], *, is_named: bool
    ) -> tuple[list[Cell], Cell | None]:
        """Return the name of a figure in a table with one or a few figures in each row."""
        contexts = self.region.contexts
        units = [cell for cell in keys if is_unit(contexts, cell.text)]
        keys = [cell for cell in keys if cell not in units]
        head = parts[-1] if parts else None
        if head and not is_named and self.region.knows(head.text):
            return [*keys, head], units[0] if units else None
        if head and len(self.values) == 1 and adds_nothing(contexts, head.text):
            head = None if unit_named(contexts, head.text) in (None, SECOND) else head
        return keys, units[0] if units else head

    def _block(self, units: tuple[str, ...], entries: Sequence[_Entry]) -> Iterator[Row]:
        """Yield the rows of entries with the given units."""
        dated = {slot: cell for entry in entries for slot, cell in entry.periods.items()}
        order: list[tuple[str, int] | None] = []
        for period in sorted(dated, key=_order) if self.keys else dated:
            # A period that occurs twice is not a pair of columns: a gap keeps the two apart.
            is_again = bool(order) and order[-1] is not None and order[-1][0] == period[0]
            order += [None, period] if is_again else [period]
        lead = max(1, *(len(entry.path) for entry in entries))
        blank = [None] * (len(units) - 1)
        yield [*[None] * lead, *(x for one in order for x in (one and dated[one], *blank))]
        if any(units):
            words = [entries[0].units.get(unit) for unit in units]
            yield [*[None] * lead, *words * len(order)]
        for entry in entries:
            found = (one and entry.cells.get((one, unit)) for one in order for unit in units)
            yield [*[None] * (lead - len(entry.path)), *entry.path, *found]


def _order(slot: tuple[str, int]) -> str:
    # The reader of the heading reports what is not a period.
    return period_order(slot[0]) if period_of(slot[0]) else slot[0]
