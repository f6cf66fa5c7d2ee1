"""Make views of a sheet: tables in other layouts, rearranged for their reader.

The reader takes periods across, rows down, one block below another. A view rearranges any other
layout (periods down, tables side by side, a figure in each row) and drops columns that are not the
council's own figures (targets, changes, England).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from safeguarding.intake.files.grid import Sheet
from safeguarding.intake.new_figures import LeftOut
from safeguarding.intake.wording.periods_across import without_others
from safeguarding.intake.wording.periods_down import transposed
from safeguarding.intake.wording.regions import Region, Row, cells, view
from safeguarding.intake.wording.vocabulary import Vocabulary


class View(NamedTuple):
    """A sheet as its reader needs it, and the numbers left out of it."""

    sheet: Sheet
    left_out: Sequence[LeftOut]


def views(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[View]:
    """Yield the tables of a sheet as their reader needs them; most sheets stay as they are."""
    for region in Region(sheet, vocabulary).split():
        yield View(_viewed(region), region.left_out)


def _viewed(region: Region) -> Sheet:
    rows: list[Row] = []
    is_changed = False
    at = 0
    while at < len(region.lines):
        end, table = at, transposed(region, at)
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
