"""Views of a sheet: tables laid out in other ways, put as their reader takes them.

The reader takes periods across, rows down, one block below another. A view puts a table so that
stands otherwise (periods down, beside another, a figure in each row), without columns that hold no
figures of the council's own (targets, changes, England).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from safeguarding.intake.files.grid import Sheet
from safeguarding.intake.new_figures import LeftOut
from safeguarding.intake.wording.periods_across import without_others
from safeguarding.intake.wording.periods_down import turned
from safeguarding.intake.wording.regions import Region, Row, cells, view
from safeguarding.intake.wording.vocabulary import Vocabulary


class View(NamedTuple):
    """A sheet as its reader takes it, and the numbers that were left out of it."""

    sheet: Sheet
    left_out: Sequence[LeftOut]


def views(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[View]:
    """Give the tables of a sheet as their reader takes them; most sheets are as they are."""
    for region in Region(sheet, vocabulary).split():
        yield View(_viewed(region), region.left_out)


def _viewed(region: Region) -> Sheet:
    rows: list[Row] = []
    is_changed = False
    at = 0
    while at < len(region.lines):
        end, table = at, turned(region, at)
        if not table:
            end, table = without_others(region, at)
        if table:
            is_changed = True
            del rows[len(rows) - table.above :]
            rows += table.rows
            at = table.end
        else:
            end = max(at + 1, end)
            rows += [cells(line, range(len(line.cells))) for line in region.lines[at:end]]
            at = end
    return view(region.sheet, rows) if is_changed else region.sheet
